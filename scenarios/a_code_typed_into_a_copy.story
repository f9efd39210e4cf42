# Ann types her code into a copy of the shop, and whoever runs it passes the challenge on a device and a line of their own.
# The code lets them in. It does not let them change the password and empty the account within minutes: money to somebody new
# is asked for again, for a week, and so is money to nobody that is named while the device is new. Whom she always pays may
# be paid. Without a change of password the same holds as long as all that is known of the device came with its provider.
policy default

08:00        40 times every 1d  login ok  ann  phone-a  lisbon                                              -> always pass
meanwhile 08:05   10 times every 3d  withdraw ok  ann  phone-a  lisbon pays 100 EUR to rent by bank-1       -> always pass
meanwhile 08:10   40 times every 1d  login ok  ben  phone-b  porto                                          -> always pass
meanwhile 08:20   40 times every 1d  login ok  cleo  phone-7  lisbon-5                                      -> always pass
+40d 09:00   login ok  ann  phishing-kit  hosting-9                                                         -> stop
+40d 09:00:30   challenge passed ann phishing-kit by one_time_code                                          -> released 1
+40d 09:01   account_auth_change ok  ann  phishing-kit  hosting-9
+40d 09:02   withdraw ok  ann  phishing-kit  hosting-9 pays 9000 EUR to mule-1 by bank-2                    -> stop PROFILE_PAYOUT_BY_NEWCOMER
+40d 09:03   withdraw ok  ann  phishing-kit  hosting-9                                                      -> stop PROFILE_PAYOUT_BY_NEWCOMER
+40d 09:04   withdraw ok  ann  phishing-kit  hosting-9 pays 100 EUR to rent by bank-1                       -> pass !PROFILE_PAYOUT_BY_NEWCOMER

# Ben's goes straight for the money.
+40d 10:00   login ok  ben  phishing-kit  hosting-9                                                         -> stop
+40d 10:00:30   challenge passed ben phishing-kit by one_time_code                                          -> released 1
+40d 10:02   withdraw ok  ben  phishing-kit  hosting-9 pays 900 EUR to mule-1 by bank-2                     -> stop PROFILE_PAYOUT_BY_NEWCOMER

# Cleo has a new phone. She passes the same challenge at home, and pays somebody new in Madrid the next day.
+40d 18:00   login ok  cleo  laptop-a  lisbon-5 with password+one_time_code                                 -> pass
+40d 18:05   withdraw ok  cleo  laptop-a  lisbon-5 pays 40 EUR to sister by bank-5                          -> pass !PROFILE_PAYOUT_BY_NEWCOMER
+41d 08:00   withdraw ok  cleo  laptop-a  madrid pays 40 EUR to brother by bank-6                             -> pass !PROFILE_PAYOUT_BY_NEWCOMER

# Waiting until the device is old does not help.
+44d 09:00   withdraw ok  ann  phishing-kit  hosting-9 pays 9000 EUR to mule-2 by bank-3                    -> stop PROFILE_PAYOUT_BY_NEWCOMER
