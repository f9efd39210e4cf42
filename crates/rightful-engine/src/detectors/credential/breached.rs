//! `CREDENTIAL_BREACHED`: the password is in the index of public breaches.
//!
//! - Threat: lists of stolen credentials.
//! - Known false alarms: many honest people share such a password with somebody; 1.5 % of logins used a breached
//!   pair even (Thomas et al., USENIX Security 2019).
//! - Source: NIST SP 800-63B 5.1.1.2 (compare with breached values); the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::CredentialBreached,
    title: "the password is in a public breach",
    explains: "The password was seen in a public breach: whoever has the list can try it. Ask for a new one.",
    sees: "A password hash from the caller, found in the loaded index.",
    never: "Challenges by itself; weighs anything where the owner is at home.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Credential,
    role: Role::Evidence,
    evidence: &["password_breached"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    (features.context.password_breached == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        // It is said everywhere, since the password is to be changed; at home it is no sign of a thief.
        nats: if comes_from_home(features) { 0.0 } else { thresholds.credential_breached.nats.get() },
        evidence: vec![flag("password_breached", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Context, Novelty};

    #[test]
    fn fires_on_a_breached_password_and_weighs_nothing_at_home() {
        for (breached, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let context = Context { password_breached: breached, ..Context::default() };
            let features = Features { context, ..Features::default() };
            let nats = check(&DETECTOR, &features, fires).map(|finding| finding.nats);
            assert!(nats.is_none_or(|nats| nats > 0.0));
            let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
            let nats = check(&DETECTOR, &Features { novelty, ..features }, fires).map(|finding| finding.nats);
            assert!(nats.is_none_or(|nats| nats == 0.0));
        }
    }
}
