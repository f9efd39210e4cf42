# Somebody works through one account's passwords. The owner, at the familiar door, must not pay for it; with a new phone
# the owner may be asked, but is never refused.
policy default

08:00      login ok  ann  phone-a  lisbon                                -> allow
09:00      login ok  ann  phone-a  lisbon                                -> allow PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR

10:00:00   50 times every 1s  login failed  ann  bot      hosting        -> deny PROFILE_ACTION_VELOCITY PROFILE_DEVICE_NEW
10:00:50   login ok                         ann  bot      hosting        -> deny PROFILE_ACTION_VELOCITY PROFILE_DEVICE_NEW
10:00:55   login ok                         ann  phone-a  lisbon         -> allow PROFILE_ACTION_VELOCITY PROFILE_DEVICE_FAMILIAR
10:00:57   login ok                         ann  phone-a  carrier        -> allow PROFILE_ACTION_VELOCITY PROFILE_DEVICE_FAMILIAR !PROFILE_IP_FAMILIAR
10:00:59   login ok                         ann  phone-b  lisbon-fibre   -> challenge PROFILE_ACTION_VELOCITY PROFILE_DEVICE_NEW
