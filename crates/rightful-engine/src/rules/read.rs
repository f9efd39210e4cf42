//! Reads a policy's `[[rules]]`: each key is checked, each condition is compiled.

use std::collections::BTreeSet;

use rightful_domain::{
    AGGREGATES_MAX, Action, PolicySource, PolicyVersion, RuleEffect, RuleStatus, ScoreChange, Verdict,
};
use toml::{Table, Value};

use super::install::{LIBRARY, LIBRARY_VERSION};
use super::set::{Rule, RuleMode, RuleOrigin, RuleSet};
use super::suggest::slip_of;
use super::{When, nearest, vocabulary};
use crate::policy::PolicyError;

/// The key of a policy under which its rules are.
pub(crate) const RULES: &str = "rules";

/// The most rules of a policy: each is asked at every event.
const RULES_MAX: usize = 500;
/// The longest name, tag, queue and author, in bytes.
const WORD_BYTES_MAX: usize = 64;
/// The key under which a vendor's own words for a rule are.
const ORIGIN: &str = "origin";
/// The longest title, in bytes.
const TITLE_BYTES_MAX: usize = 256;
/// The longest note, in bytes.
const NOTE_BYTES_MAX: usize = 1_024;
/// The most actions that one rule names.
const ACTIONS_MAX: usize = 64;
/// The most tags of one rule.
const TAGS_MAX: usize = 16;
/// The furthest that priorities are apart from 0.
const PRIORITY_MAX: i64 = 1_000_000;

const KEYS: [&str; 21] = [
    "name",
    "version",
    "actions",
    "when",
    "score",
    "floor",
    "ceiling",
    "status",
    "tags",
    "queue",
    "priority",
    "stop_on_match",
    "mode",
    "author",
    "note",
    LIBRARY,
    LIBRARY_VERSION,
    "title",
    "group",
    "moves_verdict",
    ORIGIN,
];

/// Reads the rules of a policy, if it has any.
pub(crate) fn read_rules(policy: &PolicyVersion, tables: &Table) -> Result<RuleSet, PolicyError> {
    let (rules, faults) = read_each(policy, tables);
    faults.into_iter().next().map_or_else(|| Ok(RuleSet::of(rules)), Err)
}

/// That the rules of a policy ask for more aggregates together than are kept for an application; None if they do not.
fn too_many_aggregates(policy: &PolicyVersion, rules: RuleSet) -> Option<PolicyError> {
    let n = rules.aggregates().len();
    let message = format!("ask for {n} aggregates, at most {AGGREGATES_MAX} are kept");
    let key = RULES.to_owned();
    (n > AGGREGATES_MAX).then(|| PolicyError::BadValue { policy: policy.clone(), key, message })
}

/// What is wrong with the rules of a policy, each by itself: at most one fault for each rule.
pub(crate) fn rule_faults(policy: &PolicyVersion, tables: &Table) -> Vec<PolicyError> {
    read_each(policy, tables).1
}

/// Reads a book: rules that come after those of a policy, and nothing else. Gives what can be read of it, and all that
/// is wrong with it.
pub(crate) fn read_book(book: &PolicySource, before: &RuleSet) -> (RuleSet, Vec<PolicyError>) {
    let version = &book.version;
    let tables: Table = match book.text.parse() {
        Ok(tables) => tables,
        Err(error) => {
            let error: toml::de::Error = error;
            let fault = PolicyError::Syntax { policy: version.clone(), message: error.to_string() };
            return (RuleSet::default(), vec![fault]);
        }
    };
    let (mut rules, mut faults) = read_each(version, &tables);
    for key in tables.keys().filter(|key| **key != *RULES) {
        let suggestion = nearest(key, [RULES]).map(str::to_owned);
        faults.push(PolicyError::UnknownKey { policy: version.clone(), key: key.clone(), suggestion });
    }
    for rule in rules.extract_if(.., |rule| before.find(&rule.name).is_some()) {
        faults.push(PolicyError::BadValue {
            policy: version.clone(),
            key: format!("{RULES}.{}.name", rule.name),
            message: "is the name of a rule of the server's policy file".into(),
        });
    }
    let rules = RuleSet::of(rules);
    faults.extend(too_many_aggregates(version, before.then(rules.clone())));
    (rules, faults)
}

