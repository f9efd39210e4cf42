# A rule of the payments team: who pays a third payee within an hour is asked, whoever it seems to be. Paying the same one
# often is no matter, nor are three on different days.
policy
  [[rules]]
  name = "third-payee-in-an-hour"
  actions = ["withdraw"]
  when = 'events.withdraw.byAccount.lastHours(1).distinctCount(payment.payee) >= 3'
  floor = "deny"

08:00        30 times every 1d  login ok  ann  phone-a  lisbon                                        -> always pass
meanwhile 08:05   10 times every 3d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1   -> pass
meanwhile +1d 08:05   9 times every 3d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to power by bank-1   -> pass
meanwhile +2d 08:05   9 times every 3d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to water by bank-1   -> pass

+30d 08:00   withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1        -> pass
+30d 08:10   3 times every 1min  withdraw ok  ann  phone-a  lisbon pays 40 EUR to power by bank-1   -> pass
+30d 08:59   withdraw ok  ann  phone-a  lisbon pays 40 EUR to water by bank-1       -> deny
# The first has gone out of the hour, and the refused attempt was one all the same.
+30d 09:01   withdraw ok  ann  phone-a  lisbon pays 40 EUR to power by bank-1       -> pass
+30d 09:02   withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1        -> deny
+30d 09:03   login ok  ann  phone-a  lisbon                                         -> pass
