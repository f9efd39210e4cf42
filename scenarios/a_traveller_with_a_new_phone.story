# Ann travels with the phone she has, and pays at the hotel; Ben buys a new phone at home and uses it all day. Neither is
# asked once.
policy default

08:00        30 times every 1d  login ok  ann  phone-a  lisbon                                          -> always pass
meanwhile 08:05   30 times every 1d  login ok  ben  phone-b  lisbon-9                                   -> always pass
meanwhile +1d 08:10   9 times every 3d  withdraw ok  ben  phone-b  lisbon-9 pays 40 EUR to rent by bank-1   -> always pass
meanwhile +1d 08:15   9 times every 3d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1     -> always pass

+30d 18:00   login ok  ann  phone-a  porto                                                              -> pass !PROFILE_DEVICE_NEW
+30d 18:00   login ok  ben  phone-c  lisbon-9                                                           -> allow PROFILE_DEVICE_NEW
+30d 18:05   withdraw ok  ann  phone-a  porto pays 60 EUR to hotel by bank-1                            -> pass !PROFILE_PAYOUT_BY_NEWCOMER
+31d 08:00   login ok  ann  phone-a  porto                                                              -> pass
+31d 08:00   12 times every 1h  login ok  ben  phone-c  lisbon-9                                        -> always pass
+31d 20:30   withdraw ok  ben  phone-c  lisbon-9 pays 40 EUR to rent by bank-1                          -> pass !PROFILE_PAYOUT_BY_NEWCOMER
+32d 08:00   account_details_change ok  ben  phone-c  lisbon-9 email ben.new@example.net                -> pass
