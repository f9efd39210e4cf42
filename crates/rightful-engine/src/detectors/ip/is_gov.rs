//! `IP_IS_GOV`: the address is in a public authority's network.
//!
//! - Threat: none by itself. It tells who reads the case whose door it came through.
//! - Known false alarms: whoever works there, or sits in its reading room: it weighs nothing.
//! - Source: Transmit Security's recommendations; MaxMind's `user_type`.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpIsGov,
    title: "the address belongs to a public authority",
    explains: "The address belongs to the network of a public authority.",
    sees: "A loaded data set that calls the network government.",
    never: "Weighs anything, for or against; says anything of networks that no data set names.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Evidence,
    evidence: &["network_government"],
    detect,
};

fn detect(features: &Features, _thresholds: &Thresholds) -> Option<Finding> {
    (features.network.government == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: 0.0,
        evidence: vec![flag("network_government", true)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Network;

    #[test]
    fn says_so_of_an_authoritys_network_and_weighs_nothing() {
        for (government, fires) in [(Some(true), true), (Some(false), false), (None, false)] {
            let network = Network { government, ..Network::default() };
            let finding = check(&DETECTOR, &Features { network, ..Features::default() }, fires);
            assert!(finding.is_none_or(|finding| finding.nats == 0.0));
        }
        let others = Network { residential: Some(true), military: Some(true), ..Network::default() };
        check(&DETECTOR, &Features { network: others, ..Features::default() }, false);
    }
}
