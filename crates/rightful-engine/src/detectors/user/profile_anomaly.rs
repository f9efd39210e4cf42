//! `USER_PROFILE_ANOMALY`: all in all this is not the owner.
//!
//! - Threat: whoever has the password and nothing else of the owner.
//! - Known false alarms: a new phone on the first journey abroad.
//! - Source: Freeman et al., NDSS 2016; Wiefling et al., ACM TOPS 2022. It explains what the likelihood has weighed.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, stranger_likelier};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::UserProfileAnomaly,
    title: "all in all this does not look like the owner",
    explains: "Where from, with what, under which name and when: together they are much likelier for a stranger than \
               for the owner.",
    sees: "A history of the account, and a likelihood ratio well above one, of all that the account is used to.",
    never: "Accounts without a history; one unusual thing that the rest outweighs.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Explanation,
    evidence: &["stranger_ratio"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    stranger_likelier(DETECTOR.reason, features.likelihood.nats, &thresholds.user_profile_anomaly)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Likelihood;

    fn of(nats: Option<f64>) -> Features {
        let likelihood = Likelihood { nats, ..Likelihood::default() };
        Features { likelihood, ..Features::default() }
    }

    #[test]
    fn fires_where_a_stranger_is_much_likelier() {
        check(&DETECTOR, &of(Some(3.0)), true);
        check(&DETECTOR, &of(Some(2.9)), false);
        check(&DETECTOR, &of(Some(-5.0)), false);
        check(&DETECTOR, &of(None), false);
    }
}
