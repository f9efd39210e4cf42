# The browser has a new version, twice, and the provider gives the street new addresses: nothing of that is a new device.
policy default

08:00        14 times every 1d  login ok  ann  phone-a                lisbon              -> always pass
+14d 08:00   login ok  ann  phone-a-updated        lisbon              -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_DEVICE_NEW !DEVICE_COOKIE_REUSED !PROFILE_DEVICE_ANOMALY
+15d 08:00   login ok  ann  phone-a-updated        lisbon-9            -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_NETWORK_ANOMALY
+60d 08:00   login ok  ann  phone-a-updated-again  lisbon-renumbered-4 -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_DEVICE_NEW !DEVICE_COOKIE_REUSED !PROFILE_LOCATION_NEW
+61d 08:00   login ok  ann  phone-a-updated-again  lisbon-renumbered-9 -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_NETWORK_ANOMALY
