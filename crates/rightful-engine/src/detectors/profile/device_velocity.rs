//! `PROFILE_DEVICE_VELOCITY`: more devices on one account than a person has.
//!
//! - Threat: credentials that were sold to many, or a tool that changes its device with each attempt.
//! - Known false alarms: browsers that forget their id at each start. And whoever floods the account from afar must
//!   not get the owner refused: it weighs little.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, count, worst_excess};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileDeviceVelocity,
    title: "unusually many devices on the account",
    explains: "More different devices tried this account within a day than a person has, and this is one that it \
               does not know.",
    sees: "Different devices on the account in 24 h, above the limit.",
    never: "An own device: how many others there are says nothing against it.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Velocity,
    role: Role::Evidence,
    evidence: &["devices_24h"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_device_velocity;
    let devices = features.sharing.account_devices_24h?;
    let excess = worst_excess(&[(devices, thresholds.devices_24h_max.get())])?;
    (!comes_from_home(features)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![count("devices_24h", devices)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Novelty, Sharing};

    #[test]
    fn fires_above_the_limit_on_a_strange_device() {
        for (devices, fires) in [(Some(5), true), (Some(4), false), (None, false)] {
            let sharing = Sharing { account_devices_24h: devices, ..Sharing::default() };
            let features = Features { sharing, ..Features::default() };
            check(&DETECTOR, &features, fires);
            let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
            check(&DETECTOR, &Features { novelty, ..features }, false);
        }
    }
}
