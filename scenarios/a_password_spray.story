# One password at two hundred doors, from a handful of servers, one try each: no account and no address sees a flood. The
# password they share is what tells, and the one door that opens is caught.
policy default

08:00   200 times every 5s  login ok  customer-#  phone-#  homes-#                                              -> always pass
10:00   180 times every 10s  login failed  customer-#  bot-#  botnet-#  with password Winter2025!
10:31   login ok  customer-190  bot-190  botnet-190  with password Winter2025!                                  -> stop CREDENTIAL_SPRAY_CAMPAIGN

# Somebody who really has that password, on the own phone, is asked to change it and is not taken for the attacker.
10:40   login ok  customer-195  phone-195  homes-195  with password Winter2025!                                 -> pass PROFILE_DEVICE_FAMILIAR !CREDENTIAL_SPRAY_CAMPAIGN
10:45   login ok  customer-3    phone-3    homes-3    with password correct-horse                               -> pass
