# Each rule in the story in which it matches, and beside it the one in which it does not.

rule login-new-device-and-country
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  laptop-x  lagos
no  +10d 08:00  login ok  ann  laptop-x  porto

rule login-hidden-network-new-device
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  laptop-x  vpn
no  +10d 08:00  login ok  ann  phone-a   vpn

rule login-tor
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  phone-a  tor
no  +10d 08:00  login ok  ann  phone-a  lisbon

rule login-data-center-person
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  phone-a  hosting
no  +10d 08:00  login ok  ann  phone-a  vpn

rule login-impossible-travel
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  login ok  ann  phone-a  lisbon
yes +10d 09:00  login ok  ann  laptop-x  new-york
no  +10d 23:00  login ok  ann  laptop-x  new-york

rule login-dormant-return
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +200d 08:00  login ok  ann  laptop-a  lisbon
no  +100d 08:00  login ok  ann  laptop-a  lisbon

rule login-language-changed
08:00  30 times every 1d  login ok  ann  phone-a  lisbon
yes +30d 08:00  login ok  ann  hotel-computer   lisbon
no  +30d 08:00  login ok  ann  family-computer  lisbon

rule login-time-zone-mismatch
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  laptop-x  new-york
no  +10d 08:00  login ok  ann  laptop-x  lisbon

rule login-automation
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  bot       lisbon
no  +10d 08:00  login ok  ann  laptop-x  lisbon

rule login-many-countries
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  login ok  ann  phone-a  lisbon
+10d 14:00  login ok  ann  laptop-x  madrid
yes +10d 18:00  login ok  ann  laptop-a  new-york
no  +10d 18:00  login ok  ann  laptop-a  madrid
