# Cold start: a store that knows nobody. Peers say nothing for sixty days; here a hundred people come for the first time
# and all get in, while a script in the middle of them does not.
policy default

09:00      100 times every 30s  login ok      customer-#  phone-#  homes-#    -> always pass !PROFILE_DEVICE_NEW !PROFILE_LOCATION_NEW
meanwhile 09:30:01   60 times every 1s  login unknown  @stranger-#  bot  hosting
09:50:10   login ok  customer-7  bot      hosting                             -> stop
09:55      login ok  customer-7  phone-7  homes-7                             -> pass PROFILE_DEVICE_FAMILIAR
