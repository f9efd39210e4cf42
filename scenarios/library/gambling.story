# Each rule in the story in which it matches, and beside it the one in which it does not.

rule gambling-night-deposits
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 02:00  3 times every 30min  transaction ok  ann  phone-a  lisbon deposits 20 EUR by card-1
no  +10d 14:00  3 times every 30min  transaction ok  ann  phone-a  lisbon deposits 20 EUR by card-1

rule gambling-chasing
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 14:00  4 times every 10min  transaction ok  ann  phone-a  lisbon deposits 20 EUR by card-1
no  +10d 14:00  4 times every 30min  transaction ok  ann  phone-a  lisbon deposits 20 EUR by card-1

rule gambling-rising-stakes
08:00  5 times every 1d  transaction ok  ann  phone-a  lisbon deposits 20 EUR by card-1
yes +5d 08:00  transaction ok  ann  phone-a  lisbon deposits 80 EUR by card-1
no  +5d 08:00  transaction ok  ann  phone-a  lisbon deposits 79 EUR by card-1

rule gambling-week-doubled
08:00  7 times every 3d  transaction ok  ann  phone-a  lisbon deposits 20 EUR by card-1
yes +26d 08:00  transaction ok  ann  phone-a  lisbon deposits 100 EUR by card-1
no  +26d 08:00  transaction ok  ann  phone-a  lisbon deposits 20 EUR by card-1

rule gambling-winnings-back
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  withdraw ok  ann  phone-a  lisbon pays 300 EUR to ann by bank-1
no   +9d 09:00  withdraw ok  ann  phone-a  lisbon pays 300 EUR to ann by bank-1
+10d 12:00  3 times every 2h  transaction ok  ann  phone-a  lisbon deposits 50 EUR by card-1

rule gambling-declined
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  transaction failed  ann  phone-a  lisbon deposits 50 EUR by card-1
yes +10d 09:00  transaction failed  ann  phone-a  lisbon deposits 50 EUR by card-1
no  +10d 09:00  transaction ok      ann  phone-a  lisbon deposits 50 EUR by card-1
+10d 10:00  transaction ok  ann  phone-a  lisbon deposits 50 EUR by card-1

rule gambling-many-methods
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  3 times every 2h  transaction ok  ann  phone-a  lisbon deposits 50 EUR by card-#
no  +10d 08:00  3 times every 2h  transaction ok  ann  phone-a  lisbon deposits 50 EUR by card-1

rule gambling-all-day
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 00:00  41 times every 30min  login ok  ann  phone-a  lisbon
no  +10d 00:00  40 times every 30min  login ok  ann  phone-a  lisbon
