# Who brings the second factor along has passed the challenge before it is put.
policy default

08:00   login ok  ann  phone-a  lisbon                                     -> allow
09:00   login ok  ben  hotel-computer  hotel                               -> allow
10:00   login ok  ann  hotel-computer  hotel with password+one_time_code   -> allow PROFILE_DEVICE_NEW USER_SECOND_FACTOR_PASSED
10:05   login ok  ann  hotel-computer  hotel                               -> allow PROFILE_DEVICE_FAMILIAR
