# Ann's new phone passes a second factor on its first day, Ben's a challenge, and of Cleo's somebody says that it is hers.
# Whoever proved to be the owner is no newcomer, and may do at once what the owner may.
policy default

08:00        20 times every 1d  login ok  ann   phone-a  lisbon                                   -> always pass
meanwhile 08:10   20 times every 1d  login ok  ben   phone-b  lisbon-9                            -> always pass
meanwhile 08:20   20 times every 1d  login ok  cleo  phone-7  lisbon-5                            -> always pass
meanwhile +1d 08:05   6 times every 3d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1   -> always pass

+20d 18:00   login ok  ann  phone-c  lisbon  with password+one_time_code                          -> pass
+20d 18:01   login ok  ann  phone-c  lisbon                                                       -> trust PROFILE_DEVICE_FAMILIAR
+20d 18:02   withdraw ok  ann  phone-c  lisbon pays 40 EUR to sister by bank-2                    -> pass PROFILE_PAYEE_NEW !PROFILE_PAYOUT_BY_NEWCOMER

+20d 18:10   login ok  ben  laptop-a  madrid                                                      -> challenge PROFILE_DEVICE_NEW
+20d 18:11   challenge passed ben laptop-a by push_notification                                   -> released 1
+20d 18:12   login ok  ben  laptop-a  madrid                                                      -> pass PROFILE_DEVICE_FAMILIAR

+20d 18:20   login ok  cleo  laptop-a  lisbon-5                                                   -> allow PROFILE_DEVICE_NEW
+20d 18:21   feedback legitimate cleo laptop-a
+20d 18:22   login ok  cleo  laptop-a  lisbon-5                                                   -> pass PROFILE_DEVICE_FAMILIAR
