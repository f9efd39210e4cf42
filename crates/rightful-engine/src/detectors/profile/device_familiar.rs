//! `PROFILE_DEVICE_FAMILIAR`: the account has been let through on this device before.
//!
//! - Meaning: speaks for the owner, and so protects the owner from findings that an intruder elsewhere causes.
//! - Evidence: the device was learned: a success, not reported, not in quarantine. Familiarity is earned at most once a
//!   day, since a hundred logins of one evening prove no more than one.
//! - Known false alarms (false calm): a stolen device id or a machine that somebody else controls. Therefore it lowers
//!   by a bounded amount, and no strong proof is outweighed by it.
//! - Never: a device that is held but not learned; a device remembered as an intruder's; an account whose takeover is
//!   reported and open, since the intruder may have taught it.
//! - Source: the reason catalogue; OWASP Credential Stuffing Prevention Cheat Sheet (device recognition).

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileDeviceFamiliar,
    title: "the device is familiar to the account",
    explains: "The account was let through on this device before, and nobody has reported it.",
    sees: "The account was let through on the device, at least once, out of quarantine.",
    never: "A device in quarantine; one remembered as an intruder's; an account whose takeover is reported and open.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Device,
    role: Role::Explanation,
    evidence: &["times_seen", "device_age_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let seen = features.novelty.device_familiarity.filter(|seen| *seen > 0)?;
    if features.acquaintance.is_young() {
        return None;
    }
    if features.reputation.device_bad == Some(true) || features.reputation.account_reported == Some(true) {
        return None;
    }
    let age_days = features.novelty.device_age_days.unwrap_or(0.0);
    let earned = f64::from(seen).min(1.0 + age_days.floor());
    Some(Finding {
        reason: DETECTOR.reason,
        nats: -thresholds.profile_device_familiar.of_ratio(earned),
        evidence: vec![count("times_seen", seen), number("device_age_days", age_days)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Novelty, Reputation};
    use crate::policy::Policy;

    fn nats(seen: Option<u32>, age_days: f64, reputation: Reputation) -> Option<f64> {
        let novelty = Novelty { device_familiarity: seen, device_age_days: Some(age_days), ..Novelty::default() };
        let features = Features { novelty, reputation, ..Features::default() };
        detect(&features, Policy::default().thresholds()).map(|finding| finding.nats)
    }

    #[test]
    fn fires_from_the_first_event_let_through() {
        let clean = Reputation::default();
        let bad = Reputation { device_bad: Some(true), ..clean };
        let reported = Reputation { account_reported: Some(true), ..clean };
        for (seen, reputation, fires) in [
            (Some(1), clean, true),
            (Some(0), clean, false),
            (None, clean, false),
            (Some(9), bad, false),
            (Some(9), reported, false),
        ] {
            assert_eq!(nats(seen, 30.0, reputation).is_some(), fires, "{seen:?} {reputation:?}");
        }
    }

    #[test]
    fn is_earned_at_most_once_a_day() {
        let clean = Reputation::default();
        assert_eq!(nats(Some(100), 0.9, clean), nats(Some(1), 0.0, clean));
        assert!(nats(Some(2), 1.0, clean) < nats(Some(1), 1.0, clean));
        assert_eq!(nats(Some(1_000), 1_000.0, clean), nats(Some(100), 100.0, clean));
    }
}
