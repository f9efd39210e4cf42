# Each rule in the story in which it matches, and beside it the one in which it does not.

rule recovery-new-device-hidden
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  password_reset ok  ann  laptop-x  vpn with magic_link
no  +10d 08:00  password_reset ok  ann  phone-a   vpn with magic_link

rule recovery-chain
08:00  10 times every 1d  login ok  ann  phone-a  lisbon email ann@example.com
yes +10d 08:00  account_details_change ok  ann  laptop-x  lagos   email new@example.net
no  +10d 08:00  account_details_change ok  ann  phone-a   lisbon  email new@example.net
+10d 08:30  withdraw ok  ann  laptop-x  lagos pays 40 EUR to mule-1 by bank-1

rule recovery-fresh-contact
08:00  10 times every 1d  login ok  ann  phone-a  lisbon email ann@example.com
yes +10d 08:00  account_details_change ok  ann  laptop-x  lagos email new@example.net
no  +10d 05:00  account_details_change ok  ann  laptop-x  lagos email new@example.net
+10d 08:30  password_reset ok  ann  laptop-x  lagos with magic_link

rule recovery-many-accounts
08:00  3 times every 1h  login ok  customer-#  phone-#  lisbon-#
yes +1d 08:00  3 times every 1h  password_reset ok  customer-#  laptop-x  lagos with magic_link
no  +1d 08:00  2 times every 1h  password_reset ok  customer-#  laptop-x  lagos with magic_link

rule recovery-after-reclaim
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  login ok  ann  laptop-x  lagos
+10d 12:00  reclaim ann since +10d 07:00
yes +12d 08:00  password_reset ok  ann  hotel-computer  lagos with magic_link
no  +20d 08:00  password_reset ok  ann  hotel-computer  lagos with magic_link

rule recovery-again-and-again
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  4 times every 1d  password_reset ok  ann  phone-a  lisbon with magic_link
no  +10d 08:00  3 times every 1d  password_reset ok  ann  phone-a  lisbon with magic_link

rule recovery-address-many
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  5 times every 1h  password_reset ok  customer-#  phone-#  porto with magic_link
no  +10d 08:00  4 times every 1h  password_reset ok  customer-#  phone-#  porto with magic_link