fn read_each(policy: &PolicyVersion, tables: &Table) -> (Vec<Rule>, Vec<PolicyError>) {
    let bad =
        |key: String, message: &str| PolicyError::BadValue { policy: policy.clone(), key, message: message.into() };
    let Some(rules) = tables.get(RULES) else { return Default::default() };
    let Some(rules) = rules.as_array() else {
        return (Vec::new(), vec![bad(RULES.to_owned(), "must be tables, each headed [[rules]]")]);
    };
    if rules.len() > RULES_MAX {
        return (Vec::new(), vec![bad(RULES.to_owned(), "must be at most 500")]);
    }
    let mut names = BTreeSet::new();
    let (mut read, mut faults) = (Vec::with_capacity(rules.len()), Vec::new());
    for (n, rule) in rules.iter().enumerate() {
        let path = format!("{RULES}[{n}]");
        let rule = match rule.as_table() {
            Some(table) => Reader { policy, table, path: &path }.rule(),
            None => Err(bad(path.clone(), "must be a table, headed [[rules]]")),
        };
        match rule {
            Ok(rule) if names.insert(rule.name.clone()) => read.push(rule),
            Ok(_) => faults.push(bad(format!("{path}.name"), "must not be the name of another rule")),
            Err(fault) => faults.push(fault),
        }
    }
    faults.extend(too_many_aggregates(policy, RuleSet::of(read.clone())));
    (read, faults)
}

/// One rule's table.
struct Reader<'a> {
    policy: &'a PolicyVersion,
    table: &'a Table,
    path: &'a str,
}

type Read<T> = Result<T, PolicyError>;

