//! `IP_IS_MIL`: the address is in armed forces' network.
//!
//! - Threat: none by itself. It tells who reads the case whose door it came through.
//! - Known false alarms: soldiers who sign in from their barracks: it weighs nothing.
//! - Source: Transmit Security's recommendations; MaxMind's `user_type`.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpIsMil,
    title: "the address belongs to armed forces",
    explains: "The address belongs to a network of armed forces.",
    sees: "A loaded data set that calls the network military.",
    never: "Weighs anything, for or against; says anything of networks that no data set names.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Evidence,
    evidence: &["network_military"],
    detect,
};

fn detect(features: &Features, _thresholds: &Thresholds) -> Option<Finding> {
    (features.network.military == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: 0.0,
        evidence: vec![flag("network_military", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Network;

    #[test]
    fn says_so_of_a_military_network_and_weighs_nothing() {
        for (military, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let network = Network { military, ..Network::default() };
            let finding = check(&DETECTOR, &Features { network, ..Features::default() }, fires);
            assert!(finding.is_none_or(|finding| finding.nats == 0.0));
        }
        let others = Network { residential: Some(true), business: Some(true), ..Network::default() };
        check(&DETECTOR, &Features { network: others, ..Features::default() }, false);
    }
}
