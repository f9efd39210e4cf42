# Ann has her account back, and has not started anew yet. The intruder tries to be taken for her: with what was used
# before, from elsewhere, from behind what hides where it is, with a program, and too late.
policy default

08:00        20 times every 1d  login ok  ann  phone-a   lisbon                       -> always pass
meanwhile 08:30   20 times every 1d  login ok  ben  phone-b   lisbon-9                -> always pass
+20d 02:00   login ok  ann  laptop-x  lisbon-fibre-33
+20d 09:00   reclaim ann since +20d 02:00
+20d 09:10   login ok  ann  laptop-x  lisbon-fibre-34      -> deny DEVICE_RISKY_REPUTATION PROFILE_DEVICE_NEW !USER_RECENTLY_RECLAIMED
+20d 09:20   login ok  ann  thiefs-browser  lisbon-fibre-33 -> challenge IP_RISKY_REPUTATION PROFILE_DEVICE_NEW !USER_RECENTLY_RECLAIMED
+20d 10:30   login ok  ann  thiefs-browser  vpn-2          -> challenge PROFILE_DEVICE_NEW IP_IS_VPN !USER_RECENTLY_RECLAIMED
+20d 11:40   login ok  ann  thiefs-browser  lisbon-fibre-35 -> challenge PROFILE_DEVICE_NEW !USER_RECENTLY_RECLAIMED
+20d 12:50   login ok  ann  hotel-computer  madrid-3       -> challenge PROFILE_DEVICE_NEW PROFILE_LOCATION_NEW !USER_RECENTLY_RECLAIMED
+20d 14:00   login ok  ann  bot  lisbon-fibre-36           -> challenge PROFILE_DEVICE_NEW DEVICE_SUSPICIOUS_USERAGENT !USER_RECENTLY_RECLAIMED
+20d 15:10   login ok  ann  forgetful-browser-1  mobile-2  -> challenge PROFILE_DEVICE_NEW !USER_RECENTLY_RECLAIMED
+22d 10:00   login ok  ann  family-computer  lisbon-fibre-37 -> challenge PROFILE_DEVICE_NEW !USER_RECENTLY_RECLAIMED
