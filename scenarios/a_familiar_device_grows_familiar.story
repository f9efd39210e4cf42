# Familiarity is earned by what was let through. The owner then has it wherever they go.
policy default

08:00   login ok      ann  phone-a  lisbon   -> allow !PROFILE_DEVICE_FAMILIAR !PROFILE_IP_FAMILIAR
08:05   login ok      ann  phone-a  lisbon   -> allow PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR
12:00   login ok      ann  phone-a  carrier  -> allow PROFILE_DEVICE_FAMILIAR !PROFILE_IP_FAMILIAR
18:00   login failed  ann  phone-a  lisbon   -> allow PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR
18:01   login ok      ann  phone-a  carrier  -> allow PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR
23:00   login ok      ann  phone-b  lisbon   -> allow PROFILE_DEVICE_NEW PROFILE_IP_FAMILIAR !PROFILE_DEVICE_FAMILIAR
