# One address of a carrier, three hundred phones of an evening, and a few mistyped passwords: an address is not a person.
policy default

19:00   300 times every 10s  login ok      customer-#  phone-#  mobile   -> always pass !IP_ACTION_VELOCITY !IP_RISKY_REPUTATION
20:00   15 times every 20s   login failed  customer-#  phone-#  mobile   -> always pass !IP_RISKY_REPUTATION
20:10   login ok  customer-4    phone-4    mobile                        -> pass PROFILE_DEVICE_FAMILIAR
20:11   login ok  customer-301  phone-301  mobile                        -> pass !IP_RISKY_REPUTATION
