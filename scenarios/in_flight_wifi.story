# Above the ocean, an airline's network says that everybody is in a field in Illinois. Two hours before, Ann was in Lisbon.
policy default

08:00        14 times every 1d  login ok  ann  phone-a  lisbon    -> always pass
+14d 07:00   login ok  ann  phone-a  lisbon         -> pass
+14d 09:00   login ok  ann  phone-a  airplane       -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
+14d 16:00   login ok  ann  phone-a  new-york-hotel -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_IMPOSSIBLE_TRAVEL !DEVICE_IMPOSSIBLE_TRAVEL
