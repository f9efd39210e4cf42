//! `IP_RISKY_REPUTATION`: the address was an intruder's.
//!
//! - Threat: an intruder who was thrown out comes back from the same line.
//! - Evidence: the account remembers the address as bad since its takeover.
//! - Known false alarms: addresses are reassigned and shared; hence it never decides alone, and an address that many
//!   familiar accounts share is nobody's reputation.
//! - Never: at addresses shared by more than 20 familiar accounts; after the account was let through there again since
//!   it was reclaimed.
//! - Source: the reason catalogue. The decay of the catalogue (half-life 7 days) waits for bad marks that carry a date.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Strength, count, flag};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpRiskyReputation,
    title: "the address was an intruder's",
    explains: "The address was used in a takeover of this account.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Reputation,
    evidence: &["address_bad", "familiar_accounts"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let familiar = features.sharing.address_familiar_accounts.unwrap_or(0);
    let thresholds = &thresholds.ip_risky_reputation;
    if features.reputation.address_bad != Some(true) || f64::from(familiar) > thresholds.familiar_accounts_max.get() {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![flag("address_bad", true), count("familiar_accounts", familiar)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::{Reputation, Sharing};
    use crate::policy::Policy;

    #[test]
    fn fires_on_a_bad_address_that_few_share() {
        for (bad, familiar, fires) in [
            (Some(true), 0, true),
            (Some(true), 20, true),
            (Some(true), 21, false),
            (Some(false), 0, false),
            (None, 0, false),
        ] {
            let reputation = Reputation { address_bad: bad, ..Reputation::default() };
            let sharing = Sharing { address_familiar_accounts: Some(familiar), ..Sharing::default() };
            let features = Features { reputation, sharing, ..Features::default() };
            let finding = detect(&features, Policy::default().thresholds());
            assert_eq!(finding.is_some(), fires, "{bad:?} {familiar}");
        }
    }
}
