//! The rules of a policy, and what they make of an event together.
//!
//! Rules are asked in the order of their priority, the highest first, and of equal ones as they are written. All of them
//! see the event as it stands before rules, so that none depends on another. The scores of those that match add up; of
//! their floors the strictest holds, of their ceilings the mildest, and a floor beats a ceiling: who asks for more proof
//! wins. Lists beat all rules.

use rightful_domain::{Action, Aggregate, RULE_MATCHES_MAX, RuleEffect, RuleMatch, Source, Verdict};

use super::{Scene, When};

/// Whether a rule is in effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum RuleMode {
    /// It does what it says.
    #[default]
    Active,
    /// It is asked and remembered, and does nothing.
    Shadow,
    /// It is not asked.
    Off,
}

impl RuleMode {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Active, Self::Shadow, Self::Off];

    /// As spelled in policies.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Shadow => "shadow",
            Self::Off => "off",
        }
    }

    /// The mode of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == text)
    }
}

/// One rule: when it matches, and what it asks for then.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Its name, once in a policy: letters, digits, `_` and `-`, at most 64.
    pub name: Box<str>,
    /// Its version, counted from 1.
    pub version: u32,
    /// The actions it is about; empty for all.
    pub actions: Vec<Action>,
    /// The condition as it is written.
    pub text: Box<str>,
    /// The same, compiled.
    pub when: When,
    /// What it asks for.
    pub effect: RuleEffect,
    /// Higher ones are asked first.
    pub priority: i32,
    /// True if no rule after it is asked where it matches and is active.
    pub stops: bool,
    /// Whether it is in effect.
    pub mode: RuleMode,
    /// Who wrote it.
    pub author: Option<Box<str>>,
    /// Why.
    pub note: Option<Box<str>>,
    /// What people call it, where that is more than its name.
    pub title: Option<Box<str>>,
    /// The rules among which it stops others; None if it stops all.
    pub group: Option<Box<str>>,
    /// False if its points are told in the score, and move no verdict.
    pub moves_verdict: bool,
    /// Who wrote it in words of their own; None if it was written in these.
    pub origin: Option<RuleOrigin>,
}

/// A rule that was written in a vendor's words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleOrigin {
    /// The vendor's dialect.
    pub vendor: Box<str>,
    /// What the vendor's API calls the rule.
    pub id: Box<str>,
}

impl Rule {
    /// Whether it is about an event and true of it, in whatever mode it is.
    #[must_use]
    pub fn matches(&self, scene: &Scene<'_>) -> bool {
        self.is_about(&scene.event().action) && self.when.holds(scene)
    }

    /// Whether it is about events of that action.
    #[must_use]
    pub fn is_about(&self, action: &Action) -> bool {
        self.actions.is_empty() || self.actions.contains(action)
    }

    fn matched(&self, is_snoozed: bool) -> RuleMatch {
        RuleMatch {
            rule: self.name.clone(),
            version: self.version,
            origin: self.origin.as_ref().and_then(|origin| Source::parse(&origin.vendor)),
            is_shadow: self.mode == RuleMode::Shadow,
            is_snoozed,
            effect: self.effect.clone(),
        }
    }
}

/// The rules of one policy, in the order in which they are asked.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleSet(pub(super) Vec<Rule>);

impl RuleSet {
    /// Puts rules in order.
    pub(super) fn of(mut rules: Vec<Rule>) -> Self {
        rules.sort_by_key(|rule| std::cmp::Reverse(rule.priority));
        Self(rules)
    }

    /// These, and after them those of another, whatever their priorities.
    pub(crate) fn then(&self, later: Self) -> Self {
        Self(self.0.iter().cloned().chain(later.0).collect())
    }

    /// The rule of that name; None if there is none. O(n).
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Rule> {
        self.0.iter().find(|rule| *rule.name == *name)
    }

    /// All of them, in the order in which they are asked.
    pub fn iter(&self) -> impl Iterator<Item = &Rule> {
        self.0.iter()
    }

    /// Whether any of them may speak of what is people's data, or the caller's own. True for some that do not.
    #[must_use]
    pub fn may_read_private(&self) -> bool {
        // By the words: no other name has them in it, and a text that does costs time and nothing else.
        let names = ["custom", "person", "told", "device.fingerprint", "device.key", "device.os_version"];
        self.0.iter().any(|rule| names.iter().any(|name| rule.text.contains(name)))
    }

