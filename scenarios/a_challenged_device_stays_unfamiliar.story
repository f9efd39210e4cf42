# Ann borrows the hotel's computer that Ben has just used, and is asked for more proof. Until she gives it, the computer
# stays a stranger's, however often it comes back.
policy default

08:00   login ok  ann  phone-a  lisbon                                -> allow
09:00   login ok  ben  hotel-computer  hotel                          -> allow
10:00   login ok  ann  hotel-computer  hotel                          -> challenge PROFILE_DEVICE_NEW DEVICE_SUSPICIOUS_VELOCITY
10:01   challenge failed   ann  hotel-computer                        -> released 0
10:05   login ok  ann  hotel-computer  hotel                          -> challenge PROFILE_DEVICE_NEW !PROFILE_IP_FAMILIAR
10:06   challenge ignored  ann  hotel-computer                        -> released 0
10:10   3 times every 1min  login ok  ann  hotel-computer  hotel      -> challenge PROFILE_DEVICE_NEW !PROFILE_IP_FAMILIAR
10:13   challenge passed   ann  hotel-computer by push_notification   -> released 5
10:14   login ok  ann  hotel-computer  hotel                          -> allow PROFILE_DEVICE_FAMILIAR !PROFILE_DEVICE_NEW
