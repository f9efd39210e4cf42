# Somebody wants Ann out: a thousand wrong passwords in her name, each from another country. She comes from her own
# phone, at home and on the way, and notices nothing. The one guess that is right does not get in.
policy default

08:00        20 times every 1d  login ok  ann  phone-a  lisbon                   -> always pass
+20d 07:00   1000 times every 5s  login failed  ann  bot-#  botnet-#             -> stop
+20d 08:24   login ok  ann  phone-a    lisbon                                    -> pass PROFILE_DEVICE_FAMILIAR
+20d 08:25   login ok  ann  phone-a    mobile                                    -> pass PROFILE_DEVICE_FAMILIAR
+20d 08:26   login ok  ann  bot-1001   botnet-1001                               -> stop CREDENTIAL_CRACKING

# With a new phone of the kind she has, at home, she gets in as well.
+20d 08:30   login ok  ann  phone-c    lisbon                                    -> pass PROFILE_DEVICE_NEW
+20d 08:32   login ok  ann  phone-c    lisbon                                    -> pass !PROFILE_DEVICE_NEW
+20d 22:00   login ok  ann  phone-a    lisbon                                    -> pass
