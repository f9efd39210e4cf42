//! `BEHAVIOR_BOT`: a page is used as programs use it.
//!
//! - Threat: credentials are put into the page by a remote-controlled browser.
//! - Known false alarms: none known with a driver beside it. Without one, it would be people who speak, switch or look
//!   instead of typing, and password managers that press keys: therefore never without one, on an own device, or alone.
//! - Source: Dhakal et al., "Observations on Typing from 136 Million Keystrokes", CHI 2018; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use super::driver;
use crate::detectors::{Detector, EvidenceFamily, Role, Strength, is_on_own_device, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::BehaviorBot,
    title: "the page was used as a program uses it",
    explains: "Keys, text or clicks came as programs make them come, in a browser that shows signs of being driven.",
    sees: "Two of: keys held for less than 20 ms, keys 15 ms or less apart (both by the median of at least eight), text \
           in a field in which no key was pressed, a mouse click that no move led to. And beside them a sign of a driver \
           in the browser itself.",
    never: "Speech, switches, eye trackers and password managers that type, which press and point like that in a browser \
            that nothing drives; clicks of fingers and keys; pasted and autofilled fields; a device that the account \
            knows.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Behavior,
    role: Role::Evidence,
    evidence: &["signs", "driver"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.behavior_bot;
    let driver = driver(features).filter(|_| !is_on_own_device(features))?;
    let (behavior, interaction) = (&features.behavior, &features.interaction);
    let has_keys = behavior.keys.is_some_and(|keys| f64::from(keys) >= thresholds.keys_min.get());
    let signs = [
        (has_keys && behavior.key_hold_ms.is_some_and(|held| held < thresholds.hold_ms_max.get()), "keys hardly held"),
        (
            has_keys && behavior.key_flight_ms.is_some_and(|flight| flight < thresholds.flight_ms_max.get()),
            "keys at once",
        ),
        (interaction.keyless_inputs.is_some_and(|inputs| inputs > 0), "text without keys"),
        (interaction.pathless_clicks.is_some_and(|clicks| clicks > 0), "a click that nothing led to"),
    ];
    let signs: Vec<&str> = signs.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect();
    (signs.len() as f64 >= thresholds.signs_min.get()).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![text("signs", &signs.join(", ")), text("driver", driver)],
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::driven;
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Behavior, Interaction, Novelty};

    fn typed(keys: u32, hold_ms: f64, flight_ms: f64) -> Features {
        let behavior = Behavior {
            keys: Some(keys),
            key_hold_ms: Some(hold_ms),
            key_flight_ms: Some(flight_ms),
            ..Behavior::default()
        };
        Features { behavior, ..Features::default() }
    }

    fn filled(keyless: u32, pathless: u32) -> Features {
        let interaction =
            Interaction { keyless_inputs: Some(keyless), pathless_clicks: Some(pathless), ..Interaction::default() };
        Features { interaction, ..Features::default() }
    }

    #[test]
    fn fires_on_two_signs_beside_a_driver() {
        check(&DETECTOR, &driven(Some(1), typed(8, 19.9, 14.9)), true);
        check(&DETECTOR, &driven(Some(1), typed(7, 1.0, 1.0)), false);
        check(&DETECTOR, &driven(Some(1), typed(40, 20.0, 1.0)), false);
        check(&DETECTOR, &driven(Some(1), typed(40, 1.0, 15.0)), false);
        check(&DETECTOR, &driven(Some(1), filled(1, 1)), true);
        check(&DETECTOR, &driven(Some(1), filled(3, 0)), false);
        check(&DETECTOR, &driven(Some(1), filled(0, 3)), false);
        let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
        check(&DETECTOR, &driven(Some(1), Features { novelty, ..typed(40, 1.0, 1.0) }), false);
    }

    #[test]
    fn nobody_is_held_to_type_and_point_like_others() {
        // A voice that types and clicks, a password manager that types: whatever they do, where nothing drives the browser.
        for hints in [None, Some(0)] {
            check(&DETECTOR, &driven(hints, typed(60, 0.0, 0.0)), false);
            check(&DETECTOR, &driven(hints, filled(9, 9)), false);
        }
    }
}
