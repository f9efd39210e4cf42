# An intruder who knocks long enough does not become an acquaintance.
policy default

09:00   login ok  ann  phone-a  lisbon                            -> allow
12:00   5 times every 30min  login failed  ann  laptop-x  lagos   -> stop PROFILE_DEVICE_NEW
20:00   login failed  ann  laptop-x  lagos                        -> stop PROFILE_DEVICE_NEW !PROFILE_IP_FAMILIAR
