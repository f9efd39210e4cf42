//! `BEHAVIOR_INHUMAN_INPUT`: more keys a second than anybody types.
//!
//! - Threat: a form filled by a program.
//! - Known false alarms: input methods that commit whole words. Therefore never where the device's language is
//!   composed.
//! - Source: Dhakal et al., CHI 2018; the reason catalogue. The evenness of the intervals is not told by callers yet.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, is_on_own_device, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::BehaviorInhumanInput,
    title: "typed faster than anybody types",
    explains: "More keys came in a second, over a whole field, than the fastest typists make.",
    sees: "At least twelve keys, above 25 a second by the median time between them or over the whole form.",
    never: "Languages that are composed from keys, where one stroke commits many characters; a device that the \
            account knows.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Behavior,
    role: Role::Evidence,
    evidence: &["keys", "keys_per_second"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.behavior_inhuman_input;
    let behavior = &features.behavior;
    let keys = behavior.keys.filter(|keys| f64::from(*keys) >= thresholds.keys_min.get())?;
    if behavior.composes == Some(true) || is_on_own_device(features) {
        return None;
    }
    let by_flight = behavior.key_flight_ms.map(|flight_ms| 1_000.0 / flight_ms.max(1.0));
    // A form that took no time was not timed.
    let by_form = behavior.form_ms.filter(|ms| *ms > 0.0).map(|form_ms| f64::from(keys) * 1_000.0 / form_ms);
    let keys_per_second = by_flight.into_iter().chain(by_form).reduce(f64::max)?;
    (keys_per_second > thresholds.keys_per_second_max.get()).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("keys", keys), number("keys_per_second", keys_per_second)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::Behavior;

    fn typed(keys: u32, flight_ms: Option<f64>, form_ms: Option<f64>) -> Features {
        let behavior = Behavior { keys: Some(keys), key_flight_ms: flight_ms, form_ms, ..Behavior::default() };
        Features { behavior, ..Features::default() }
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
}
