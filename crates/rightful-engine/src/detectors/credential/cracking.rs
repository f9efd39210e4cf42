//! `CREDENTIAL_CRACKING`: strangers have tried to guess this account's password.
//!
//! - Threat: the password of one account is guessed, slowly enough for no velocity to see it.
//! - Known false alarms: a script of the owner with an old password. And whoever guesses from afar must not get the
//!   owner refused: it weighs little, in the family of the velocities.
//! - Source: OWASP Automated Threats, OAT-007 Credential Cracking.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, count};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::CredentialCracking,
    title: "strangers have failed on the account many times",
    explains: "Many attempts on this account failed today, on devices and at addresses that it does not know, and \
               this event comes from such a place as well.",
    sees: "At least ten failures on the account in 24 h, neither on a device nor at an address that it knows.",
    never: "The owner who has forgotten the password on a familiar device; the owner at home while others guess.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Velocity,
    role: Role::Evidence,
    evidence: &["strange_failures_24h"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.credential_cracking;
    let failures = features.campaign.strange_failures_24h?;
    let excess = f64::from(failures) / thresholds.strange_failures_24h_min.get();
    (excess >= 1.0 && !comes_from_home(features)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![count("strange_failures_24h", failures)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Campaign, Novelty};

    #[test]
    fn fires_on_many_failures_of_strangers_and_never_at_home() {
        for (failures, fires) in [(Some(10), true), (Some(9), false), (None, false)] {
            let campaign = Campaign { strange_failures_24h: failures, ..Campaign::default() };
            let features = Features { campaign, ..Features::default() };
            check(&DETECTOR, &features, fires);
            let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
            check(&DETECTOR, &Features { novelty, ..features }, false);
        }
    }
}
