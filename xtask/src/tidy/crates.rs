//! The walls between crates: who may depend on whom, and what the pure ones must never reach.

use super::{Complaint, Graph, Kind, Rule, Tree};

/// The crates that are pure: no clock, file, environment, chance or runtime.
pub(super) const PURE: [&str; 3] = ["rightful-domain", "rightful-dialects", "rightful-engine"];

/// Which crates of ours each may name: the table of ARCHITECTURE.md. Tests may name [`IN_TESTS`] too.
const EDGES: [(&str, &[&str]); 8] = [
    ("rightful-domain", &[]),
    ("rightful-dialects", &["rightful-domain"]),
    ("rightful-enrich", &["rightful-domain"]),
    ("rightful-engine", &["rightful-domain"]),
    ("rightful-store", &["rightful-domain"]),
    ("rightful-sim", &["rightful-domain", "rightful-enrich", "rightful-engine", "rightful-store"]),
    (
        "rightful-server",
        &[
            "rightful-domain",
            "rightful-dialects",
            "rightful-enrich",
            "rightful-engine",
            "rightful-store",
            "rightful-sim",
        ],
    ),
    ("xtask", &["rightful-sim"]),
];

/// What any crate's tests may name beside its own edges.
const IN_TESTS: &str = "rightful-sim";

/// What a pure crate must never reach: runtimes, sockets, files, chance.
const IMPURE: [&str; 9] = ["tokio", "axum", "hyper", "fjall", "reqwest", "sqlx", "rand", "getrandom", "mio"];

/// What the domain must not reach either: its types are nobody's wire format.
const SERIALIZERS: [&str; 3] = ["serde", "serde_core", "serde_json"];

/// The only crates of ours that may name a library.
const OWNERS: [(&str, &[&str]); 5] = [
    ("axum", &["rightful-server"]),
    ("hyper", &["rightful-server"]),
    ("fjall", &["rightful-store"]),
    ("woothee", &["rightful-enrich"]),
    ("clap", &["rightful-server", "xtask"]),
];

pub(super) const EACH_CRATE_DEPENDS_ONLY_ON_ITS_INNER_NEIGHBORS: Rule = Rule {
    name: "each_crate_depends_only_on_its_inner_neighbors",
    check: |tree| tree.graph.ours().flat_map(|package| forbidden_edges(&tree.graph, &package.name)).collect(),
    specimen: || tree_of(Graph::of([("rightful-dialects", &["rightful-engine"]), ("rightful-engine", &[])])),
};

pub(super) const PURE_CRATES_REACH_NO_RUNTIME: Rule = Rule {
    name: "pure_crates_reach_no_runtime",
    check: |tree| PURE.iter().flat_map(|name| impure_reach(&tree.graph, name)).collect(),
    specimen: || {
        let engine: (&str, &[&str]) = ("rightful-engine", &["innocent"]);
        tree_of(Graph::of([
            engine,
            ("innocent", &["rand"]),
            ("rand", &[]),
            ("rightful-domain", &[]),
            ("rightful-dialects", &[]),
        ]))
    },
};

pub(super) const A_HEAVY_LIBRARY_HAS_ONE_OWNER: Rule = Rule {
    name: "a_heavy_library_has_one_owner",
    check: |tree| tree.graph.ours().flat_map(|package| foreign_libraries(&tree.graph, &package.name)).collect(),
    specimen: || tree_of(Graph::of([("rightful-server", &["fjall"]), ("fjall", &[])])),
};

pub(super) const EACH_CRATE_IS_ON_THE_MAP: Rule = Rule {
    name: "each_crate_is_on_the_map",
    check: |tree| {
        let map = tree.source("ARCHITECTURE.md").map_or("", |map| map.text.as_str());
        let missing = |name: &&str| !map.contains(&format!("`{name}`"));
        let complain = |name| Complaint::new(name, "is not on the map: say in ARCHITECTURE.md which wall it gives");
        tree.graph.ours().map(|package| package.name.as_str()).filter(missing).map(complain).collect()
    },
    specimen: || tree_of(Graph::of([("rightful-domain", &[])])),
};

pub(super) const EACH_CRATE_TAKES_THE_LINTS_OF_THE_WORKSPACE: Rule = Rule {
    name: "each_crate_takes_the_lints_of_the_workspace",
    check: |tree| {
        let manifests = tree.sources.iter().filter(|source| source.name() == "Cargo.toml" && is_member(&source.path));
        let deaf = manifests.filter(|manifest| !manifest.text.contains("[lints]\nworkspace = true"));
        deaf.map(|manifest| Complaint::new(&manifest.path, "add `[lints] workspace = true`")).collect()
    },
    specimen: || Tree::of_sources([("crates/rightful-new/Cargo.toml", "[package]\nname = \"rightful-new\"\n")]),
};

