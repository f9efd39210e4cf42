# Ann's phone broke, and she bought the same again: at home, on her own network, the same model speaks for her.
policy default

08:00        20 times every 1d  login ok  ann  phone-a  lisbon   -> always pass
+20d 18:00   login ok  ann  phone-c  lisbon                      -> allow PROFILE_DEVICE_NEW PROFILE_DEVICE_FAMILIAR_MODEL PROFILE_IP_FAMILIAR
+21d 08:00   login ok  ann  phone-c  mobile                      -> pass !PROFILE_DEVICE_NEW
+24d 08:00   login ok  ann  phone-c  mobile                      -> pass PROFILE_DEVICE_FAMILIAR
