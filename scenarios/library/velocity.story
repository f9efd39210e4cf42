# Each rule in the story in which it matches, and beside it the one in which it does not.

rule velocity-account-attempts
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  10 times every 30s  login failed  ann  laptop-x  lagos
no  +10d 08:00   9 times every 30s  login failed  ann  laptop-x  lagos

rule velocity-account-devices
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  5 times every 1h  login ok  ann  phone-#  lisbon
no  +10d 08:00  4 times every 1h  login ok  ann  phone-#  lisbon

rule velocity-device-accounts
08:00  5 times every 1h  login ok  customer-#  phone-#  lisbon-#
yes +1d 08:00  5 times every 1h  login ok  customer-#  laptop-x  lagos
no  +1d 08:00  4 times every 1h  login ok  customer-#  laptop-x  lagos

rule velocity-address-failures
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  20 times every 1min  login failed  customer-#  bot-#  porto
no  +10d 08:00  19 times every 1min  login failed  customer-#  bot-#  porto

rule velocity-address-accounts
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  30 times every 1min  login ok  customer-#  phone-#  porto
no  +10d 08:00  29 times every 1min  login ok  customer-#  phone-#  porto

rule velocity-account-addresses
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  8 times every 1h  login failed  ann  bot-#  botnet-#
no  +10d 08:00  7 times every 1h  login failed  ann  bot-#  botnet-#

rule velocity-registrations-device
yes 08:00  3 times every 1h  register ok  customer-#  laptop-x  lisbon
no  08:00  2 times every 1h  register ok  customer-#  laptop-x  lisbon

rule velocity-device-countries
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  login ok  ann  phone-a  lisbon
+10d 12:00  login ok  ann  phone-a  madrid
yes +10d 22:00  login ok  ann  phone-a  new-york
no  +10d 22:00  login ok  ann  phone-a  madrid

rule velocity-registrations-week
yes 08:00  3 times every 2d  register ok  customer-#  laptop-x  lisbon
no  08:00  3 times every 4d  register ok  customer-#  laptop-x  lisbon

rule velocity-registrations-address
yes 08:00  10 times every 1h  register ok  customer-#  phone-#  lisbon
no  08:00   9 times every 1h  register ok  customer-#  phone-#  lisbon
