# An application that knows only the name that was typed: once the name is known to be Ann's, so is her history.
policy default

08:00   login ok      ann       phone-a   lisbon   -> allow
09:00   login ok      @ann      phone-a   lisbon   -> allow PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR
09:01   login failed  @ann      laptop-x  lisbon-33  -> allow PROFILE_DEVICE_NEW
09:02   login failed  @mallory  laptop-x  lisbon-33  -> allow !PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR
