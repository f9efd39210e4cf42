# A list of stolen pairs, worked through quickly by one tool from one address. Most names are nobody's here.
policy default

08:00       login ok  ann         phone-a  lisbon                                  -> allow
+1d 08:00   login ok  ann         phone-a  lisbon                                  -> ?

# The first tries look like anybody.
+1d 10:00:00   5 times every 1s   login failed  @stranger-#  bot  hosting           -> ?
+1d 10:00:05  30 times every 1s   login failed  @stranger-#  bot  hosting           -> ?

# A pair that works: the right password, at the end of a flood.
+1d 10:00:40   login ok  ann      bot      hosting                                  -> ?

# Her own door meanwhile is not her neighbour's affair.
+1d 10:01:00   login ok  ann      phone-a  lisbon                                   -> ?
