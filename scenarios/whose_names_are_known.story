# Somebody tries names, not passwords: nearly all are nobody's, and the answer would tell which are not. One customer who
# mistypes the name is not that.
policy default

09:00   40 times every 10s  login ok       customer-#   phone-#  homes-#      -> always pass
10:00   80 times every 2s   login unknown  @stranger-#  bot      hosting-3    -> stop CREDENTIAL_ENUMERATION
10:05   login unknown  @stranger-900  phone-7  homes-7                        -> pass !CREDENTIAL_ENUMERATION
10:06   login ok       customer-7     phone-7  homes-7                        -> pass !CREDENTIAL_ENUMERATION
