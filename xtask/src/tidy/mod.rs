//! Tidiness as a test: the rules of STYLE.md and ARCHITECTURE.md that a machine can check.
//!
//! Not a linter of expressions (that is clippy) nor a formatter. Invariant: a [`Rule`] carries a specimen that it must
//! complain about, so a rule that can no longer fail is itself a failing test.

mod crates;
mod dependencies;
mod documents;
mod graph;
mod licenses;
mod naming;
mod purity;
mod registration;
mod source;
mod tree;
mod words;

use std::fmt;

pub use graph::{Graph, Kind, Need, Package};
pub use source::Source;
pub use tree::{Tree, TreeError};

/// One thing that is true of the whole repository.
pub struct Rule {
    /// The claim, as a test's name.
    pub name: &'static str,
    /// What is at fault in a tree; empty if nothing is.
    pub check: fn(&Tree) -> Vec<Complaint>,
    /// A small tree that breaks this rule.
    pub specimen: fn() -> Tree,
}

/// One place at fault.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Complaint {
    /// Where: a path from the root, with `:line` where there is one, or a crate's name.
    pub place: String,
    /// What is wrong, and what to do instead.
    pub what: String,
}

impl Complaint {
    fn new(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { place: place.into(), what: what.into() }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.what)
    }
}

/// Every rule, by module.
pub const RULES: &[Rule] = &[
    crates::EACH_CRATE_DEPENDS_ONLY_ON_ITS_INNER_NEIGHBORS,
    crates::PURE_CRATES_REACH_NO_RUNTIME,
    crates::A_HEAVY_LIBRARY_HAS_ONE_OWNER,
    crates::EACH_CRATE_IS_ON_THE_MAP,
    crates::EACH_CRATE_TAKES_THE_LINTS_OF_THE_WORKSPACE,
    dependencies::EACH_DEPENDENCY_IS_USED,
    dependencies::EACH_VERSION_OFFERED_IS_TAKEN,
    documents::LINKS_LEAD_SOMEWHERE,
    documents::THE_MAP_IS_SHORT,
    documents::DOCUMENTS_NAME_SETTINGS_THAT_EXIST,
    documents::DOCUMENTS_NAME_METRICS_THAT_EXIST,
    licenses::EACH_LICENSE_IS_ALLOWED,
    licenses::CRATES_COME_FROM_ONE_REGISTRY_AND_NONE_IS_BANNED,
    naming::FILES_OPEN_WITH_THEIR_PURPOSE,
    naming::FILES_ARE_SHORT,
    naming::MODULES_ARE_NAMED_FOR_WHAT_THEY_HOLD,
    purity::PURE_CRATES_FORBID_CLOCKS_FILES_AND_CHANCE,
    purity::PURE_SOURCES_NAME_NO_CLOCK_FILE_OR_CHANCE,
    purity::THE_TIME_OF_DAY_IS_READ_IN_ONE_PLACE,
    registration::EACH_SOURCE_FILE_IS_IN_THE_MODULE_TREE,
    registration::EACH_DETECTOR_IS_LISTED,
    registration::EACH_DIALECT_IS_REGISTERED,
    words::NO_TEST_IS_IGNORED_AND_NOTHING_IS_LEFT_UNFINISHED,
    words::A_NOTE_TO_FIX_NAMES_ITS_ISSUE,
    words::LINTS_ARE_EXPECTED_RATHER_THAN_ALLOWED,
    words::NO_FILE_NAMES_A_MACHINE,
];

/// Everything at fault in a tree, by rule.
#[must_use]
pub fn complaints(tree: &Tree) -> Vec<(&'static str, Complaint)> {
    RULES.iter().flat_map(|rule| (rule.check)(tree).into_iter().map(|complaint| (rule.name, complaint))).collect()
}
