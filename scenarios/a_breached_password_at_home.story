# Ann's password is in every list of breaches. On her own phone at home that is a reason to ask for a new one, and none to
# stop her.
policy default

08:00        10 times every 1d  login ok  ann  phone-a  lisbon with password correct-horse   -> always pass !CREDENTIAL_BREACHED
+10d 08:00   login ok  ann  phone-a  lisbon with password hunter2                            -> pass CREDENTIAL_BREACHED PROFILE_DEVICE_FAMILIAR
+10d 09:00   login ok  ann  laptop-x lagos  with password hunter2                            -> stop PROFILE_DEVICE_NEW
