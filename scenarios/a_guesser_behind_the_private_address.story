# With everybody on one private address, guessing at one account is still seen on the account, and the owner still gets in.
policy default

09:00      60 times every 2s   login ok      customer-#  phone-#  lan   -> always pass
10:00:00   60 times every 1s   login failed  customer-5  bot      lan   -> stop
10:01:05   login ok  customer-5  bot      lan                           -> stop
10:01:10   login ok  customer-5  phone-5  lan                           -> pass PROFILE_DEVICE_FAMILIAR
10:01:20   login ok  customer-6  phone-6  lan                           -> pass PROFILE_DEVICE_FAMILIAR
