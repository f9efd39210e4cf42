# A list of stolen pairs from one server, against a shop of two hundred. Of the pairs that still open a door, none gets in;
# customers who come meanwhile do.
policy default

08:00      200 times every 5s  login ok  customer-#  phone-#  homes-#        -> always pass
10:00      600 times every 1s  campaign stuffing_from_one_address            -> stopped 95%
10:10:05   200 times every 2s  login ok  customer-#  phone-#  homes-#        -> always pass !CREDENTIAL_STUFFING_CAMPAIGN
