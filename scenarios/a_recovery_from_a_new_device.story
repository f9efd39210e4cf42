# The takeover of somebody who lives in the same town: the login from a new device passes, the password is reset, then the
# second factor, and within minutes the money is to go. The steps are said to be a chain, and the money is held, also to
# whom Ann always pays. Her own phone is not held for what the other device did.
policy default

08:00        20 times every 1d  login ok  ann  phone-a  lisbon                                          -> always pass
meanwhile +1d 08:05   6 times every 3d  withdraw ok  ann  phone-a  lisbon pays 100 EUR to rent by bank-1   -> always pass
+20d 09:00   login ok  ann  laptop-x  lisbon-33                                                         -> allow PROFILE_DEVICE_NEW
+20d 09:01   password_reset ok  ann  laptop-x  lisbon-33                                                -> allow !PROFILE_DEVICE_FAMILIAR
+20d 09:02   account_auth_change ok  ann  laptop-x  lisbon-33                                           -> stop PROFILE_RECOVERY_CHAIN
+20d 09:03   withdraw ok  ann  laptop-x  lisbon-33 pays 9000 EUR to mule-1 by bank-2                    -> stop PROFILE_RECOVERY_CHAIN PROFILE_PAYOUT_BY_NEWCOMER
+20d 09:04   withdraw ok  ann  laptop-x  lisbon-33 pays 100 EUR to rent by bank-1                       -> stop PROFILE_RECOVERY_CHAIN PROFILE_PAYOUT_BY_NEWCOMER
+20d 09:30   withdraw ok  ann  phone-a   lisbon pays 100 EUR to rent by bank-1                          -> pass !PROFILE_RECOVERY_CHAIN !PROFILE_PAYOUT_BY_NEWCOMER

# Waiting until the device is old does not help: it was young when it changed the password.
+24d 09:00   withdraw ok  ann  laptop-x  lisbon-33 pays 9000 EUR to mule-1 by bank-2                    -> stop PROFILE_RECOVERY_CHAIN PROFILE_PAYOUT_BY_NEWCOMER
