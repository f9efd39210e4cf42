# Strangers guess from a rented server for an hour. Who comes from there that morning has its bad name against them; who
# comes in the same way some days later has not: the machine may be somebody else's by then.
policy default

08:00        60 times every 1min  login unknown  @stranger-#  bot-#  hosting
10:00        login ok  ben   laptop-x  hosting   -> challenge IP_RISKY_REPUTATION CREDENTIAL_STUFFING_CAMPAIGN
+3d 10:00    login ok  dora  phone-c   hosting   -> pass IP_RISKY_ANONYMIZE !IP_RISKY_REPUTATION !CREDENTIAL_STUFFING_CAMPAIGN
