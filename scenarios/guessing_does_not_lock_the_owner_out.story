# Somebody works through one account's passwords. The owner, at the familiar door, must not pay for it; with a new phone
# the owner may be asked, but is never refused.
policy default

08:00       login ok  ann  phone-a  lisbon                                       -> allow
+1d 08:00   login ok  ann  phone-a  lisbon                                       -> ?
+2d 08:00   login ok  ann  phone-a  lisbon                                       -> ?

+2d 10:00:00   50 times every 1s  login failed  ann  bot      hosting             -> ?
+2d 10:00:50   login ok                         ann  bot      hosting             -> ?
+2d 10:00:55   login ok                         ann  phone-a  lisbon              -> ?
+2d 10:00:58   login ok                         ann  phone-b  lisbon              -> ?
+2d 10:00:59   login ok                         ann  phone-1  hotel               -> ?
