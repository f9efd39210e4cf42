# Ann's session is stolen by a program on her laptop, cookie and all, and used from far away in another browser while she
# goes on at home. One token, two places at once.
policy default

08:00        14 times every 1d  login ok  ann  laptop-a  lisbon   -> always pass
+14d 08:00   login ok  ann  laptop-a  lisbon session s-77         -> pass
+14d 08:10   checkout ok  ann  laptop-a        lisbon     session s-77 pays 12 EUR by card-1                     -> pass
+14d 08:12   withdraw ok  ann  thiefs-browser  botnet-44  session s-77 cookie laptop-a pays 900 EUR to mule-1    -> stop SESSION_TOKEN_REPLAYED
+14d 08:13   checkout ok  ann  laptop-a        lisbon     session s-77 pays 8 EUR by card-1                      -> pass
