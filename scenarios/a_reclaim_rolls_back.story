# An intruder with the right password comes in unnoticed and grows familiar. Ann reports it, gets her account back, and
# everything the intruder taught is forgotten; what the intruder used is not.
policy default

08:00       login ok  ann  phone-a   lisbon          -> allow
+1d 08:00   login ok  ann  phone-a   lisbon          -> ?
+2d 03:00   login ok  ann  laptop-x  lagos           -> ?
+3d 03:00   login ok  ann  laptop-x  lagos           -> ?

+3d 09:00   feedback takeover ann                    -> ?
+3d 09:05   login ok  ann  phone-a   lisbon          -> ?
+3d 09:10   login ok  ann  laptop-x  lagos           -> ?

+3d 12:00   reclaim ann since +2d 03:00              -> ?
+3d 12:05   login ok  ann  phone-a   lisbon          -> ?
+3d 12:10   login ok  ann  laptop-x  lagos           -> ?
+3d 12:15   login ok  ann  laptop-a  lagos           -> ?
