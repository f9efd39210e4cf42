# A captcha on the spot is no second factor, either.
policy default

08:00   login ok  ann  phone-a  lisbon                                 -> allow
09:00   login ok  ben  hotel-computer  hotel                           -> allow
10:00   login ok  ann  hotel-computer  hotel with password+recaptcha   -> challenge PROFILE_DEVICE_NEW
10:05   login ok  ann  hotel-computer  hotel                           -> challenge PROFILE_DEVICE_NEW
