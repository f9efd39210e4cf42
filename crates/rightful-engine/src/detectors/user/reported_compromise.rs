//! `USER_REPORTED_COMPROMISE`: the owner said "not me", and has not got the account back yet.
//!
//! - Threat: the intruder is still inside while the report is worked on.
//! - Evidence: a report of takeover on the account, not followed by a reclaim.
//! - Known false alarms: the owner, who is asked for more proof and thereby gets the account back.
//! - Never: after the reclaim.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::UserReportedCompromise,
    title: "a takeover of the account is reported and open",
    explains: "The owner, or somebody who knows, reported a takeover of this account, and it is not reclaimed yet.",
    sees: "A report of takeover on the account that no reclaim has followed.",
    never: "After the reclaim.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Reputation,
    role: Role::Evidence,
    evidence: &["reported_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    (features.reputation.account_reported == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.user_reported_compromise.nats.get(),
        evidence: vec![number("reported_days", features.reputation.account_reported_days.unwrap_or(0.0))],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Reputation;
    use crate::policy::Policy;

    #[test]
    fn fires_while_a_report_is_open() {
        for (reported, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let reputation = Reputation { account_reported: reported, ..Reputation::default() };
            let features = Features { reputation, ..Features::default() };
            assert_eq!(detect(&features, Policy::default().thresholds()).is_some(), fires, "{reported:?}");
        }
    }
}
