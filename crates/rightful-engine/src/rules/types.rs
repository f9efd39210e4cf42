//! The types of values in rules: few, so that each error can name both sides in plain words.

use std::fmt;

/// What sort of value a part of a rule has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum WordType {
    /// A number, whole or not.
    Number,
    /// A text.
    Text,
    /// True or false.
    Flag,
    /// A list of texts.
    List,
    /// The caller's own: whatever is there, compared with a literal.
    Custom,
}

impl WordType {
    /// As the reference spells it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Text => "text",
            Self::Flag => "flag",
            Self::List => "list",
            Self::Custom => "custom",
        }
    }
}

impl fmt::Display for WordType {
    /// As errors say it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "a number",
            Self::Text => "a text",
            Self::Flag => "a flag",
            Self::List => "a list",
            Self::Custom => "a field of the caller's own",
        })
    }
}
