# The carrier moves Ben between two translators that data sets put 250 km apart, from one minute to the next, at a new
# address each time. It is one phone in one pocket.
policy default

08:00       20 times every 1h  login ok  ben  phone-b  mobile-#         -> always pass !PROFILE_IMPOSSIBLE_TRAVEL
meanwhile 08:02   19 times every 1h  login ok  ben  phone-b  mobile-south-#   -> always pass !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
+1d 10:00   login ok  ben  phone-b  mobile-30          -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_NETWORK_ANOMALY !PROFILE_LOCATION_NEW
