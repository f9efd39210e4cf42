# Ann's employer has an exit of its own in Frankfurt, and no data set says that it is one. Ann switches it on and off all
# day, on the laptop that she has at home in Lisbon: 2 300 km in a minute. The first time she brings her second factor
# along; from then on both are where she is.
policy default

08:00        14 times every 1d  login ok  ann  laptop-a  lisbon           -> always pass
meanwhile 09:00    login ok  ann  laptop-a  company-exit with password+passkey
meanwhile 09:10    10 times every 1d  login ok  ann  laptop-a  company-exit
+14d 09:00   login ok  ann  laptop-a  lisbon                              -> pass
+14d 09:01   login ok  ann  laptop-a  company-exit                        -> pass !SESSION_TOKEN_REPLAYED !DEVICE_IMPOSSIBLE_TRAVEL !PROFILE_IMPOSSIBLE_TRAVEL
+14d 09:02   login ok  ann  laptop-a  lisbon                              -> pass !SESSION_TOKEN_REPLAYED !DEVICE_IMPOSSIBLE_TRAVEL

# Her stolen cookie in a browser far away, where she has never been, is what it always was.
+14d 09:03   withdraw ok  ann  thiefs-browser  botnet-44  cookie laptop-a pays 900 EUR to mule-1   -> stop SESSION_TOKEN_REPLAYED
