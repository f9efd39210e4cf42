# An intruder leaves a challenge unanswered and comes back the next days, when nothing but the device is odd. It
# stays a stranger's: what it was asked for it has not proved.
policy default

08:00   login ok  ann  phone-a  lisbon                                -> allow
09:00   login ok  ben  hotel-computer  hotel                          -> allow
10:00   login ok  ann  hotel-computer  hotel                          -> challenge
+2d 10:00   login ok  ann  hotel-computer  hotel  -> allow PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR
+4d 10:00   login ok  ann  hotel-computer  hotel  -> allow PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR
