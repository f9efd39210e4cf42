# Each rule in the story in which it matches, and beside it the one in which it does not.

rule mfa-fatigue
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
+10d 08:00  login ok  ann  laptop-x  lagos
+10d 08:01  challenge ignored  ann  laptop-x
+10d 08:02  login ok  ann  laptop-x  lagos
+10d 08:03  challenge failed   ann  laptop-x
+10d 08:04  login ok  ann  laptop-x  lagos
yes +10d 08:05  challenge ignored  ann  laptop-x
no  +10d 08:05  challenge passed   ann  laptop-x by one_time_code
+10d 08:06  login ok  ann  laptop-x  lagos

rule mfa-proof-relayed
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  phishing-kit  hosting with password+one_time_code
no  +10d 08:00  login ok  ann  phishing-kit  hosting with password+passkey

rule mfa-changed-new-device
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  account_auth_change ok  ann  laptop-x  lisbon
no  +10d 08:00  account_auth_change ok  ann  phone-a   lisbon

rule mfa-sms-after-phone-change
08:00  10 times every 1d  login ok  ann  phone-a  lisbon phone +351900100
+10d 08:00  account_details_change ok  ann  laptop-x  lagos phone +351900200
yes +10d 20:00  login ok  ann  laptop-x  lagos with password+sms_code
no  +12d 20:00  login ok  ann  laptop-x  lagos with password+sms_code

rule mfa-no-proof-strange
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  login ok  ann  laptop-x  lagos with password
no  +10d 08:00  login ok  ann  laptop-x  lagos with password+one_time_code

rule mfa-changed-often
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  3 times every 1d  account_auth_change ok  ann  phone-a  lisbon
no  +10d 08:00  2 times every 1d  account_auth_change ok  ann  phone-a  lisbon

rule mfa-codes-guessed
08:00  10 times every 1d  login ok  ann  phone-a  lisbon
yes +10d 08:00  6 times every 1min  login failed  ann  laptop-x  lagos with password+one_time_code
no  +10d 08:00  5 times every 1min  login failed  ann  laptop-x  lagos with password+one_time_code
