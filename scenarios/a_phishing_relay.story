# Customers type password and code into a copy of the shop, which passes both on: right password, right code. What it cannot
# pass on is the customer's own device and home; and right after, it adds a factor of its own.
policy default

08:00        10 times every 1d  login ok  ann  phone-a  lisbon                                                      -> always pass
+10d 12:00   login ok  ann  phishing-kit  hosting-9 with password+one_time_code                                     -> stop PROFILE_DEVICE_NEW
+10d 12:01   account_auth_change ok  ann  phishing-kit  hosting-9 with password+one_time_code                       -> stop
+10d 12:30   login ok  ann  phone-a  lisbon                                                                         -> pass PROFILE_DEVICE_FAMILIAR
