# One machine on which one account after another is opened.
policy default

08:00   login ok  ann   phone-a   lisbon   -> allow
08:10   login ok  ben   phone-b   porto    -> allow
08:20   login ok  cleo  phone-1   porto    -> allow

10:00   login ok  ann   laptop-x  lisbon-33    -> allow PROFILE_DEVICE_NEW
10:05   login ok  ben   laptop-x  lisbon-33    -> challenge DEVICE_SUSPICIOUS_VELOCITY PROFILE_DEVICE_NEW
10:10   login ok  cleo  laptop-x  lisbon-33    -> challenge DEVICE_SUSPICIOUS_VELOCITY PROFILE_DEVICE_NEW
