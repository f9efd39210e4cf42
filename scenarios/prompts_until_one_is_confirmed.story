# Somebody has Ben's password and a line in his town, and each sign-in sends a prompt to Ben's phone. He refuses five, and
# confirms the sixth to sleep. The application tells of them in its logins alone: they count as challenges do, and the sixth
# proves nothing. A code, which has to be read and typed, does; and so does a prompt after one slip.
policy default

19:00        14 times every 1d  login ok  ben   phone-b  porto                                     -> always pass
meanwhile 19:30   14 times every 1d  login ok  dora  phone-7  lisbon-9                             -> always pass
meanwhile +1d 19:05   6 times every 2d  withdraw ok  ben  phone-b  porto pays 40 EUR to rent by bank-1 -> always pass
+14d 01:00   5 times every 90s  login failed  ben  hotel-computer  porto-44 with password+push_notification   -> pass PROFILE_CHALLENGE_FATIGUE
+14d 01:08   login ok  ben  hotel-computer  porto-44 with password+push_notification               -> pass PROFILE_CHALLENGE_FATIGUE !USER_SECOND_FACTOR_PASSED
+14d 01:09   withdraw ok  ben  hotel-computer  porto-44 pays 500 EUR to mule-8 by bank-1           -> stop PROFILE_PAYOUT_BY_NEWCOMER
+14d 01:09:30   login ok  ben  phone-b  porto                                                      -> pass !PROFILE_CHALLENGE_FATIGUE

+15d 02:00   3 times every 2min  login failed  ben  laptop-x  lagos with password+push_notification   -> stop PROFILE_CHALLENGE_FATIGUE
+15d 02:06   login ok  ben  laptop-x  lagos                                                        -> stop PROFILE_CHALLENGE_FATIGUE
+15d 02:07   challenge passed ben laptop-x by push_notification                                    -> released 0
+15d 02:08   challenge passed ben laptop-x by one_time_code                                        -> released 1

+15d 08:00   login failed  dora  laptop-a  lisbon-9 with password+push_notification                -> pass !PROFILE_CHALLENGE_FATIGUE
+15d 08:01   login ok  dora  laptop-a  lisbon-9 with password+push_notification                    -> pass USER_SECOND_FACTOR_PASSED !PROFILE_CHALLENGE_FATIGUE
