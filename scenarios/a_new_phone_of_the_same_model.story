# The same model again is drift rather than novelty: a cleared cookie, the same phone after a repair.
policy default

09:00   login ok  ann  phone-1  lisbon   -> allow
12:00   login ok  ann  phone-2  lisbon   -> allow PROFILE_DEVICE_NEW PROFILE_DEVICE_FAMILIAR_MODEL
13:00   login ok  ann  phone-b  lisbon   -> allow PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR_MODEL
