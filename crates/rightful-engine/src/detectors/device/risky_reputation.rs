//! `DEVICE_RISKY_REPUTATION`: the device was an intruder's.
//!
//! - Threat: an intruder who was thrown out comes back with the same browser.
//! - Evidence: the account, or the device's own record, remembers the device as bad since a takeover.
//! - Known false alarms: a family's machine that was taken for an intruder's. It is forgiven once the account was
//!   reclaimed and the device has passed a challenge.
//! - Never: after the account was reclaimed and the device passed a challenge.
//! - Source: the reason catalogue. The decay of the catalogue (half-life 90 days) waits for bad marks that carry a date.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceRiskyReputation,
    title: "the device was an intruder's",
    explains: "The device was used in a takeover, and has not proved to be the owner's since.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Reputation,
    evidence: &["device_bad"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    (features.reputation.device_bad == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.device_risky_reputation.nats.get(),
        evidence: vec![flag("device_bad", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Reputation;
    use crate::policy::Policy;

    #[test]
    fn fires_on_a_device_remembered_as_bad() {
        for (bad, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let reputation = Reputation { device_bad: bad, ..Reputation::default() };
            let features = Features { reputation, ..Features::default() };
            assert_eq!(detect(&features, Policy::default().thresholds()).is_some(), fires, "{bad:?}");
        }
    }
}
