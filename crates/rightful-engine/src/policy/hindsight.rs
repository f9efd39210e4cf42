//! What a policy's rules would have made of an event that was judged before.
//!
//! The event is taken as it was written down: its feature vector, its reasons, its score and verdict before rules. So a
//! rule is tried against months of events without replaying them; what a changed weight or list would have made of them
//! is another question.

use rightful_domain::{Action, Assessment, Entry, RiskScore, RuleMatch, Verdict};

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
        let matching = self.rules.iter().filter(|rule| rule.matches(&scene));
        let told = |rule: &'a Rule| {
            let (before, after) = self.ruled_alone(&entry.event.action, assessment, &Ruling::of(&rule.effect));
            Hindsight { rule, before, after }
        };
        matching.map(told).collect()
    }

    /// What was judged without rules, and what one that matched makes of it alone, as if it were active.
    #[must_use]
    pub fn made_by(&self, action: &Action, assessment: &Assessment, matched: &RuleMatch) -> (Verdict, Verdict) {
        self.ruled_alone(action, assessment, &Ruling::of(&matched.effect))
    }

    fn ruled_alone(&self, action: &Action, assessment: &Assessment, ruling: &Ruling) -> (Verdict, Verdict) {
        let before = assessment.verdict_before_rules.unwrap_or(assessment.verdict);
        if assessment.findings.iter().any(is_of_list) {
            return (before, before);
        }
        let judged = self.judged_with(action, assessment.log_odds.score(), before, ruling.hundredths);
        (before, ruling.bounds(judged))
    }

    fn judged_with(&self, action: &Action, score: RiskScore, before: Verdict, hundredths: i32) -> Verdict {
        if hundredths == 0 {
            return before;
        }
        let (bands, score) = (self.bands(action), changed(score, hundredths));
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
