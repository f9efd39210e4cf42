# A public address that no data set knows, a private one, a carrier's: unknown geography is no evidence of anything. It
# neither breaks nor challenges, also when two unknown places follow each other in a minute.
policy default

08:00       login ok  ann   phone-a  unknown             -> pass !PROFILE_IMPOSSIBLE_TRAVEL
08:01       login ok  ann   phone-a  unknown-elsewhere   -> pass !PROFILE_IMPOSSIBLE_TRAVEL !PROFILE_LOCATION_NEW
08:02       login ok  ann   phone-a  lan                 -> pass !PROFILE_IMPOSSIBLE_TRAVEL !PROFILE_LOCATION_NEW
08:03       login ok  ann   phone-a  carrier             -> pass !PROFILE_IMPOSSIBLE_TRAVEL !PROFILE_LOCATION_NEW
08:04       login ok  ann   phone-a  lisbon              -> pass !PROFILE_IMPOSSIBLE_TRAVEL
+1d 08:00   login ok  ann   phone-a  unknown             -> pass PROFILE_DEVICE_FAMILIAR
+1d 08:05   login ok  dora  nameless-phone  unknown      -> pass !PROFILE_DEVICE_NEW
+2d 08:05   login ok  dora  nameless-phone  lan          -> pass !PROFILE_DEVICE_NEW
