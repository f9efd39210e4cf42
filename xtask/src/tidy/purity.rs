//! Purity: the pure crates' clippy.toml forbid what they must, and their sources name no clock, file or chance.
//!
//! Clippy sees through renames and macros, but only what is on its list; the scan sees whole modules, but only their
//! names. Each covers what the other misses.

use toml::{Table, Value};

use super::crates::PURE;
use super::{Complaint, Rule, Source, Tree};

/// What each pure crate's clippy.toml must forbid to call. A crate may forbid more.
const METHODS: [&str; 9] = [
    "std::time::SystemTime::now",
    "std::time::Instant::now",
    "std::env::var",
    "std::env::var_os",
    "std::fs::read",
    "std::fs::read_to_string",
    "std::fs::write",
    "std::fs::File::open",
    "std::fs::File::create",
];

/// What each pure crate's clippy.toml must forbid to name. A crate may forbid more.
const TYPES: [&str; 2] = ["std::collections::HashMap", "std::collections::HashSet"];

/// What no pure source may name, tests and comments left out.
const FORBIDDEN: [&str; 14] = [
    "SystemTime::now",
    "Instant::now",
    "Timestamp::now",
    "Zoned::now",
    "std::env",
    "std::fs",
    "std::io",
    "std::process",
    "std::thread",
    "std::net::Tcp",
    "std::net::Udp",
    "thread_rng",
    "rand::",
    "RandomState",
];

pub(super) const PURE_CRATES_FORBID_CLOCKS_FILES_AND_CHANCE: Rule = Rule {
    name: "pure_crates_forbid_clocks_files_and_chance",
    check: |tree| PURE.iter().flat_map(|name| check_lists(tree, name)).collect(),
    specimen: || Tree::of_sources([("crates/rightful-domain/clippy.toml", "disallowed-methods = []\n")]),
};

pub(super) const PURE_SOURCES_NAME_NO_CLOCK_FILE_OR_CHANCE: Rule = Rule {
    name: "pure_sources_name_no_clock_file_or_chance",
    check: |tree| PURE.iter().flat_map(|name| scan(tree, name)).collect(),
    specimen: || {
        Tree::of_sources([("crates/rightful-engine/src/lib.rs", "fn now() -> Instant { std::time::Instant::now() }\n")])
    },
};

/// The only shipped source that may read the time of day.
const CLOCK: &str = "crates/rightful-server/src/clock.rs";

pub(super) const THE_TIME_OF_DAY_IS_READ_IN_ONE_PLACE: Rule = Rule {
    name: "the_time_of_day_is_read_in_one_place",
    check: |tree| tree.below("crates/").filter(|source| is_shipped(source)).flat_map(other_clocks).collect(),
    specimen: || {
        Tree::of_sources([("crates/rightful-store/src/lib.rs", "fn now() -> SystemTime { SystemTime::now() }\n")])
    },
};

fn is_shipped(source: &Source) -> bool {
    source.is_rust() && source.path.contains("/src/") && source.path != CLOCK
}

fn other_clocks(source: &Source) -> Vec<Complaint> {
    let reads = source.code_outside_tests().into_iter().filter(|(_, line)| line.contains("SystemTime::now"));
    reads.map(|(line, _)| Complaint::new(format!("{}:{line}", source.path), format!("ask {CLOCK}"))).collect()
}

fn check_lists(tree: &Tree, name: &str) -> Vec<Complaint> {
    let path = format!("crates/{name}/clippy.toml");
    let Some(lists) = tree.source(&path).and_then(|source| source.text.parse::<Table>().ok()) else {
        return vec![Complaint::new(path, "is missing, or is not TOML: this crate is pure and must forbid impurity")];
    };
    let missing = |key: &str, wanted: &[&str]| -> Vec<Complaint> {
        let listed = forbidden_paths(lists.get(key));
        let absent = wanted.iter().filter(|path| !listed.contains(path));
        absent.map(|absent| Complaint::new(&path, format!("`{key}` must list {absent}"))).collect()
    };
    [missing("disallowed-methods", &METHODS), missing("disallowed-types", &TYPES)].concat()
}

/// The paths of a list's entries that give a reason: one without tells nobody what to do instead.
fn forbidden_paths(list: Option<&Value>) -> Vec<&str> {
    let entries = list.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let with_reason = entries.iter().filter(|entry| entry.get("reason").is_some());
    with_reason.filter_map(|entry| entry.get("path").and_then(Value::as_str)).collect()
}

fn scan(tree: &Tree, name: &str) -> Vec<Complaint> {
    let folder = format!("crates/{name}/src/");
    tree.below(&folder).filter(|source| source.is_rust() && source.name() != "tests.rs").flat_map(scan_source).collect()
}

fn scan_source(source: &Source) -> Vec<Complaint> {
    let complain = |what: &str, line| {
        Complaint::new(format!("{}:{line}", source.path), format!("{what}: this crate is pure, take it as an argument"))
    };
    let code = source.code_outside_tests();
    let by_name = code.iter().filter_map(|(number, line)| Some(complain(named_in(line)?, *number)));
    by_name.chain(grouped_imports(&code).into_iter().map(|(what, line)| complain(&what, line))).collect()
}

/// The first forbidden name in a line, where it does not merely end another word (`strand::`).
fn named_in(line: &str) -> Option<&'static str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let begins_a_word = |place: usize| !line.get(..place).is_some_and(|before| before.ends_with(is_word));
    FORBIDDEN.into_iter().find(|name| line.match_indices(name).any(|(place, _)| begins_a_word(place)))
}

/// Forbidden modules that are imported as `use std::{fs, …}`, which no line need name in full.
fn grouped_imports(code: &[(usize, &str)]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (place, (number, line)) in code.iter().enumerate() {
        let Some((_, opened)) = line.split_once("std::{") else { continue };
        let rest = code.iter().skip(place + 1).map(|(_, line)| *line);
        let group: String = std::iter::once(opened).chain(rest).flat_map(|line| line.chars().chain(['\n'])).collect();
        let mut depth = 1_u32;
        let mut flat = String::new();
        for c in group.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                c if depth == 1 => flat.push(c),
                _ => {}
            }
            if depth == 0 {
                break;
            }
        }
        let modules = flat.split(',').map(|part| format!("std::{}", part.trim()));
        found.extend(modules.filter(|path| named_in(path).is_some()).map(|path| (path, *number)));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, n_complaints: usize) {
        assert_eq!(scan_source(&Source::new("a.rs", text)).len(), n_complaints, "{text}");
    }

    #[test]
    fn a_clock_a_file_or_chance_is_seen_wherever_it_is_code() {
        for impure in [
            "let now = SystemTime::now();",
            "use std::fs;",
            "use std::{collections::BTreeMap, fs};",
            "use std::{\n    fmt,\n    env::{self, var},\n};",
            "let n: u8 = rand::random();",
            "jiff::Timestamp::now()",
        ] {
            check(impure, 1);
        }
        for pure in [
            "use std::fmt;",
            "use std::{collections::{BTreeMap, BTreeSet}, fmt};",
            "let a = strand::weave();",
            "// never std::fs",
            "#[cfg(test)]\nmod tests {\n    use std::fs;\n}\n",
        ] {
            check(pure, 0);
        }
    }

    #[test]
    fn a_list_without_reasons_does_not_count() {
        let list: Table =
            "a = [{ path = \"x\", reason = \"because\" }, { path = \"y\" }, \"z\"]".parse().expect("TOML");
        assert_eq!(forbidden_paths(list.get("a")), vec!["x"]);
    }
}
