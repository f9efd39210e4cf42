# Ann's employer sends all traffic through a gateway in Frankfurt, where she has never been: at nine she is in Frankfurt,
# her phone is in Lisbon, and so are forty colleagues. The first
# time she brings her second factor along, as companies have it.
policy default

08:00        14 times every 1d  login ok  ann  phone-a   lisbon           -> always pass
meanwhile 09:00    login ok  ann  laptop-a  company-gateway with password+one_time_code
meanwhile 09:10    14 times every 1d  login ok  ann  laptop-a  company-gateway  -> always pass !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
+14d 09:00   40 times every 1min  login ok  colleague-#  phone-#  company-gateway   -> always pass !IP_ACTION_VELOCITY
+14d 10:00   login ok  ann  laptop-a  company-gateway                     -> pass PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR
+14d 10:05   login ok  ann  phone-a   mobile                              -> pass !PROFILE_IMPOSSIBLE_TRAVEL
