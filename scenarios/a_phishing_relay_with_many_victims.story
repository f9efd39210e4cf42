# The same copy of the shop, an afternoon long: every victim is new to that server, and it is the same browser at all doors.
policy default

08:00   100 times every 5s  login ok  customer-#  phone-#  homes-#   -> always pass
12:00   40 times every 3min  campaign phishing_relay                 -> stopped 80%
15:00   100 times every 2s  login ok  customer-#  phone-#  homes-#   -> always pass
