# The two households with the same television and one name for it, on two continents, and both watch at the same hour.
# The second is asked once, since nobody can tell a copied name from a common one by then; after that both are at home.
policy default

20:00   10 times every 1d  login ok  ann   television  lisbon                -> always pass
meanwhile 20:05    login ok  dora  television  new-york with password+passkey
meanwhile 20:06    10 times every 1d  login ok  dora  television  new-york
+11d 20:00   login ok  ann   television  lisbon                              -> pass !SESSION_TOKEN_REPLAYED !DEVICE_IMPOSSIBLE_TRAVEL
+11d 20:05   login ok  dora  television  new-york                            -> pass !SESSION_TOKEN_REPLAYED !DEVICE_IMPOSSIBLE_TRAVEL
