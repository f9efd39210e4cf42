//! `BEHAVIOR_BOT`: keys are pressed as programs press them.
//!
//! - Threat: credentials are typed into the page by a remote-controlled browser.
//! - Known false alarms: password managers that press keys, text expanders, switch and speech input. Therefore never
//!   on an own device, and never alone.
//! - Source: Dhakal et al., "Observations on Typing from 136 Million Keystrokes", CHI 2018; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, is_on_own_device, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::BehaviorBot,
    title: "the keys were pressed as a program presses them",
    explains: "Keys were held and followed each other faster than hands can do, as programs do it.",
    sees: "At least eight keys, held for less than 20 ms and 15 ms or less apart, both by the median.",
    never: "On a device that the account knows (assistive technology, password managers that type); keyboard-only \
            users, whose pointer is not asked for.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Behavior,
    role: Role::Evidence,
    evidence: &["keys", "keys_held_ms", "between_keys_ms"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.behavior_bot;
    let behavior = &features.behavior;
    let keys = behavior.keys.filter(|keys| f64::from(*keys) >= thresholds.keys_min.get())?;
    let hold_ms = behavior.key_hold_ms.filter(|held| *held < thresholds.hold_ms_max.get())?;
    let flight_ms = behavior.key_flight_ms.filter(|flight| *flight < thresholds.flight_ms_max.get())?;
    if is_on_own_device(features) {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("keys", keys), number("keys_held_ms", hold_ms), number("between_keys_ms", flight_ms)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Behavior, Novelty};

    fn typed(keys: u32, hold_ms: f64, flight_ms: f64) -> Features {
        let behavior = Behavior {
            keys: Some(keys),
            key_hold_ms: Some(hold_ms),
            key_flight_ms: Some(flight_ms),
            pointer_moves: Some(0),
            ..Behavior::default()
        };
        Features { behavior, ..Features::default() }
    }

    #[test]
    fn fires_on_two_signs_of_a_program_at_a_strange_device() {
        check(&DETECTOR, &typed(8, 19.9, 14.9), true);
        check(&DETECTOR, &typed(7, 1.0, 1.0), false);
        check(&DETECTOR, &typed(40, 20.0, 1.0), false);
        check(&DETECTOR, &typed(40, 1.0, 15.0), false);
        let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
        check(&DETECTOR, &Features { novelty, ..typed(40, 1.0, 1.0) }, false);
    }
}
