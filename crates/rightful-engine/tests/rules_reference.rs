//! The reference of the rules, compared with what is committed; `UPDATE_EXPECT=1` writes it anew.

use std::fmt::Write;

use rightful_engine::{When, Word, WordType, rule_features, rule_words};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rules.md");

const OPENING: &str = include_str!("golden/rules_opening.md");

fn row(word: &Word) -> String {
    format!("| `{}` | {} | {} |\n", word.name, word.kind.as_str(), word.meaning)
}

fn reference() -> String {
    let mut text = OPENING.to_owned();
    text.push_str("\n## Names\n\n| name | type | says |\n|---|---|---|\n");
    text.extend(rule_words().map(|word| row(&word)));
    text.push_str("| `custom.…` | custom | A field of the caller's own, at the top level of `custom`. |\n");
    text.push_str(
        "| `told.…` | custom | What was told beyond that and is kept as it was, by its path: `told.data.info.mcc`. |\n",
    );
    text.push_str(
        "\n## Features\n\nEach is a number or a flag that judgement has derived, and is missing where nothing is known. The \
         end of a name is its\nunit: `_60s` to `_7d` count in that time, this attempt included; `_days`, `_hours`, `_km` \
         and `_ms` measure; `_share` and\n`_ratio` are from 0 to 1; `likelihood_…` is in nats, above 0 where a stranger \
         explains it better than the owner.\n",
    );
    for kind in [WordType::Number, WordType::Flag] {
        let names: Vec<String> =
            rule_features().filter(|word| word.kind == kind).map(|word| format!("`features.{}`", word.name)).collect();
        write!(text, "\n{}s:\n{}.\n", if kind == WordType::Number { "Number" } else { "Flag" }, names.join(",\n"))
            .expect("a string");
    }
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the crate does no IO; its test compares files")]
fn the_committed_reference_is_the_vocabulary() {
    let made = reference();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(REFERENCE, &made).expect("written");
    }
    let committed = std::fs::read_to_string(REFERENCE).unwrap_or_default();
    assert_eq!(committed, made, "run the tests with UPDATE_EXPECT=1");
}

/// Every condition that the reference shows can be read.
#[test]
fn what_the_reference_shows_is_so() {
    let shown: Vec<&str> = OPENING.lines().filter_map(|line| line.trim().strip_prefix("when = '")).collect();
    assert!(shown.len() >= 3, "{shown:?}");
    for line in shown {
        let when = line.trim_end_matches('\'');
        assert_eq!(When::parse(when).map(|_| ()), Ok(()), "{when}");
    }
}
