//! The reasons that no detector gives, and why: kept beside the list, so that nobody waits for one.

use rightful_domain::ReasonCode;

/// Every reason that judgement does not give (yet), with what it would need, as a part of a sentence.
pub const NOT_RAISED: &[(ReasonCode, &str)] = &[
    (ReasonCode::BehaviorBotTyping, "needs the distribution of single keystrokes; callers tell medians"),
    (
        ReasonCode::BehaviorSuspiciousMovement,
        "needs the path of the pointer before a click, which the browser's report will bring",
    ),
    (ReasonCode::DeviceEmulator, "needs engine features or a mobile SDK's report"),
    (
        ReasonCode::DeviceHistorySuspiciousFingerprint,
        "needs fingerprints that are remembered and compared by similarity",
    ),
    (ReasonCode::DeviceIncognitoBrowser, "needs the browser's report"),
    (ReasonCode::DevicePrivateBrowser, "needs the browser's report"),
    (
        ReasonCode::DeviceOldVersion,
        "what is remembered of the population does not say yet which release of a browser is the newest",
    ),
    (ReasonCode::DeviceOriginAnomaly, "needs the application's list of origins"),
    (ReasonCode::DevicePayerVelocity, "the windows do not tell paying accounts on a device from others"),
    (ReasonCode::DeviceRooted, "needs a mobile SDK's report"),
    (ReasonCode::DeviceTampered, "needs a mobile SDK's report"),
    (
        ReasonCode::DeviceSuspiciousAttribute,
        "needs attributes of the population's devices, which the browser's report will bring",
    ),
    (ReasonCode::DeviceSuspiciousNetwork, "needs the browser's report"),
    (ReasonCode::DeviceTakeover, "needs movements over a session, which the browser's report will bring"),
    (ReasonCode::IpIsBiz, "no freely licensed data set tells the type of an organization"),
    (ReasonCode::IpIsGov, "no freely licensed data set tells the type of an organization"),
    (ReasonCode::IpIsMil, "no freely licensed data set tells the type of an organization"),
    (ReasonCode::IpPayerVelocity, "the windows do not tell paying accounts at an address from others"),
    (ReasonCode::EmailDisposable, "no list of domains is loaded yet"),
    (ReasonCode::EngineDegraded, "given by the server with a fallback verdict, not by judgement"),
];