fn is_member(manifest: &str) -> bool {
    manifest == "xtask/Cargo.toml" || (manifest.starts_with("crates/") && manifest.matches('/').count() == 2)
}

fn tree_of(graph: Graph) -> Tree {
    Tree { sources: vec![], graph }
}

fn forbidden_edges(graph: &Graph, name: &str) -> Vec<Complaint> {
    let Some((_, allowed)) = EDGES.iter().find(|(member, _)| *member == name) else {
        return vec![Complaint::new(name, "is not in the table of edges: a new crate is a new wall, say which")];
    };
    let Some(package) = graph.our(name) else { return vec![] };
    let is_ours = |needed: &&super::Package| needed.source.is_none();
    let mut complaints = Vec::new();
    for kind in [Kind::Normal, Kind::Build, Kind::Dev] {
        for needed in graph.direct(package, kind).filter(is_ours) {
            let needed = needed.name.as_str();
            // A crate's own tests may name the crate itself, to turn a feature on.
            let in_tests = kind == Kind::Dev && (needed == IN_TESTS || needed == name);
            if !allowed.contains(&needed) && !in_tests {
                complaints.push(Complaint::new(name, format!("must not depend on {needed}: see ARCHITECTURE.md")));
            }
        }
    }
    complaints
}

fn impure_reach(graph: &Graph, name: &str) -> Vec<Complaint> {
    let Some(package) = graph.our(name) else {
        return vec![Complaint::new(name, "is pure by the table, and is not there")];
    };
    let reached = graph.reachable(package);
    let impure = IMPURE.iter().filter(|library| reached.contains(**library));
    // By name only: whether a collection brings a serializer along is decided by who else uses the collection.
    let named: Vec<&str> = graph.direct(package, Kind::Normal).map(|needed| needed.name.as_str()).collect();
    let serializers = SERIALIZERS.iter().filter(|library| name == "rightful-domain" && named.contains(*library));
    let complain = |library| Complaint::new(name, format!("is pure and reaches {library}"));
    impure.chain(serializers).map(complain).collect()
}

fn foreign_libraries(graph: &Graph, name: &str) -> Vec<Complaint> {
    let Some(package) = graph.our(name) else { return vec![] };
    let named: Vec<&str> = graph.direct(package, Kind::Normal).map(|needed| needed.name.as_str()).collect();
    let foreign = OWNERS.iter().filter(|(library, owners)| named.contains(library) && !owners.contains(&name));
    foreign
        .map(|(library, owners)| Complaint::new(name, format!("{library} belongs to {}", owners.join(", "))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edges_of(name: &str, graph: &Graph) -> usize {
        forbidden_edges(graph, name).len()
    }

    #[test]
    fn an_edge_inwards_passes_and_one_sideways_or_unknown_does_not() {
        let graph = Graph::of([
            ("rightful-store", &["rightful-domain", "serde"]),
            ("rightful-engine", &["rightful-store"]),
            ("rightful-domain", &[]),
            ("rightful-surprise", &[]),
            ("serde", &[]),
        ]);
        assert_eq!(edges_of("rightful-store", &graph), 0);
        assert_eq!(edges_of("rightful-engine", &graph), 1);
        assert_eq!(edges_of("rightful-surprise", &graph), 1);
    }

    #[test]
    fn a_test_may_name_the_simulation_and_the_crate_that_is_tested() {
        let mut graph = Graph::of([("rightful-engine", &["rightful-sim", "rightful-engine"]), ("rightful-sim", &[])]);
        assert_eq!(edges_of("rightful-engine", &graph), 2);
        for need in &mut graph.packages.get_mut("rightful-engine").expect("just made").needs {
            need.kind = Kind::Dev;
        }
        assert_eq!(edges_of("rightful-engine", &graph), 0);
    }

    #[test]
    fn the_domain_knows_no_serializer_and_a_dialect_may() {
        let graph = Graph::of([
            ("rightful-domain", &["serde"]),
            ("rightful-dialects", &["serde"]),
            ("rightful-engine", &[]),
            ("serde", &[]),
        ]);
        assert_eq!(impure_reach(&graph, "rightful-domain").len(), 1);
        assert_eq!(impure_reach(&graph, "rightful-dialects"), vec![]);
    }
}
