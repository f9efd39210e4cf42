//! `PROFILE_TRUSTED`: the owner's own device in its own place for weeks, and nothing against it.
//!
//! - Meaning: with a low score it is what trust rests on. The policy takes it back where anything speaks against the
//!   event.
//! - Known false alarms (false calm): somebody of the household; remote control of the owner's own machine.
//! - Source: Transmit Security's recommendations; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, is_in_own_network, is_on_own_device, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfileTrusted,
    title: "the device and the place have been the owner's for weeks",
    explains: "The account has been let through on this device and at this address for two weeks and more, and \
               nothing speaks against it.",
    sees: "At least five events that were let through, over at least fourteen days, on the device and at the address.",
    never: "register and password_reset; with any finding against; while a takeover is open or the device is in \
            quarantine.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Standing,
    role: Role::Explanation,
    evidence: &["times_seen", "device_age_days", "address_age_days"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.profile_trusted;
    let novelty = &features.novelty;
    let (device_age_days, address_age_days) = (novelty.device_age_days?, novelty.address_age_days?);
    let seen = novelty.device_familiarity?.min(novelty.address_familiarity?);
    let is_long = f64::from(seen) >= thresholds.events_min.get()
        && device_age_days.min(address_age_days) >= thresholds.days_min.get();
    let is_clean = is_on_own_device(features) && is_in_own_network(features) && novelty.device_held != Some(true);
    (is_long && is_clean && features.activity.opens_door != Some(true)).then(|| Finding {
        reason: DETECTOR.reason,
        nats: -thresholds.nats.get(),
        evidence: vec![
            count("times_seen", seen),
            number("device_age_days", device_age_days),
            number("address_age_days", address_age_days),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Novelty;

    fn home(seen: u32, days: f64) -> Features {
        let novelty = Novelty {
            device_known: Some(true),
            device_familiarity: Some(9),
            device_age_days: Some(99.0),
            address_known: Some(true),
            address_familiarity: Some(seen),
            address_age_days: Some(days),
            ..Novelty::default()
        };
        Features { novelty, ..Features::default() }
    }

    #[test]
    fn fires_on_weeks_of_use_and_on_nothing_less() {
        check(&DETECTOR, &home(5, 14.0), true);
        check(&DETECTOR, &home(4, 14.0), false);
        check(&DETECTOR, &home(5, 13.9), false);
        check(&DETECTOR, &Features::default(), false);
        let with = |change: fn(&mut Features)| {
            let mut features = home(50, 50.0);
            change(&mut features);
            features
        };
        check(&DETECTOR, &with(|f| f.activity.opens_door = Some(true)), false);
        check(&DETECTOR, &with(|f| f.reputation.account_reported = Some(true)), false);
        check(&DETECTOR, &with(|f| f.reputation.device_bad = Some(true)), false);
        check(&DETECTOR, &with(|f| f.reputation.address_bad = Some(true)), false);
        check(&DETECTOR, &with(|f| f.novelty.device_held = Some(true)), false);
    }
}
