//! `BEHAVIOR_SUSPICIOUS_INPUT`: a form sent without input, or with pasted input alone.
//!
//! - Threat: accounts are opened, and resets asked for, by scripts in a page.
//! - Known false alarms: people who keep their data in a note and paste it.
//! - Source: the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::BehaviorSuspiciousInput,
    title: "the form was sent without typing",
    explains: "An account was opened, or access recovered, by a form that nobody typed into.",
    sees: "No key, paste or pointer move before the form was sent, or pastes alone, on register and password_reset.",
    never: "Password managers on login; text that is spoken, composed or filled in by the browser, where that is told; \
            forms of which the caller tells no keys and pastes.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Behavior,
    role: Role::Evidence,
    evidence: &["pastes", "pointer_moves", "form_ms"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let behavior = &features.behavior;
    let (keys, pastes) = (behavior.keys?, behavior.pastes?);
    // What was spoken, composed or filled in by the browser is in no key and no paste, and is input all the same.
    let has_input = features.interaction.has_input == Some(true);
    let is_silent = pastes == 0 && behavior.pointer_moves == Some(0) && !has_input;
    if features.activity.opens_door != Some(true) || keys > 0 || !(is_silent || pastes > 0) {
        return None;
    }
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.behavior_suspicious_input.nats.get(),
        evidence: vec![
            count("pastes", pastes),
            count("pointer_moves", behavior.pointer_moves.unwrap_or(0)),
            number("form_ms", behavior.form_ms.unwrap_or(0.0)),
        ],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Activity, Behavior, Interaction};

    fn sent(opens_door: bool, keys: Option<u32>, pastes: u32, moves: Option<u32>) -> Features {
        let behavior = Behavior { keys, pastes: Some(pastes), pointer_moves: moves, ..Behavior::default() };
        let activity = Activity { opens_door: Some(opens_door), ..Activity::default() };
        Features { behavior, activity, ..Features::default() }
    }

    #[test]
    fn fires_on_a_form_that_nobody_typed_into() {
        check(&DETECTOR, &sent(true, Some(0), 0, Some(0)), true);
        check(&DETECTOR, &sent(true, Some(0), 2, Some(9)), true);
        check(&DETECTOR, &sent(true, Some(1), 2, Some(9)), false);
        check(&DETECTOR, &sent(true, Some(0), 0, Some(9)), false);
        // A phone tells no pointer, and fills in by itself.
        check(&DETECTOR, &sent(true, Some(0), 0, None), false);
        check(&DETECTOR, &sent(false, Some(0), 2, Some(0)), false);
        check(&DETECTOR, &sent(true, None, 2, Some(0)), false);
        let interaction = Interaction { has_input: Some(true), ..Interaction::default() };
        check(&DETECTOR, &Features { interaction, ..sent(true, Some(0), 0, Some(0)) }, false);
    }
}
