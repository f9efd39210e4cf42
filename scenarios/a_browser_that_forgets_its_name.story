# Ann's browser throws its cookies away each night. Each morning it is a new device by name, and the same in all else: no
# mail, no challenge.
policy default

08:00   21 times every 1d  login ok  ann  forgetful-browser-#  lisbon   -> always pass !PROFILE_DEVICE_VELOCITY
+21d 08:00   login ok  ann  forgetful-browser-22  lisbon                -> pass PROFILE_DEVICE_FAMILIAR_MODEL PROFILE_IP_FAMILIAR
