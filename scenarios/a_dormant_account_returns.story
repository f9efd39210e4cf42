# Two accounts that nobody has used for a year. One comes back on a device of nobody's, as old breaches make them do; the
# other on the device it always had.
policy default

08:00         10 times every 1d  login ok  ann   phone-a          lisbon         -> always pass
meanwhile 09:00     10 times every 1d  login ok  cleo  family-computer  lisbon-fibre   -> always pass
+380d 03:00   login ok  ann   laptop-x         madrid         -> stop PROFILE_DORMANT_RETURN PROFILE_DEVICE_NEW
+380d 09:00   login ok  cleo  family-computer  lisbon-fibre   -> pass !PROFILE_DORMANT_RETURN
