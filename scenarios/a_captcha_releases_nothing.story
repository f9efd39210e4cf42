# A captcha proves a human, and an intruder is one.
policy default

08:00   login ok  ann  phone-a  lisbon                       -> allow
09:00   login ok  ben  hotel-computer  hotel                 -> allow
10:00   login ok  ann  hotel-computer  hotel                 -> challenge
10:01   challenge passed  ann  hotel-computer by recaptcha   -> released 0
10:02   login ok  ann  hotel-computer  hotel                 -> challenge PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR
10:03   challenge passed  ann  hotel-computer by u2f         -> released 2
10:04   login ok  ann  hotel-computer  hotel                 -> allow PROFILE_DEVICE_FAMILIAR
