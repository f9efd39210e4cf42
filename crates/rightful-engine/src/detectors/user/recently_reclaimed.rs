//! `USER_RECENTLY_RECLAIMED`: the owner has just got the account back, and this is a device that the owner used.
//!
//! - Meaning: whoever has proved to be the owner should not be asked again at each step.
//! - The second half, an owner who starts anew on a new device, is the policy's to say: see its leniency.
//! - Known false alarms (false calm): an intruder on the owner's own machine.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, is_on_own_device, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::UserRecentlyReclaimed,
    title: "the owner has just got the account back",
    explains: "The account was reclaimed within the last seven days, and this device is one that the owner has used; or, \
               within two days, the first new one since, from where the owner is at home.",
    sees: "A reclaim within seven days, and a device that the account knows, which no intruder used. Within two days: \
           the first new device, from a place that the account knows, with nothing else against it.",
    never: "The attacker's devices, addresses and logins.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Evidence,
    evidence: &["reclaimed_days", "starts_anew"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.user_recently_reclaimed;
    let days = features.reputation.account_reclaimed_days.filter(|days| *days <= thresholds.days_max.get())?;
    let is_owners = is_on_own_device(features) && features.reputation.address_bad != Some(true);
    is_owners.then(|| Finding {
        reason: DETECTOR.reason,
        nats: -thresholds.nats.get(),
        evidence: vec![number("reclaimed_days", days), flag("starts_anew", false)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Novelty, Reputation};

    #[test]
    fn fires_on_the_owners_devices_for_seven_days() {
        for (days, device_known, address_bad, fires) in [
            (Some(7.0), Some(true), Some(false), true),
            (Some(7.1), Some(true), None, false),
            (Some(1.0), Some(false), None, false),
            (Some(1.0), Some(true), Some(true), false),
            (None, Some(true), None, false),
        ] {
            let reputation = Reputation { account_reclaimed_days: days, address_bad, ..Reputation::default() };
            let novelty = Novelty { device_known, ..Novelty::default() };
            check(&DETECTOR, &Features { reputation, novelty, ..Features::default() }, fires);
        }
    }
}
