# A login from a new device that looks like a new phone, let through unasked; a minute later money is to go where it never
# went. That is held, whatever the amount. Not held: the same from the phone that Ann has used for weeks; the new phone
# paying whom she always pays; and a month later the same payee.
policy default

08:00        40 times every 1d  login ok  ann  phone-a  lisbon                                             -> always pass
meanwhile 08:05   10 times every 3d  withdraw ok  ann  phone-a  lisbon pays 100 EUR to rent by bank-1      -> pass
+40d 09:00   login ok  ann  laptop-a  lisbon                                                               -> allow PROFILE_DEVICE_NEW
+40d 09:01   withdraw ok  ann  laptop-a  lisbon pays 100 EUR to rent by bank-1                             -> pass !PROFILE_PAYOUT_BY_NEWCOMER
+40d 09:02   withdraw ok  ann  laptop-a  lisbon pays 100 EUR to mule-1 by bank-1                           -> challenge PROFILE_PAYOUT_BY_NEWCOMER PROFILE_PAYEE_NEW
+40d 09:03   withdraw ok  ann  laptop-a  lisbon pays 100 EUR to rent by bank-2                             -> challenge PROFILE_PAYOUT_BY_NEWCOMER PROFILE_PAYMENT_METHOD_NEW
+40d 09:04   transaction ok  ann  laptop-a  lisbon pays 100000 EUR to mule-1                               -> challenge PROFILE_PAYOUT_BY_NEWCOMER
+40d 09:05   withdraw ok  ann  phone-a  lisbon pays 100 EUR to sister by bank-1                            -> pass PROFILE_PAYEE_NEW !PROFILE_PAYOUT_BY_NEWCOMER
+40d 09:06   transaction ok  ann  laptop-a  lisbon deposits 100 EUR from mule-1                            -> pass !PROFILE_PAYOUT_BY_NEWCOMER

# It was Ann, and she says so.
+40d 09:10   challenge passed ann laptop-a by one_time_code
+41d 09:00   withdraw ok  ann  laptop-a  lisbon pays 100 EUR to mule-1 by bank-1                           -> pass !PROFILE_PAYOUT_BY_NEWCOMER
+70d 09:00   login ok  ann  laptop-a  lisbon                                                               -> pass PROFILE_DEVICE_FAMILIAR
+70d 09:01   withdraw ok  ann  laptop-a  lisbon pays 100 EUR to mule-1 by bank-1                           -> pass !PROFILE_PAYOUT_BY_NEWCOMER !PROFILE_PAYEE_NEW
