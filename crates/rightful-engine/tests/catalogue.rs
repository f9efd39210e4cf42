//! What others rely on, compared with what is committed: the reasons' catalogue and reference, and the slots of stored
//! vectors.
//!
//! `UPDATE_EXPECT=1` writes the catalogue and the reference anew. The slots of a schema are never written anew: records
//! hold them.

use std::fmt::Write;

use rightful_domain::ReasonCode;
use rightful_engine::{DETECTORS, Detector, FEATURE_SCHEMA, NOT_RAISED, feature_names};
use serde_json::{Value, json};
use toml::Table;

const SHIPPED_POLICY: &str = include_str!("../src/policy/default.toml");
const CATALOGUE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../api/reasons.json");
const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/reasons.md");

/// Groups by the beginning of their codes, in the order of the reference.
const GROUPS: [(&str, &str); 10] = [
    ("PROFILE", "The account and what it is used to"),
    ("DEVICE", "The device, whatever the account"),
    ("IP", "The address, whatever the account"),
    ("USER", "The owner, and what the owner said"),
    ("CREDENTIAL", "The credential, and who tries it"),
    ("SESSION", "A session and its tokens"),
    ("EMAIL", "An e-mail address"),
    ("BEHAVIOR", "How a form was typed"),
    ("ACTION", "The whole"),
    ("ENGINE", "Judgement itself"),
];

fn detector_of(reason: ReasonCode) -> Option<&'static Detector> {
    DETECTORS.iter().find(|detector| detector.reason == reason)
}

/// What the shipped policy says of each reason, by its code.
fn shipped() -> Table {
    let policy: Table = SHIPPED_POLICY.parse().expect("TOML");
    policy["detectors"].as_table().expect("a table").clone()
}

/// The thresholds and weights of a reason: where they stand in its part of the policy, how much, and of what.
fn thresholds(of: &Table, within: &str) -> Vec<Value> {
    let mut told = Vec::new();
    for (key, value) in of {
        let name = format!("{within}{key}");
        match value {
            toml::Value::Table(inner) => told.extend(thresholds(inner, &format!("{name}."))),
            value => told.push(json!({ "name": name, "value": value, "unit": unit(key) })),
        }
    }
    told
}

/// The unit of a threshold or weight, which its name says at its end.
fn unit(key: &str) -> &'static str {
    const ENDS: [(&str, &str); 14] = [
        ("_days", "days"),
        ("hours", "hours"),
        ("minutes", "minutes"),
        ("_kmh", "km/h"),
        ("_km", "km"),
        ("_ms", "ms"),
        ("_per_second", "per second"),
        ("share", "share"),
        ("_ratio", "share"),
        ("_fraction", "share"),
        ("_factor", "factor"),
        ("_doublings", "doublings"),
        ("nats", "nats"),
        ("days", "days"),
    ];
    const COUNTS: [&str; 21] = [
        "accounts",
        "attempts",
        "contradictions",
        "devices",
        "events",
        "failures",
        "families",
        "findings",
        "hints",
        "jumps",
        "keys",
        "lines",
        "payees",
        "payers",
        "refused",
        "signs",
        "subjects",
        "traits",
        "usernames",
        "per_subject",
        "per_limit",
    ];
    const WEIGHTS: [&str; 10] =
        ["min", "max", "by_contact", "phishable", "resistant", "hosting", "proxy", "relay", "tor", "vpn"];
    match key {
        "per_doubling" => return "nats per doubling",
        "per_nat" => return "nats per nat of surprise",
        key if WEIGHTS.contains(&key) => return "nats",
        _ => {}
    }
    let bare = key.strip_suffix("_min").or_else(|| key.strip_suffix("_max")).unwrap_or(key);
    if let Some((_, unit)) = ENDS.iter().find(|(end, _)| bare.ends_with(end)) {
        return unit;
    }
    let of = ["_60s", "_10min", "_1h", "_24h"].iter().find_map(|span| bare.strip_suffix(span)).unwrap_or(bare);
    assert!(COUNTS.iter().any(|counted| of.ends_with(counted)), "{key}: its name ends with no unit that is known here");
    "count"
}

