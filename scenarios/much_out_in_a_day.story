# A limit on what leaves an account within 24 hours, this payment with it, in the currency of this payment.
policy
  [[rules]]
  name = "much-out-in-a-day"
  actions = ["withdraw"]
  when = 'payment.amount + events.withdraw.byAccount.out.excludeCurrent.lastHours(24).sum(payment.amount) > 100'
  floor = "deny"

08:00        20 times every 1d  login ok  ann  phone-a  lisbon                                        -> always pass
meanwhile 08:05   20 times every 1d  withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1   -> pass

+20d 09:00   withdraw ok  ann  phone-a  lisbon pays 60 EUR to rent by bank-1        -> pass
+20d 09:10   withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1        -> pass
+20d 09:20   withdraw ok  ann  phone-a  lisbon pays 0.01 EUR to rent by bank-1      -> deny
+20d 09:30   withdraw ok  ann  phone-a  lisbon pays 40 USD to rent by bank-1        -> pass
# Of a day ago, it no longer counts.
+21d 09:21   withdraw ok  ann  phone-a  lisbon pays 40 EUR to rent by bank-1        -> pass
