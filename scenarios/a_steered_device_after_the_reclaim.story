# Cleo's own phone was steered from afar, and what was done on it is said to be a takeover. When she has her account back she
# is asked on that phone, and not refused: so she can prove that it is hers. What the intruder brought stays refused; so does
# a device that was hers for days only, since the intruder may have had it for as long.
policy default

07:00        12 times every 2d  login ok  cleo  phone-b  porto                                    -> always pass
+22d 07:30   login ok  cleo  laptop-a  porto                                                      -> pass
+25d 07:00   login ok  cleo  phone-b  porto                                                       -> pass
+25d 07:05   login ok  cleo  laptop-x  lisbon-33
+25d 07:10   withdraw ok  cleo  phone-b  porto pays 900 EUR to mule-3 by bank-1
+25d 07:20   login ok  cleo  laptop-a  porto
+25d 09:00   feedback takeover cleo phone-b
+25d 09:05   feedback takeover cleo laptop-x
+25d 09:06   feedback takeover cleo laptop-a
+25d 09:10   login ok  cleo  phone-b  porto                                                       -> deny DEVICE_RISKY_REPUTATION USER_REPORTED_COMPROMISE
+25d 10:00   reclaim cleo since +25d 07:00
+25d 10:30   login ok  cleo  phone-b  porto                                                       -> challenge DEVICE_RISKY_REPUTATION !USER_REPORTED_COMPROMISE
+25d 10:31   challenge passed cleo phone-b by one_time_code                                       -> released 1
+25d 10:40   login ok  cleo  phone-b  porto                                                       -> pass !DEVICE_RISKY_REPUTATION
+25d 11:00   login ok  cleo  laptop-x  lisbon-33                                                  -> deny DEVICE_RISKY_REPUTATION !USER_RECENTLY_RECLAIMED
+25d 11:10   login ok  cleo  laptop-a  porto                                                      -> deny DEVICE_RISKY_REPUTATION
+28d 07:00   login ok  cleo  phone-b  porto                                                       -> pass !DEVICE_RISKY_REPUTATION