fn catalogue() -> String {
    let shipped = shipped();
    let thresholds_of = |reason: ReasonCode| {
        shipped.get(reason.as_str()).and_then(toml::Value::as_table).map(|of| thresholds(of, "")).unwrap_or_default()
    };
    let reasons: Vec<Value> = DETECTORS
        .iter()
        .map(|detector| {
            json!({
                "code": detector.reason.as_str(),
                "number": detector.reason.number(),
                "title": detector.title,
                "explanation": detector.explains,
                "sees": detector.sees,
                "never": detector.never,
                "since": detector.since,
                "strength": detector.strength.as_str(),
                "family": detector.family.as_str(),
                "role": detector.role.as_str(),
                "evidence": detector.evidence,
                "thresholds": thresholds_of(detector.reason),
            })
        })
        .collect();
    let not_raised: Vec<Value> = NOT_RAISED
        .iter()
        .map(|(reason, why)| json!({ "code": reason.as_str(), "number": reason.number(), "why": why }))
        .collect();
    let text = serde_json::to_string_pretty(&json!({ "reasons": reasons, "not_raised": not_raised }))
        .expect("texts and lists are JSON");
    format!("{text}\n")
}

const OPENING: &str = "# Reasons

<!-- Made from crates/rightful-engine/src/detectors: UPDATE_EXPECT=1 cargo test -p rightful-engine. -->

Every finding of an assessment names a reason, its share of the score, and what was seen. A reason is given for what was
seen, never for what is missing. `api/reasons.json` is this page for machines, with the thresholds and weights of the
shipped policy, which has the reason for each beside it.

- **Strong** reasons may decide alone. Supporting ones need another beside them to challenge.
- **Explanations** say in words what the likelihood of the account's own history has weighed, or what the score says;
  the others are evidence of their own.
- Findings of one **family** see the same thing from several sides: the strongest counts in full, the others in part.
";

fn reference() -> String {
    let mut text = OPENING.to_owned();
    for (prefix, heading) in GROUPS {
        let codes: Vec<ReasonCode> =
            ReasonCode::ALL.into_iter().filter(|reason| reason.as_str().split('_').next() == Some(prefix)).collect();
        let mut sorted = codes;
        sorted.sort_unstable_by_key(|reason| reason.as_str());
        write!(text, "\n## {heading}\n\n| reason | says | sees | never | |\n|---|---|---|---|---|\n")
            .expect("a string");
        for reason in sorted {
            match detector_of(reason) {
                Some(detector) => text.push_str(&row(detector)),
                None => writeln!(text, "| `{}` | not raised: {} | | | |", reason.as_str(), why_not(reason))
                    .expect("a string"),
            }
        }
    }
    text
}

fn row(detector: &Detector) -> String {
    format!(
        "| `{}` | {} | {} | {} | {}, {}, {}; shows {} |\n",
        detector.reason.as_str(),
        detector.explains,
        detector.sees,
        detector.never,
        detector.strength.as_str(),
        detector.family.as_str(),
        detector.role.as_str(),
        detector.evidence.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
    )
}

fn why_not(reason: ReasonCode) -> &'static str {
    NOT_RAISED.iter().find(|(not_raised, _)| *not_raised == reason).map_or("", |(_, why)| why)
}

#[track_caller]
#[expect(clippy::disallowed_methods, reason = "the crate does no IO; its test compares files")]
fn check_committed(path: &str, made: &str) {
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(path, made).expect("written");
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(committed, made, "run the tests with UPDATE_EXPECT=1");
}

#[test]
fn the_committed_catalogue_is_the_detectors() {
    check_committed(CATALOGUE, &catalogue());
}

#[test]
fn the_committed_reference_is_the_detectors() {
    let made = reference();
    for reason in ReasonCode::ALL {
        assert!(made.contains(&format!("| `{}` |", reason.as_str())), "{reason:?}");
    }
    check_committed(REFERENCE, &made);
}

#[test]
fn the_slots_of_stored_vectors_stay_where_they_are() {
    assert_eq!(FEATURE_SCHEMA, 5);
    let goldens = [
        (1, include_str!("golden/features_1.txt")),
        (2, include_str!("golden/features_2.txt")),
        (3, include_str!("golden/features_3.txt")),
        (4, include_str!("golden/features_4.txt")),
        (5, include_str!("golden/features_5.txt")),
    ];
    for (schema, golden) in goldens {
        let stored: Vec<&str> = golden.lines().collect();
        assert_eq!(feature_names(schema), stored, "schema {schema}");
    }
}
