//! `PROFILE_NETWORK_ANOMALY`: the network is unlike any that the account has used.
//!
//! - Threat: a stolen password, used from wherever the thief is.
//! - Known false alarms: travel; another carrier. The alternation of home and mobile is known once both were seen.
//! - Source: Freeman et al., NDSS 2016; Wiefling et al., ACM TOPS 2022. It explains what the likelihood has weighed.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, stranger_likelier};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileNetworkAnomaly,
    title: "the network is unlike those that the account uses",
    explains: "Such a network is much likelier for a stranger than for the owner, given where the account has been \
               used so far and where everybody is.",
    sees: "A history of the account, and a likelihood ratio well above one, of country, network and address.",
    never: "Accounts without a history; a network that the account has used before, such as the other one of home \
            and mobile.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Explanation,
    evidence: &["stranger_ratio"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    if features.place.asn_known == Some(true) {
        return None;
    }
    stranger_likelier(DETECTOR.reason, features.likelihood.network, &thresholds.profile_network_anomaly)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Likelihood, Place};

    fn of(network: Option<f64>) -> Features {
        let likelihood = Likelihood { network, ..Likelihood::default() };
        Features { likelihood, ..Features::default() }
    }

    #[test]
    fn fires_where_a_stranger_is_much_likelier() {
        check(&DETECTOR, &of(Some(2.0)), true);
        check(&DETECTOR, &of(Some(1.9)), false);
        check(&DETECTOR, &of(Some(-5.0)), false);
        check(&DETECTOR, &of(None), false);
        let place = Place { asn_known: Some(true), ..Place::default() };
        check(&DETECTOR, &Features { place, ..of(Some(9.0)) }, false);
    }
}
