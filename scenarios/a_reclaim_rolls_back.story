# An intruder with the right password comes in unnoticed and begins to grow familiar. Ann reports it, gets her account back, and
# everything the intruder taught is forgotten; what the intruder used is not.
policy default

08:00   login ok  ann  phone-a   lisbon       -> allow
09:00   login ok  ann  phone-a   lisbon       -> allow PROFILE_DEVICE_FAMILIAR
10:00   login ok  ann  laptop-x  lisbon-33        -> allow PROFILE_DEVICE_NEW
11:00   login ok  ann  laptop-x  lisbon-33        -> allow !PROFILE_DEVICE_NEW !PROFILE_DEVICE_FAMILIAR

12:00   feedback takeover ann
12:05   login ok  ann  phone-a   lisbon       -> challenge USER_REPORTED_COMPROMISE
12:10   login ok  ann  laptop-x  lisbon-33        -> challenge USER_REPORTED_COMPROMISE

15:00   reclaim ann since 10:00               -> unlearned 2
15:05   login ok  ann  phone-a   lisbon       -> allow PROFILE_DEVICE_FAMILIAR !USER_REPORTED_COMPROMISE
15:10   login ok  ann  laptop-x  lisbon-33        -> deny DEVICE_RISKY_REPUTATION !PROFILE_DEVICE_FAMILIAR
15:15   login ok  ann  laptop-a  lisbon-33        -> allow IP_RISKY_REPUTATION PROFILE_DEVICE_NEW
15:20   login ok  ben  phone-b   lisbon-33        -> allow IP_RISKY_REPUTATION
