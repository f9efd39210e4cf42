# Ann gets her account back on a new phone of hers. Afterwards she is welcome on it, what the intruder used is not,
# and what it had taught is forgotten.
policy default

08:00        14 times every 1d  login ok  ann  phone-a   lisbon              -> always pass
+14d 02:00   login ok  ann  laptop-x  lisbon-33
+14d 03:00   login ok  ann  laptop-x  lisbon-33
+14d 08:00   feedback takeover ann laptop-x
+14d 08:05   login ok  ann  phone-b   lisbon with password+sms_code          -> stop USER_REPORTED_COMPROMISE
+14d 09:00   reclaim ann since +14d 02:00
+14d 09:10   login ok  ann  phone-b   lisbon with password+one_time_code     -> pass !USER_REPORTED_COMPROMISE
+14d 10:00   login ok  ann  phone-a   lisbon                                 -> pass PROFILE_DEVICE_FAMILIAR !USER_REPORTED_COMPROMISE
+14d 22:00   login ok  ann  laptop-x  lisbon-33                              -> deny DEVICE_RISKY_REPUTATION !PROFILE_DEVICE_FAMILIAR !USER_RECENTLY_RECLAIMED
+14d 22:30   login ok  ann  phone-b   mobile                                 -> pass !USER_REPORTED_COMPROMISE
+14d 23:00   login ok  ben  laptop-x  madrid                                 -> stop DEVICE_RISKY_REPUTATION
