//! `BEHAVIOR_INHUMAN_INPUT`: more keys a second than anybody types, or more evenly.
//!
//! - Threat: a form filled by a program.
//! - Known false alarms: input methods that commit whole words, therefore never where the device's language is composed;
//!   speech, switches and password managers that type, therefore never without a driver: see [`super::driver`].
//! - Source: Dhakal et al., CHI 2018: 120 words a minute are the fastest, and the time between a person's keys varies by
//!   half of it; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use super::driver;
use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, is_on_own_device, number, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::BehaviorInhumanInput,
    title: "typed faster or more evenly than anybody types",
    explains: "More keys came in a second than the fastest typists make, or all at the same time from each other, in a \
               browser that shows signs of being driven.",
    sees: "At least twelve keys, above 25 a second by the median time between them or over the whole form, or nine in ten \
           within a twentieth of it. And beside them a sign of a driver in the browser itself.",
    never: "Languages that are composed from keys, where one stroke commits many characters; speech, switches and \
            password managers that type, in a browser that nothing drives; a key that is held down; a device that the \
            account knows.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Behavior,
    role: Role::Evidence,
    evidence: &["keys", "keys_per_second", "even_share", "driver"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.behavior_inhuman_input;
    let behavior = &features.behavior;
    let keys = behavior.keys.filter(|keys| f64::from(*keys) >= thresholds.keys_min.get())?;
    if behavior.composes == Some(true) || is_on_own_device(features) {
        return None;
    }
    let driver = driver(features)?;
    let by_flight = behavior.key_flight_ms.map(|flight_ms| 1_000.0 / flight_ms.max(1.0));
    // A form that took no time was not timed.
    let by_form = behavior.form_ms.filter(|ms| *ms > 0.0).map(|form_ms| f64::from(keys) * 1_000.0 / form_ms);
    let keys_per_second = by_flight.into_iter().chain(by_form).reduce(f64::max);
    let interaction = &features.interaction;
    let enough = interaction.key_flights.is_some_and(|n| f64::from(n) >= thresholds.keys_min.get());
    let even_share = interaction.even_flight_share.filter(|_| enough);
    let is_fast = keys_per_second.is_some_and(|rate| rate > thresholds.keys_per_second_max.get());
    let is_even = even_share.is_some_and(|share| share >= thresholds.even_share_min.get());
    (is_fast || is_even).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![
            count("keys", keys),
            number("keys_per_second", keys_per_second.unwrap_or(0.0)),
            number("even_share", even_share.unwrap_or(0.0)),
            text("driver", driver),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::driven;
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Behavior, Interaction};

    fn typed(keys: u32, flight_ms: Option<f64>, form_ms: Option<f64>) -> Features {
        let behavior = Behavior { keys: Some(keys), key_flight_ms: flight_ms, form_ms, ..Behavior::default() };
        driven(Some(1), Features { behavior, ..Features::default() })
    }

    #[test]
    fn fires_above_what_hands_do() {
        check(&DETECTOR, &typed(12, Some(39.0), None), true);
        check(&DETECTOR, &typed(12, Some(40.0), None), false);
        check(&DETECTOR, &typed(11, Some(1.0), None), false);
        check(&DETECTOR, &typed(26, None, Some(1_000.0)), true);
        check(&DETECTOR, &typed(25, None, Some(1_000.0)), false);
        check(&DETECTOR, &typed(40, None, Some(0.0)), false);
        check(&DETECTOR, &typed(40, None, None), false);
        let mut composed = typed(40, Some(1.0), None);
        composed.behavior.composes = Some(true);
        check(&DETECTOR, &composed, false);
    }

    #[test]
    fn fires_on_keys_that_are_as_even_as_a_clock() {
        let even = |flights: u32, share: f64| {
            let interaction =
                Interaction { key_flights: Some(flights), even_flight_share: Some(share), ..Interaction::default() };
            Features { interaction, ..typed(40, Some(100.0), None) }
        };
        check(&DETECTOR, &even(12, 0.9), true);
        check(&DETECTOR, &even(11, 1.0), false);
        check(&DETECTOR, &even(40, 0.89), false);
    }

    #[test]
    fn nobody_is_held_to_type_like_others() {
        for hints in [None, Some(0)] {
            check(&DETECTOR, &driven(hints, typed(60, Some(1.0), Some(10.0))), false);
        }
    }
}
