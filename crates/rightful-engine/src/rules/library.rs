//! Ready rules: written down as data, in groups, read and checked by the policy's own reader. They are a beginning to copy
//! from; nothing of them is in effect until somebody puts it into a policy.

use toml::{Table, Value};

use super::Rule;
use super::install::{LIBRARY, LIBRARY_VERSION};
use crate::policy::Policy;

/// The groups, in the order in which they are shown.
const GROUPS: [&str; 9] = [
    include_str!("library/suspicious_login.toml"),
    include_str!("library/account_changes.toml"),
    include_str!("library/unfamiliar_transactions.toml"),
    include_str!("library/payment_methods.toml"),
    include_str!("library/velocity.toml"),
    include_str!("library/credential_stuffing.toml"),
    include_str!("library/recovery_abuse.toml"),
    include_str!("library/mfa_abuse.toml"),
    include_str!("library/gambling.toml"),
];

/// What only the library says of a rule.
const OF_LIBRARY: [&str; 4] = ["id", "title", "explanation", EARLIER];
/// What a rule was in the library's versions before: each without what they all share.
const EARLIER: &str = "earlier";

/// One ready rule.
#[derive(Debug, Clone, PartialEq)]
pub struct LibraryRule {
    /// What it is about: `Suspicious log-in`, …
    pub group: Box<str>,
    /// What it sees, in a few words.
    pub title: Box<str>,
    /// Why that matters.
    pub explanation: Box<str>,
    /// The rule, named by its id.
    pub rule: Rule,
    /// The same as a policy has it: a table headed `[[rules]]`.
    pub text: Box<str>,
    /// The same as data.
    pub table: Table,
    /// What it was in the library's versions before this one, as data.
    pub earlier: Vec<Table>,
}

/// All ready rules, by group. Reads them at each call, so keep what it returns.
#[must_use]
pub fn rule_library() -> Vec<LibraryRule> {
    GROUPS.into_iter().flat_map(of_group).collect()
}

pub(super) fn of_group(text: &str) -> Vec<LibraryRule> {
    const READ: &str = "the library is read by every test";
    let file: Table = text.parse().expect(READ);
    let group = file.get("group").and_then(Value::as_str).unwrap_or_default();
    let tables = file.get("rules").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
    let policy = Policy::default();
    let ready = |told: &Table| {
        let word = |key| told.get(key).and_then(Value::as_str).unwrap_or_default();
        let table = table_of(told);
        let rules = policy.with_rules(vec![Value::Table(table.clone())]).expect(READ);
        LibraryRule {
            group: group.into(),
            title: word("title").into(),
            explanation: word("explanation").into(),
            rule: rules.rules().iter().next().cloned().expect("a rule was given"),
            text: written(&table).into(),
            earlier: earlier(told),
            table,
        }
    };
    tables.map(ready).collect()
}

/// What it was before. Its title and explanation are not kept apart by version: they change nothing.
fn earlier(told: &Table) -> Vec<Table> {
    let versions = told.get(EARLIER).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_table);
    let with_id = versions.cloned().map(|mut version| {
        for key in ["id", "title", "explanation"] {
            if let Some(value) = told.get(key) {
                version.entry(key).or_insert_with(|| value.clone());
            }
        }
        version
    });
    with_id.map(|version| table_of(&version)).collect()
}

/// The rule as a policy has it.
fn table_of(told: &Table) -> Table {
    let text = |key: &str| told.get(key).and_then(Value::as_str).unwrap_or_default();
    let mut table = told.clone();
    table.retain(|key: &str, _| !OF_LIBRARY.contains(&key));
    table.insert("name".to_owned(), Value::String(text("id").to_owned()));
    let version = table.entry("version").or_insert(Value::Integer(1)).clone();
    table.insert(LIBRARY.to_owned(), Value::String(text("id").to_owned()));
    table.insert(LIBRARY_VERSION.to_owned(), version);
    table.insert("author".to_owned(), Value::String("library".to_owned()));
    table.insert("note".to_owned(), Value::String(format!("{}. {}", text("title"), text("explanation"))));
    table
}

/// The table in the order in which people write one.
fn written(table: &Table) -> String {
    let order = ["name", "version", "actions", "when"];
    let first = order.into_iter().filter_map(|key| table.get_key_value(key));
    let rest = table.iter().filter(|(key, _)| !order.contains(&key.as_str()));
    // Conditions are full of double quotes.
    let is_plain = |text: &&str| !text.contains('\'') && text.contains('"');
    let line = |(key, value): (&String, &Value)| match value.as_str().filter(is_plain) {
        // The line break after the quotes is not part of the text.
        Some(text) if text.contains('\n') => format!("{key} = '''\n{text}'''\n"),
        Some(text) => format!("{key} = '{text}'\n"),
        None => format!("{key} = {value}\n"),
    };
    first.chain(rest).map(line).fold("[[rules]]\n".to_owned(), |text, line| text + &line)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rightful_domain::{PolicySource, PolicyVersion};

    use super::*;

    #[test]
    fn each_rule_of_the_library_is_a_rule_and_says_why() {
        let all = rule_library();
        assert!(all.len() >= 40, "{}", all.len());
        let ids: BTreeSet<&str> = all.iter().map(|ready| &*ready.rule.name).collect();
        assert_eq!(ids.len(), all.len(), "each has an id of its own");
        let groups: BTreeSet<&str> = all.iter().map(|ready| &*ready.group).collect();
        assert_eq!(groups.len(), GROUPS.len());
        for ready in &all {
            let LibraryRule { title, explanation, rule, .. } = ready;
            assert!(!title.is_empty() && !title.ends_with('.') && explanation.ends_with('.'), "{}", rule.name);
            assert_ne!(rule.effect, rightful_domain::RuleEffect::default(), "{} asks for nothing", rule.name);
        }
    }

    #[test]
    fn all_of_the_library_together_is_a_policy() {
        let all = rule_library();
        let text: String = all.iter().map(|ready| format!("{}\n", ready.text)).collect();
        let version = PolicyVersion { id: "library".into(), version: 1 };
        let policy = Policy::parse(&PolicySource { version, text: text.into() }).expect("a policy");
        let read: Vec<&Rule> = policy.rules().iter().collect();
        assert_eq!(read, all.iter().map(|ready| &ready.rule).collect::<Vec<_>>());
    }
}
