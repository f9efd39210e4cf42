# "Your bank here, let me help you": Ben reads out what he sees and a stranger steers his own computer, at home. Device,
# address and code are his. What is done is not: at three in the night, all his money, to somebody never paid before.
policy default

19:00        20 times every 1d  login ok  ben  family-computer  porto                                             -> always pass
meanwhile +1d 19:05   9 times every 2d  withdraw ok  ben  family-computer  porto pays 30 EUR to rent by bank-2    -> always pass
+21d 03:00   login ok  ben  family-computer  porto with password+one_time_code                                    -> pass PROFILE_DEVICE_FAMILIAR
+21d 03:10   account_details_change ok  ben  family-computer  porto email ben.new@example.net
+21d 03:20   withdraw ok  ben  family-computer  porto pays 9000 EUR to mule-7 by bank-2                           -> stop PROFILE_PAYEE_NEW PROFILE_ACTIVITY_ANOMALY
+21d 19:00   withdraw ok  ben  family-computer  porto pays 30 EUR to rent by bank-2                               -> pass !PROFILE_PAYEE_NEW
