//! What a policy's rules would have made of an event that was judged before.
//!
//! The event is taken as it was written down: its feature vector, its reasons, its score and verdict before rules. So a
//! rule is tried against months of events without replaying them; what a changed weight or list would have made of them
//! is another question.

use std::sync::LazyLock;

use rightful_domain::{
    Action, Assessment, Entry, Finding, RULE_MATCHES_MAX, ReasonCode, RiskScore, RuleMatch, Verdict,
};

use super::Policy;
use super::decide::{changed, trusted_where_it_may};
use super::lists::is_of_list;
use crate::features::{FEATURE_SCHEMA, feature_names};
use crate::rules::{Rule, RuleMode, Ruling, Scene, Stopped};

/// What a policy's rules would have made of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Retrospect<'a> {
    /// What was judged without rules.
    pub before: Judged,
    /// The rules that would have matched, each as if it were active and alone, in the order in which they are asked.
    pub rules: Vec<Hindsight<'a>>,
    /// What all that are active would have made of it together.
    pub together: Judged,
    /// How many of those are in effect: fewer than match where one stops the others.
    pub n_in_effect: usize,
}

/// One rule that would have matched.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hindsight<'a> {
    /// Which, in whatever mode it is.
    pub rule: &'a Rule,
    /// Its place among the policy's rules, from 0.
    pub place: usize,
    /// What would have been judged.
    pub after: Judged,
}

/// A verdict and the score beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The verdict.
    pub verdict: Verdict,
    /// The score.
    pub score: RiskScore,
}

/// Where a vector says from which score on its event was challenged.
static CHALLENGE_FROM: LazyLock<Option<usize>> =
    LazyLock::new(|| feature_names(FEATURE_SCHEMA).iter().position(|name| *name == "challenge_from"));

impl Policy {
    /// What the rules would have made of an event as it was written down; None if it was not judged.
    ///
    /// A rule's change of the score is laid against this policy's own bands, as the challenge budget had moved them then.
    /// What a list had decided, or that the account was closed, stays as it was.
    #[must_use]
    pub fn in_hindsight<'a>(&'a self, entry: &Entry) -> Option<Retrospect<'a>> {
        let (scene, assessment) = (Scene::of_entry(entry)?, entry.assessment.as_ref()?);
        let verdict = assessment.without_rules();
        let before = Judged { verdict, score: assessment.log_odds.score() };
        let mut retrospect = Retrospect { before, rules: Vec::new(), together: before, n_in_effect: 0 };
        let then = Then { action: &entry.event.action, assessment, before, policy: self };
        let mut together = Ruling::default();
        let (mut is_stopped, mut stopped) = (false, Stopped::default());
        for (place, rule) in self.rules.iter().enumerate().filter(|(_, rule)| rule.matches(&scene)) {
            if rule.mode == RuleMode::Active && !is_stopped && !stopped.has(rule) {
                together.add(rule);
                retrospect.n_in_effect += 1;
                is_stopped = stopped.all_by(rule) || retrospect.n_in_effect == RULE_MATCHES_MAX;
            }
            retrospect.rules.push(Hindsight { rule, place, after: then.under(&Ruling::of(rule)) });
        }
        if retrospect.n_in_effect > 0 {
            retrospect.together = then.under(&together);
        }
        Some(retrospect)
    }

    /// What was judged without rules, and what one that matched makes of it alone, as if it were active.
    #[must_use]
    pub fn made_by(&self, action: &Action, assessment: &Assessment, matched: &RuleMatch) -> (Verdict, Verdict) {
        let verdict = assessment.without_rules();
        let before = Judged { verdict, score: assessment.log_odds.score() };
        let then = Then { action, assessment, before, policy: self };
        // As it was then; whether its points move verdicts is as it is now, if it is still there.
        let mut ruling = Ruling::of_effect(&matched.effect);
        if self.rules.find(&matched.rule).is_some_and(|rule| !rule.moves_verdict) {
            ruling.moves_nothing();
        }
        (verdict, then.under(&ruling).verdict)
    }
}

/// An event as it was judged, and the policy whose rules are tried on it.
struct Then<'a> {
    action: &'a Action,
    assessment: &'a Assessment,
    before: Judged,
    policy: &'a Policy,
}

impl Then<'_> {
    fn under(&self, ruling: &Ruling) -> Judged {
        let score = changed(self.before.score, ruling.hundredths);
        let is_fixed = |finding: &Finding| is_of_list(finding) || finding.reason == ReasonCode::UserAccountClosed;
        if self.assessment.findings.iter().any(is_fixed) {
            return Judged { verdict: self.before.verdict, score };
        }
        let moving = ruling.moving();
        let judged = ruling.bounds(self.by_score(changed(self.before.score, moving), moving));
        Judged { verdict: trusted_where_it_may(self.action, judged), score }
    }

    fn by_score(&self, score: RiskScore, hundredths: i32) -> Verdict {
        if hundredths == 0 {
            return self.before.verdict;
        }
        let challenge_from = CHALLENGE_FROM.and_then(|slot| self.assessment.features.values.get(slot));
        let challenge_from = challenge_from.filter(|points| !points.is_nan()).map(|points| f64::from(*points));
        let bands = self.policy.bands(self.action).following_points(challenge_from);
        if bands.denies(score) {
            Verdict::Deny
        } else if bands.challenges(score) {
            Verdict::Challenge
        } else if bands.may_trust(score) && self.before.verdict == Verdict::Trust {
            Verdict::Trust
        } else {
            Verdict::Allow
        }
    }
}
