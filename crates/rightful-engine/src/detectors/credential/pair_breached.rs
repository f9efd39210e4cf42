//! `CREDENTIAL_PAIR_BREACHED`: a breached username comes with a breached password, from elsewhere.
//!
//! - Threat: credential stuffing: the pair of one site is tried at another.
//! - Known false alarms: an owner who never changed it, on a new phone.
//! - Source: OWASP Automated Threats, OAT-008 Credential Stuffing.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::CredentialPairBreached,
    title: "the username and the password are both in public breaches",
    explains: "The username and the password were both seen in public breaches, and they are used from a device that \
               the account does not know.",
    sees: "Username and password, both found in the loaded index, which keeps them apart: that they belong together \
           is likely, not proved.",
    never: "A familiar device or, where devices have no names, a familiar network.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Credential,
    role: Role::Evidence,
    evidence: &["username_breached", "password_breached"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let context = &features.context;
    let is_pair = context.password_breached == Some(true) && context.username_breached == Some(true);
    (is_pair && !comes_from_home(features)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.credential_pair_breached.nats.get(),
        evidence: vec![flag("username_breached", true), flag("password_breached", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Context, Novelty};

    #[test]
    fn fires_on_both_from_elsewhere() {
        for (password, username, fires) in [
            (Some(true), Some(true), true),
            (Some(true), Some(false), false),
            (Some(false), Some(true), false),
            (Some(true), None, false),
        ] {
            let context = Context { password_breached: password, username_breached: username, ..Context::default() };
            let features = Features { context, ..Features::default() };
            check(&DETECTOR, &features, fires);
            let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
            check(&DETECTOR, &Features { novelty, ..features }, false);
        }
    }
}