impl Reader<'_> {
    fn rule(&self) -> Read<Rule> {
        self.check_keys()?;
        let Some(name) = self.word("name")? else { return self.bad("name", "must be given") };
        let Some(text) = self.text("when", super::lexer::TEXT_BYTES_MAX)? else {
            return self.bad("when", "must be given");
        };
        self.word(LIBRARY)?;
        self.whole(LIBRARY_VERSION, 1, i64::from(u32::MAX))?;
        let when = When::parse(text).map_err(|error| PolicyError::Rule {
            policy: self.policy.clone(),
            rule: name.into(),
            key: format!("{}.when", self.path),
            error: Box::new(error),
        })?;
        Ok(Rule {
            name: name.into(),
            version: self.whole("version", 1, i64::from(u32::MAX))?.and_then(|n| u32::try_from(n).ok()).unwrap_or(1),
            actions: self.actions()?,
            text: text.into(),
            when,
            effect: self.effect()?,
            priority: self
                .whole("priority", -PRIORITY_MAX, PRIORITY_MAX)?
                .and_then(|n| i32::try_from(n).ok())
                .unwrap_or(0),
            stops: self.flag("stop_on_match")?,
            mode: self.one_of("mode", RuleMode::parse, &RuleMode::ALL.map(RuleMode::as_str))?.unwrap_or_default(),
            author: self.text("author", WORD_BYTES_MAX)?.map(Into::into),
            note: self.text("note", NOTE_BYTES_MAX)?.map(Into::into),
            title: self.text("title", TITLE_BYTES_MAX)?.map(Into::into),
            group: self.word("group")?.map(Into::into),
            moves_verdict: if self.table.contains_key("moves_verdict") { self.flag("moves_verdict")? } else { true },
            origin: self.origin()?,
        })
    }

    /// Who wrote it in words of their own. Those words are for who reads them back, and mean nothing here.
    fn origin(&self) -> Read<Option<RuleOrigin>> {
        let Some(origin) = self.table.get(ORIGIN) else { return Ok(None) };
        let text = |key: &str| origin.get(key).and_then(Value::as_str).filter(|text| is_word(text));
        let told = origin.get("told").and_then(Value::as_table);
        match (text("vendor"), text("id"), told) {
            (Some(vendor), Some(id), Some(_)) => Ok(Some(RuleOrigin { vendor: vendor.into(), id: id.into() })),
            _ => self.bad(ORIGIN, "must tell a vendor, an id, and what was told"),
        }
    }

    fn effect(&self) -> Read<RuleEffect> {
        let verdicts = Verdict::ALL.map(Verdict::as_str);
        let effect = RuleEffect {
            score: self.score()?,
            floor: self.one_of("floor", Verdict::parse, &verdicts)?,
            ceiling: self.one_of("ceiling", Verdict::parse, &verdicts)?,
            status: self.one_of("status", RuleStatus::parse, &RuleStatus::ALL.map(RuleStatus::as_str))?,
            tags: self.tags()?,
            queue: self.word("queue")?.map(Into::into),
        };
        if effect.floor > effect.ceiling && effect.ceiling.is_some() {
            return self.bad("floor", "must not be stricter than the rule's own ceiling");
        }
        if effect.floor == Some(Verdict::Trust) || effect.ceiling == Some(Verdict::Deny) {
            let key = if effect.floor == Some(Verdict::Trust) { "floor" } else { "ceiling" };
            return self.bad(key, "says nothing: every verdict is within it");
        }
        Ok(effect)
    }

    fn bad<T>(&self, key: &str, message: impl Into<String>) -> Read<T> {
        let key = format!("{}.{key}", self.path);
        Err(PolicyError::BadValue { policy: self.policy.clone(), key, message: message.into() })
    }

    fn check_keys(&self) -> Read<()> {
        let unknown = self.table.keys().find(|key| !KEYS.contains(&key.as_str()));
        unknown.map_or(Ok(()), |key| {
            Err(PolicyError::UnknownKey {
                policy: self.policy.clone(),
                key: format!("{}.{key}", self.path),
                suggestion: nearest(key, KEYS).map(|meant| format!("{}.{meant}", self.path)),
            })
        })
    }

    fn text(&self, key: &str, bytes_max: usize) -> Read<Option<&str>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= bytes_max => Ok(Some(text)),
            Some(Value::String(_)) => self.bad(key, format!("must have at most {bytes_max} bytes")),
            Some(_) => self.bad(key, "must be a text"),
        }
    }

    fn word(&self, key: &str) -> Read<Option<&str>> {
        match self.text(key, WORD_BYTES_MAX)? {
            Some(text) if !is_word(text) => self.bad(key, "must be letters, digits, `_` and `-`"),
            text => Ok(text),
        }
    }

    fn flag(&self, key: &str) -> Read<bool> {
        match self.table.get(key) {
            None => Ok(false),
            Some(Value::Boolean(flag)) => Ok(*flag),
            Some(_) => self.bad(key, "must be true or false"),
        }
    }

    fn whole(&self, key: &str, min: i64, max: i64) -> Read<Option<i64>> {
        match self.table.get(key) {
            None => Ok(None),
            Some(Value::Integer(number)) if (min..=max).contains(number) => Ok(Some(*number)),
            Some(_) => self.bad(key, format!("must be a whole number from {min} to {max}")),
        }
    }

    fn one_of<T>(&self, key: &str, parse: impl Fn(&str) -> Option<T>, all: &[&str]) -> Read<Option<T>> {
        let Some(text) = self.text(key, WORD_BYTES_MAX)? else { return Ok(None) };
        if let Some(value) = parse(text) {
            return Ok(Some(value));
        }
        let meant = nearest(text, all.iter().copied()).map(|meant| format!(", did you mean {meant:?}?"));
        let told = meant.unwrap_or_else(|| format!(": one of {}", all.join(", ")));
        self.bad(key, format!("{text:?} is not known{told}"))
    }

    fn score(&self) -> Read<ScoreChange> {
        let points = match self.table.get("score") {
            None => return Ok(ScoreChange::default()),
            Some(Value::Integer(points)) => *points as f64,
            Some(Value::Float(points)) => *points,
            Some(_) => f64::NAN,
        };
        // Hundredths of at most 100 points are at most 10 000. False for what is not a number.
        let hundredths = if points.abs() <= 100.0 { Some((points * 100.0).round() as i16) } else { None };
        match hundredths.and_then(|hundredths| ScoreChange::from_hundredths(hundredths).ok()) {
            Some(change) => Ok(change),
            None => self.bad("score", "must be a number from -100 to 100"),
        }
    }

    fn words(&self, key: &str) -> Read<Vec<&str>> {
        const NO_LIST: &str = "must be a list of texts";
        let Some(listed) = self.table.get(key) else { return Ok(Vec::new()) };
        let Some(listed) = listed.as_array() else { return self.bad(key, NO_LIST) };
        let words: Option<Vec<&str>> = listed.iter().map(Value::as_str).collect();
        words.map_or_else(|| self.bad(key, NO_LIST), Ok)
    }

    fn tags(&self) -> Read<Vec<Box<str>>> {
        let tags = self.words("tags")?;
        if tags.len() > TAGS_MAX || !tags.iter().all(|tag| tag.len() <= WORD_BYTES_MAX && is_word(tag)) {
            return self.bad("tags", "must be at most 16, each of letters, digits, `_` and `-`, at most 64");
        }
        Ok(tags.into_iter().map(Into::into).collect())
    }

    fn actions(&self) -> Read<Vec<Action>> {
        let known = vocabulary::known_actions();
        let read = |text: &str| match (Action::parse(text), slip_of(text, known.iter().copied())) {
            (Some(Action::Custom(_)), Some(meant)) => {
                self.bad("actions", format!("{text:?} is not known, did you mean {meant:?}?"))
            }
            (Some(action), _) => Ok(action),
            (None, _) => self.bad("actions", format!("{text:?} cannot be an action")),
        };
        let words = self.words("actions")?;
        if words.len() > ACTIONS_MAX {
            return self.bad("actions", format!("must be at most {ACTIONS_MAX}"));
        }
        words.into_iter().map(read).collect()
    }
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_' || c == b'-')
}
