//! `IP_IS_BIZ`: the address is in a company's network.
//!
//! - Threat: none by itself. It tells who reads the case whose door it came through.
//! - Known false alarms: guests, and everybody at work: it weighs nothing.
//! - Source: Transmit Security's recommendations; MaxMind's `user_type`.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpIsBiz,
    title: "the address belongs to a company",
    explains: "The address belongs to a company's own network: somebody at work, or a guest there.",
    sees: "A loaded data set that calls the network business.",
    never: "Weighs anything, for or against; says anything of networks that no data set names.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Evidence,
    evidence: &["network_business"],
    detect,
};

fn detect(features: &Features, _thresholds: &Thresholds) -> Option<Finding> {
    (features.network.business == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: 0.0,
        evidence: vec![flag("network_business", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Network;

    #[test]
    fn says_so_of_a_companys_network_and_weighs_nothing() {
        for (business, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let network = Network { business, ..Network::default() };
            let finding = check(&DETECTOR, &Features { network, ..Features::default() }, fires);
            assert!(finding.is_none_or(|finding| finding.nats == 0.0));
        }
        let others = Network { residential: Some(true), government: Some(true), ..Network::default() };
        check(&DETECTOR, &Features { network: others, ..Features::default() }, false);
    }
}
