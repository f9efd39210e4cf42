//! `IP_PAYER_VELOCITY`: more accounts move money from the address within a day than such an address usually has.
//!
//! - Threat: stolen accounts that are emptied one after another, each with a device of its own, from one exit.
//! - Evidence: accounts that moved money from the address (IPv6: its /64) in 24 h, this one included, above the limit of its
//!   class.
//! - Known false alarms: offices, campuses and carriers behind one number that no data set names, in an application's first
//!   days. The limit grows with the accounts that were let through there before today, and it never challenges alone.
//!   Counted in RAM, so a restart begins anew.
//! - Never: a household; where many accounts have been let through before today; money that comes in, or did not move.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use super::action_velocity::class_factor;
use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, flag, number, sharing_factor, worst_excess};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::IpPayerVelocity,
    title: "many accounts pay from the address",
    explains: "More accounts moved money from this address within a day than such an address usually has.",
    sees: "Accounts that moved money from the address (IPv6: its /64) in 24 h, above the limit of its class.",
    never: "A household; where many accounts have been let through before today: the limit grows with them, and behind a \
            carrier's translator; money that comes in or did not move.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Sharing,
    role: Role::Evidence,
    evidence: &["payers_24h", "limit_24h", "familiar_accounts", "saturated"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let (payers, is_saturated) = features.sharing.address_payers_24h?;
    let of_class = class_factor(features, &thresholds.ip_action_velocity);
    let thresholds = &thresholds.ip_payer_velocity;
    let familiar = features.sharing.address_familiar_accounts;
    let limit =
        thresholds.payers_24h_max.get() * of_class * sharing_factor(familiar, thresholds.familiar_accounts_per_limit);
    let excess = worst_excess(&[(payers, limit)])?;
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.weight.of_ratio(excess),
        evidence: vec![
            count("payers_24h", payers),
            number("limit_24h", limit),
            count("familiar_accounts", familiar.unwrap_or(0)),
            flag("saturated", is_saturated),
        ],
    })
}

#[cfg(test)]
mod tests {
    use rightful_domain::AddressKind;

    use super::*;
    use crate::features::{Context, Sharing};
    use crate::policy::Policy;

    fn nats(payers: Option<u32>, kind: Option<AddressKind>, familiar: u32) -> Option<f64> {
        let sharing = Sharing {
            address_payers_24h: payers.map(|payers| (payers, false)),
            address_familiar_accounts: Some(familiar),
            ..Sharing::default()
        };
        let context = Context { address_kind: kind, ..Context::default() };
        let features = Features { sharing, context, ..Features::default() };
        detect(&features, Policy::default().thresholds()).map(|finding| finding.nats)
    }

    #[test]
    fn fires_above_the_limit_which_follows_the_class_and_the_people_behind_it() {
        let public = Some(AddressKind::Public);
        for (payers, kind, familiar, fires) in [
            (Some(20), public, 0, false),
            (Some(21), public, 0, true),
            (Some(21), None, 0, true),
            (Some(40), public, 8, false),
            (Some(41), public, 8, true),
            (Some(100), Some(AddressKind::CarrierNat), 0, false),
            (Some(101), Some(AddressKind::CarrierNat), 0, true),
            (Some(200), Some(AddressKind::Private), 0, false),
            (None, public, 0, false),
        ] {
            assert_eq!(nats(payers, kind, familiar).is_some(), fires, "{payers:?} {kind:?} {familiar}");
        }
    }

    #[test]
    fn it_never_challenges_alone() {
        let most = nats(Some(100_000), None, 0).unwrap();
        assert!(most > nats(Some(21), None, 0).unwrap());
        assert!(most < 0.85, "{most}");
    }
}
