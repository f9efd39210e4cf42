# Who brings the second factor along has passed the challenge before it is put.
policy default

08:00   login ok  ann  phone-a  lisbon                                     -> allow
08:10   login ok  ben  phone-b  porto                                      -> allow
09:00   login ok  ben  hotel-computer  hotel                               -> allow
10:00   login ok  ann  hotel-computer  hotel with password+one_time_code   -> challenge PROFILE_DEVICE_NEW
10:05   login ok  ann  hotel-computer  hotel                               -> allow PROFILE_DEVICE_FAMILIAR
