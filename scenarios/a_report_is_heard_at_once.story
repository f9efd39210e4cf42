# "That was not me": from then on even the familiar device is asked, until the owner has the account back.
policy default

08:00       login ok  ann  phone-a  lisbon     -> allow
+1d 08:00   login ok  ann  phone-a  lisbon     -> ?
+1d 09:00   login ok  ann  laptop-x lagos      -> ?
+1d 09:30   feedback takeover ann laptop-x     -> ?
+1d 09:31   login ok  ann  phone-a  lisbon     -> ?
+1d 09:40   reclaim ann since +1d 09:00        -> ?
+1d 09:41   login ok  ann  phone-a  lisbon     -> ?
