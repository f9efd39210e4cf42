# A proxy is set up wrongly, and everybody comes from its private address: a mistake of the operator's, not of the
# customers. Nobody is challenged for it, and nothing is said of where they are.
policy default

09:00   200 times every 2s  login ok      customer-#  phone-#  lan   -> always pass !IP_ACTION_VELOCITY !PROFILE_LOCATION_NEW !IP_RISKY_REPUTATION
10:00   200 times every 2s  login ok      customer-#  phone-#  lan   -> always pass PROFILE_DEVICE_FAMILIAR !IP_ACTION_VELOCITY
11:00   20 times every 1s   login failed  customer-#  phone-#  lan   -> always pass
11:10   login ok  customer-3  phone-3  lan                           -> pass
