# Each rule in the story in which it matches, and beside it the one in which it does not.

rule stuffing-campaign
08:00  40 times every 5min  login ok  customer-#  phone-#  homes-#
20:00  60 times every 2s  campaign stuffing_from_one_address
yes 20:03  login ok  customer-3  bot      hosting
no  20:03  login ok  customer-3  phone-3  homes-3

rule stuffing-breached-pair-new-device
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  laptop-x  lisbon with password hunter2
no  +10d 08:00  login ok  ann  phone-a   lisbon with password hunter2

rule stuffing-success-after-failures
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  3 times every 1h  login failed  ann  bot-#  botnet-#
no  +10d 08:00  2 times every 1h  login failed  ann  bot-#  botnet-#
+10d 12:00  login ok  ann  laptop-x  lagos

rule stuffing-network-fails
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  24 times every 10s  login failed  customer-#  bot-#  hosting
no  +10d 08:00  15 times every 10s  login failed  customer-#  bot-#  hosting
+10d 08:10  login ok  ann  laptop-x  hosting

rule stuffing-agent-fails
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  12 times every 10s  login failed  customer-#  bot  hosting-#
no  +10d 08:00   8 times every 10s  login failed  customer-#  bot  hosting-#
+10d 08:10  login ok  ann  bot  lagos

rule stuffing-same-password
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  4 times every 10min  login failed  customer-#  bot-#  botnet-# with password dragon
no  +10d 08:00  3 times every 10min  login failed  customer-#  bot-#  botnet-# with password dragon
+10d 10:00  login failed  ann  bot-9  botnet-9 with password dragon

rule stuffing-unknown-usernames
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  12 times every 10s  login unknown  @stranger-#  bot-#  hosting
no  +10d 08:00   8 times every 10s  login unknown  @stranger-#  bot-#  hosting
+10d 08:10  login ok  ann  laptop-x  hosting

rule stuffing-device-fails
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  4 times every 10min  login failed  customer-#  laptop-x  botnet-#
no  +10d 08:00  3 times every 10min  login failed  customer-#  laptop-x  botnet-#

rule stuffing-hit
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  10 times every 1min  login failed  customer-#  bot-#  porto
no  +10d 08:00   9 times every 1min  login failed  customer-#  bot-#  porto
+10d 08:30  login ok  ann  laptop-x  porto
