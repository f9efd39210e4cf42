//! What is wrong with rules, or doubtful, as it is told to who wrote them.

use rightful_dialects::{RuleFault, RulesRefusal, RulesRefusalKind};
use rightful_domain::SizedList;
use rightful_engine::{Place, Policy, PolicyError};
use toml::Table;

use crate::policies;
use crate::rule_text::{self, name_of};

/// Names that no rule may have: what stands in their place in a path means something else.
pub(crate) const RESERVED: [&str; 10] =
    ["approve", "backtest", "check", "diff", "draft", "library", "publish", "reject", "rollback", "versions"];

/// All that is wrong with rules that come after the file's.
pub(crate) fn of_rules(file: &Policy, rules: &[Table]) -> Vec<RuleFault> {
    faults(file, &rule_text::text_of(rules), rules).into_iter().map(|(_, told)| told).collect()
}

/// All that is wrong with a text of rules that come after the file's, each with its place in that text.
pub(crate) fn of_text(file: &Policy, text: &str) -> Vec<RuleFault> {
    if text.len() > rightful_domain::RULE_BOOK_BYTES_MAX {
        return vec![whole("the rules take more than 2 MiB".to_owned())];
    }
    let faults = faults(file, text, &rule_text::rules_of(text)).into_iter();
    faults.map(|(fault, told)| placed(fault.as_ref(), told, text)).collect()
}

/// What of rules without a fault is probably not meant.
pub(crate) fn doubts_of_rules(file: &Policy, rules: &[Table], lists: &[SizedList]) -> Vec<RuleFault> {
    let doubts = doubts(file, (&rule_text::text_of(rules), rules), lists);
    doubts.iter().map(|doubt| told(doubt, rules)).collect()
}

/// What of a text of rules without a fault is probably not meant, each with its place in that text.
pub(crate) fn doubts_of_text(file: &Policy, text: &str, lists: &[SizedList]) -> Vec<RuleFault> {
    let rules = rule_text::rules_of(text);
    let doubts = doubts(file, (text, &rules), lists);
    doubts.iter().map(|doubt| placed(Some(doubt), told(doubt, &rules), text)).collect()
}

fn placed(fault: Option<&PolicyError>, told: RuleFault, text: &str) -> RuleFault {
    match fault.and_then(|fault| fault.place(text)) {
        Some(Place { line, column }) => RuleFault { line: Some(line), column, ..told },
        None => told,
    }
}

/// What is doubtful about rules that come after the file's; in the words of faults, which have a place.
fn doubts(file: &Policy, (text, rules): (&str, &[Table]), lists: &[SizedList]) -> Vec<PolicyError> {
    let Ok(policy) = file.with_book(&policies::book(file, text, 1)) else { return Vec::new() };
    let mut doubts = policy.doubts(|name| lists.iter().any(|sized| *sized.list.name == *name));
    doubts.retain(
        |doubt| matches!(doubt, PolicyError::Rule { rule, .. } if rules.iter().any(|table| name_of(table) == &**rule)),
    );
    doubts
}

fn faults(file: &Policy, text: &str, rules: &[Table]) -> Vec<(Option<PolicyError>, RuleFault)> {
    let faults = file.book_faults(&policies::book(file, text, 1));
    let reserved = rules.iter().map(name_of).filter(|name| RESERVED.contains(name));
    let reserved = reserved.map(|name| {
        let detail = "is a word of the API's paths: choose another".to_owned();
        (None, RuleFault { rule: Some(name.to_owned()), key: Some("name".to_owned()), ..whole(detail) })
    });
    let told = faults.into_iter().map(|fault| {
        let told = told(&fault, rules);
        (Some(fault), told)
    });
    told.chain(reserved).collect()
}

/// Refuses if anything is wrong.
pub(crate) fn none(faults: Vec<RuleFault>) -> Result<(), RulesRefusal> {
    let Some(first) = faults.first() else { return Ok(()) };
    let place = first.line.zip(first.column).map(|(line, column)| format!("{line}:{column}: ")).unwrap_or_default();
    let rule = first.rule.as_ref().map(|rule| format!("rule {rule:?}: ")).unwrap_or_default();
    let key = first.key.as_ref().filter(|_| place.is_empty()).map(|key| format!("{key:?} ")).unwrap_or_default();
    let detail = format!("{rule}{key}{place}{}", first.detail);
    Err(RulesRefusal { kind: RulesRefusalKind::Invalid, detail, faults })
}

fn whole(detail: String) -> RuleFault {
    RuleFault { rule: None, key: None, detail, line: None, column: None, suggestion: None, pointed: None }
}

fn told(fault: &PolicyError, rules: &[Table]) -> RuleFault {
    let suggestion = fault.suggestion().map(|meant| key_of(meant).unwrap_or(meant).to_owned());
    let at = |path: &str, detail: String| RuleFault {
        rule: rule_of(path, rules).map(str::to_owned),
        key: key_of(path).map(str::to_owned),
        suggestion: suggestion.clone(),
        ..whole(detail)
    };
    match fault {
        PolicyError::Syntax { message, .. } => whole(message.clone()),
        PolicyError::UnknownKey { key, .. } => {
            let meant = suggestion.as_ref().map(|meant| format!(", did you mean {meant:?}?")).unwrap_or_default();
            let named = key_of(key).unwrap_or(key);
            at(key, format!("unknown key {named:?}{meant}"))
        }
        PolicyError::BadValue { key, message, .. } => at(key, message.clone()),
        PolicyError::Rule { rule, key, error, .. } => RuleFault {
            rule: Some(rule.to_string()),
            line: Some(error.line()),
            column: Some(error.column()),
            pointed: Some(error.pointed()),
            ..at(key, error.message().to_owned())
        },
    }
}

/// The key at the end of a path such as `rules[3].when`.
fn key_of(path: &str) -> Option<&str> {
    path.strip_prefix("rules")?.rsplit_once('.').map(|(_, key)| key)
}

/// The name of the rule that a path such as `rules[3].when` or `rules.abroad.name` is about.
fn rule_of<'a>(path: &'a str, rules: &'a [Table]) -> Option<&'a str> {
    let rest = path.strip_prefix("rules")?;
    if let Some(named) = rest.strip_prefix('.') {
        return named.split_once('.').map(|(name, _)| name);
    }
    let (place, _) = rest.strip_prefix('[')?.split_once(']')?;
    let name = name_of(rules.get(place.parse::<usize>().ok()?)?);
    (!name.is_empty()).then_some(name)
}
