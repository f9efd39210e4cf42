# The usual order of a takeover: in with the right password, the e-mail address changed so that the owner hears nothing,
# then the money to an account never paid before. Whatever the first step looked like, the last must not pass.
policy default

08:00        20 times every 1d  login ok  ann  phone-a  lisbon                                -> always pass
meanwhile +1d 08:05   6 times every 3d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1   -> always pass
+20d 02:00   login ok  ann  laptop-x  madrid                                                  -> stop PROFILE_DEVICE_NEW PROFILE_LOCATION_NEW
+20d 02:03   account_details_change ok  ann  laptop-x  madrid email ann.new@example.net       -> stop
+20d 02:10   withdraw ok  ann  laptop-x  madrid pays 2000 EUR to mule-1 by bank-1             -> stop PROFILE_RECOVERY_CHAIN PROFILE_PAYEE_NEW

# The owner pays her rent.
+20d 09:00   withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1                  -> pass !PROFILE_PAYEE_NEW !PROFILE_RECOVERY_CHAIN
