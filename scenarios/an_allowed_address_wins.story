# The operator's own monitoring signs in every few seconds from its own address, and somebody once put that range on the
# blocking list: the allowing list wins, and says so. Elsewhere nothing changes.
policy
  [lists]
  allow_addresses = ["{lisbon-office}"]
  block_addresses = ["192.88.99.0/24", "{hosting}"]

09:00   200 times every 1s  login ok  ben  laptop-x  lisbon-office   -> always pass
09:10   login ok  ben  laptop-x  lisbon-office                       -> pass IP_TRUSTED
09:20   login ok  ann  phone-a   hosting                             -> deny
09:21   login ok  ann  phone-a   lisbon                              -> pass
