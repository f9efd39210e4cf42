# Each rule in the story in which it matches, and beside it the one in which it does not.

rule change-contact-new-device
08:00  10 times every 1d  login ok  ann  phone-a  lisbon email ann@example.com
yes +10d 08:00  account_details_change ok  ann  laptop-x  lisbon email new@example.net
no  +10d 08:00  account_details_change ok  ann  phone-a   lisbon email new@example.net

rule change-password-hidden-network
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  account_details_change ok  ann  phone-a  vpn     repassword
no  +10d 08:00  account_details_change ok  ann  phone-a  lisbon  repassword

rule change-two-contacts
08:00  10 times every 1d  login ok  ann  phone-a  lisbon email ann@example.com phone +351900100
yes +10d 08:00  account_details_change ok  ann  phone-a  lisbon email new@example.net phone +351900200
no  +10d 08:00  account_details_change ok  ann  phone-a  lisbon email new@example.net phone +351900100

rule change-address-then-pay
08:00  10 times every 1d  login ok  ann  phone-a  lisbon email ann@example.com delivers Lisbon
+10d 08:00  account_details_change ok  ann  laptop-x  porto email new@example.net
yes +10d 20:00  account_details_change ok  ann  laptop-x  porto delivers Porto
no  +12d 20:00  account_details_change ok  ann  laptop-x  porto delivers Porto

rule change-after-dormancy
08:00  10 times every 1d  login ok  ann  phone-a  lisbon phone +351900100
yes +110d 08:00  account_details_change ok  ann  phone-a  lisbon phone +351900200
no   +40d 08:00  account_details_change ok  ann  phone-a  lisbon phone +351900200

rule change-contact-by-stranger
08:00  10 times every 1d  login ok  ann  phone-a  lisbon email ann@example.com
yes +10d 08:00  account_details_change ok  ann  laptop-x  lagos   email new@example.net
no  +10d 08:00  account_details_change ok  ann  phone-a   lisbon  email new@example.net
+10d 08:10  account_auth_change ok  ann  laptop-x  lagos

rule change-many-in-a-week
08:00  10 times every 1d  login ok  ann  phone-a  lisbon delivers Lisbon
yes +10d 08:00  5 times every 1d  account_details_change ok  ann  phone-a  lisbon delivers Porto
no  +10d 08:00  4 times every 1d  account_details_change ok  ann  phone-a  lisbon delivers Porto

rule change-many-accounts-device
08:00  10 times every 1h  login ok  customer-#  phone-#  lisbon-#
yes +1d 08:00  3 times every 1h  account_details_change ok  customer-#  laptop-x  lagos email new@example.net
no  +1d 08:00  2 times every 1h  account_details_change ok  customer-#  laptop-x  lagos email new@example.net
