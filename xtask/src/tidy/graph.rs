//! The crates of the lock file and what each needs, from the JSON of `cargo metadata`.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Every crate by its id.
#[derive(Debug, Clone, Default)]
pub struct Graph {
    /// By id, which is unique where a name is not.
    pub packages: BTreeMap<String, Package>,
}

/// One crate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name; other versions may share it.
    pub name: String,
    /// Its license as an SPDX expression; None where it states none.
    pub license: Option<String>,
    /// The registry it comes from; None for a crate of this repository.
    pub source: Option<String>,
    /// What it needs.
    pub needs: Vec<Need>,
}

/// One edge of the graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// The id of what is needed.
    pub id: String,
    /// What for.
    pub kind: Kind,
}

/// What a crate is needed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// To run.
    Normal,
    /// To build.
    Build,
    /// To test.
    Dev,
}

impl Graph {
    /// Reads the output of `cargo metadata --format-version 1`; None if it has another shape.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        let metadata: Value = serde_json::from_str(json).ok()?;
        let mut packages = BTreeMap::new();
        for package in metadata.get("packages")?.as_array()? {
            let text = |key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
            let package =
                Package { name: text("name")?, license: text("license"), source: text("source"), needs: vec![] };
            packages.insert(text("id")?, package);
        }
        for node in metadata.get("resolve")?.get("nodes")?.as_array()? {
            let needs = node.get("deps")?.as_array()?.iter().map(parse_needs).collect::<Option<Vec<_>>>()?;
            packages.get_mut(node.get("id")?.as_str()?)?.needs = needs.concat();
        }
        Some(Self { packages })
    }

    /// The crates of this repository.
    pub fn ours(&self) -> impl Iterator<Item = &Package> {
        self.packages.values().filter(|package| package.source.is_none())
    }

    /// The crate of this repository with that name; None if there is none.
    #[must_use]
    pub fn our(&self, name: &str) -> Option<&Package> {
        self.ours().find(|package| package.name == name)
    }

    /// What a crate names itself, for one purpose.
    pub fn direct<'a>(&'a self, package: &'a Package, kind: Kind) -> impl Iterator<Item = &'a Package> {
        package.needs.iter().filter(move |need| need.kind == kind).filter_map(|need| self.packages.get(&need.id))
    }

    /// The names of all crates that run with this one, itself included.
    #[must_use]
    pub fn reachable<'a>(&'a self, package: &'a Package) -> BTreeSet<&'a str> {
        let mut names = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut ahead = vec![package];
        while let Some(package) = ahead.pop() {
            names.insert(package.name.as_str());
            let next = package.needs.iter().filter(|need| need.kind == Kind::Normal).map(|need| need.id.as_str());
            ahead.extend(next.filter(|id| seen.insert(*id)).filter_map(|id| self.packages.get(id)));
        }
        names
    }

    /// A graph of crates of ours and others, for specimens: (name, what it needs to run).
    pub(super) fn of<const N: usize>(crates: [(&str, &[&str]); N]) -> Self {
        let is_ours = |name: &str| name.starts_with("rightful-") || name == "xtask";
        let package = |(name, needs): (&str, &[&str])| Package {
            name: name.into(),
            license: Some("MIT".into()),
            source: (!is_ours(name)).then(|| "registry".into()),
            needs: needs.iter().map(|id| Need { id: (*id).into(), kind: Kind::Normal }).collect(),
        };
        Self { packages: crates.map(|one| (one.0.into(), package(one))).into() }
    }
}

/// One edge for each purpose: a crate may be needed to run and to test.
fn parse_needs(edge: &Value) -> Option<Vec<Need>> {
    let id = edge.get("pkg")?.as_str()?;
    let kinds = edge.get("dep_kinds")?.as_array()?;
    kinds.iter().map(|kind| Some(Need { id: id.into(), kind: parse_kind(kind.get("kind")?)? })).collect()
}

fn parse_kind(kind: &Value) -> Option<Kind> {
    match kind.as_str() {
        None => Some(Kind::Normal),
        Some("build") => Some(Kind::Build),
        Some("dev") => Some(Kind::Dev),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_keep_what_they_are_for() {
        let json = r#"{
            "packages": [
                {"id": "a 1", "name": "a", "license": "MIT", "source": null},
                {"id": "b 1", "name": "b", "license": null, "source": "registry"}
            ],
            "resolve": {"nodes": [
                {"id": "a 1", "deps": [{"pkg": "b 1", "dep_kinds": [{"kind": null}, {"kind": "dev"}]}]},
                {"id": "b 1", "deps": []}
            ]}
        }"#;
        let graph = Graph::parse(json).expect("well formed");
        let a = graph.our("a").expect("has no registry");
        let names = |kind| graph.direct(a, kind).map(|package| package.name.as_str()).collect::<Vec<_>>();
        assert_eq!((names(Kind::Normal), names(Kind::Build), names(Kind::Dev)), (vec!["b"], vec![], vec!["b"]));
        assert_eq!(Graph::parse("{}").map(|graph| graph.packages.len()), None);
    }

    #[test]
    fn what_is_needed_by_what_is_needed_is_reached_and_a_circle_ends() {
        let graph = Graph::of([("rightful-engine", &["a"]), ("a", &["b"]), ("b", &["a"])]);
        let engine = graph.our("rightful-engine").expect("just made");
        assert_eq!(graph.reachable(engine), BTreeSet::from(["rightful-engine", "a", "b"]));
    }
}
