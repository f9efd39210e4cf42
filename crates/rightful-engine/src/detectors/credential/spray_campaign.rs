//! `CREDENTIAL_SPRAY_CAMPAIGN`: one password is tried on many accounts.
//!
//! - Threat: password spraying: a common password on every account that has a name.
//! - Known false alarms: people share common passwords, and theirs are right.
//! - Source: MITRE ATT&CK T1110.003 Password Spraying.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, count, number};
use crate::features::{Features, part};
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::CredentialSprayCampaign,
    title: "the same password was tried on many accounts",
    explains: "This password was tried on many accounts within a day, and most of these attempts failed. Said of the \
               one that succeeds, too.",
    sees: "The tag of the password, on at least ten accounts in 24 h, at least half of the attempts failed.",
    never: "A default password that the operator has set, which succeeds; the familiar owner with a common password.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Campaign,
    role: Role::Evidence,
    evidence: &["accounts_24h", "attempts_24h", "failure_ratio"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.credential_spray_campaign;
    let crowd = features.campaign.password?;
    let excess = f64::from(crowd.subjects) / thresholds.subjects_min.get();
    let failure_ratio = part(crowd.failures, &crowd);
    if excess < 1.0 || failure_ratio < thresholds.failure_ratio_min.get() || comes_from_home(features) {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![
            count("accounts_24h", crowd.subjects),
            count("attempts_24h", crowd.attempts),
            number("failure_ratio", failure_ratio),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use rightful_domain::Crowd;

    use crate::features::{Campaign, Novelty};

    fn with(subjects: u32, attempts: u32, failures: u32) -> Features {
        let password = Some(Crowd { subjects, attempts, failures, ..Crowd::default() });
        Features { campaign: Campaign { password, ..Campaign::default() }, ..Features::default() }
    }

    #[test]
    fn fires_on_one_password_for_many_accounts() {
        check(&DETECTOR, &with(10, 10, 5), true);
        check(&DETECTOR, &with(9, 10, 10), false);
        check(&DETECTOR, &with(10, 10, 4), false);
        check(&DETECTOR, &Features::default(), false);
        let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
        check(&DETECTOR, &Features { novelty, ..with(500, 500, 499) }, false);
    }
}
