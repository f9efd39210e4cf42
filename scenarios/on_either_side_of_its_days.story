# What is promised for a number of days, an hour before and an hour after: money after a stranger's change of contact, the
# week after a reclaim, and the half year after which an account sleeps.
policy default

12:00        12 times every 1d  login ok  ann   phone-a  lisbon                               -> always pass
meanwhile 12:10   12 times every 1d  login ok  ben   phone-b  porto                           -> always pass
meanwhile 12:20   12 times every 1d  login ok  cleo  family-computer  lisbon-fibre            -> always pass
meanwhile 12:30   12 times every 1d  login ok  dora  phone-7  lisbon-9                        -> always pass

+12d 13:00   account_details_change ok  ann  laptop-x  lagos email ann.2@example.net          -> stop
+12d 14:30   login ok  ben  laptop-x  madrid                                                   -> stop
+12d 15:00   feedback takeover ben
+12d 16:00   reclaim ben since +12d 14:00
+19d 12:00   withdraw ok  ann  laptop-x  lagos pays 90 EUR to mule-4                          -> stop PROFILE_RECOVERY_CHAIN
+19d 14:00   withdraw ok  ann  laptop-x  lagos pays 90 EUR to mule-4                          -> stop !PROFILE_RECOVERY_CHAIN
+19d 15:00   login ok  ben  phone-b  porto                                                    -> pass USER_RECENTLY_RECLAIMED !USER_REPORTED_COMPROMISE
+19d 17:00   login ok  ben  phone-b  porto                                                    -> pass !USER_RECENTLY_RECLAIMED

+191d 11:20  login ok  cleo  hotel-computer  lisbon-fibre                                     -> pass !PROFILE_DORMANT_RETURN
+191d 13:30  login ok  dora  hotel-computer  lisbon-9                                         -> pass PROFILE_DORMANT_RETURN
