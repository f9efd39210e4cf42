# Three people in one home use one computer for weeks, each with a phone besides. A family is no gang.
policy default

08:00   24 times every 1d  login ok  ann   phone-a   lisbon  -> always pass
meanwhile 08:10   24 times every 1d  login ok  ben   phone-b   lisbon  -> always pass
meanwhile 08:20   24 times every 1d  login ok  cleo  phone-c   lisbon  -> always pass
meanwhile 19:00   12 times every 2d  login ok  ann   family-computer  lisbon     -> always pass !DEVICE_SUSPICIOUS_VELOCITY
meanwhile 20:00   12 times every 2d  login ok  ben   family-computer  lisbon  -> always pass
meanwhile 21:00   12 times every 2d  login ok  cleo  family-computer  lisbon  -> always pass
+24d 19:00   login ok  ann   family-computer  lisbon                   -> pass PROFILE_DEVICE_FAMILIAR !DEVICE_SUSPICIOUS_VELOCITY
+24d 19:02   login ok  ben   family-computer  lisbon                   -> pass PROFILE_DEVICE_FAMILIAR !DEVICE_SUSPICIOUS_VELOCITY
+24d 19:04   checkout ok  cleo  family-computer  lisbon pays 35 EUR by card-3   -> pass !DEVICE_PAYER_VELOCITY
