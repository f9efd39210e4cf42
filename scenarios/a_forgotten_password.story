# Six wrong tries at home on the own phone, then the link by mail: the owner, as owners are.
policy default

08:00        10 times every 1d  login ok  ann  phone-a  lisbon                   -> always pass
+10d 08:00   6 times every 8s  login failed  ann  phone-a  lisbon                -> always pass !CREDENTIAL_CRACKING
+10d 08:02   password_reset ok  ann  phone-a  lisbon with magic_link             -> pass !PROFILE_RECOVERY_CHAIN
+10d 08:03   login ok           ann  phone-a  lisbon                             -> pass PROFILE_DEVICE_FAMILIAR !CREDENTIAL_CRACKING !PROFILE_RECOVERY_CHAIN
