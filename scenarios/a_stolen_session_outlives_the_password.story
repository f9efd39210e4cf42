# A program on Ann's laptop has sold her session. She notices, changes her password at home and signs in anew, but the shop
# ends no sessions when a password changes, so the thief's goes on. The new password is no proof of the old session: what
# stopped the thief before stops him after, also days later when he comes with nothing but the session in his own browser.
# And who has just changed her password is not asked for that.
policy default

08:00        20 times every 1d  login ok  ann  laptop-a  lisbon  session s-76                                        -> always pass
meanwhile +1d 08:05   6 times every 3d  checkout ok  ann  laptop-a  lisbon  session s-76 pays 12 EUR by card-1       -> always pass
+20d 08:00   login ok     ann  laptop-a       lisbon     session s-77                                                -> pass
+20d 08:05   checkout ok  ann  thiefs-browser botnet-44  session s-77 cookie laptop-a pays 90 EUR by card-1          -> stop SESSION_TOKEN_REPLAYED

# She has seen the order, and changes her password.
+20d 09:00   account_auth_change ok  ann  laptop-a  lisbon  session s-77 repassword                                  -> pass !PROFILE_RECOVERY_CHAIN
+20d 09:01   login ok     ann  laptop-a       lisbon     session s-78                                                -> pass
# The thief's session was not ended.
+20d 09:05   checkout ok  ann  thiefs-browser botnet-44  session s-77 cookie laptop-a pays 90 EUR by card-1          -> stop SESSION_TOKEN_REPLAYED
+20d 21:00   account_details_change ok  ann  thiefs-browser botnet-44  session s-77 cookie laptop-a email ann.new@example.net  -> stop
+23d 03:00   withdraw ok  ann  thiefs-browser botnet-45  session s-77 pays 900 EUR to mule-1                         -> stop PROFILE_DEVICE_NEW

# She goes on as before.
+24d 08:00   login ok     ann  laptop-a       lisbon     session s-78                                                -> pass PROFILE_DEVICE_FAMILIAR
+24d 08:05   checkout ok  ann  laptop-a       lisbon     session s-78 pays 12 EUR by card-1                          -> pass
