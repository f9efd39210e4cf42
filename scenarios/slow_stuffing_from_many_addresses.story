# The same list, from a line and a browser of its own for each try, one a minute: nothing is counted twice. Only the
# account that is hit sees a new device, and that alone is no reason. Telling such a campaign needs more than windows.
policy default

08:00   login ok  ann  phone-a  lisbon                                       -> allow
10:00   40 times every 1min  login failed  @stranger-#  bot-#  botnet-#      -> allow !IP_ACTION_VELOCITY !DEVICE_SUSPICIOUS_VELOCITY
11:00   login ok  ann  bot-99   botnet-99                                    -> allow PROFILE_DEVICE_NEW !IP_ACTION_VELOCITY
