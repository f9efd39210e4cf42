# Ann was asked for more proof on a borrowed computer far away, and tells the shop that it was her. From then on that is
# known: peers without such an answer are switched off by those they wake every night.
policy default

08:00        20 times every 1d  login ok  ann  phone-a  lisbon          -> always pass
+22d 03:00   login ok  ann  hotel-computer  new-york-hotel              -> stop PROFILE_DEVICE_NEW
+22d 03:20   feedback legitimate ann hotel-computer                     -> released 1
+22d 03:30   login ok  ann  hotel-computer  new-york-hotel              -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_LOCATION_NEW
