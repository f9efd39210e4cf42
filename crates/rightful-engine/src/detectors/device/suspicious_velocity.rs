//! `DEVICE_SUSPICIOUS_VELOCITY`: several accounts on one device within a day.
//!
//! - Threat: an intruder's machine on which one stolen account after another is opened, or a farm of fresh accounts.
//! - Evidence: two or more accounts on the device in 24 h.
//! - Known false alarms: families and colleagues at one machine. A household that was familiar together before today is
//!   exempt; whoever got through only today does not belong to it, or an intruder's first success would excuse the
//!   second. A guest on a friend's laptop is not exempt, hence it never decides alone.
//! - Never: a household already familiar together.
//! - Source: Transmit Security's recommendations ("two or more users are using the same device").

use rightful_domain::{Finding, ReasonCode, Span};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousVelocity,
    title: "several accounts use the device",
    explains: "Two or more accounts were used on this device within a day, and they are not a household that was \
               familiar together before.",
    sees: "Two or more accounts on the device in 24 h.",
    never: "A household that was familiar together before today.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Sharing,
    role: Role::Evidence,
    evidence: &["accounts_24h", "household_accounts", "account_in_household", "saturated"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_suspicious_velocity;
    let accounts = features.sharing.device_accounts_24h?;
    let excess = f64::from(accounts) / thresholds.accounts_24h_min.get();
    if excess < 1.0 {
        return None;
    }
    let household = features.sharing.device_household_accounts.unwrap_or(0);
    let belongs = features.sharing.account_in_household.unwrap_or(false);
    if belongs && accounts <= household {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![
            count("accounts_24h", accounts),
            count("household_accounts", household),
            flag("account_in_household", belongs),
            flag("saturated", features.velocity.device.is_some_and(|tally| tally.span(Span::Day).saturated)),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Sharing;
    use crate::policy::Policy;

    fn nats(accounts: Option<u32>, household: u32, belongs: bool) -> Option<f64> {
        let sharing = Sharing {
            device_accounts_24h: accounts,
            device_household_accounts: Some(household),
            account_in_household: Some(belongs),
            ..Sharing::default()
        };
        let features = Features { sharing, ..Features::default() };
        detect(&features, Policy::default().thresholds()).map(|finding| finding.nats)
    }

    #[test]
    fn fires_from_the_second_account_unless_they_are_a_household() {
        for (accounts, household, belongs, fires) in [
            (Some(1), 0, false, false),
            (Some(2), 0, false, true),
            (Some(2), 2, true, false),
            (Some(3), 2, true, true),
            (Some(2), 2, false, true),
            (None, 0, false, false),
        ] {
            assert_eq!(nats(accounts, household, belongs).is_some(), fires, "{accounts:?} {household} {belongs}");
        }
    }

    #[test]
    fn weighs_more_the_more_accounts() {
        assert!(nats(Some(8), 0, false) > nats(Some(2), 0, false));
    }
}
