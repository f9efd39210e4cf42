//! A policy as data. The engine compiles it; the store only keeps it.

use crate::PolicyVersion;

/// A policy's text with its version. The text is TOML in the engine's vocabulary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicySource {
    /// Which version this is.
    pub version: PolicyVersion,
    /// The text.
    pub text: Box<str>,
}
