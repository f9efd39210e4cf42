# A program on many computers has sold the cookies of forty customers. Whoever bought them does not sign in: it uses the
# sessions from elsewhere, in a browser that is not theirs.
policy default

08:00   100 times every 5s  login ok  customer-#  phone-#  homes-# session own-#   -> always pass
12:00   40 times every 2min  campaign session_theft                                -> stopped 90%
14:00   100 times every 2s  login ok  customer-#  phone-#  homes-#                 -> always pass
