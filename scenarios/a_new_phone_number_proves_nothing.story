# Somebody changes Ann's phone number, and brings the code that was sent there along to a device of his own: within a week
# of the change it proves nothing, on the spot no more than afterwards.
policy default

08:00   login ok  ann  phone-a  lisbon                                     -> allow
08:30   account_details_change ok  ann  phone-a  lisbon                    -> allow
09:00   login ok  ben  hotel-computer  hotel                               -> allow
10:00   login ok  ann  hotel-computer  hotel with password+sms_code        -> challenge PROFILE_DEVICE_NEW
10:05   login ok  ann  hotel-computer  hotel                               -> challenge !PROFILE_DEVICE_FAMILIAR
10:06   challenge passed  ann  hotel-computer by sms_code                  -> released 0
