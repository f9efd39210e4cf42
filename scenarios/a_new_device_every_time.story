# Cleo's browser forgets who it is: she comes with another device every time, which says nothing against her. She is not asked
# whenever she pays somebody new. Ann, who has a phone and nothing else, is; and nobody is who has just opened an account.
policy default

08:00        login ok  cleo  forgetful-browser-1  porto                                                         -> always pass
+3d 08:00    login ok  cleo  forgetful-browser-2  porto                                                         -> pass
+6d 08:00    login ok  cleo  forgetful-browser-3  porto                                                         -> pass
+9d 08:00    login ok  cleo  forgetful-browser-4  porto                                                         -> pass
+12d 08:00   login ok  cleo  forgetful-browser-5  porto                                                         -> pass
+15d 08:00   login ok  cleo  forgetful-browser-6  porto                                                         -> pass
+20d 08:00   login ok  cleo  forgetful-browser-7  porto                                                         -> pass
+20d 08:01   withdraw ok  cleo  forgetful-browser-7  porto pays 40 EUR to rent by bank-1                        -> pass !PROFILE_PAYOUT_BY_NEWCOMER

+20d 09:00   6 times every 3d  login ok  ann  phone-a  lisbon                                   -> pass
+40d 09:00   login ok  ann  laptop-a  lisbon                                                    -> pass
+40d 09:01   withdraw ok  ann  laptop-a  lisbon pays 40 EUR to rent by bank-1                   -> challenge PROFILE_PAYOUT_BY_NEWCOMER

+41d 09:00   login ok  dora  phone-b  lisbon-2                                                   -> pass
+43d 09:00   login ok  dora  laptop-x  lisbon-2                                                  -> pass
+43d 09:01   withdraw ok  dora  laptop-x  lisbon-2 pays 40 EUR to rent by bank-1                 -> pass !PROFILE_PAYOUT_BY_NEWCOMER
