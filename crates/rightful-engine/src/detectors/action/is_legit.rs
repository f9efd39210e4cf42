//! `ACTION_IS_LEGIT`: the score is as low as it gets, and nothing speaks against the event.
//!
//! - Meaning: says the score in a word, for whoever reads reasons and no numbers. Weighs nothing.
//! - Known false alarms (false calm): as the score's.
//! - Never: when the history is empty; with any finding against.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use super::{Concluded, nothing};
use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ActionIsLegit,
    title: "the event is very likely the owner's",
    explains: "The score is in its lowest band, and nothing speaks against the event.",
    sees: "The score, a history of the account, and no finding against.",
    never: "When the history is empty; with any finding against.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Score,
    role: Role::Explanation,
    evidence: &["score", "events_learned"],
    detect: nothing,
};

pub(super) fn conclude(concluded: &Concluded, features: &Features) -> Option<Finding> {
    let learned = features.tenure.account_history.filter(|learned| *learned > 0)?;
    let is_clean = !concluded.findings.iter().any(Finding::is_adverse);
    (concluded.is_lowest && is_clean).then(|| Finding {
        reason: DETECTOR.reason,
        nats: 0.0,
        evidence: vec![number("score", concluded.score_points), count("events_learned", learned)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Tenure;

    #[test]
    fn fires_in_the_lowest_band_with_a_history_and_nothing_against() {
        let against = [Finding { reason: ReasonCode::ProfileDeviceNew, nats: 0.1, evidence: vec![] }];
        for (is_lowest, learned, findings, fires) in [
            (true, Some(1), &[][..], true),
            (false, Some(1), &[], false),
            (true, Some(0), &[], false),
            (true, None, &[], false),
            (true, Some(1), &against, false),
        ] {
            let concluded = Concluded { findings, score_points: 5.0, is_lowest, is_denied: false };
            let tenure = Tenure { account_history: learned, ..Tenure::default() };
            let finding = conclude(&concluded, &Features { tenure, ..Features::default() });
            assert_eq!(finding.is_some(), fires, "{is_lowest} {learned:?} {findings:?}");
        }
    }
}
