# Ann's laptop, abroad for a week, in another language and at another screen, and back again. It is the same laptop, of which
# nobody has made a copy.
policy default

08:00        14 times every 1d  login ok  ann  laptop-a  lisbon                          -> always pass
+14d 08:00   login ok  ann  laptop-a-abroad  lisbon                                      -> pass PROFILE_DEVICE_FAMILIAR !DEVICE_COOKIE_REUSED !PROFILE_DEVICE_NEW !SESSION_TOKEN_REPLAYED
+16d 08:00   login ok  ann  laptop-a-abroad  madrid                                      -> pass PROFILE_DEVICE_FAMILIAR !DEVICE_COOKIE_REUSED !PROFILE_DEVICE_NEW !DEVICE_SUSPICIOUS_LANGUAGE
+20d 08:00   login ok  ann  laptop-a  lisbon                                             -> pass !DEVICE_COOKIE_REUSED !DEVICE_SUSPICIOUS_LANGUAGE
