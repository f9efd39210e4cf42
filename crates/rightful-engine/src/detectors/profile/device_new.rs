//! `PROFILE_DEVICE_NEW`: the account has a history on devices, and this device is not in it.
//!
//! - Threat: a stolen password is used from the thief's own machine. Nearly every takeover comes from a device that the
//!   account has never been let through on; the exceptions (stolen cookies, malware, remote control) have reasons of
//!   their own.
//! - Evidence: a device id that the account has not learned. A device in quarantine counts as new, or an intruder
//!   would grow familiar by being challenged.
//! - Known false alarms: a new phone, a cleared cookie, a private window. Owners whose devices change often are used to
//!   it, so for them it weighs less: the weight is the surprise −ln P(new device | owner), estimated from the account's
//!   own history. Therefore it never decides alone.
//! - Never: on the account's first event, or where its history carries no device ids at all.
//! - Source: Freeman et al., "Who Are You? A Statistical Approach to Measuring User Authenticity", NDSS 2016.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileDeviceNew,
    title: "the device is new to the account",
    explains: "The account has been used on other devices, and was never let through on this one.",
    sees: "A device that the account was never let through on, where the account has a history on devices.",
    never: "The account's first event; a history that carries no devices at all.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Device,
    role: Role::Explanation,
    evidence: &["devices_known", "events_learned", "device_held"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let devices = features.novelty.account_devices_known.filter(|known| *known > 0)?;
    let history = features.tenure.account_history.filter(|learned| *learned > 0)?;
    if features.novelty.device_known? {
        return None;
    }
    // The next event comes from a new device about as often as the earlier ones did.
    let usual = (f64::from(devices) / (f64::from(history) + 1.0)).min(1.0);
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.profile_device_new.of_surprise(-usual.ln()),
        evidence: vec![
            count("devices_known", devices),
            count("events_learned", history),
            flag("device_held", features.novelty.device_held.unwrap_or(false)),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Novelty, Tenure};
    use crate::policy::Policy;

    fn nats(known: Option<bool>, devices: u32, history: u32) -> Option<f64> {
        let novelty = Novelty { device_known: known, account_devices_known: Some(devices), ..Novelty::default() };
        let tenure = Tenure { account_history: Some(history), ..Tenure::default() };
        let features = Features { novelty, tenure, ..Features::default() };
        detect(&features, Policy::default().thresholds()).map(|finding| finding.nats)
    }

    #[test]
    fn fires_on_a_device_that_the_account_never_learned() {
        for (known, devices, history, fires) in [
            (Some(false), 1, 1, true),
            (Some(true), 1, 1, false),
            (None, 1, 1, false),
            // The account's first event, and a history without device ids.
            (Some(false), 0, 0, false),
            (Some(false), 0, 9, false),
        ] {
            assert_eq!(nats(known, devices, history).is_some(), fires, "{known:?} {devices} {history}");
        }
    }

    #[test]
    fn weighs_more_the_steadier_the_owner() {
        let steady = nats(Some(false), 1, 30);
        assert!(steady > nats(Some(false), 1, 3));
        assert!(steady > nats(Some(false), 20, 30));
        assert!(nats(Some(false), 64, 3) > Some(0.0));
    }
}
