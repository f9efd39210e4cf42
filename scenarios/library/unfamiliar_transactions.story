# Each rule in the story in which it matches, and beside it the one in which it does not.

rule payment-far-above-usual
08:00  10 times every 1d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1
yes +10d 08:00  withdraw ok  ann  phone-a  lisbon pays 400 EUR to rent by bank-1
no  +10d 08:00  withdraw ok  ann  phone-a  lisbon pays 200 EUR to rent by bank-1

rule payment-new-payee-new-device
08:00  10 times every 1d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1
yes +10d 08:00  withdraw ok  ann  laptop-x  lisbon pays 40 EUR to mule-1 by bank-1
no  +10d 08:00  withdraw ok  ann  phone-a   lisbon pays 40 EUR to mule-1 by bank-1

rule payment-after-contact-change
08:00  10 times every 1d  login ok  ann  phone-a  lisbon email ann@example.com
+10d 08:00  account_details_change ok  ann  laptop-x  lagos email new@example.net
yes +10d 20:00  withdraw ok  ann  laptop-x  lagos pays 40 EUR to mule-1 by bank-1
no  +12d 20:00  withdraw ok  ann  laptop-x  lagos pays 40 EUR to mule-1 by bank-1

rule payment-withdraw-first-hour
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  laptop-a  lisbon
no  +10d 05:00  login ok  ann  laptop-a  lisbon
+10d 08:30  withdraw ok  ann  laptop-a  lisbon pays 40 EUR to rent by bank-1

rule payment-large-at-odd-hour
08:00  60 times every 1d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1
yes +60d 20:00  withdraw ok  ann  phone-a  lisbon pays 90 EUR to rent by bank-1
no  +60d 08:00  withdraw ok  ann  phone-a  lisbon pays 90 EUR to rent by bank-1

rule payment-many-payees-device
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  3 times every 1h  withdraw ok  customer-1  laptop-x  lagos pays 40 EUR to mule-# by bank-1
yes +10d 12:00  3 times every 1h  withdraw ok  customer-2  laptop-x  lagos pays 40 EUR to another-mule-# by bank-2
no  +10d 12:00  2 times every 1h  withdraw ok  customer-2  laptop-x  lagos pays 40 EUR to another-mule-# by bank-2

rule payment-while-reported
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  login ok  ann  laptop-x  lagos
yes +10d 08:10  feedback takeover    ann
no  +10d 08:10  feedback legitimate  ann  laptop-x
+10d 08:20  withdraw ok  ann  laptop-x  lagos pays 40 EUR to mule-1 by bank-1

rule payment-month-in-a-day
08:00  10 times every 1d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1
yes +11d 09:00  withdraw ok  ann  phone-a  lisbon pays 410 EUR to rent by bank-1
no  +11d 09:00  withdraw ok  ann  phone-a  lisbon pays 390 EUR to rent by bank-1

rule payment-many-payees-account
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  5 times every 1h  withdraw ok  ann  phone-a  lisbon pays 40 EUR to friend-# by bank-1
no  +10d 08:00  4 times every 1h  withdraw ok  ann  phone-a  lisbon pays 40 EUR to friend-# by bank-1

rule payment-payee-collects
08:00  3 times every 1d  login ok  ann  phone-a  lisbon
no  +8d 12:00   5 times every 1h  withdraw ok  colleague-#  bot-#  porto-# pays 40 EUR to somebody by bank-#
+10d 08:00   5 times every 1h  withdraw ok  customer-#  phone-#  lisbon-# pays 40 EUR to somebody by bank-#

rule payment-passes-through
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  transaction ok  ann  phone-a  lisbon deposits 500 EUR from somebody by bank-1
yes +10d 09:00  withdraw ok  ann  phone-a  lisbon pays 450 EUR to mule-1 by bank-1
no  +10d 09:00  withdraw ok  ann  phone-a  lisbon pays 150 EUR to mule-1 by bank-1

rule payment-in-pieces
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  5 times every 5min  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1
no  +10d 08:00  4 times every 5min  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1
