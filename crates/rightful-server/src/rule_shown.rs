//! An application's rules, and what they did, as they are answered.

use rightful_dialects::{
    RuleBookShown, RuleCountsShown, RuleDay, RuleFault, RuleShown, RuleSnoozes, RuleState, RuleTally, RuleTextInfo,
    RuleVersionInfo, RuleVersionShown, SnoozeShown, VerdictChange, rfc3339,
};
use rightful_domain::{
    Day, RULE_COUNT_DAYS, RuleBook, RuleBookVersion, RuleCounted, RuleCounts, RuleText, Snooze, Timestamp,
};
use rightful_engine::{Policy, Rule};
use toml::Table;

use crate::policies::InEffect;
use crate::rule_desk::{published, state_of};
use crate::rule_text::{self, json_of, name_of};

/// A day's letters at the beginning of a moment's.
const DATE_BYTES: usize = 10;

/// The first day for which counts are kept.
pub(crate) fn first_day(now: Timestamp) -> Day {
    days_before(now, RULE_COUNT_DAYS)
}

/// The first of so many days, today included.
pub(crate) fn days_before(now: Timestamp, days: u32) -> Day {
    Day::of(now).minus(days.clamp(1, RULE_COUNT_DAYS) - 1)
}

fn text_info(text: &RuleText) -> RuleTextInfo {
    let RuleText { text: _, by, note, at } = text;
    RuleTextInfo { author: by.author.to_string(), key: by.key.to_string(), note: note.to_string(), at: rfc3339(*at) }
}

/// A version without its rules.
pub(crate) fn version_info(version: &RuleBookVersion) -> RuleVersionInfo {
    let RuleBookVersion { number, text, approved_by, restores } = version;
    RuleVersionInfo {
        number: *number,
        info: text_info(text),
        approved_by: approved_by.as_ref().map(|hand| hand.author.to_string()),
        restores: *restores,
    }
}

/// A version with its rules.
pub(crate) fn version(version: &RuleBookVersion) -> RuleVersionShown {
    let text = version.text.text.to_string();
    let rules = rule_text::rules_of(&text).iter().map(json_of).collect();
    RuleVersionShown { info: version_info(version), text, rules }
}

type Counts = [(RuleCounted, RuleCounts)];

/// All rules: the file's, then the application's.
pub(crate) fn book(
    book: &RuleBook,
    in_effect: &InEffect,
    file: &Policy,
    counts: &Counts,
    snoozes: &[Snooze],
    warnings: Vec<RuleFault>,
) -> RuleBookShown {
    let shown = |name: &str, state, rule, published: Option<&Table>, version| RuleShown {
        name: name.to_owned(),
        state,
        rule,
        published: published.filter(|_| state == RuleState::Changed).map(json_of),
        n_snoozed: snoozes.iter().filter(|snooze| *snooze.rule == *name).count(),
        counts: tally(counts.iter().filter(|(of, _)| *of.rule == *name && of.version == version)),
    };
    let of_file = file.rules().iter();
    let mut rules: Vec<RuleShown> =
        of_file.map(|rule| shown(&rule.name, RuleState::File, json_of(&file_rule(rule)), None, rule.version)).collect();
    let (before, edited) = (published(book), rule_text::rules_of(book.edited()));
    for rule in &edited {
        let was = before.iter().find(|was| name_of(was) == name_of(rule));
        let version = version_of(was.unwrap_or(rule));
        rules.push(shown(name_of(rule), state_of(was, Some(rule)), json_of(rule), was, version));
    }
    for was in before.iter().filter(|was| !edited.iter().any(|rule| name_of(rule) == name_of(was))) {
        rules.push(shown(name_of(was), RuleState::Removed, json_of(was), None, version_of(was)));
    }
    let policy = in_effect.policy.version();
    RuleBookShown {
        revision: book.revision,
        policy: format!("{} version {}", policy.id, policy.version),
        version_in_effect: in_effect.number,
        fault: in_effect.fault.clone(),
        needs_two: book.needs_two,
        published: book.in_effect().map(version_info),
        proposal: book.proposal.as_ref().map(text_info),
        draft: book.draft.as_ref().map(text_info),
        rules,
        warnings,
    }
}

