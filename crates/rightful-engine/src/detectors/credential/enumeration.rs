//! `CREDENTIAL_ENUMERATION`: one network tries names that nobody has.
//!
//! - Threat: a list of names is reduced to those that exist, before it is worked through.
//! - Known false alarms: a shop that has forgotten most of its customers; hence never alone.
//! - Source: OWASP Web Security Testing Guide, Testing for Account Enumeration; OWASP OAT-007.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, count, number};
use crate::features::{Features, part};
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::CredentialEnumeration,
    title: "names that nobody has are tried from the network",
    explains: "Many attempts from this network name accounts that do not exist: somebody is finding out who has one.",
    sees: "At least five attempts at unknown usernames from the same /24 (IPv6: /48) in 24 h, three in ten of all \
           attempts there.",
    never: "One typo; the familiar owner in the same network.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Campaign,
    role: Role::Evidence,
    evidence: &["unknown_usernames_24h", "attempts_24h", "unknown_ratio"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.credential_enumeration;
    let crowd = features.campaign.net?;
    let excess = f64::from(crowd.unknown_usernames) / thresholds.unknown_usernames_min.get();
    let unknown_ratio = part(crowd.unknown_usernames, &crowd);
    if excess < 1.0 || unknown_ratio < thresholds.unknown_ratio_min.get() || comes_from_home(features) {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![
            count("unknown_usernames_24h", crowd.unknown_usernames),
            count("attempts_24h", crowd.attempts),
            number("unknown_ratio", unknown_ratio),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use rightful_domain::Crowd;

    use crate::features::{Campaign, Novelty};

    fn of(unknown_usernames: u32, attempts: u32) -> Features {
        let net = Some(Crowd { unknown_usernames, attempts, ..Crowd::default() });
        Features { campaign: Campaign { net, ..Campaign::default() }, ..Features::default() }
    }

    #[test]
    fn fires_on_many_names_that_nobody_has() {
        check(&DETECTOR, &of(6, 20), true);
        check(&DETECTOR, &of(4, 4), false);
        check(&DETECTOR, &of(6, 21), false);
        check(&DETECTOR, &of(1, 1), false);
        let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
        check(&DETECTOR, &Features { novelty, ..of(60, 60) }, false);
    }
}
