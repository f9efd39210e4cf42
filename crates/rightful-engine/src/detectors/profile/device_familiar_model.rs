//! `PROFILE_DEVICE_FAMILIAR_MODEL`: a new device of the same model or platform as one that the account knows.
//!
//! - Meaning: drift rather than novelty: a cleared cookie, a reinstalled app, the same phone again.
//! - Evidence: the device id is new, its model (or system and browser) was learned by the account.
//! - Known false alarms (false calm): common models prove little, as half the intruders own one too. Therefore it takes
//!   back only a part of what the new device weighs.
//! - Never: where the device itself is familiar; where a takeover is reported and open.
//! - Source: Transmit Security's recommendations ("a new device that is the same model as a known previous device").

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileDeviceFamiliarModel,
    title: "the device is of a model that the account knows",
    explains: "The device is new to the account, and of the same model or platform as one that the account knows.",
    sees: "A new device of the same model, or system and browser, as one that the account knows.",
    never: "Where the device itself is familiar; where a takeover is reported and open.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Device,
    role: Role::Explanation,
    evidence: &["devices_known"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let novelty = &features.novelty;
    let drifted = novelty.device_known == Some(false) && novelty.model_known == Some(true);
    if !drifted || features.reputation.account_reported == Some(true) {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: -thresholds.profile_device_familiar_model.nats.get(),
        evidence: vec![count("devices_known", novelty.account_devices_known.unwrap_or(0))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Novelty, Reputation};
    use crate::policy::Policy;

    #[test]
    fn fires_on_a_new_device_of_a_known_model() {
        for (device_known, model_known, reported, fires) in [
            (Some(false), Some(true), false, true),
            (Some(true), Some(true), false, false),
            (Some(false), Some(false), false, false),
            (Some(false), None, false, false),
            (None, Some(true), false, false),
            (Some(false), Some(true), true, false),
        ] {
            let novelty = Novelty { device_known, model_known, ..Novelty::default() };
            let reputation = Reputation { account_reported: Some(reported), ..Reputation::default() };
            let features = Features { novelty, reputation, ..Features::default() };
            let finding = detect(&features, Policy::default().thresholds());
            assert_eq!(finding.is_some(), fires, "{device_known:?} {model_known:?} {reported}");
            assert!(finding.is_none_or(|finding| finding.nats < 0.0));
        }
    }
}
