//! Dependencies that earn their place: each one named is used, and each one offered is taken.

use toml::{Table, Value};

use super::{Complaint, Rule, Source, Tree};

const ROOT: &str = "Cargo.toml";

pub(super) const EACH_DEPENDENCY_IS_USED: Rule = Rule {
    name: "each_dependency_is_used",
    check: |tree| manifests(tree).flat_map(|manifest| unused(tree, manifest)).collect(),
    specimen: || {
        Tree::of_sources([
            ("crates/a/Cargo.toml", "[dependencies]\nserde.workspace = true\n"),
            ("crates/a/src/lib.rs", "//! Uses nothing.\n"),
        ])
    },
};

pub(super) const EACH_VERSION_OFFERED_IS_TAKEN: Rule = Rule {
    name: "each_version_offered_is_taken",
    check: check_offers,
    specimen: || {
        Tree::of_sources([
            (ROOT, "[workspace.dependencies]\nserde = \"1\"\n"),
            ("crates/a/Cargo.toml", "[dependencies]\n"),
        ])
    },
};

/// The manifests of crates, the workspace's own left out.
fn manifests(tree: &Tree) -> impl Iterator<Item = &Source> {
    tree.sources.iter().filter(|source| source.name() == ROOT && source.path != ROOT)
}

fn table(manifest: &Source) -> Table {
    manifest.text.parse().unwrap_or_default()
}

/// The names of what a manifest depends on, in one of its sections.
fn named<'a>(manifest: &'a Table, section: &str) -> impl Iterator<Item = &'a String> {
    manifest.get(section).and_then(Value::as_table).into_iter().flatten().map(|(name, _)| name)
}

fn unused(tree: &Tree, manifest: &Source) -> Vec<Complaint> {
    let parsed = table(manifest);
    let folder = format!("{}/", manifest.folder());
    let is_used = |name: &str| {
        let word = name.replace('-', "_");
        tree.below(&folder).filter(|source| source.is_rust()).any(|source| names_crate(&source.text, &word))
    };
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let all = sections.iter().flat_map(|section| named(&parsed, section));
    let complain = |name: &String| Complaint::new(&manifest.path, format!("{name} is not used: take it out"));
    all.filter(|name| !is_used(name)).map(complain).collect()
}

/// Whether a text names a crate: as a path's first part, in a `use`, or in an attribute.
fn names_crate(text: &str, word: &str) -> bool {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(place, _)| {
        let before = text.get(..place).unwrap_or("");
        let after = text.get(place + word.len()..).unwrap_or("");
        let stands_alone = !before.ends_with(is_word) && !after.starts_with(is_word);
        stands_alone && (after.starts_with("::") || before.ends_with("use ") || before.ends_with("extern crate "))
    })
}

fn check_offers(tree: &Tree) -> Vec<Complaint> {
    let root = tree.source(ROOT).map(table).unwrap_or_default();
    let Some(offers) = root.get("workspace").and_then(|workspace| workspace.get("dependencies")) else { return vec![] };
    let taken: Vec<Table> = manifests(tree).map(table).collect();
    let sections = ["dependencies", "dev-dependencies", "build-dependencies"];
    let is_taken = |name: &str| {
        taken.iter().any(|manifest| sections.iter().any(|section| named(manifest, section).any(|taken| taken == name)))
    };
    let names = offers.as_table().into_iter().flatten().map(|(name, _)| name);
    names.filter(|name| !is_taken(name)).map(|name| Complaint::new(ROOT, format!("no crate takes {name}"))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_is_named_by_a_path_or_a_use_and_not_by_a_word() {
        for text in ["use serde::Serialize;", "serde::Serialize", "#[derive(serde::Serialize)]", "use serde;"] {
            assert!(names_crate(text, "serde"), "{text}");
        }
        for text in ["serde", "// serde is not used", "use serde_json::Value;", "my_serde::x", "let serde = 1;"] {
            assert!(!names_crate(text, "serde"), "{text}");
        }
    }

    #[test]
    fn what_only_tests_use_is_used() {
        let tree = Tree::of_sources([
            ("crates/a/Cargo.toml", "[dev-dependencies]\nrightful-sim.workspace = true\n"),
            ("crates/a/tests/it.rs", "use rightful_sim::shop;\n"),
        ]);
        assert_eq!((EACH_DEPENDENCY_IS_USED.check)(&tree), vec![]);
    }
}
