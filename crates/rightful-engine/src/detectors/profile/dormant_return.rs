//! `PROFILE_DORMANT_RETURN`: an account that was not used for long is used from elsewhere.
//!
//! - Threat: forgotten accounts have old passwords, and nobody who would notice.
//! - Known false alarms: people come back, and have bought a new phone meanwhile.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, comes_from_home, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileDormantReturn,
    title: "the account was not used for long, and is used from elsewhere",
    explains: "Nobody was let through on the account for half a year, and now somebody comes from a place that it \
               does not know.",
    sees: "The time of the last event that was let through, and a device (where devices have no names, an address) \
           that is new.",
    never: "A familiar device.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Evidence,
    evidence: &["idle_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_dormant_return;
    let idle_days = features.tenure.account_idle_days.filter(|idle| *idle > thresholds.idle_days_min.get())?;
    let novelty = &features.novelty;
    let is_new = novelty.device_known.or(novelty.address_known) == Some(false);
    (is_new && !comes_from_home(features)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![number("idle_days", idle_days)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Novelty, Tenure};

    #[test]
    fn fires_on_a_return_from_elsewhere() {
        for (idle_days, device_known, address_known, fires) in [
            (Some(180.1), Some(false), Some(true), true),
            (Some(180.0), Some(false), Some(true), false),
            (Some(400.0), Some(true), Some(false), false),
            (Some(400.0), None, Some(false), true),
            (Some(400.0), None, Some(true), false),
            (Some(400.0), None, None, false),
            (None, Some(false), None, false),
        ] {
            let tenure = Tenure { account_idle_days: idle_days, ..Tenure::default() };
            let novelty = Novelty { device_known, address_known, ..Novelty::default() };
            check(&DETECTOR, &Features { tenure, novelty, ..Features::default() }, fires);
        }
    }
}
