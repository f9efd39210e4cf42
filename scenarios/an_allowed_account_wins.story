# A tester's account signs in from wherever and whatever: the operator says so, and a blocked country or device does not
# overrule it. Who is not on the list is held to it.
policy
  [lists]
  allow_accounts = ["ben"]
  block_accounts = ["mallory"]
  block_devices = ["laptop-x"]
  blocked_countries = ["NG"]

09:00   login ok  ben      laptop-x  lagos    -> pass USER_TRUSTED
09:01   login ok  ann      phone-a   lagos    -> deny IP_COUNTRY_BLOCKED
09:02   login ok  ann      phone-a   lisbon   -> pass !IP_COUNTRY_BLOCKED
09:03   login ok  ann      laptop-x  lisbon   -> deny
09:04   login ok  mallory  phone-c   lisbon   -> deny
09:05   login ok  ann      phone-a   unknown  -> pass !IP_COUNTRY_BLOCKED
