//! `IP_IS_VPN`: the address is a VPN's.
//!
//! - Threat: an intruder who hides, or who borrows the owner's country.
//! - Known false alarms: everybody who values privacy. It says so, and weighs little.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_its_usual_way, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpIsVpn,
    title: "the address belongs to a VPN",
    explains: "The address belongs to a virtual private network that anybody can buy.",
    sees: "A loaded data set that calls the network a VPN.",
    never: "Weighs anything where the account has used the network before; says anything of networks that no data \
            set names.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Evidence,
    evidence: &["used_before"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let used_before = comes_its_usual_way(features);
    (features.network.vpn == Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: if used_before { 0.0 } else { thresholds.ip_is_vpn.nats.get() },
        evidence: vec![flag("used_before", used_before)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Network, Place};

    #[test]
    fn fires_on_a_vpn_and_weighs_nothing_where_it_is_usual() {
        for (vpn, asn_known, fires, weighs) in [
            (Some(true), None, true, true),
            (Some(true), Some(false), true, true),
            (Some(true), Some(true), true, false),
            (Some(false), None, false, false),
            (None, None, false, false),
        ] {
            let network = Network { vpn, ..Network::default() };
            let place = Place { asn_known, ..Place::default() };
            let finding = check(&DETECTOR, &Features { network, place, ..Features::default() }, fires);
            assert_eq!(finding.is_some_and(|finding| finding.is_adverse()), weighs);
        }
    }
}
