# Half of the guesses name the account and half only the name that belongs to it: it is one door.
policy default

08:00      login ok  ann  phone-a  lisbon                           -> allow
10:00:00   7 times every 2s  login failed   ann  bot-#  botnet-#    -> stop !PROFILE_ACTION_VELOCITY
10:00:20   7 times every 2s  login failed  @ann  bot-#  botnet-#    -> stop PROFILE_ACTION_VELOCITY
