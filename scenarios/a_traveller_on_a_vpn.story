# Ann works through a VPN whose exit is in Miami: on in the morning, off at lunch. That is no flight across the Atlantic,
# and after a week not even a new place.
policy default

08:00        14 times every 1d  login ok  ann  laptop-a  lisbon   -> always pass
+14d 09:00   login ok  ann  laptop-a  vpn      -> pass PROFILE_DEVICE_FAMILIAR IP_IS_VPN !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
+14d 12:00   login ok  ann  laptop-a  lisbon   -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
+14d 12:10   login ok  ann  laptop-a  vpn-9    -> pass !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
+15d 09:00   7 times every 1d  login ok  ann  laptop-a  vpn-#     -> always pass !PROFILE_IMPOSSIBLE_TRAVEL
+23d 09:00   login ok  ann  laptop-a  vpn-20   -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_NETWORK_ANOMALY !PROFILE_LOCATION_ANOMALY
