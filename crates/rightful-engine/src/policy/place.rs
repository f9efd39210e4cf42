//! Where in a policy's text a fault is, for who wrote the text.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::PolicyError;
use crate::rules::{RULES, RuleError};

/// Where in a text something is, counted from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The line.
    pub line: usize,
    /// The column, in characters; None where escapes have moved it.
    pub column: Option<usize>,
}

/// What a key leads to.
struct Found<'a, 'text> {
    /// The key, or the element where it is one of a list.
    named: Range<usize>,
    /// The value's own place, quotes included.
    span: Range<usize>,
    value: &'a DeValue<'text>,
}

impl PolicyError {
    /// Where in the policy's text it is: an unknown key, the key of a value, the word of a condition. None where the text is
    /// no TOML (the message says where), and where it does not say what is at fault.
    #[must_use]
    pub fn place(&self, text: &str) -> Option<Place> {
        let whole = DeTable::parse(text).ok()?;
        match self {
            Self::Syntax { .. } => None,
            Self::UnknownKey { key, .. } | Self::BadValue { key, .. } => {
                Some(place_at(text, found(whole.get_ref(), key)?.named.start))
            }
            Self::Rule { key, error, .. } => {
                let Found { span, value, .. } = found(whole.get_ref(), key)?;
                in_condition(text, span, value.as_str()?, error)
            }
        }
    }
}

fn place_at(text: &str, offset: usize) -> Place {
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    Place { line, column: Some(before.chars().rev().take_while(|c| *c != '\n').count() + 1) }
}

/// Follows a key such as `verdicts.login.deny`, `rules[3].when` or `rules.abroad.name`, the last of a rule by its name.
fn found<'a, 'text>(table: &'a DeTable<'text>, path: &str) -> Option<Found<'a, 'text>> {
    if let Some((rule, key)) = rule_of(table, path) {
        let rule = rule?;
        return match key {
            Some(key) => child(rule.value.as_table()?, key),
            None => Some(rule),
        };
    }
    match path.split_once('.') {
        Some((first, rest)) => found(child(table, first)?.value.as_table()?, rest),
        None => child(table, path),
    }
}

/// The rule that a path is about, if it is about one, and the key in it.
fn rule_of<'a, 'text, 'path>(
    table: &'a DeTable<'text>,
    path: &'path str,
) -> Option<(Option<Found<'a, 'text>>, Option<&'path str>)> {
    let rest = path.strip_prefix(RULES)?;
    let rules = child(table, RULES)?.value.as_array()?;
    let element = |n: usize| {
        let rule = rules.get(n)?;
        Some(Found { named: rule.span(), span: rule.span(), value: rule.get_ref() })
    };
    if let Some(rest) = rest.strip_prefix('[') {
        let (n, key) = rest.split_once(']')?;
        return Some((element(n.parse().ok()?), key.strip_prefix('.')));
    }
    let (name, key) = rest.strip_prefix('.')?.split_once('.')?;
    let is_named = |rule: &DeValue<'_>| rule.get("name").is_some_and(|its| its.get_ref().as_str() == Some(name));
    Some((rules.iter().position(|rule| is_named(rule.get_ref())).and_then(element), Some(key)))
}

fn child<'a, 'text>(table: &'a DeTable<'text>, name: &str) -> Option<Found<'a, 'text>> {
    let (key, value) = table.iter().find(|(key, _)| **key.get_ref() == *name)?;
    Some(Found { named: key.span(), span: value.span(), value: value.get_ref() })
}

/// The place of an error in a condition that stands at `span`, quotes included.
fn in_condition(text: &str, span: Range<usize>, condition: &str, error: &RuleError) -> Option<Place> {
    let written = text.get(span.clone())?;
    let quotes = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| written.starts_with(quotes))?;
    let body = written.get(quotes.len()..)?;
    // The first line break of a text in three quotes is not part of it.
    let skipped = usize::from(quotes.len() == 3 && body.starts_with(['\n', '\r']));
    let before = text.get(..span.start)?;
    let line = before.matches('\n').count() + skipped + error.line();
    if !body.contains(condition) {
        return Some(Place { line, column: None });
    }
    let is_first = error.line() == 1 && skipped == 0;
    let indent = before.chars().rev().take_while(|c| *c != '\n').count() + quotes.len();
    Some(Place { line, column: Some(error.column() + if is_first { indent } else { 0 }) })
}
