//! What rules did since it was last kept: counted while logins are judged, by nothing but increments.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use rightful_domain::{Action, Assessment, Day, RuleCounted, RuleCounts, RuleMatch, Verdict};
use rightful_engine::{Policy, Rule, RuleMode, RuleSet};

const N_VERDICTS: usize = Verdict::ALL.len();

/// What the rules of one policy did.
pub(crate) struct Tallies {
    /// All events that were judged.
    n_judged: AtomicU64,
    /// Those of each action that some rule names.
    n_by_action: Vec<(Action, AtomicU64)>,
    /// By the rule's name.
    by_rule: BTreeMap<Box<str>, Tally>,
}

#[derive(Default)]
struct Tally {
    /// Events of earlier takings, that could not be kept.
    asked: AtomicU64,
    matched: AtomicU64,
    shadow: AtomicU64,
    snoozed: AtomicU64,
    /// From one verdict to another.
    changed: [[AtomicU64; N_VERDICTS]; N_VERDICTS],
}

fn add(counter: &AtomicU64, n: u64) {
    counter.fetch_add(n, Ordering::Relaxed);
}

fn take(counter: &AtomicU64) -> u64 {
    counter.swap(0, Ordering::Relaxed)
}

impl Tallies {
    pub(crate) fn of(rules: &RuleSet) -> Self {
        let mut actions: Vec<Action> = rules.iter().flat_map(|rule| rule.actions.iter().cloned()).collect();
        actions.sort_by(|one, other| one.as_str().cmp(other.as_str()));
        actions.dedup();
        Self {
            n_judged: AtomicU64::default(),
            n_by_action: actions.into_iter().map(|action| (action, AtomicU64::default())).collect(),
            by_rule: rules.iter().map(|rule| (rule.name.clone(), Tally::default())).collect(),
        }
    }

    /// Counts what an event was judged to be.
    pub(crate) fn count(&self, policy: &Policy, action: &Action, assessment: &Assessment) {
        if self.by_rule.is_empty() {
            return;
        }
        add(&self.n_judged, 1);
        if let Some((_, n)) = self.n_by_action.iter().find(|(named, _)| named == action) {
            add(n, 1);
        }
        for matched in &assessment.rules {
            let Some(tally) = self.by_rule.get(&matched.rule) else { continue };
            tally.count(matched, policy.made_by(action, assessment, matched));
        }
    }

    /// Takes what was counted. An event that is counted at this very moment is in this taking or the next.
    pub(crate) fn take(&self, rules: &RuleSet, day: Day) -> Vec<(RuleCounted, RuleCounts)> {
        let n_judged = take(&self.n_judged);
        let by_action: Vec<(&Action, u64)> = self.n_by_action.iter().map(|(action, n)| (action, take(n))).collect();
        let n_asked = |rule: &Rule| match rule.mode {
            RuleMode::Off => 0,
            RuleMode::Active | RuleMode::Shadow if rule.actions.is_empty() => n_judged,
            RuleMode::Active | RuleMode::Shadow => {
                by_action.iter().filter(|(action, _)| rule.actions.contains(action)).map(|(_, n)| n).sum()
            }
        };
        let mut all = Vec::new();
        for rule in rules.iter() {
            let Some(tally) = self.by_rule.get(&rule.name) else { continue };
            let counts = tally.take(n_asked(rule));
            if counts != RuleCounts::default() {
                all.push((RuleCounted { day, rule: rule.name.clone(), version: rule.version }, counts));
            }
        }
        all
    }

    /// Counts again what was taken and could not be kept.
    pub(crate) fn put_back(&self, counts: &[(RuleCounted, RuleCounts)]) {
        for (counted, counts) in counts {
            let Some(tally) = self.by_rule.get(&counted.rule) else { continue };
            add(&tally.asked, counts.asked);
            add(&tally.matched, counts.matched);
            add(&tally.shadow, counts.shadow);
            add(&tally.snoozed, counts.snoozed);
            for ((from, to), n) in &counts.changed {
                add(tally.change(*from, *to), *n);
            }
        }
    }
}

impl Tally {
    fn count(&self, matched: &RuleMatch, (from, to): (Verdict, Verdict)) {
        add(&self.matched, 1);
        if matched.is_shadow {
            add(&self.shadow, 1);
        }
        if matched.is_snoozed {
            add(&self.snoozed, 1);
        }
        if from != to {
            add(self.change(from, to), 1);
        }
    }

    fn change(&self, from: Verdict, to: Verdict) -> &AtomicU64 {
        let place = |verdict| Verdict::ALL.iter().position(|its| *its == verdict).unwrap_or(0);
        self.changed
            .get(place(from))
            .and_then(|row| row.get(place(to)))
            .expect("the place of a verdict is below the number of verdicts")
    }

    fn take(&self, n_asked: u64) -> RuleCounts {
        let pairs = Verdict::ALL.into_iter().flat_map(|from| Verdict::ALL.into_iter().map(move |to| (from, to)));
        let changed = pairs.map(|(from, to)| ((from, to), take(self.change(from, to)))).filter(|(_, n)| *n > 0);
        RuleCounts {
            asked: n_asked + take(&self.asked),
            matched: take(&self.matched),
            shadow: take(&self.shadow),
            snoozed: take(&self.snoozed),
            changed: changed.collect(),
            good: 0,
            bad: 0,
        }
    }
}
