# An intruder with the password has the owner's phone ask and ask, until a tired thumb says yes. Three times ignored in ten
# minutes is a pattern, and one mistyped code is not.
policy default

08:00        14 times every 1d  login ok  ann  phone-a  lisbon      -> always pass
+14d 01:00   login ok  ann  laptop-x  lagos                         -> stop
+14d 01:01   challenge ignored ann laptop-x
+14d 01:02   login ok  ann  laptop-x  lagos                         -> stop
+14d 01:03   challenge ignored ann laptop-x
+14d 01:04   login ok  ann  laptop-x  lagos                         -> stop
+14d 01:05   challenge failed ann laptop-x
+14d 01:06   login ok  ann  laptop-x  lagos                         -> stop PROFILE_CHALLENGE_FATIGUE
+14d 08:00   login ok  ann  phone-a   lisbon                        -> pass PROFILE_DEVICE_FAMILIAR
