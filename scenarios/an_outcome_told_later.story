# What is pending teaches nothing until it is known to have succeeded.
policy default

08:00       login ok       ann  phone-a  lisbon   -> allow
+1d 08:00   login pending  ann  phone-b  lisbon   -> ?
+2d 08:00   login pending  ann  phone-b  lisbon   -> ?
+2d 08:01   outcome ok     ann  phone-b
+3d 08:00   login pending  ann  phone-b  lisbon   -> ?

+4d 08:00   login pending  ann  laptop-x  lagos   -> ?
+4d 08:01   outcome failed ann  laptop-x
+5d 08:00   login pending  ann  laptop-x  lagos   -> ?
