# A device's cookie was copied some days ago, together with all that its browser says of itself. The owner's browser has been
# updated since; the copy has not. Far away and at night that is asked. At home it may be the owner's own, set back: let in,
# and not vouched for.
policy default

08:00        14 times every 1d  login ok  ann  phone-a          lisbon    -> always pass !DEVICE_COOKIE_REUSED
+14d 08:00   6 times every 1d   login ok  ann  phone-a-updated  lisbon    -> always pass !DEVICE_COOKIE_REUSED
+20d 22:00   login ok  ann  phone-a  new-york                             -> challenge DEVICE_COOKIE_REUSED !PROFILE_DEVICE_FAMILIAR
+21d 08:00   login ok  ann  phone-a  lisbon                               -> pass DEVICE_COOKIE_REUSED !PROFILE_TRUSTED
