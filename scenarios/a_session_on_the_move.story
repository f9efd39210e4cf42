# The same token from two networks is no theft: home wifi to the carrier's on the way out, then the VPN goes on. Nor are
# two tabs that come at once.
policy default

08:00        14 times every 1d  login ok  ann  phone-a  lisbon          -> always pass
+14d 08:00   login ok  ann  phone-a  lisbon  session s-5                -> pass
+14d 08:00:01   account_details_change ok  ann  phone-a  lisbon  session s-5   -> pass !SESSION_TOKEN_REPLAYED
+14d 08:05   checkout ok  ann  phone-a  mobile  session s-5 pays 9 EUR by card-1  -> pass !SESSION_TOKEN_REPLAYED !DEVICE_COOKIE_REUSED
+14d 08:09   checkout ok  ann  phone-a  vpn     session s-5 pays 9 EUR by card-1  -> pass !SESSION_TOKEN_REPLAYED !DEVICE_COOKIE_REUSED !PROFILE_IMPOSSIBLE_TRAVEL
