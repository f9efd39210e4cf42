# An intruder who knocks long enough does not become an acquaintance.
policy default

09:00       login ok  ann  phone-a  lisbon                                -> allow
+1d 09:00   login ok  ann  phone-a  lisbon                                -> ?
+1d 12:00   5 times every 30min  login failed  ann  laptop-x  lagos       -> ?
+2d 12:00   login ok  ann  laptop-x  lagos                                -> ?
