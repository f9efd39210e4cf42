# Somebody has the passwords of a dozen customers and empties them one after another on one rented machine. Two who pay from
# one computer are a couple, and a family that was there before today is one, however many pay.
policy default

08:00   12 times every 60s  login ok  customer-#  phone-#  homes-#                                    -> always pass
09:00   login ok     ann  laptop-a  lisbon                                                            -> pass
09:01   login ok     ben  laptop-a  lisbon                                                            -> pass
09:02   login ok     cleo laptop-a  lisbon                                                            -> pass

# The family buys on a Sunday.
+3d 10:00   checkout ok  ann  laptop-a  lisbon  pays 20 EUR by card-1                                 -> pass !DEVICE_PAYER_VELOCITY
+3d 10:10   checkout ok  ben  laptop-a  lisbon  pays 20 EUR by card-2                                 -> pass !DEVICE_PAYER_VELOCITY
+3d 10:20   checkout ok  cleo laptop-a  lisbon  pays 20 EUR by card-3                                 -> pass !DEVICE_PAYER_VELOCITY

# The machine: from the third payer on.
+4d 02:00   withdraw ok  customer-1  laptop-x  hosting  pays 300 EUR to mule-1                        -> stop !DEVICE_PAYER_VELOCITY
+4d 02:05   withdraw ok  customer-2  laptop-x  hosting  pays 300 EUR to mule-1                        -> stop !DEVICE_PAYER_VELOCITY
+4d 02:10   withdraw ok  customer-3  laptop-x  hosting  pays 300 EUR to mule-1                        -> stop DEVICE_PAYER_VELOCITY !IP_PAYER_VELOCITY
+4d 02:15   9 times every 5min  withdraw ok  customer-#  laptop-x  hosting  pays 300 EUR to mule-1    -> always stop
+6d 02:00   withdraw ok  customer-4  laptop-x  hosting  pays 300 EUR to mule-1                        -> stop !DEVICE_PAYER_VELOCITY
