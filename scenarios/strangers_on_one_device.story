# One machine on which one account after another is opened.
policy default

08:00       login ok  ann   phone-a   lisbon   -> allow
08:10       login ok  ben   phone-b   porto    -> allow
08:20       login ok  cleo  phone-1   porto    -> allow

+1d 10:00   login ok  ann   laptop-x  lagos    -> ?
+1d 10:05   login ok  ben   laptop-x  lagos    -> ?
+1d 10:10   login ok  cleo  laptop-x  lagos    -> ?
