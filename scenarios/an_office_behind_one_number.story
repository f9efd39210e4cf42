# Forty colleagues come in at nine. After a week the address is known for them.
policy default

09:00       40 times every 1min  login ok  colleague-#  phone-#  lisbon-office   -> allow !IP_ACTION_VELOCITY
+1d 09:00   40 times every 1s    login ok  colleague-#  phone-#  lisbon-office   -> allow !IP_ACTION_VELOCITY
