//! What others rely on, compared with what is committed: the reasons' catalogue, and the slots of stored vectors.
//!
//! `UPDATE_EXPECT=1` writes the catalogue anew. The slots of a schema are never written anew: records hold them.

use rightful_engine::{DETECTORS, FEATURE_SCHEMA, feature_names};
use serde_json::{Value, json};

const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../api/reasons.json");

fn catalogue() -> String {
    let reasons: Vec<Value> = DETECTORS
        .iter()
        .map(|detector| {
            json!({
                "code": detector.reason.as_str(),
                "title": detector.title,
                "explanation": detector.explains,
                "since": detector.since,
                "strength": detector.strength.as_str(),
                "evidence": detector.evidence,
            })
        })
        .collect();
    let text = serde_json::to_string_pretty(&json!({ "reasons": reasons })).expect("texts and lists are JSON");
    format!("{text}\n")
}

#[test]
#[expect(clippy::disallowed_methods, reason = "the crate does no IO; its test compares a file")]
fn the_committed_catalogue_is_the_detectors() {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(CATALOGUE, catalogue()).expect("written");
    }
    let committed = std::fs::read_to_string(CATALOGUE).expect("api/reasons.json");
    assert_eq!(committed, catalogue(), "run the tests with UPDATE_EXPECT=1");
}

#[test]
fn the_slots_of_stored_vectors_stay_where_they_are() {
    assert_eq!(FEATURE_SCHEMA, 2);
    for (schema, stored) in [(1, include_str!("golden/features_1.txt")), (2, include_str!("golden/features_2.txt"))] {
        assert_eq!(feature_names(schema), stored.lines().collect::<Vec<&str>>());
    }
}
