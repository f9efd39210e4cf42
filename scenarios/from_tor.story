# Tor hides friend and foe. With a device that nobody knows it is reason to ask; the owner's own laptop, which has come that
# way for weeks, gets in.
policy default

08:00        14 times every 1d  login ok  ann  laptop-a  lisbon        -> always pass
meanwhile +1d 20:00   12 times every 1d  login ok  dora  forgetful-browser-7  tor-#   -> always pass !PROFILE_IMPOSSIBLE_TRAVEL
+14d 20:00   login ok  dora  forgetful-browser-7  tor-40                          -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_NETWORK_ANOMALY
+14d 20:05   login ok  ann   laptop-x  tor-41                          -> stop PROFILE_DEVICE_NEW IP_RISKY_ANONYMIZE !PROFILE_IMPOSSIBLE_TRAVEL
