# Forty colleagues come in one by one. Two days later they come all at once: the address is known for them.
policy default

09:00   40 times every 1min  login ok  colleague-#  phone-#  lisbon-office   -> allow !IP_ACTION_VELOCITY
+2d 09:00   40 times every 1s    login ok  colleague-#  phone-#  lisbon-office   -> allow PROFILE_DEVICE_FAMILIAR !IP_ACTION_VELOCITY
