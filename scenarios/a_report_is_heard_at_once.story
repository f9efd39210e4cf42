# "That was not me": from then on even the familiar device is asked, until the owner has the account back.
policy default

08:00   login ok  ann  phone-a  lisbon       -> allow
09:00   login ok  ann  laptop-x lisbon-33        -> allow
09:30   feedback takeover ann laptop-x       -> unlearned 1
09:31   login ok  ann  phone-a  lisbon       -> challenge USER_REPORTED_COMPROMISE
09:40   reclaim ann since 09:00
09:41   login ok  ann  phone-a  lisbon       -> allow PROFILE_DEVICE_FAMILIAR !USER_REPORTED_COMPROMISE
