# Each rule in the story in which it matches, and beside it the one in which it does not.

rule method-new-and-large
08:00  10 times every 1d  checkout ok  ann  phone-a  lisbon pays 40 EUR to shop by card-1
yes +10d 08:00  checkout ok  ann  phone-a  lisbon pays 200 EUR to shop by card-2
no  +10d 08:00  checkout ok  ann  phone-a  lisbon pays 200 EUR to shop by card-1

rule method-new-new-device
08:00  10 times every 1d  checkout ok  ann  phone-a  lisbon pays 40 EUR to shop by card-1
yes +10d 08:00  checkout ok  ann  laptop-x  lisbon pays 40 EUR to shop by card-2
no  +10d 08:00  checkout ok  ann  phone-a   lisbon pays 40 EUR to shop by card-2

rule method-many
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  5 times every 1d  checkout ok  ann  phone-a  lisbon pays 40 EUR to shop by card-#
no  +10d 08:00  4 times every 1d  checkout ok  ann  phone-a  lisbon pays 40 EUR to shop by card-#
+20d 08:00  checkout ok  ann  phone-a  lisbon pays 40 EUR to shop by card-9

rule method-crypto-new-device
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  withdraw ok  ann  laptop-x  lisbon pays 40 EUR to wallet by crypto-1
no  +10d 08:00  withdraw ok  ann  phone-a   lisbon pays 40 EUR to wallet by crypto-1

rule method-changed-hidden
08:00  10 times every 1d  login ok  ann  phone-a  lisbon registers card-1
yes +10d 08:00  account_details_change ok  ann  laptop-x  vpn registers card-2
no  +10d 08:00  account_details_change ok  ann  phone-a   vpn registers card-2

rule method-shared
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  4 times every 1d  checkout ok  customer-#  phone-#  lisbon-# pays 40 EUR to shop by card-7
no  +10d 08:00  3 times every 1d  checkout ok  customer-#  phone-#  lisbon-# pays 40 EUR to shop by card-7

rule method-fan-out
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  4 times every 1h  checkout ok  ann  phone-a  lisbon pays 40 EUR to shop by card-#
no  +10d 08:00  3 times every 1h  checkout ok  ann  phone-a  lisbon pays 40 EUR to shop by card-#

rule method-device-fan-out
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  6 times every 1h  checkout ok  customer-#  laptop-x  lisbon pays 40 EUR to shop by card-#
no  +10d 08:00  5 times every 1h  checkout ok  customer-#  laptop-x  lisbon pays 40 EUR to shop by card-#

rule method-declined
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  4 times every 5min  checkout failed  ann  phone-a  lisbon pays 40 EUR to shop by card-#
no  +10d 08:00  4 times every 5min  checkout failed  ann  phone-a  lisbon pays 40 EUR to shop by card-1
