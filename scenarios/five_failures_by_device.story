# One device fails at five doors within half an hour: whoever it gets in as next is refused, until the half hour is over.
# Ann's own failures on her own phone are hers.
policy
  [[rules]]
  name = "five-failures-by-device"
  actions = ["login"]
  when = 'events.login.byDevice.failed.excludeCurrent.lastMinutes(30).count() >= 5'
  floor = "deny"

08:00        10 times every 1d  login ok  ann  phone-a  lisbon              -> always pass
+10d 08:00   4 times every 1min  login failed  ann  phone-a  lisbon           -> pass
+10d 08:05   login ok  ann  phone-a  lisbon                                 -> pass

+11d 09:00   5 times every 3min  login failed  @stranger-#  laptop-x  madrid  -> pass
+11d 09:20   login ok  ben  laptop-x  madrid                                -> deny
+11d 09:50   login ok  ann  phone-a  lisbon                                 -> pass
