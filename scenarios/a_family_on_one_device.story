# A couple shares a computer. Once both are familiar on it, it is theirs.
policy default

08:00       login ok  ann  family-computer  lisbon   -> allow
+2d 08:00   login ok  ben  family-computer  lisbon   -> ?
+4d 08:00   login ok  ann  family-computer  lisbon   -> ?
+4d 08:30   login ok  ben  family-computer  lisbon   -> ?
+9d 20:00   login ok  ben  family-computer  lisbon   -> ?
+9d 20:30   login ok  ann  family-computer  lisbon   -> ?
