# The operator copied the office's range out of a log that writes IPv4 inside IPv6: the same machines, and let in as such.
policy
  [lists]
  allow_addresses = ["::ffff:192.88.99.0/124"]
  block_accounts = ["ben"]

09:00   login ok  ben  laptop-x  lisbon-office   -> pass IP_TRUSTED
09:10   login ok  ben  laptop-x  lisbon          -> deny
