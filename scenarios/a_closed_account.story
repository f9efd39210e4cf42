# Ann has her account deleted. Nobody is its owner any more: not her own phone at home, with a second factor, either. What
# she used is not held against anybody else.
policy default

08:00        14 times every 1d  login ok  ann  phone-a   lisbon                    -> always pass
+14d 08:00   login ok  ben  phone-b   lisbon-5
+14d 09:00   close ann
+14d 09:10   login ok  ann  phone-a   lisbon                                       -> deny USER_ACCOUNT_CLOSED !PROFILE_DEVICE_FAMILIAR
+14d 09:20   login ok  ann  phone-a   lisbon with password+one_time_code           -> deny USER_ACCOUNT_CLOSED !USER_SECOND_FACTOR_PASSED
+14d 09:30   login ok  ann  laptop-x  madrid                                       -> deny USER_ACCOUNT_CLOSED
+14d 09:40   login ok  ben  phone-b   lisbon-5                                     -> pass !USER_ACCOUNT_CLOSED
