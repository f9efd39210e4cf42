//! Rules that people write: CEL's syntax without its comprehensions, over a typed vocabulary, compiled to slots.
//!
//! A rule is checked in full when it is written, and every error has its place. What is compiled is total and bounded:
//! it cannot fail, loop, or take longer than its few hundred parts. The reference is `docs/reference/rules.md`.

mod aggregates;
mod compile;
mod doubts;
mod evaluate;
mod install;
mod lexer;
mod library;
mod read;
mod set;
mod suggest;
mod syntax;
mod types;
mod vocabulary;

use std::fmt;

use rightful_domain::Aggregate;

pub use evaluate::Scene;
pub use install::{LibraryUpdate, UpdateConflict, library_origin};
pub use library::{LibraryRule, rule_library};
pub(crate) use read::{RULES, read_book, read_rules, rule_faults};
pub use set::{Rule, RuleMode, RuleOrigin, RuleSet};
pub(crate) use set::{Ruling, Stopped};
pub(crate) use suggest::nearest;
pub use types::WordType;
pub use vocabulary::Word;

/// What people's rules may speak of: each name with its type and its meaning, in the order of the reference. A feature's
/// meaning is its name.
pub fn rule_words() -> impl Iterator<Item = Word> {
    vocabulary::words()
}

/// The features that rules may speak of, without the `features.` that their names begin with.
pub fn rule_features() -> impl Iterator<Item = Word> {
    vocabulary::features()
}

/// A condition that is checked and compiled.
#[derive(Debug, Clone, PartialEq)]
pub struct When {
    condition: evaluate::Condition,
    /// By id, each once.
    aggregates: Box<[Aggregate]>,
    doubts: Box<[RuleError]>,
    lists: Box<[(Box<str>, RuleError)]>,
}

impl When {
    /// Reads a condition: at most 64 KiB, 512 parts, 32 deep, lists of 256.
    ///
    /// # Errors
    /// The text is no condition, is too large, names what is not in the vocabulary, or mixes types.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let expression = syntax::parse(text)?;
        let (condition, mut aggregates) = compile::compile(text, &expression)?;
        aggregates.sort_unstable_by_key(Aggregate::id);
        aggregates.dedup();
        let doubts::Found { doubts, lists } = doubts::find(text, &expression);
        Ok(Self { condition, aggregates: aggregates.into(), doubts: doubts.into(), lists: lists.into() })
    }

    /// Whether it is true of an event. O(n) in its parts.
    #[must_use]
    pub fn holds(&self, scene: &Scene<'_>) -> bool {
        self.condition.holds(scene)
    }
}

impl When {
    /// The aggregates that it asks for, by id, each once.
    #[must_use]
    pub fn aggregates(&self) -> &[Aggregate] {
        &self.aggregates
    }

    /// What is right and probably not meant, with its place, in the order of the text.
    #[must_use]
    pub fn doubts(&self) -> &[RuleError] {
        &self.doubts
    }

    /// The lists that it asks for, each with what is doubtful where there is no such list. They come and go after a rule
    /// is written, so that alone can be no error.
    #[must_use]
    pub fn lists(&self) -> &[(Box<str>, RuleError)] {
        &self.lists
    }
}

/// A place in a rule's text, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Line and column, counted from 1; columns in characters. O(n).
    fn place(self, text: &str) -> (usize, usize) {
        let before = text.get(..self.start).unwrap_or(text);
        let line = before.matches('\n').count() + 1;
        let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
        (line, column)
    }
}

/// Why a text is no rule, or what of one is doubtful; and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleError {
    line: usize,
    column: usize,
    /// The line at fault, as it is written.
    source: String,
    /// How many characters of it are at fault.
    n_characters: usize,
    message: String,
}

impl RuleError {
    fn new(text: &str, span: Span, message: String) -> Self {
        let (line, column) = span.place(text);
        let source = text.lines().nth(line - 1).unwrap_or_default().to_owned();
        let at_fault = text.get(span.start..span.end).unwrap_or_default();
        let n_characters = at_fault.lines().next().map_or(0, |line| line.chars().count());
        Self { line, column, source, n_characters, message }
    }

    /// The line, counted from 1.
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// The column in characters, counted from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What is wrong, without its place.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The word that was probably meant; None if none is near.
    #[must_use]
    pub fn suggestion(&self) -> Option<&str> {
        suggested(&self.message)
    }

    /// The line at fault with a mark under the place, as two lines.
    #[must_use]
    pub fn pointed(&self) -> String {
        // Tabs stay tabs, so that the mark stands under its place however wide they are.
        let before: String =
            self.source.chars().take(self.column - 1).map(|c| if c == '\t' { c } else { ' ' }).collect();
        format!("{}\n{before}{}", self.source, "^".repeat(self.n_characters.max(1)))
    }
}

impl fmt::Display for RuleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

impl std::error::Error for RuleError {}

/// The word that a message of ours says was probably meant.
pub(crate) fn suggested(message: &str) -> Option<&str> {
    let (_, meant) = message.split_once("did you mean ")?;
    Some(meant.strip_suffix('?')?.trim_matches(['`', '"']))
}
