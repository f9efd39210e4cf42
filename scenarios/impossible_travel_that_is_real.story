# Ann is in Lisbon, and twenty minutes later somebody is Ann in Lagos, with the right password on a device that nobody
# knows. No network between hides anything: nobody flies that.
policy default

08:00        14 times every 1d  login ok  ann  phone-a  lisbon   -> always pass
+14d 08:00   login ok  ann  phone-a   lisbon   -> pass
+14d 08:20   login ok  ann  laptop-x  lagos    -> stop PROFILE_IMPOSSIBLE_TRAVEL PROFILE_DEVICE_NEW PROFILE_LOCATION_NEW

# She herself, meanwhile at home, is none of it.
+14d 08:30   login ok  ann  phone-a   lisbon   -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_IMPOSSIBLE_TRAVEL