    /// The aggregates that the rules ask for which are not off, by id, each once. O(n log n).
    #[must_use]
    pub fn aggregates(&self) -> Vec<Aggregate> {
        let asked = self.0.iter().filter(|rule| rule.mode != RuleMode::Off);
        let mut aggregates: Vec<Aggregate> = asked.flat_map(|rule| rule.when.aggregates()).cloned().collect();
        aggregates.sort_unstable_by_key(Aggregate::id);
        aggregates.dedup();
        aggregates
    }

    /// True if there is none that is asked.
    pub(crate) fn asks_nothing(&self) -> bool {
        self.0.iter().all(|rule| rule.mode == RuleMode::Off)
    }

    /// What they make of an event.
    pub(crate) fn rule(&self, scene: &Scene<'_>) -> Ruling {
        let mut ruling = Ruling::default();
        let mut shadows = Vec::new();
        let mut stopped = Stopped::default();
        for rule in self.0.iter().filter(|rule| rule.mode != RuleMode::Off) {
            if stopped.has(rule) || !rule.matches(scene) {
                continue;
            }
            let is_snoozed = scene.is_snoozed(&rule.name);
            if rule.mode == RuleMode::Shadow || is_snoozed {
                shadows.push(rule.matched(is_snoozed));
                continue;
            }
            ruling.add(rule);
            ruling.matches.push(rule.matched(false));
            // What is done must be told, so where there is no room to tell of more, no more is done.
            if stopped.all_by(rule) || ruling.matches.len() == RULE_MATCHES_MAX {
                break;
            }
        }
        let room = RULE_MATCHES_MAX - ruling.matches.len();
        ruling.matches.extend(shadows.into_iter().take(room));
        ruling
    }
}

/// Which rules are no longer asked, since one before them has matched that stops them. The default stops none.
#[derive(Default)]
pub(crate) struct Stopped<'a>(Vec<&'a str>);

impl<'a> Stopped<'a> {
    /// Whether a rule is not asked.
    pub(crate) fn has(&self, rule: &Rule) -> bool {
        rule.group.as_deref().is_some_and(|group| self.0.contains(&group))
    }

    /// Takes note that a rule is in effect; whether none is asked after it.
    pub(crate) fn all_by(&mut self, rule: &'a Rule) -> bool {
        match rule.group.as_deref() {
            Some(group) if rule.stops => self.0.push(group),
            Some(_) => {}
            None => return rule.stops,
        }
        false
    }
}

/// What all matching rules ask for together. The default asks for nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Ruling {
    /// Those that matched, those in effect first.
    pub(crate) matches: Vec<RuleMatch>,
    /// What the score changes by, in hundredths of a point.
    pub(crate) hundredths: i32,
    /// How much of that moves no verdict.
    told_only: i32,
    floor: Option<Verdict>,
    ceiling: Option<Verdict>,
}

impl Ruling {
    /// What one rule asks for alone.
    pub(crate) fn of(rule: &Rule) -> Self {
        let mut ruling = Self::default();
        ruling.add(rule);
        ruling
    }

    /// What one effect asks for alone.
    pub(crate) fn of_effect(effect: &RuleEffect) -> Self {
        let mut ruling = Self::default();
        ruling.add_effect(effect);
        ruling
    }

    /// Adds what one more rule asks for.
    pub(crate) fn add(&mut self, rule: &Rule) {
        self.add_effect(&rule.effect);
        if !rule.moves_verdict {
            self.told_only += i32::from(rule.effect.score.hundredths());
        }
    }

    fn add_effect(&mut self, effect: &RuleEffect) {
        // At most 32 times 100 points.
        self.hundredths += i32::from(effect.score.hundredths());
        self.floor = self.floor.max(effect.floor);
        self.ceiling = match (self.ceiling, effect.ceiling) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
    }

    /// From now on, its points move no verdict.
    pub(crate) const fn moves_nothing(&mut self) {
        self.told_only = self.hundredths;
    }

    /// What the score changes by where a verdict is drawn from it, in hundredths of a point.
    pub(crate) const fn moving(&self) -> i32 {
        self.hundredths - self.told_only
    }

    /// A verdict within what they ask for.
    pub(crate) fn bounds(&self, verdict: Verdict) -> Verdict {
        let at_most = self.ceiling.map_or(verdict, |ceiling| verdict.min(ceiling));
        self.floor.map_or(at_most, |floor| at_most.max(floor))
    }
}
