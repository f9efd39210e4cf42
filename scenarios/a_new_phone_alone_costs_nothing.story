# Nearly every takeover comes from a new device, and nearly every new device is somebody's new phone.
policy default

09:00       login ok  ann  phone-a  lisbon   -> allow !PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR
+1d 09:00   login ok  ann  phone-a  lisbon   -> allow PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR
+2d 09:00   login ok  ann  phone-a  lisbon   -> allow
+3d 09:00   login ok  ann  phone-a  lisbon   -> pass

# The new phone, at home; then out of town. It costs nothing from the first day on, and is familiar from the fourth.
+4d 18:00   login ok  ann  phone-b  lisbon   -> allow PROFILE_DEVICE_NEW PROFILE_IP_FAMILIAR
+5d 09:00   login ok  ann  phone-b  porto    -> allow !PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR !PROFILE_IP_FAMILIAR
+7d 18:00   login ok  ann  phone-b  porto    -> pass PROFILE_DEVICE_FAMILIAR

# And a third device at once, elsewhere: still nothing but new.
+7d 18:30   login ok  ann  laptop-a hotel    -> allow PROFILE_DEVICE_NEW !PROFILE_IP_FAMILIAR
