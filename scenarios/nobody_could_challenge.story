# In observe mode nobody is asked for more proof, so what would have been challenged is believed after a day in which
# nobody has reported it.
mode observe

08:00       login ok  ann  phone-a  lisbon                 -> allow
+1d 09:00   login ok  ben  hotel-computer  hotel           -> allow
+1d 10:00   login ok  ann  hotel-computer  hotel           -> challenge PROFILE_DEVICE_NEW
+1d 10:05   login ok  ann  hotel-computer  hotel           -> challenge PROFILE_DEVICE_NEW
+2d 09:59   login failed  ann  hotel-computer  hotel       -> allow PROFILE_DEVICE_NEW
+2d 10:10   login ok  ann  hotel-computer  hotel           -> pass !PROFILE_DEVICE_NEW
+5d 10:10   login ok  ann  hotel-computer  hotel           -> pass PROFILE_DEVICE_FAMILIAR
