//! Licenses and origins of crates, against the lists of deny.toml.
//!
//! `cargo deny` checks the same and more, and is not on every machine; this is the part that must never be skipped.

use toml::{Table, Value};

use super::{Complaint, Graph, Package, Rule, Tree};

/// How deeply parentheses of a license expression may nest.
const DEPTH_MAX: usize = 8;

pub(super) const EACH_LICENSE_IS_ALLOWED: Rule = Rule {
    name: "each_license_is_allowed",
    check: check_licenses,
    specimen: || {
        let mut graph = Graph::of([("viral", &[])]);
        if let Some(viral) = graph.packages.get_mut("viral") {
            viral.license = Some("AGPL-3.0-only".into());
        }
        Tree { graph, ..Tree::of_sources([("deny.toml", "[licenses]\nallow = [\"MIT\"]\n")]) }
    },
};

pub(super) const CRATES_COME_FROM_ONE_REGISTRY_AND_NONE_IS_BANNED: Rule = Rule {
    name: "crates_come_from_one_registry_and_none_is_banned",
    check: check_origins,
    specimen: || {
        let deny = "[bans]\ndeny = [{ crate = \"openssl-sys\" }]\n[sources]\nallow-registry = [\"https://example.org/index\"]\n";
        let lock = "[[package]]\nname = \"openssl-sys\"\nversion = \"0.9.0\"\nsource = \"registry+https://example.org/index\"\n";
        Tree::of_sources([("deny.toml", deny), ("Cargo.lock", lock)])
    },
};

fn check_licenses(tree: &Tree) -> Vec<Complaint> {
    let Some(deny) = read_table(tree, "deny.toml") else {
        return vec![Complaint::new("deny.toml", "is missing, or is not TOML")];
    };
    tree.graph.packages.values().filter_map(|package| check_license(package, &deny)).collect()
}

fn check_license(package: &Package, deny: &Table) -> Option<Complaint> {
    let Some(license) = &package.license else {
        return Some(Complaint::new(&package.name, "states no license"));
    };
    let licenses = deny.get("licenses")?;
    let mut allowed = texts(licenses.get("allow"));
    let exceptions = licenses.get("exceptions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    for exception in exceptions {
        if exception.get("crate").and_then(Value::as_str) == Some(&package.name) {
            allowed.extend(texts(exception.get("allow")));
        }
    }
    match is_satisfiable(license, &allowed) {
        Some(true) => None,
        Some(false) => Some(Complaint::new(&package.name, format!("its license is not allowed: {license}"))),
        None => Some(Complaint::new(&package.name, format!("its license is not an SPDX expression: {license}"))),
    }
}

fn check_origins(tree: &Tree) -> Vec<Complaint> {
    let (Some(deny), Some(lock)) = (read_table(tree, "deny.toml"), read_table(tree, "Cargo.lock")) else {
        return vec![Complaint::new("deny.toml, Cargo.lock", "are missing, or are not TOML")];
    };
    let registries: Vec<String> = texts(deny.get("sources").and_then(|sources| sources.get("allow-registry")))
        .into_iter()
        .map(|registry| format!("registry+{registry}"))
        .collect();
    let bans = deny.get("bans").and_then(|bans| bans.get("deny")).and_then(Value::as_array);
    let banned: Vec<&str> =
        bans.into_iter().flatten().filter_map(|ban| ban.get("crate").and_then(Value::as_str)).collect();
    let packages = lock.get("package").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut complaints = Vec::new();
    for package in packages {
        let name = package.get("name").and_then(Value::as_str).unwrap_or("");
        if banned.contains(&name) {
            complaints.push(Complaint::new(name, "is banned by deny.toml"));
        }
        // Crates of this repository have no source.
        let Some(source) = package.get("source").and_then(Value::as_str) else { continue };
        if !registries.iter().any(|registry| registry == source) {
            complaints.push(Complaint::new(name, format!("comes from {source}, which deny.toml does not allow")));
        }
    }
    complaints
}

fn read_table(tree: &Tree, path: &str) -> Option<Table> {
    tree.source(path)?.text.parse().ok()
}

fn texts(array: Option<&Value>) -> Vec<&str> {
    array.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect()
}

/// Whether an SPDX expression can be satisfied with the allowed licenses; None if it is not an expression.
///
/// `WITH` makes another license: `Apache-2.0 WITH LLVM-exception` must be allowed by that name. The slash of old
/// manifests means `OR`.
fn is_satisfiable(expression: &str, allowed: &[&str]) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut reader = Reader { words: &words, allowed, depth: 0 };
    let satisfied = reader.alternatives()?;
    reader.words.is_empty().then_some(satisfied)
}

