//! `IP_RISKY_ANONYMIZE`: the network hides who is behind it.
//!
//! - Threat: an intruder who hides.
//! - Known false alarms: company networks that leave by a data center; privacy relays, which browsers have built in.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_its_usual_way, flag, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpRiskyAnonymize,
    title: "the network hides who is behind it",
    explains: "The address belongs to Tor, a proxy, a data center, a VPN or a relay; the finding says to which.",
    sees: "A loaded data set that calls the network one of them.",
    never: "Weighs anything where the account has used the network before; says anything of networks that no data \
            set names.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Evidence,
    evidence: &["network_kind", "used_before"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let (thresholds, network) = (&thresholds.ip_risky_anonymize, &features.network);
    let kinds = [
        (network.tor, "Tor", thresholds.tor),
        (network.proxy, "proxy", thresholds.proxy),
        (network.hosting, "data center", thresholds.hosting),
        (network.vpn, "VPN", thresholds.vpn),
        (network.relay, "relay", thresholds.relay),
    ];
    let hidden = kinds.into_iter().filter(|(is, ..)| *is == Some(true)).map(|(_, kind, nats)| (kind, nats.get()));
    let (kind, nats) = hidden.max_by(|(_, one), (_, other)| one.total_cmp(other))?;
    let used_before = comes_its_usual_way(features);
    Some(Finding {
        reason: DETECTOR.reason,
        nats: if used_before { 0.0 } else { nats },
        evidence: vec![text("network_kind", kind), flag("used_before", used_before)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Network, Place};

    #[test]
    fn fires_on_each_kind_and_weighs_most_what_fewest_use() {
        let nats = |network: Network, fires: bool| {
            check(&DETECTOR, &Features { network, ..Features::default() }, fires).map(|finding| finding.nats)
        };
        let yes = Some(true);
        let tor = nats(Network { tor: yes, vpn: yes, ..Network::default() }, true);
        let vpn = nats(Network { vpn: yes, tor: Some(false), ..Network::default() }, true);
        assert!(tor > vpn && vpn > nats(Network { relay: yes, ..Network::default() }, true));
        nats(Network { mobile: yes, residential: yes, ..Network::default() }, false);
        nats(Network::default(), false);
    }

    #[test]
    fn weighs_nothing_where_it_is_usual() {
        let network = Network { hosting: Some(true), ..Network::default() };
        let place = Place { asn_known: Some(true), ..Place::default() };
        let finding = check(&DETECTOR, &Features { network, place, ..Features::default() }, true);
        assert!(finding.is_some_and(|finding| !finding.is_adverse()));
    }
}
