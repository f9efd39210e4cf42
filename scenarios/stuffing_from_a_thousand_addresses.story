# The same list from a line and a browser of its own for each try, one every ten seconds: nothing is counted twice at any
# address. What they share, and what each account has never seen, must tell.
policy default

08:00   200 times every 5s  login ok  customer-#  phone-#  homes-#                            -> always pass
10:00   1000 times every 10s  campaign stuffing_from_many_addresses                           -> stopped 90%
12:47   login ok  customer-9   bot-2001   botnet-2001                                         -> stop CREDENTIAL_STUFFING_CAMPAIGN PROFILE_DEVICE_NEW

# A customer with a new phone meanwhile, and the others with their own.
12:48   login ok  customer-10  phone-510  homes-10                                            -> allow PROFILE_DEVICE_NEW !CREDENTIAL_STUFFING_CAMPAIGN
12:49   200 times every 2s  login ok  customer-#  phone-#  homes-#                            -> always pass
