# An IPv6 line has more addresses than there are logins. Its /64 is one subscriber, so rotating within it hides nothing.
policy default

10:00   40 times every 1s  login failed  @stranger-#  bot-#  one-line-#   -> stop IP_ACTION_VELOCITY
11:00   40 times every 1s  login failed  @customer-#  bot-#  botnet-#     -> stop !IP_ACTION_VELOCITY
