# An application that knows only the name that was typed: once the name is known to be Ann's, so is her history.
policy default

08:00       login ok      ann       phone-a   lisbon   -> allow
+1d 08:00   login ok      @ann      phone-a   lisbon   -> ?
+1d 08:01   login failed  @ann      laptop-x  lagos    -> ?
+1d 08:02   login failed  @mallory  laptop-x  lagos    -> ?
