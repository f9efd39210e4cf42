# What is pending teaches nothing until it is known to have succeeded.
policy default

08:00   login ok       ann  phone-a  lisbon   -> allow
09:00   login pending  ann  phone-b  lisbon   -> allow PROFILE_DEVICE_NEW
10:00   login pending  ann  phone-b  lisbon   -> allow PROFILE_DEVICE_NEW
10:01   outcome ok     ann  phone-b
11:00   login pending  ann  phone-b  lisbon   -> allow !PROFILE_DEVICE_NEW

12:00   login pending  ann  laptop-x  lisbon-33   -> allow PROFILE_DEVICE_NEW
12:01   outcome failed ann  laptop-x
13:00   login pending  ann  laptop-x  lisbon-33   -> allow PROFILE_DEVICE_NEW
