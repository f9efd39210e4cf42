# A real journey: eight hours from Lisbon to New York, a week there on the own phone, and home again. Nobody is stopped,
# and New York is new only once.
policy default

08:00        14 times every 1d  login ok  ann  phone-a  lisbon                   -> always pass
+14d 08:00   login ok  ann  phone-a  lisbon                                      -> pass
+14d 17:00   login ok  ann  phone-a  new-york-hotel                              -> pass PROFILE_DEVICE_FAMILIAR PROFILE_LOCATION_NEW !PROFILE_IMPOSSIBLE_TRAVEL
+15d 12:00   6 times every 1d  login ok  ann  phone-a  new-york-hotel            -> always pass !PROFILE_LOCATION_NEW
+21d 09:00   login ok  ann  phone-a  lisbon                                      -> pass PROFILE_IP_FAMILIAR !PROFILE_IMPOSSIBLE_TRAVEL !PROFILE_LOCATION_NEW
