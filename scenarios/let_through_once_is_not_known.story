# Somebody has the right password, and comes from the next street: nothing stops the first login, and nothing should stop
# that of an owner with a new phone. But the second one a minute later is no friend, nor is the tenth: knowing takes time,
# in which an owner may say that it was somebody else.
policy default

08:00        20 times every 1d  login ok  ann  phone-a  lisbon       -> always pass
+20d 08:00   login ok  ann  phone-a   lisbon                         -> trust PROFILE_FAMILIAR
+20d 09:00   login ok  ann  laptop-x  lisbon-33                      -> allow PROFILE_DEVICE_NEW
+20d 09:01   login ok  ann  laptop-x  lisbon-33                      -> allow !PROFILE_FAMILIAR !PROFILE_DEVICE_FAMILIAR !PROFILE_IP_FAMILIAR
+20d 09:10   10 times every 2h  login ok  ann  laptop-x  lisbon-33   -> always allow !PROFILE_FAMILIAR !PROFILE_DEVICE_FAMILIAR
+23d 08:50   login ok  ann  laptop-x  lisbon-33                      -> allow !PROFILE_FAMILIAR !PROFILE_DEVICE_FAMILIAR

# Nobody has said a word for three days, Ann with her phone in hand.
+23d 09:00   login ok  ann  laptop-x  lisbon-33                      -> pass PROFILE_DEVICE_FAMILIAR
+23d 09:05   login ok  ann  phone-a   lisbon                         -> trust PROFILE_FAMILIAR
