//! Rules that are written through a vendor's API: how one is asked for, and how it stands in the application's rule book.
//!
//! There is one book. A vendor's rule is a rule of it like any other: its condition is put into our words by the dialect,
//! once, when it is written, and what the vendor told is kept beside it, so that it reads back as it was written. What
//! cannot be put into our words is refused; nothing is kept that is not judged by.

use rightful_domain::{ListSubject, Verdict};
use serde_json::Value;

use crate::rules::RulesRefusal;

/// What is asked of the rules that a vendor's API has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VendorRulesAsked {
    /// All that are in effect.
    All,
    /// Write one, as [`crate::Dialect::vendor_rule`] reads it: a new one, or in the place of this one.
    Put(Option<VendorRuleRef>),
    /// Take this one out.
    Remove(VendorRuleRef),
}

/// Which of a vendor's rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VendorRuleRef {
    /// The one that the vendor's API calls so.
    Id(String),
    /// The one that has this name in the book.
    Name(String),
}

/// A rule as a vendor's API writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct VendorRule {
    /// Its name in the book.
    pub name: String,
    /// What the vendor's API calls it.
    pub id: String,
    /// Its keys in the book, an object as in a policy file: all but its name and its origin.
    pub rule: Value,
    /// What the vendor told, an object, to be read back.
    pub told: Value,
    /// Fields of what is told that no two of the vendor's rules may have alike.
    pub unique: &'static [&'static str],
    /// Lists of the application that its condition names, and what each must be of.
    pub lists: Vec<(String, ListSubject)>,
}

/// A rule that a vendor's API has written, as it is in the book.
#[derive(Debug, Clone, PartialEq)]
pub struct VendorRuleKept {
    /// Its name in the book.
    pub name: String,
    /// What the vendor's API calls it.
    pub id: String,
    /// What the vendor told.
    pub told: Value,
    /// Who wrote it.
    pub author: String,
}

/// What is answered of the rules that a vendor's API has written.
#[derive(Debug, Clone, PartialEq)]
pub enum VendorRulesReply {
    /// It is done.
    Done(Box<VendorRulesShown>),
    /// It was not.
    Refused(RulesRefusal),
}

/// The rules that a vendor's API has written.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct VendorRulesShown {
    /// Those in effect, in the order of the book.
    pub rules: Vec<VendorRuleKept>,
    /// What was written, or taken out; None where nothing was.
    pub changed: Option<VendorRuleKept>,
    /// True if it takes effect only once a second person has approved it.
    pub waits: bool,
}

/// What people call a rule of the book that matched.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleTitle {
    /// Its title, else its name.
    pub title: String,
    /// The vendor whose API has written it, and what that calls it; None if it was written in our own words.
    pub origin: Option<(String, String)>,
}

/// The verdict that a rule asks for by itself; None if it asks for none.
pub(crate) fn verdict_of(effect: &rightful_domain::RuleEffect) -> Option<Verdict> {
    effect.floor.or(effect.ceiling)
}

/// A text as conditions spell it.
pub(crate) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '\n' => quoted.push_str("\\n"),
            c if c.is_control() => quoted.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// A list of texts as conditions spell it.
pub(crate) fn quoted_list<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let texts: Vec<String> = texts.into_iter().map(quoted).collect();
    format!("[{}]", texts.join(", "))
}

/// The longest word that a name is made with, in bytes.
const SLUG_BYTES_MAX: usize = 40;

/// A name for a rule of the book: the vendor, what people call the rule in small letters, and a tail that no other has.
pub(crate) fn book_name(vendor: &str, title: &str, tail: &str) -> String {
    let mut slug = String::new();
    for c in title.chars() {
        match c.to_ascii_lowercase() {
            c @ ('a'..='z' | '0'..='9') => slug.push(c),
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
        if slug.len() == SLUG_BYTES_MAX {
            break;
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { format!("{vendor}-{tail}") } else { format!("{vendor}-{slug}-{tail}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_spelled_so_that_it_reads_back() {
        assert_eq!(quoted("a \"b\" \\ c"), r#""a \"b\" \\ c""#);
        assert_eq!(quoted("line\nbell\u{7}é"), "\"line\\nbell\\U00000007é\"");
        assert_eq!(quoted_list(["a", "b"]), r#"["a", "b"]"#);
    }

    #[test]
    fn a_name_says_what_the_rule_is_called() {
        assert_eq!(book_name("transmit", "Block: risky  countries!", "1a2b"), "transmit-block-risky-countries-1a2b");
        assert_eq!(book_name("transmit", "Страны", "1a2b"), "transmit-1a2b");
        let long = book_name("transmit", &"a".repeat(200), "1a2b");
        assert!(long.len() <= 64, "{long}");
    }
}
