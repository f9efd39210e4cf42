//! `DEVICE_SUSPICIOUS_LANGUAGE`: a language that neither the account nor hardly anybody uses.
//!
//! - Threat: an intruder abroad, with everything right but the language.
//! - Known false alarms: people learn languages, and lend their phones.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::DeviceSuspiciousLanguage,
    title: "the device asks for a language that hardly anybody here uses",
    explains: "The account has never used this language, and fewer than one in a thousand of the application's \
               accounts do.",
    sees: "The language that the device asks for, a history of languages of the account, and at least a thousand \
           accounts to compare with.",
    never: "A language that the account has used; a small application, where everything is rare.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Client,
    role: Role::Evidence,
    evidence: &["accounts_with_it", "accounts_share"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.device_suspicious_language;
    let (accounts, of) = features.agent.language_accounts?;
    let share = f64::from(accounts) / f64::from(of.max(1));
    let is_rare = f64::from(of) >= thresholds.accounts_min.get() && share < thresholds.share_max.get();
    (is_rare && features.agent.language_known == Some(false)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("accounts_with_it", accounts), number("accounts_share", share)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Agent;

    #[test]
    fn fires_on_a_language_that_is_new_and_rare() {
        for (known, accounts, fires) in [
            (Some(false), Some((9, 10_000)), true),
            (Some(false), Some((10, 10_000)), false),
            (Some(false), Some((0, 1_000)), true),
            (Some(false), Some((0, 999)), false),
            (Some(true), Some((9, 10_000)), false),
            (None, Some((9, 10_000)), false),
            (Some(false), None, false),
        ] {
            let agent = Agent { language_known: known, language_accounts: accounts, ..Agent::default() };
            check(&DETECTOR, &Features { agent, ..Features::default() }, fires);
        }
    }
}
