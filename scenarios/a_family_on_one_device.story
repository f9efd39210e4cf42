# A couple shares a computer. Once both are familiar on it, it is theirs, and a third who is not stands out.
policy default

08:00       login ok  ann   family-computer  lisbon   -> allow
08:30       login ok  ben   phone-b          lisbon   -> allow
+2d 08:00   login ok  ben   family-computer  lisbon   -> allow PROFILE_DEVICE_NEW !DEVICE_SUSPICIOUS_VELOCITY
+6d 08:00   login ok  ann   family-computer  lisbon   -> allow PROFILE_DEVICE_FAMILIAR !DEVICE_SUSPICIOUS_VELOCITY
+6d 08:30   login ok  ben   family-computer  lisbon   -> allow PROFILE_DEVICE_FAMILIAR !DEVICE_SUSPICIOUS_VELOCITY
+6d 09:00   login ok  cleo  family-computer  lisbon   -> allow DEVICE_SUSPICIOUS_VELOCITY
