# Peers are uninstalled since they flag everything. A month of ordinary people: home and phone network, slips of the
# finger, a weekend away, an evening at a friend's. Nobody is asked for anything.
policy default

08:00   28 times every 1d   login ok      ann   phone-a          lisbon         -> always pass
meanwhile 12:30   27 times every 1d   login ok      ann   phone-a          mobile         -> always pass
meanwhile 18:00   9 times every 3d    login ok      ann   laptop-a         lisbon         -> always pass
meanwhile 19:00   27 times every 1d   login ok      ben   phone-b          porto          -> always pass
meanwhile 20:00   27 times every 1d   login ok      cleo  family-computer  lisbon-fibre   -> always pass
meanwhile +1d 21:00   9 times every 3d    login failed  ben   phone-b          porto          -> always pass
meanwhile +1d 21:01   9 times every 3d    login ok      ben   phone-b          porto          -> always pass
meanwhile +12d 10:00  2 times every 1d    login ok      ann   phone-a          porto          -> always pass
meanwhile +19d 22:00  login ok      cleo  family-computer  lisbon-fibre   -> pass
meanwhile +20d 21:30  login ok      ben   phone-b          lisbon-7       -> pass

# By now the product knows them, and says so.
+28d 08:00   login ok  ann   phone-a          lisbon         -> pass PROFILE_DEVICE_FAMILIAR PROFILE_IP_FAMILIAR !PROFILE_DEVICE_NEW !PROFILE_LOCATION_NEW
+28d 19:00   login ok  ben   phone-b          porto          -> pass PROFILE_DEVICE_FAMILIAR !PROFILE_IMPOSSIBLE_TRAVEL
