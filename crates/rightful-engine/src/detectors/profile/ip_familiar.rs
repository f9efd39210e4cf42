//! `PROFILE_IP_FAMILIAR`: the account has been let through at this address before.
//!
//! - Meaning: speaks for the owner, less than a familiar device does: a home, an office or a carrier is shared.
//! - Evidence: the address (IPv6: its /64) was learned by the account. Earned at most once a day, as for devices.
//! - Known false alarms (false calm): a carrier's translator puts a thief and an owner behind one number.
//! - Never: hosting networks, which anybody can rent; an address remembered as an intruder's; an account whose takeover
//!   is reported and open.
//! - Source: Freeman et al., NDSS 2016, and Wiefling et al., ACM TOPS 2022, who both score an account's own addresses.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileIpFamiliar,
    title: "the address is familiar to the account",
    explains: "The account was let through at this address before, and nobody has reported it.",
    sees: "The account was let through at the address (IPv6: its /64), at least once, out of quarantine.",
    never: "Hosting networks; an address remembered as an intruder's; an account whose takeover is reported and open.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Network,
    role: Role::Explanation,
    evidence: &["times_seen", "address_age_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let seen = features.novelty.address_familiarity.filter(|seen| *seen > 0)?;
    let is_bad = features.reputation.address_bad == Some(true) || features.reputation.account_reported == Some(true);
    if is_bad || features.network.hosting == Some(true) || features.acquaintance.is_address_young() {
        return None;
    }
    let age_days = features.novelty.address_age_days.unwrap_or(0.0);
    let earned = f64::from(seen).min(1.0 + age_days.floor());
    Some(Finding {
        reason: DETECTOR.reason,
        nats: -thresholds.profile_ip_familiar.of_ratio(earned),
        evidence: vec![count("times_seen", seen), number("address_age_days", age_days)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Network, Novelty, Reputation};
    use crate::policy::Policy;

    #[test]
    fn fires_from_the_first_event_let_through() {
        let clean = Reputation::default();
        let bad = Reputation { address_bad: Some(true), ..clean };
        let reported = Reputation { account_reported: Some(true), ..clean };
        for (seen, reputation, fires) in [
            (Some(1), clean, true),
            (Some(0), clean, false),
            (None, clean, false),
            (Some(9), bad, false),
            (Some(9), reported, false),
        ] {
            let novelty = Novelty { address_familiarity: seen, ..Novelty::default() };
            let features = Features { novelty, reputation, ..Features::default() };
            let finding = detect(&features, Policy::default().thresholds());
            assert_eq!(finding.is_some(), fires, "{seen:?} {reputation:?}");
            assert!(finding.is_none_or(|finding| finding.nats < 0.0));
            let network = Network { hosting: Some(true), ..Network::default() };
            assert_eq!(detect(&Features { network, ..features }, Policy::default().thresholds()), None);
        }
    }
}
