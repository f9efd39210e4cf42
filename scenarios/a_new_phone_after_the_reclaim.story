# Ann has her account back, and starts anew: in the evening, on a new computer, on the line of another provider in her town.
# Who has just won back an account is not sent away again: that is forgiven once. Ben, to whom nothing happened, is asked
# for the same; and so is Ann, from the second new device on.
policy default

08:00        20 times every 1d  login ok  ann  phone-a   lisbon                       -> always pass
meanwhile 08:30   20 times every 1d  login ok  ben  phone-b   lisbon-9                -> always pass
+20d 02:00   login ok  ann  thiefs-browser  new-york-33
+20d 09:00   reclaim ann since +20d 02:00
+20d 20:00   login ok  ben  hotel-computer  lisbon-fibre-4                -> challenge PROFILE_DEVICE_NEW
+20d 20:05   login ok  ann  laptop-a  lisbon-fibre-3                      -> allow PROFILE_DEVICE_NEW USER_RECENTLY_RECLAIMED
+20d 20:30   login ok  ann  laptop-a  lisbon-fibre-3                      -> pass !PROFILE_DEVICE_NEW
+20d 21:00   login ok  ann  family-computer  lisbon-office-5               -> challenge PROFILE_DEVICE_NEW !USER_RECENTLY_RECLAIMED
