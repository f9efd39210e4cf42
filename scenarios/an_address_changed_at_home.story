# Ann changes her e-mail address on her own phone and pays somebody new the same day. People move.
policy default

08:00        20 times every 1d  login ok  ann  phone-a  lisbon                                -> always pass
meanwhile +1d 08:05   6 times every 3d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1   -> always pass
+20d 08:00   account_details_change ok  ann  phone-a  lisbon email ann@example.org            -> pass !PROFILE_RECOVERY_CHAIN
+20d 12:00   withdraw ok  ann  phone-a  lisbon pays 55 EUR to movers by bank-1                -> pass PROFILE_PAYEE_NEW !PROFILE_RECOVERY_CHAIN
