//! Of the events that rules matched, which were the owner's after all, and which were a takeover.

use rightful_domain::{Day, Feedback, FeedbackKind, FeedbackTarget, Record, RuleCounted, RuleCounts};

/// Whether it says of one event whose it was: Some(true) for the owner's, Some(false) for a takeover.
const fn is_good(kind: &FeedbackKind) -> Option<bool> {
    match kind {
        FeedbackKind::ConfirmedLegitimate => Some(true),
        FeedbackKind::ConfirmedTakeover => Some(false),
        FeedbackKind::ChallengePassed { .. }
        | FeedbackKind::ChallengeFailed
        | FeedbackKind::ChallengeIgnored
        | FeedbackKind::Reclaimed => None,
    }
}

/// Whether something that is said may count for the rules that matched an event.
pub(crate) const fn labels_an_event(feedback: &Feedback) -> bool {
    matches!(feedback.target, FeedbackTarget::Event(_)) && is_good(&feedback.kind).is_some()
}

/// What a label adds to the counts of the rules that matched its event, as it was before the label. Said again, it adds
/// nothing; another label takes back what the first has added.
pub(crate) fn counts_of(record: &Record, feedback: &Feedback) -> Vec<(RuleCounted, RuleCounts)> {
    let (Some(assessment), Some(now)) = (&record.entry.assessment, is_good(&feedback.kind)) else { return Vec::new() };
    let before = record.feedback.iter().rev().find_map(|said| is_good(&said.kind));
    let count = |is_good: bool| {
        let n = |label: Option<bool>| i64::from(label == Some(is_good));
        n(Some(now)) - n(before)
    };
    let counts = RuleCounts { good: count(true), bad: count(false), ..RuleCounts::default() };
    if counts == RuleCounts::default() {
        return Vec::new();
    }
    let day = Day::of(record.entry.event.received_at);
    let counted = assessment
        .rules
        .iter()
        .map(|matched| (RuleCounted { day, rule: matched.rule.clone(), version: matched.version }, counts.clone()));
    counted.collect()
}
