# A carrier's translator puts thousands behind one number: what is a flood from a home is an evening there.
policy default

20:00   40 times every 1s  login ok      customer-#   phone-#  carrier   -> always pass !IP_ACTION_VELOCITY
21:00   40 times every 1s  login failed  colleague-#  bot-#    hosting   -> stop IP_ACTION_VELOCITY
