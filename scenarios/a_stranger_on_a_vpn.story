# The other side of the same door: that Ann uses a VPN lets nobody in who does, too.
policy default

08:00        14 times every 1d  login ok  ann  laptop-a  lisbon   -> always pass
meanwhile +1d 09:00   13 times every 1d  login ok  ann  laptop-a  vpn-#   -> always pass
+15d 03:00   login ok  ann  laptop-x  vpn-33   -> stop PROFILE_DEVICE_NEW IP_IS_VPN
+15d 08:00   login ok  ann  laptop-a  lisbon   -> pass PROFILE_DEVICE_FAMILIAR
