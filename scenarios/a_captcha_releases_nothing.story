# A captcha proves a human, and an intruder is one.
policy default

08:00       login ok  ann  phone-a  lisbon           -> allow
08:10       login ok  ben  phone-b  porto            -> allow
+1d 09:00   login ok  ben  hotel-computer  hotel     -> allow
+1d 10:00   login ok  ann  hotel-computer  hotel     -> ?
+1d 10:01   challenge passed  ann  hotel-computer by recaptcha   -> released 0
+1d 10:02   login ok  ann  hotel-computer  hotel     -> ?
+1d 10:03   challenge passed  ann  hotel-computer by u2f         -> ?
+1d 10:04   login ok  ann  hotel-computer  hotel     -> ?
