# Two households bought the same television, and its browser gives both the same name. Neither is a stranger in the
# other's account, and neither is stopped in its own.
policy default

20:00   10 times every 1d  login ok  ann   television  lisbon          -> always pass
meanwhile 20:30   10 times every 1d  login ok  dora  television  porto       -> always pass !DEVICE_COOKIE_REUSED !DEVICE_IMPOSSIBLE_TRAVEL
+10d 20:00   login ok  ann   television  lisbon                        -> pass PROFILE_DEVICE_FAMILIAR !DEVICE_IMPOSSIBLE_TRAVEL
+10d 20:05   login ok  dora  television  porto                         -> pass PROFILE_DEVICE_FAMILIAR !DEVICE_IMPOSSIBLE_TRAVEL
