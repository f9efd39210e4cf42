//! `USER_SECOND_FACTOR_PASSED`: the event proved itself before it was asked.
//!
//! - Speaks for the owner: whoever has the password does not have the passkey.
//! - Evidence: a second factor that the caller reports as passed in this very event; how strong it is, and whether the
//!   network is one that relays of sign-ins stand in.
//! - Known weaknesses: what can be typed can be passed on, so a code or a prompt proves less, and next to nothing behind
//!   a relay. A factor that a stranger has just enrolled proves him: a change of factors is a finding of its own.
//! - Never: a captcha; a code by SMS within seven days of a change of contact. While a takeover is reported and open, it
//!   does not lower the score below challenge.
//! - Source: what releases quarantine (`Profile::releases`); NIST SP 800-63B 5.2.5 on what resists phishing.

use rightful_domain::{Evidence, EvidenceValue, Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::{Factor, Features};
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::UserSecondFactorPassed,
    title: "a second factor was passed on the spot",
    explains: "The event proved itself with a second factor: a passkey, a key or a fingerprint most, a code or a prompt \
               less, a code by SMS least. Where the network is one that relays stand in, what can be passed on \
               proves little.",
    sees: "a second factor that the caller reports as passed in this very event",
    never: "a captcha; a code by SMS within seven days of a change of contact",
    since: "0.1.0",
    strength: Strength::Supporting,
    role: Role::Evidence,
    family: EvidenceFamily::Proof,
    evidence: &["factor", "relayed"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let factor = features.proof.factor?;
    let weights = &thresholds.user_second_factor_passed;
    let relayed = features.proof.relayed == Some(true);
    let part = if relayed { weights.relayed_fraction.get() } else { 1.0 };
    let nats = match factor {
        Factor::Resistant => weights.resistant.get(),
        Factor::Phishable => weights.phishable.get() * part,
        Factor::ByContact => weights.by_contact.get() * part,
    };
    let factor = Evidence { name: "factor".into(), value: EvidenceValue::Text(factor.as_str().into()) };
    Some(Finding { reason: DETECTOR.reason, nats: -nats, evidence: vec![factor, flag("relayed", relayed)] })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Proof;
    use crate::policy::Policy;

    #[test]
    fn a_factor_weighs_what_it_proves() {
        for (factor, relayed, expected) in [
            (None, Some(false), None),
            (Some(Factor::Resistant), None, Some(-2.0)),
            (Some(Factor::Resistant), Some(true), Some(-2.0)),
            (Some(Factor::Phishable), Some(false), Some(-1.2)),
            (Some(Factor::Phishable), Some(true), Some(-0.3)),
            (Some(Factor::ByContact), None, Some(-0.8)),
            (Some(Factor::ByContact), Some(true), Some(-0.2)),
        ] {
            let features = Features { proof: Proof { factor, relayed }, ..Features::default() };
            let nats = detect(&features, Policy::default().thresholds()).map(|finding| finding.nats);
            assert_eq!(
                nats.map(|nats| (nats * 1e6).round()),
                expected.map(|nats: f64| nats * 1e6),
                "{factor:?} {relayed:?}"
            );
        }
    }
}
