# A browser's built-in relay gives Ann another address at each visit and keeps only her country. She loses nothing by it.
policy default

08:00        14 times every 1d  login ok  ann  laptop-a  lisbon        -> always pass
+14d 08:00   20 times every 2h  login ok  ann  laptop-a  relay-#       -> always pass !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
+16d 08:00   login ok  ann  laptop-a  lisbon                           -> pass PROFILE_DEVICE_FAMILIAR
