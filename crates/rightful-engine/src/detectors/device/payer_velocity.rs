//! `DEVICE_PAYER_VELOCITY`: several accounts move money from one device within a day.
//!
//! - Threat: an intruder's machine on which one stolen account after another is emptied, at a pace at which signing in alone
//!   would look like a family.
//! - Evidence: three or more accounts that moved money from the device in 24 h, this one included.
//! - Known false alarms: a till, or a clerk who pays for customers. A household that was familiar together before today is
//!   exempt, however many pay. Counted in RAM, so a restart begins anew.
//! - Never: fewer than three; a household already familiar together; money that comes in, or did not move.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DevicePayerVelocity,
    title: "several accounts pay from the device",
    explains: "Three or more accounts moved money from this device within a day, and they are not a household that was \
               familiar together before.",
    sees: "Three or more accounts that moved money from the device in 24 h.",
    never: "A family's computer below three payers; a household that was familiar together before today; money that \
            comes in or did not move.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Sharing,
    role: Role::Evidence,
    evidence: &["payers_24h", "household_accounts", "account_in_household", "saturated"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_payer_velocity;
    let (payers, is_saturated) = features.sharing.device_payers_24h?;
    let excess = f64::from(payers) / thresholds.payers_24h_min.get();
    if excess < 1.0 {
        return None;
    }
    let household = features.sharing.device_household_accounts.unwrap_or(0);
    let belongs = features.sharing.account_in_household.unwrap_or(false);
    if belongs && payers <= household {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![
            count("payers_24h", payers),
            count("household_accounts", household),
            flag("account_in_household", belongs),
            flag("saturated", is_saturated),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Sharing;
    use crate::policy::Policy;

    fn nats(payers: Option<u32>, household: u32, belongs: bool) -> Option<f64> {
        let sharing = Sharing {
            device_payers_24h: payers.map(|payers| (payers, false)),
            device_household_accounts: Some(household),
            account_in_household: Some(belongs),
            ..Sharing::default()
        };
        let features = Features { sharing, ..Features::default() };
        detect(&features, Policy::default().thresholds()).map(|finding| finding.nats)
    }

    #[test]
    fn fires_from_the_third_payer_unless_they_are_a_household() {
        for (payers, household, belongs, fires) in [
            (Some(2), 0, false, false),
            (Some(3), 0, false, true),
            (Some(3), 3, true, false),
            (Some(4), 3, true, true),
            (Some(3), 3, false, true),
            (None, 0, false, false),
        ] {
            assert_eq!(nats(payers, household, belongs).is_some(), fires, "{payers:?} {household} {belongs}");
        }
    }

    #[test]
    fn weighs_more_the_more_payers() {
        assert!(nats(Some(12), 0, false) > nats(Some(3), 0, false));
    }
}
