//! The reference of the ready rules, compared with what is committed; `UPDATE_EXPECT=1` writes it anew.

use rightful_engine::rule_library;

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rule-library.md");

const OPENING: &str = "# Ready rules

<!-- Made from crates/rightful-engine/src/rules/library: UPDATE_EXPECT=1 cargo test -p rightful-engine. -->

Rules to begin with. None is in effect until you put it into your policy: `rightful rules library ID …` prints each as a policy has it.
Once there it is yours to change. How to try one on your own history first is in [the guide](../guides/rules.md).
";

fn reference() -> String {
    let mut text = OPENING.to_owned();
    let mut group = Box::default();
    for ready in rule_library() {
        if ready.group != group {
            text.push_str(&format!("\n## {}\n", ready.group));
            group = ready.group;
        }
        let (title, explanation) = (ready.title, ready.explanation);
        text.push_str(&format!("\n### {title}\n\n{explanation}\n\n```toml\n"));
        let lines = ready.text.lines().filter(|line| !line.starts_with("note = ") && !line.starts_with("author = "));
        lines.for_each(|line| text.push_str(&format!("{line}\n")));
        text.push_str("```\n");
    }
    text
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the crate does no IO; its test compares files")]
fn the_committed_reference_is_the_library() {
    let made = reference();
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(REFERENCE, &made).expect("written");
    }
    let committed = std::fs::read_to_string(REFERENCE).unwrap_or_default();
    assert_eq!(committed, made, "run the tests with UPDATE_EXPECT=1");
}
