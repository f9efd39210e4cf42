# The hotel's computer was challenged; a colleague calls Ann, and it was her.
policy default

08:00   login ok  ann  phone-a  lisbon              -> allow
09:00   login ok  ben  hotel-computer  hotel        -> allow
10:00   login ok  ann  hotel-computer  hotel        -> challenge PROFILE_DEVICE_NEW
10:30   feedback legitimate ann hotel-computer      -> released 1
10:31   login ok  ann  hotel-computer  hotel        -> allow PROFILE_DEVICE_FAMILIAR
