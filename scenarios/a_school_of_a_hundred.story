# A hundred come in through one address each morning, in about the same order: more than are remembered there, and yet
# the address is known for them. One who guesses at others' accounts there does not spoil it for them, either.
policy default

07:40        100 times every 6s  login ok  colleague-#  phone-#  lisbon-office          -> always pass
+1d 07:40    100 times every 3s  login ok  colleague-#  phone-#  lisbon-office          -> pass
+2d 07:40    100 times every 2s  login ok  colleague-#  phone-#  lisbon-office          -> always pass !IP_ACTION_VELOCITY
+2d 10:00    60 times every 5s   login failed  customer-#  bot  lisbon-office           -> stop
+2d 10:10    login ok  colleague-1   phone-1   lisbon-office                            -> pass !IP_RISKY_REPUTATION
+2d 10:11    login ok  colleague-99  phone-99  lisbon-office                            -> pass !IP_RISKY_REPUTATION
