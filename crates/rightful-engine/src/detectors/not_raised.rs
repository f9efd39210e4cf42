//! The reasons that no detector gives, and why: kept beside the list, so that nobody waits for one.

use rightful_domain::ReasonCode;

/// Every reason that judgement does not give (yet), with what it would need, as a part of a sentence.
pub const NOT_RAISED: &[(ReasonCode, &str)] = &[
    (
        ReasonCode::DeviceHistorySuspiciousFingerprint,
        "needs fingerprints that are remembered and compared by similarity",
    ),
    (
        ReasonCode::DevicePrivateBrowser,
        "browsers other than Chromium tell nothing by which a private window could be known",
    ),
    (
        ReasonCode::DeviceOldVersion,
        "what is remembered of the population does not say yet which release of a browser is the newest",
    ),
    (ReasonCode::DeviceRooted, "needs a mobile SDK's report"),
    (ReasonCode::DeviceTampered, "needs a mobile SDK's report"),
    (
        ReasonCode::DeviceTakeover,
        "a pointer that is moved from afar looks like that of assistive technology in all that clients tell",
    ),
    (ReasonCode::EngineDegraded, "given by the server with a fallback verdict, not by judgement"),
];
