//! What a policy's rules would have made of an event that was judged before.
//!
//! The event is taken as it was written down: its feature vector, its reasons, its score and verdict before rules. So a
//! rule is tried against months of events without replaying them; what a changed weight or list would have made of them
//! is another question.

use rightful_domain::{Entry, RiskScore, Verdict};

use super::Policy;
use super::decide::changed;
use super::lists::is_of_list;
use crate::rules::{Rule, Ruling, Scene};

/// One rule that would have matched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hindsight<'a> {
    /// Which, in whatever mode it is.
    pub rule: &'a Rule,
    /// What was judged without rules.
    pub before: Verdict,
    /// What would have been judged, had the rule been active and alone.
    pub after: Verdict,
}

impl Policy {
    /// The rules that would have matched an event as it was written down; none if it was not judged.
    ///
    /// A rule's change of the score is laid against this policy's own bands, where the challenge budget had not moved
    /// them. What a list had decided stays as it was.
    #[must_use]
    pub fn in_hindsight<'a>(&'a self, entry: &Entry) -> Vec<Hindsight<'a>> {
        let (Some(scene), Some(assessment)) = (Scene::of_entry(entry), &entry.assessment) else { return Vec::new() };
        let before = assessment.verdict_before_rules.unwrap_or(assessment.verdict);
        let is_listed = assessment.findings.iter().any(is_of_list);
        let score = assessment.log_odds.score();
        let matching = self.rules.iter().filter(|rule| rule.matches(&scene));
        matching
            .map(|rule| {
                let ruling = Ruling::of(rule);
                let judged = self.judged_with(entry, score, before, ruling.hundredths);
                let after = if is_listed { before } else { ruling.bounds(judged) };
                Hindsight { rule, before, after }
            })
            .collect()
    }

    fn judged_with(&self, entry: &Entry, score: RiskScore, before: Verdict, hundredths: i32) -> Verdict {
        if hundredths == 0 {
            return before;
        }
        let (bands, score) = (self.bands(&entry.event.action), changed(score, hundredths));
        if bands.denies(score) {
            Verdict::Deny
        } else if bands.challenges(score) {
            Verdict::Challenge
        } else if bands.may_trust(score) && before == Verdict::Trust {
            Verdict::Trust
        } else {
            Verdict::Allow
        }
    }
}
