# Ann borrows the hotel's computer that Ben used an hour ago, and is asked for more proof. Until she gives it, the
# computer stays a stranger's, however often it comes back.
policy default

08:00       login ok  ann  phone-a  lisbon           -> allow
08:10       login ok  ben  phone-b  porto            -> allow
+1d 09:00   login ok  ben  hotel-computer  hotel     -> ?
+1d 10:00   login ok  ann  hotel-computer  hotel     -> ?
+1d 10:01   challenge failed   ann  hotel-computer   -> ?
+1d 10:05   login ok  ann  hotel-computer  hotel     -> ?
+3d 10:05   login ok  ann  hotel-computer  hotel     -> ?
+3d 10:06   challenge passed   ann  hotel-computer by push_notification  -> ?
+5d 10:00   login ok  ann  hotel-computer  hotel     -> ?
