//! A setting that nobody is shown.

use serde::{Deserialize, Serialize, Serializer};
use zeroize::Zeroizing;

/// A setting that is used and not shown: neither in logs nor by `rightful config check`.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub(crate) struct Secret(Zeroizing<String>);

impl Secret {
    /// Whether it is not set.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What it is. A place to justify.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    fn shown(&self) -> &'static str {
        if self.is_empty() { "" } else { "‹secret›" }
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(Zeroizing::new(text))
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.shown())
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.shown())
    }
}
