# A month of good logins from the office, and then somebody there works through other people's passwords: what an address
# has earned is no licence, and it is taken back. Who works there still gets in.
policy default

09:00        20 times every 1d  login ok  ann  laptop-a  lisbon-office           -> always pass
meanwhile 09:05    20 times every 1d  login ok  ben  phone-b   lisbon-office     -> always pass
+21d 22:00   120 times every 1s  login failed  @customer-#  bot  lisbon-office   -> stop IP_ACTION_VELOCITY !IP_TRUSTED
+21d 22:02   login ok  cleo  bot       lisbon-office                             -> stop !IP_TRUSTED
+21d 22:05   login ok  ann   laptop-a  lisbon-office                             -> pass PROFILE_DEVICE_FAMILIAR
+22d 09:00   login ok  ben   phone-b   lisbon-office                             -> pass PROFILE_DEVICE_FAMILIAR
