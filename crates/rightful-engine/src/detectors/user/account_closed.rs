//! `USER_ACCOUNT_CLOSED`: the account was closed, and somebody acts on it.
//!
//! - Threat: a closed account's credentials, sessions and stored cards are used after its owner has left; after a takeover
//!   an account is often closed instead of won back.
//! - Evidence: the caller's word that the account is closed or deleted.
//! - Known false alarms: an account closed by mistake; a list of accounts to let in opens it again.
//! - Never: on the word of anybody but the application.
//! - Source: Ravelin's reclaim method `AccountDeleted`.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::UserAccountClosed,
    title: "the account is closed",
    explains: "The application closed or deleted this account, so nobody can be its owner: the event is denied, \
               whatever else is known of it.",
    sees: "The application's word that the account is closed.",
    never: "An account that the application has not closed.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Reputation,
    role: Role::Evidence,
    evidence: &["closed_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    features.aftermath.closed_days.map(|days| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.user_account_closed.nats.get(),
        evidence: vec![number("closed_days", days)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Aftermath;

    #[test]
    fn fires_once_the_account_is_closed() {
        for (closed_days, fires) in [(Some(0.0), true), (Some(900.0), true), (None, false)] {
            let aftermath = Aftermath { closed_days, ..Aftermath::default() };
            check(&DETECTOR, &Features { aftermath, ..Features::default() }, fires);
        }
    }
}
