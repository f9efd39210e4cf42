# A mule: accounts that have nothing else in common pay the same stranger within a day. The fourth is stopped, and so is
# whoever pays there next; who pays the usual payee is not.
policy
  [[rules]]
  name = "many-pay-one"
  actions = ["withdraw"]
  when = 'events.withdraw.byPayee.out.lastDays(1).distinctCount(account.id) > 3'
  floor = "deny"

08:00        10 times every 1d  login ok  ann  phone-a  lisbon                                        -> always pass
meanwhile 08:05   10 times every 1d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1   -> pass

+10d 10:00   3 times every 1h  withdraw ok  customer-#  phone-#  lisbon-7 pays 40 EUR to mule-1 by bank-#  -> pass
+10d 13:00   withdraw ok  dora  phone-c  lisbon-9 pays 40 EUR to mule-1 by bank-9   -> deny
+10d 13:05   withdraw ok  ann  phone-a  lisbon pays 40 EUR to mule-1 by bank-1      -> deny
+10d 13:06   withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1        -> pass