fn version_of(rule: &Table) -> u32 {
    rule.get("version").and_then(toml::Value::as_integer).and_then(|number| u32::try_from(number).ok()).unwrap_or(1)
}

/// A rule of the server's policy file, as far as people need to know it here.
fn file_rule(rule: &Rule) -> Table {
    let text = |text: &str| toml::Value::String(text.to_owned());
    let texts = |all: &mut dyn Iterator<Item = &str>| toml::Value::Array(all.map(text).collect());
    let mut table = Table::from_iter([
        ("name".to_owned(), text(&rule.name)),
        ("version".to_owned(), toml::Value::Integer(rule.version.into())),
        ("mode".to_owned(), text(rule.mode.as_str())),
        ("priority".to_owned(), toml::Value::Integer(rule.priority.into())),
        ("when".to_owned(), text(&rule.text)),
    ]);
    let effect = &rule.effect;
    let mut put = |key: &str, value: Option<toml::Value>| {
        if let Some(value) = value {
            table.insert(key.to_owned(), value);
        }
    };
    let actions = &rule.actions;
    put("actions", (!actions.is_empty()).then(|| texts(&mut actions.iter().map(|action| action.as_str()))));
    put("score", (effect.score.hundredths() != 0).then(|| toml::Value::Float(effect.score.points())));
    put("floor", effect.floor.map(|verdict| text(verdict.as_str())));
    put("ceiling", effect.ceiling.map(|verdict| text(verdict.as_str())));
    put("status", effect.status.map(|status| text(status.as_str())));
    put("tags", (!effect.tags.is_empty()).then(|| texts(&mut effect.tags.iter().map(|tag| &**tag))));
    put("queue", effect.queue.as_deref().map(text));
    put("title", rule.title.as_deref().map(text));
    put("group", rule.group.as_deref().map(text));
    put("moves_verdict", (!rule.moves_verdict).then_some(toml::Value::Boolean(false)));
    put("stop_on_match", rule.stops.then_some(toml::Value::Boolean(true)));
    put("author", rule.author.as_deref().map(text));
    put("note", rule.note.as_deref().map(text));
    table
}

fn tally<'a>(counts: impl Iterator<Item = &'a (RuleCounted, RuleCounts)>) -> RuleTally {
    let mut sum = RuleCounts::default();
    counts.for_each(|(_, counts)| sum.add(counts));
    shown_tally(&sum)
}

fn shown_tally(counts: &RuleCounts) -> RuleTally {
    let RuleCounts { asked, matched, shadow, snoozed, changed, good, bad } = counts;
    let changed = changed.iter().map(|((from, to), n)| VerdictChange {
        from: from.as_str().to_owned(),
        to: to.as_str().to_owned(),
        n: *n,
    });
    RuleTally {
        asked: *asked,
        matched: *matched,
        shadow: *shadow,
        snoozed: *snoozed,
        changed: changed.collect(),
        good: u64::try_from(*good).unwrap_or(0),
        bad: u64::try_from(*bad).unwrap_or(0),
    }
}

/// What a rule did, the latest day first.
pub(crate) fn counts(rule: &str, counts: &Counts) -> RuleCountsShown {
    let day = |(counted, counts): &(RuleCounted, RuleCounts)| RuleDay {
        day: rfc3339(counted.day.begin()).chars().take(DATE_BYTES).collect(),
        version: counted.version,
        counts: shown_tally(counts),
    };
    RuleCountsShown { rule: rule.to_owned(), days: counts.iter().rev().map(day).collect(), total: tally(counts.iter()) }
}

/// A snooze.
pub(crate) fn snooze(snooze: &Snooze) -> SnoozeShown {
    let Snooze { application: _, rule, account, until, note, author, at } = snooze;
    SnoozeShown {
        rule: rule.to_string(),
        account: account.as_str().to_owned(),
        until: rfc3339(*until),
        // To who may read what is noted of the account.
        note: note.as_ref().map(|note| note.reveal().to_string()),
        author: author.to_string(),
        at: rfc3339(*at),
    }
}

/// Snoozes, by account.
pub(crate) fn snoozes(all: &[Snooze]) -> RuleSnoozes {
    let mut items: Vec<SnoozeShown> = all.iter().map(snooze).collect();
    items.sort_by(|one, other| one.account.cmp(&other.account));
    RuleSnoozes { items }
}
