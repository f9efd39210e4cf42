//! Words that must not stand in a file: unfinished work, silenced lints, somebody's machine.
//!
//! The words are put together from halves here, so that this file may pass its own rules.

use super::{Complaint, Rule, Source, Tree};

/// Marks of unfinished work: a wrong answer of today is asserted with a note, never skipped.
const UNFINISHED: [&str; 4] =
    [concat!("#[ign", "ore"), concat!("tod", "o!("), concat!("unimpl", "emented!("), concat!("db", "g!(")];

/// Notes that need an issue's number: `(#12)`.
const NOTES: [&str; 2] = [concat!("FIX", "ME"), concat!("TO", "DO")];

/// Folders that are somebody's.
const MACHINE_PATHS: [&str; 5] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers"),
];

/// A silenced lint that nobody hears of again once its cause is gone.
const SILENCED: [&str; 2] = [concat!("#[al", "low("), concat!("#![al", "low(")];

pub(super) const NO_TEST_IS_IGNORED_AND_NOTHING_IS_LEFT_UNFINISHED: Rule = Rule {
    name: "no_test_is_ignored_and_nothing_is_left_unfinished",
    check: |tree| {
        tree.rust()
            .flat_map(|source| lines_with(source, &UNFINISHED, "finish it, or assert what is so today"))
            .collect()
    },
    specimen: || Tree::of_sources([("crates/a/src/lib.rs", concat!("#[test]\n#[ign", "ore]\nfn a() {}\n"))]),
};

pub(super) const A_NOTE_TO_FIX_NAMES_ITS_ISSUE: Rule = Rule {
    name: "a_note_to_fix_names_its_issue",
    check: |tree| tree.sources.iter().filter(|source| holds_code(source)).flat_map(notes_without_issue).collect(),
    specimen: || Tree::of_sources([("crates/a/src/lib.rs", concat!("// FIX", "ME: some day\n"))]),
};

pub(super) const LINTS_ARE_EXPECTED_RATHER_THAN_ALLOWED: Rule = Rule {
    name: "lints_are_expected_rather_than_allowed",
    check: |tree| {
        // A kit that several test binaries share is dead code to some and not to others: nothing to be expected of it.
        let shipped = tree.rust().filter(|source| !source.path.contains("/tests/"));
        shipped.flat_map(|source| lines_with(source, &SILENCED, "use #[expect(lint, reason = \"…\")]")).collect()
    },
    specimen: || Tree::of_sources([("crates/a/src/lib.rs", concat!("#[al", "low(dead_code)]\nfn a() {}\n"))]),
};

pub(super) const NO_FILE_NAMES_A_MACHINE: Rule = Rule {
    name: "no_file_names_a_machine",
    check: |tree| tree.sources.iter().flat_map(machine_paths).collect(),
    specimen: || Tree::of_sources([("README.md", concat!("Data is in /ro", "ot/data.\n"))]),
};

fn holds_code(source: &Source) -> bool {
    [".rs", ".toml", ".sh", ".ts", ".sql", "Makefile", "/run"].iter().any(|ending| source.path.ends_with(ending))
}

fn lines_with(source: &Source, words: &[&str], instead: &str) -> Vec<Complaint> {
    let at_fault = |(place, line): (usize, &str)| {
        let word = words.iter().find(|word| line.contains(**word))?;
        Some(Complaint::new(format!("{}:{}", source.path, place + 1), format!("`{word}`: {instead}")))
    };
    source.text.lines().enumerate().filter_map(at_fault).collect()
}

fn notes_without_issue(source: &Source) -> Vec<Complaint> {
    let lacks_issue = |line: &str| {
        let note = NOTES.iter().find_map(|note| line.split_once(note).map(|(_, rest)| rest));
        note.is_some_and(|rest| {
            rest.strip_prefix("(#").is_none_or(|number| !number.starts_with(|c: char| c.is_ascii_digit()))
        })
    };
    let at_fault = source.text.lines().enumerate().filter(|(_, line)| lacks_issue(line));
    at_fault
        .map(|(place, _)| Complaint::new(format!("{}:{}", source.path, place + 1), "name the issue: (#12)"))
        .collect()
}

fn machine_paths(source: &Source) -> Vec<Complaint> {
    // Part of a longer path is nobody's: `https://example.org/srv/` does not begin one.
    let begins_a_path = |line: &str, place: usize| {
        line.get(..place).is_none_or(|before| !before.ends_with(|c: char| c.is_alphanumeric() || "._-})".contains(c)))
    };
    let at_fault = |(place, line): (usize, &str)| {
        let path =
            MACHINE_PATHS.iter().find(|path| line.match_indices(**path).any(|(at, _)| begins_a_path(line, at)))?;
        Some(Complaint::new(format!("{}:{}", source.path, place + 1), format!("`{path}…` is somebody's machine")))
    };
    source.text.lines().enumerate().filter_map(at_fault).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_with_its_issue_passes() {
        let complaints = |line: &str| notes_without_issue(&Source::new("a.rs", line)).len();
        assert_eq!(complaints(concat!("// FIX", "ME(#12): some day")), 0);
        assert_eq!(complaints(concat!("// FIX", "ME(anna): some day")), 1);
        assert_eq!(complaints(concat!("// TO", "DO some day")), 1);
        assert_eq!(complaints("// some day"), 0);
    }

    #[test]
    fn a_folder_of_a_machine_is_seen_and_a_part_of_an_address_is_not() {
        let complaints = |line: &str| machine_paths(&Source::new("a.md", line)).len();
        assert_eq!(complaints(concat!("cd /wo", "rk/main")), 1);
        assert_eq!(complaints(concat!("`/ho", "me/anna/x`")), 1);
        assert_eq!(complaints(concat!("https://example.org/wo", "rk/1")), 0);
        assert_eq!(complaints("/var/lib/rightful"), 0);
    }
}
