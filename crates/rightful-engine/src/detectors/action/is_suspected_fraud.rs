//! `ACTION_IS_SUSPECTED_FRAUD`: the score is in the band of denial, on an action that is worth a fraud.
//!
//! - Meaning: says the score in a word, for whoever reads reasons and no numbers. Weighs nothing.
//! - Known false alarms: as the score's.
//! - Never: on one weak finding; on logins and other actions that move nothing, whose findings say enough.
//! - Source: Transmit Security's recommendations.

use rightful_domain::{Finding, ReasonCode};

use super::{Concluded, nothing};
use crate::detectors::{self, Detector, EvidenceFamily, Role, Strength, count, number};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ActionIsSuspectedFraud,
    title: "the action is probably a fraud",
    explains: "The score is in the band of denial, on an action that opens an account or moves money.",
    sees: "The score, on register, checkout, transaction, withdraw and credits_change, and at least two findings against, \
           or one that is strong proof.",
    never: "On one weak finding.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Score,
    role: Role::Explanation,
    evidence: &["score", "findings_against"],
    detect: nothing,
};

pub(super) fn conclude(concluded: &Concluded, features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let is_worth_it = features.activity.moves_money == Some(true) || features.activity.registers == Some(true);
    if !concluded.is_denied || !is_worth_it {
        return None;
    }
    let against = concluded.findings.iter().filter(|finding| finding.is_adverse());
    let n_against = u32::try_from(against.clone().count()).unwrap_or(u32::MAX);
    let has_proof = against.filter_map(|finding| detectors::of(finding.reason)).any(Detector::is_strong);
    let findings_min = thresholds.action_is_suspected_fraud.findings_min.get();
    (has_proof || f64::from(n_against) >= findings_min).then(|| Finding {
        reason: DETECTOR.reason,
        nats: 0.0,
        evidence: vec![number("score", concluded.score_points), count("findings_against", n_against)],
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::features::Activity;
    use crate::policy::Policy;

    #[test]
    fn fires_on_two_findings_or_a_proof_where_it_is_worth_it() {
        let weak = Finding { reason: ReasonCode::ProfileDeviceNew, nats: 3.0, evidence: vec![] };
        let proof = Finding { reason: ReasonCode::DeviceRiskyReputation, nats: 3.0, evidence: vec![] };
        let (one, two, proved) = ([weak.clone()], [weak.clone(), weak], [proof]);
        for (is_denied, moves_money, findings, fires) in [
            (true, true, &two[..], true),
            (true, true, &proved, true),
            (true, true, &one, false),
            (true, false, &two, false),
            (false, true, &two, false),
        ] {
            let concluded = Concluded { findings, score_points: 95.0, is_lowest: false, is_denied };
            let activity = Activity { moves_money: Some(moves_money), ..Activity::default() };
            let features = Features { activity, ..Features::default() };
            let finding = conclude(&concluded, &features, Policy::default().thresholds());
            assert_eq!(finding.is_some(), fires, "{is_denied} {moves_money} {}", findings.len());
        }
    }
}