/// A reader of `alternatives := all (OR all)*`, `all := one (AND one)*`, `one := "(" alternatives ")" | id [WITH id]`.
struct Reader<'a> {
    words: &'a [&'a str],
    allowed: &'a [&'a str],
    depth: usize,
}

impl<'a> Reader<'a> {
    fn next_if(&mut self, word: &str) -> bool {
        let Some((_, rest)) = self.words.split_first().filter(|(first, _)| **first == word) else { return false };
        self.words = rest;
        true
    }

    fn id(&mut self) -> Option<&'a str> {
        let (first, rest) = self.words.split_first()?;
        self.words = rest;
        (!["OR", "AND", "WITH", "(", ")"].contains(first)).then_some(*first)
    }

    fn alternatives(&mut self) -> Option<bool> {
        let mut satisfied = self.all()?;
        while self.next_if("OR") {
            satisfied |= self.all()?;
        }
        Some(satisfied)
    }

    fn all(&mut self) -> Option<bool> {
        let mut satisfied = self.one()?;
        while self.next_if("AND") {
            satisfied &= self.one()?;
        }
        Some(satisfied)
    }

    fn one(&mut self) -> Option<bool> {
        if self.next_if("(") {
            self.depth += 1;
            let inner = if self.depth > DEPTH_MAX { None } else { self.alternatives() };
            self.depth -= 1;
            return inner.filter(|_| self.next_if(")"));
        }
        let id = self.id()?;
        if self.next_if("WITH") {
            let whole = format!("{id} WITH {}", self.id()?);
            return Some(self.allowed.contains(&whole.as_str()));
        }
        Some(self.allowed.contains(&id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(expression: &str, expected: Option<bool>) {
        let allowed = ["MIT", "Apache-2.0", "Unicode-3.0", "Apache-2.0 WITH LLVM-exception"];
        assert_eq!(is_satisfiable(expression, &allowed), expected, "{expression}");
    }

    #[test]
    fn an_expression_is_satisfied_by_what_is_allowed() {
        check("MIT", Some(true));
        check("GPL-2.0-only", Some(false));
        check("GPL-2.0-only OR MIT", Some(true));
        check("MIT/GPL-2.0", Some(true));
        check("GPL-2.0 / AGPL-3.0", Some(false));
        check("MIT AND GPL-2.0-only", Some(false));
        check("(MIT OR GPL-2.0-only) AND Unicode-3.0", Some(true));
        // AND binds more closely than OR.
        check("GPL-2.0-only AND MIT OR MIT", Some(true));
        check("GPL-2.0-only AND (MIT OR MIT)", Some(false));
        check("Apache-2.0 WITH LLVM-exception", Some(true));
        check("MIT WITH LLVM-exception", Some(false));
    }

    #[test]
    fn what_is_not_an_expression_is_said_to_be_none() {
        for nonsense in ["", "MIT OR", "OR MIT", "(MIT", "MIT)", "MIT Apache-2.0", "MIT WITH"] {
            check(nonsense, None);
        }
        check(&format!("{}MIT{}", "(".repeat(1_000), ")".repeat(1_000)), None);
    }

    #[test]
    fn an_exception_is_for_one_crate_alone() {
        let deny = "[licenses]\nallow = [\"MIT\"]\nexceptions = [{ crate = \"a\", allow = [\"MPL-2.0\"] }]\n";
        let deny: Table = deny.parse().expect("TOML");
        let package =
            |name: &str| Package { name: name.into(), license: Some("MPL-2.0".into()), source: None, needs: vec![] };
        assert_eq!(check_license(&package("a"), &deny), None);
        assert!(check_license(&package("b"), &deny).is_some());
    }

    #[test]
    fn another_registry_is_seen() {
        let deny = "[bans]\ndeny = []\n[sources]\nallow-registry = [\"https://example.org/index\"]\n";
        let lock = |source: &str| format!("[[package]]\nname = \"a\"\nversion = \"1.0.0\"\nsource = \"{source}\"\n");
        let complaints =
            |source: &str| check_origins(&Tree::of_sources([("deny.toml", deny), ("Cargo.lock", &lock(source))]));
        assert_eq!(complaints("registry+https://example.org/index"), vec![]);
        assert_eq!(complaints("git+https://example.org/a?branch=main#0123").len(), 1);
    }
}
