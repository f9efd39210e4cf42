# E-mail addresses to throw away. Whoever registers with one is let in, and it is said; a `+` in a name is nobody's business.
# Of two accounts that change their address on a new phone, the one whose mail goes where nobody can follow is asked. On her
# own phone Cleo may throw away what she likes.
policy default

07:00        register ok  customer-1  phone-1  lisbon-1  email one+shop@example.org                      -> pass !EMAIL_DISPOSABLE
07:05        register ok  customer-2  phone-2  lisbon-2  email two@post.Ten-Minutes.example              -> pass EMAIL_DISPOSABLE
08:00        20 times every 1d  login ok  ann   phone-a   lisbon                                         -> always pass !EMAIL_DISPOSABLE
meanwhile 08:05   20 times every 1d  login ok  ben   phone-b   lisbon-3
meanwhile 08:10   20 times every 1d  login ok  cleo  laptop-a  lisbon-4
+20d 09:00   account_details_change ok  ann   phone-7   lisbon-5  email ann+new@example.org              -> pass PROFILE_DEVICE_NEW !EMAIL_DISPOSABLE
+20d 09:05   account_details_change ok  ben   phone-8   lisbon-6  email ben@ten-minutes.example          -> challenge PROFILE_DEVICE_NEW EMAIL_DISPOSABLE
+20d 09:10   account_details_change ok  cleo  laptop-a  lisbon-4  email cleo@ten-minutes.example         -> pass EMAIL_DISPOSABLE
+20d 09:15   login ok  cleo  laptop-a  lisbon-4  email cleo@ten-minutes.example                          -> pass !EMAIL_DISPOSABLE
