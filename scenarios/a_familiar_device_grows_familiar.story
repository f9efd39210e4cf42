# Familiarity is earned: once a day at most, by what was let through. The owner then has it wherever they go.
policy default

08:00       login ok      ann  phone-a  lisbon   -> allow !PROFILE_DEVICE_FAMILIAR !PROFILE_IP_FAMILIAR
08:05       login ok      ann  phone-a  lisbon   -> ?
+1d 08:00   login ok      ann  phone-a  lisbon   -> ?
+2d 08:00   login ok      ann  phone-a  carrier  -> ?
+3d 08:00   login failed  ann  phone-a  lisbon   -> ?
+3d 08:01   login ok      ann  phone-a  lisbon   -> ?
+4d 23:00   login ok      ann  phone-a  hotel    -> ?
