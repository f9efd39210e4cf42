# An operator gives forty colleagues one password to begin with, and they all sign in with it: that is no spray. Somebody who
# has heard of it tries it on customers, from everywhere: that is one, and the colleagues are still none of it.
policy default

07:00        40 times every 20s  login ok  colleague-#  phone-#  lisbon-office                                        -> always pass
meanwhile 19:00   60 times every 20s  login ok  customer-#  phone-10#  homes-#                                          -> always pass
+1d 07:00    40 times every 10s  login ok  colleague-#  phone-#  lisbon-office with password Bemvindo-26!             -> always pass !CREDENTIAL_SPRAY_CAMPAIGN
+1d 13:00    50 times every 20s  login failed  customer-#  bot-#  botnet-#  with password Bemvindo-26!                -> stop CREDENTIAL_SPRAY_CAMPAIGN
+1d 13:17    login ok  customer-51  bot-51  botnet-51  with password Bemvindo-26!                                     -> stop CREDENTIAL_SPRAY_CAMPAIGN
+1d 13:18    40 times every 1s  login ok  colleague-#  phone-#  lisbon-office with password Bemvindo-26!              -> always pass !CREDENTIAL_SPRAY_CAMPAIGN
