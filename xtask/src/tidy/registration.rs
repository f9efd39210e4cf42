//! What is on disk is in the program: no file outside the module tree, no detector or dialect outside its list.

use super::{Complaint, Rule, Source, Tree};

const DETECTORS: &str = "crates/rightful-engine/src/detectors/";
const DIALECTS: &str = "crates/rightful-dialects/src/";
const REGISTRY: &str = "crates/rightful-dialects/src/registry.rs";

pub(super) const EACH_SOURCE_FILE_IS_IN_THE_MODULE_TREE: Rule = Rule {
    name: "each_source_file_is_in_the_module_tree",
    check: |tree| tree.rust().filter_map(|source| orphan(tree, source)).collect(),
    specimen: || {
        Tree::of_sources([
            ("crates/a/src/lib.rs", "//! The root of a.\n"),
            ("crates/a/src/lost.rs", "//! Compiled by nobody.\n"),
        ])
    },
};

pub(super) const EACH_DETECTOR_IS_LISTED: Rule = Rule {
    name: "each_detector_is_listed",
    check: |tree| tree.below(DETECTORS).filter_map(|source| unlisted_detector(tree, source)).collect(),
    specimen: || {
        Tree::of_sources([
            ("crates/rightful-engine/src/detectors/profile/mod.rs", "mod device_new;\n"),
            (
                "crates/rightful-engine/src/detectors/profile/device_new.rs",
                "pub(super) const DETECTOR: Detector = x;\n",
            ),
        ])
    },
};

pub(super) const EACH_DIALECT_IS_REGISTERED: Rule = Rule {
    name: "each_dialect_is_registered",
    check: check_dialects,
    specimen: || {
        Tree::of_sources([
            ("crates/rightful-dialects/src/native/mod.rs", "//! Our own API.\n"),
            ("crates/rightful-dialects/src/registry.rs", "pub const ALL: &[&dyn Dialect] = &[];\n"),
        ])
    },
};

/// A module's file that its parent does not declare.
fn orphan(tree: &Tree, source: &Source) -> Option<Complaint> {
    let (crate_folder, inside) = source.path.split_once("/src/")?;
    let is_root = ["lib.rs", "main.rs"].contains(&inside) || inside.starts_with("bin/");
    let is_of_a_member = crate_folder == "xtask" || crate_folder.starts_with("crates/");
    if is_root || !is_of_a_member {
        return None;
    }
    let (module, parent_folder) = match source.name().strip_suffix(".rs")? {
        "mod" => source.folder().rsplit_once('/').map(|(above, name)| (name, above))?,
        stem => (stem, source.folder()),
    };
    let is_declared = parents_of(parent_folder).iter().filter_map(|path| tree.source(path)).any(|parent| {
        parent.text.lines().any(|line| line.trim().trim_start_matches("pub").ends_with(&format!("mod {module};")))
    });
    let complaint = || Complaint::new(&source.path, format!("no parent says `mod {module};`, so nobody compiles it"));
    (!is_declared).then(complaint)
}

/// The files that may declare the modules of a folder.
fn parents_of(folder: &str) -> Vec<String> {
    if folder.ends_with("/src") {
        return vec![format!("{folder}/lib.rs"), format!("{folder}/main.rs")];
    }
    vec![format!("{folder}/mod.rs"), format!("{folder}.rs")]
}

fn unlisted_detector(tree: &Tree, source: &Source) -> Option<Complaint> {
    let stem = source.name().strip_suffix(".rs").filter(|stem| *stem != "mod")?;
    if !source.text.contains("const DETECTOR:") {
        return None;
    }
    let list = format!("{}/mod.rs", source.folder());
    let is_listed = tree.source(&list).is_some_and(|list| list.text.contains(&format!("{stem}::DETECTOR")));
    let complaint = || Complaint::new(&source.path, format!("{list} does not list `{stem}::DETECTOR`"));
    (!is_listed).then(complaint)
}

fn check_dialects(tree: &Tree) -> Vec<Complaint> {
    let registry = tree.source(REGISTRY).map_or("", |registry| registry.text.as_str());
    let mut complaints = Vec::new();
    for source in tree.below(DIALECTS).filter(|source| source.name() == "mod.rs") {
        let Some((name, "mod.rs")) = source.path.strip_prefix(DIALECTS).and_then(|path| path.split_once('/')) else {
            continue;
        };
        if !registry.contains(&format!("{name}::")) {
            complaints.push(Complaint::new(&source.path, format!("{REGISTRY} does not name `{name}::`")));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(sources: [(&str, &str); 2], is_orphan: bool) {
        let tree = Tree::of_sources(sources);
        assert_eq!(tree.rust().filter_map(|source| orphan(&tree, source)).count() == 1, is_orphan);
    }

    #[test]
    fn a_module_is_declared_by_the_file_above_it() {
        check([("xtask/src/lib.rs", "pub mod tidy;"), ("xtask/src/tidy/mod.rs", "")], false);
        check([("xtask/src/lib.rs", "mod other_tidy;"), ("xtask/src/tidy.rs", "")], true);
        check([("crates/a/src/main.rs", "pub(crate) mod http;"), ("crates/a/src/http.rs", "")], false);
        check([("crates/a/src/bin/tool.rs", ""), ("crates/a/tests/it.rs", "")], false);
    }

    #[test]
    fn a_file_below_a_folder_is_declared_by_its_mod_file() {
        let tree = Tree::of_sources([
            ("crates/a/src/lib.rs", "mod http;"),
            ("crates/a/src/http/mod.rs", "mod auth;"),
            ("crates/a/src/http/auth.rs", ""),
            ("crates/a/src/http/lost.rs", ""),
        ]);
        let orphans: Vec<String> =
            tree.rust().filter_map(|source| orphan(&tree, source)).map(|complaint| complaint.place).collect();
        assert_eq!(orphans, ["crates/a/src/http/lost.rs"]);
    }

    #[test]
    fn a_registered_dialect_and_a_listed_detector_pass() {
        let tree = Tree::of_sources([
            ("crates/rightful-dialects/src/native/mod.rs", ""),
            (REGISTRY, "pub const ALL: &[&dyn Dialect] = &[&native::DIALECT];"),
            ("crates/rightful-engine/src/detectors/device/mod.rs", "&[cookie_reused::DETECTOR]"),
            ("crates/rightful-engine/src/detectors/device/cookie_reused.rs", "pub(super) const DETECTOR: Detector"),
        ]);
        assert_eq!(check_dialects(&tree), vec![]);
        assert_eq!(tree.below(DETECTORS).filter_map(|source| unlisted_detector(&tree, source)).count(), 0);
    }
}
