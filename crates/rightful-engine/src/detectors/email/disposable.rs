//! `EMAIL_DISPOSABLE`: the account is given an e-mail address to throw away.
//!
//! - Threat: accounts opened in bulk, which no letter is ever to reach; an intruder who turns the owner's mail away to where
//!   nobody can follow.
//! - Known false alarms: people who want no letters; names with a `+` in them, which are at an ordinary domain and never
//!   looked at; domains that lists have by mistake.
//! - Source: the reason catalogue; lists of such domains, such as disposable-email-domains.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::EmailDisposable,
    title: "the e-mail address is one to throw away",
    explains: "Whoever registers, or changes the account's details, gives an e-mail address at a domain that hands them \
               out to anybody for a few minutes.",
    sees: "The domain of the address, or one above it, on a loaded list of such domains, on register and \
           account_details_change.",
    never: "On plus-addressing, or anything else before the `@`; on an address that the account is known to have \
            already; decides alone; weighs anything where the owner is at home.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Reputation,
    role: Role::Evidence,
    evidence: &["email_disposable"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    (features.context.email_disposable == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        // Owners may throw their own addresses away.
        nats: if comes_from_home(features) { 0.0 } else { thresholds.email_disposable.nats.get() },
        evidence: vec![flag("email_disposable", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Context, Novelty};

    #[test]
    fn fires_on_a_listed_domain_and_weighs_nothing_at_home() {
        for (email_disposable, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let context = Context { email_disposable, ..Context::default() };
            let nats = |device_known, fires| {
                let novelty = Novelty { device_known, ..Novelty::default() };
                let features = Features { context, novelty, ..Features::default() };
                check(&DETECTOR, &features, fires).map(|finding| finding.nats)
            };
            assert!(nats(None, fires).is_none_or(|nats| nats > 0.0));
            assert!(nats(Some(false), fires).is_none_or(|nats| nats > 0.0));
            assert!(nats(Some(true), fires).is_none_or(|nats| nats == 0.0));
        }
    }
}
