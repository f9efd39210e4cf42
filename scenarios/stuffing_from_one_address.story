# A list of stolen pairs, worked through quickly by one tool from one address. Most names are nobody's here.
policy default

08:00      login ok  ann  phone-a  lisbon                                     -> allow
09:00      login ok  ann  phone-a  lisbon                                     -> allow PROFILE_DEVICE_FAMILIAR

# The first tries come from a rented server and say that they are a program; how many there will be nobody knows yet.
10:00:00   2 times every 1s   login failed  @stranger-#  bot  hosting         -> stop !IP_ACTION_VELOCITY
10:00:02   33 times every 1s  login failed  @customer-#  bot  hosting         -> deny IP_ACTION_VELOCITY DEVICE_PROFILE_VELOCITY DEVICE_SUSPICIOUS_VELOCITY

# A pair that works: the right password, at the end of a flood.
10:00:40   login ok  ann  bot      hosting                                    -> deny IP_ACTION_VELOCITY DEVICE_SUSPICIOUS_VELOCITY PROFILE_DEVICE_NEW

# Her own door is none of it.
10:01:00   login ok  ann  phone-a  lisbon                                     -> allow PROFILE_DEVICE_FAMILIAR !IP_ACTION_VELOCITY !PROFILE_ACTION_VELOCITY
