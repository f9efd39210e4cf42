//! What a file is called, how it opens, and how long it may be.

use super::{Complaint, Rule, Source, Tree};

/// The most lines a Rust file may have, its `mod tests` not counted.
const LINES_MAX: usize = 600;

/// Files that were longer when the rule came, with their ceilings. This list may only shrink, and so may a ceiling.
const LONGER: [(&str, usize); 0] = [];

/// How far below its ceiling a file may be before the ceiling must follow it.
const SLACK: usize = 50;

/// Words that say nothing, so that anything would fit.
const EMPTY_NAMES: [&str; 9] =
    ["util", "utils", "helper", "helpers", "manager", "managers", "misc", "common", "prelude"];

/// The fewest words that say what a file is.
const PURPOSE_WORDS_MIN: usize = 2;

pub(super) const FILES_OPEN_WITH_THEIR_PURPOSE: Rule = Rule {
    name: "files_open_with_their_purpose",
    check: |tree| tree.rust().filter(|source| !opens_with_purpose(source)).map(complain_of_opening).collect(),
    specimen: || Tree::of_sources([("crates/a/src/lib.rs", "fn a() {}\n")]),
};

pub(super) const FILES_ARE_SHORT: Rule = Rule {
    name: "files_are_short",
    check: |tree| check_lengths(tree, &LONGER),
    specimen: || Tree::of_sources([("crates/a/src/lib.rs", &"a();\n".repeat(LINES_MAX + 1))]),
};

pub(super) const MODULES_ARE_NAMED_FOR_WHAT_THEY_HOLD: Rule = Rule {
    name: "modules_are_named_for_what_they_hold",
    check: |tree| tree.rust().filter_map(empty_name).collect(),
    specimen: || Tree::of_sources([("crates/a/src/utils/mod.rs", "//! Of all sorts.\n")]),
};

fn opens_with_purpose(source: &Source) -> bool {
    let first = source.text.lines().next().unwrap_or("");
    first.strip_prefix("//!").is_some_and(|purpose| purpose.split_whitespace().count() >= PURPOSE_WORDS_MIN)
}

fn complain_of_opening(source: &Source) -> Complaint {
    Complaint::new(&source.path, "open with `//!`: what this is, what it is not, the one invariant")
}

fn check_lengths(tree: &Tree, longer: &[(&str, usize)]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for source in tree.rust() {
        let n_lines = source.lines_outside_tests().len();
        let ceiling = longer.iter().find(|(path, _)| *path == source.path).map(|(_, ceiling)| *ceiling);
        let complaint = match ceiling {
            None if n_lines > LINES_MAX => {
                format!("{n_lines} lines, at most {LINES_MAX}: it holds two things, part them")
            }
            Some(ceiling) if n_lines > ceiling => {
                format!("{n_lines} lines: it has grown beyond its ceiling of {ceiling}")
            }
            Some(_) if n_lines <= LINES_MAX => "short enough now: take it off the list of longer files".to_owned(),
            Some(ceiling) if n_lines + SLACK < ceiling => format!("lower its ceiling from {ceiling} to {n_lines}"),
            None | Some(_) => continue,
        };
        complaints.push(Complaint::new(&source.path, complaint));
    }
    let gone = longer.iter().filter(|(path, _)| tree.source(path).is_none());
    complaints.extend(gone.map(|(path, _)| Complaint::new(*path, "is gone: take it off the list of longer files")));
    complaints
}

fn empty_name(source: &Source) -> Option<Complaint> {
    let stem = source.path.strip_suffix(".rs")?;
    let in_path = stem.split('/').find(|part| EMPTY_NAMES.contains(part));
    let declared = source.code_outside_tests().into_iter().find_map(|(_, line)| {
        let name = line.trim().split_once("mod ")?.1.trim_end_matches([';', '{', ' ']);
        EMPTY_NAMES.into_iter().find(|empty| *empty == name)
    });
    let name = in_path.or(declared)?;
    Some(Complaint::new(&source.path, format!("`{name}` says nothing: name the module for what it holds")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(n_lines: usize) -> Tree {
        Tree::of_sources([("a.rs", &"a();\n".repeat(n_lines))])
    }

    #[track_caller]
    fn check(n_lines: usize, longer: &[(&str, usize)], n_complaints: usize) {
        assert_eq!(check_lengths(&file(n_lines), longer).len(), n_complaints);
    }

    #[test]
    fn the_list_of_longer_files_may_only_shrink() {
        check(LINES_MAX, &[], 0);
        check(LINES_MAX + 1, &[], 1);
        check(700, &[("a.rs", 700)], 0);
        check(701, &[("a.rs", 700)], 1);
        check(700 - SLACK, &[("a.rs", 700)], 0);
        check(699 - SLACK, &[("a.rs", 700)], 1);
        check(LINES_MAX, &[("a.rs", 700)], 1);
        check(1, &[("gone.rs", 700)], 1);
    }

    #[test]
    fn tests_do_not_count() {
        let text = format!("#[cfg(test)]\nmod tests {{\n{}}}\n", "    a();\n".repeat(LINES_MAX));
        assert_eq!(check_lengths(&Tree::of_sources([("a.rs", &text)]), &[]), vec![]);
    }

    #[test]
    fn an_empty_name_is_seen_in_a_path_and_in_a_declaration() {
        let complaint = |path: &str, text: &str| empty_name(&Source::new(path, text)).is_some();
        assert!(complaint("crates/a/src/common.rs", ""));
        assert!(complaint("crates/a/src/lib.rs", "pub(crate) mod helpers {\n}\n"));
        assert!(complaint("crates/a/src/lib.rs", "mod misc;\n"));
        assert!(!complaint("crates/a/src/commonality.rs", "mod miscellany;\n"));
    }

    #[test]
    fn an_opening_of_one_dot_is_none() {
        let opens = |text: &str| opens_with_purpose(&Source::new("a.rs", text));
        assert!(opens("//! What this is.\n"));
        assert!(!opens("//! .\n"));
        assert!(!opens("\n//! What this is.\n"));
    }
}
