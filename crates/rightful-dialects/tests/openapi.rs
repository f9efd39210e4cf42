//! The contract that is kept in `api/openapi.json` is the one that the code says, and the code reads what it says.
//!
//! `UPDATE_EXPECT=1` writes it anew; the diff shows each change of the contract.

mod support;

use std::path::Path;

use rightful_dialects::{Intake, openapi};
use serde_json::Value;
use support::{Request, dialect};

const FULL_EXAMPLE: &str = include_str!("../src/native/examples/assess_full.json");

#[test]
#[expect(clippy::disallowed_methods, reason = "a test reads its files and its switch")]
fn the_contract_is_as_it_is_kept() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../api/openapi.json");
    let now = format!("{}\n", openapi().to_pretty_json().expect("JSON"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(&path, &now).expect("a file");
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let first = kept.lines().zip(now.lines()).find(|(kept, now)| kept != now);
    assert!(kept == now, "api/openapi.json is not fresh; first difference (kept, now): {first:?}");
}

#[test]
fn every_path_of_ours_is_in_the_contract_and_no_other() {
    let contract = serde_json::to_value(openapi()).expect("JSON");
    let mut told: Vec<String> = Vec::new();
    for (path, methods) in contract["paths"].as_object().expect("paths") {
        for method in methods.as_object().expect("methods").keys() {
            told.push(format!("{} {path}", method.to_uppercase()));
        }
    }
    let routes = dialect("native").routes().iter();
    let mut served: Vec<String> =
        routes.map(|route| format!("{} {}", format!("{:?}", route.method).to_uppercase(), route.path)).collect();
    told.sort();
    served.sort();
    assert_eq!(told, served);
}

/// The schema of the event and the code that reads it are written apart, so the fullest example ties them together.
#[test]
fn every_field_of_the_contract_s_event_is_read() {
    let contract = serde_json::to_value(openapi()).expect("JSON");
    let example: Value = serde_json::from_str(FULL_EXAMPLE).expect("JSON");
    let body = &example["request"]["body"];
    let mut missing = Vec::new();
    told_in_full(&contract, &contract["components"]["schemas"]["Event"], body, "", &mut missing);
    // Answered, and read as if its fields stood beside it.
    missing.retain(|path| path != ".unknown");
    assert_eq!(missing, Vec::<String>::new(), "fields of the contract that the example does not tell");

    let native = dialect("native");
    let bytes = serde_json::to_vec(body).expect("JSON");
    let request = Request::new(native, "POST", "/v1/events", &bytes).expect("a route");
    let Ok(Intake::Observe(told)) = request.decode(native) else { panic!("the example is an event") };
    assert_eq!((told.n_unknown, told.event.unknown), (0, None), "fields of the example that are not read");
}

fn told_in_full(contract: &Value, schema: &Value, told: &Value, path: &str, missing: &mut Vec<String>) {
    if let Some(name) = schema["$ref"].as_str().and_then(|name| name.rsplit('/').next()) {
        return told_in_full(contract, &contract["components"]["schemas"][name], told, path, missing);
    }
    for choice in schema["oneOf"].as_array().into_iter().flatten() {
        told_in_full(contract, choice, told, path, missing);
    }
    if schema["items"].is_object() {
        // What one item leaves out, another may tell.
        let mut in_all: Option<Vec<String>> = None;
        for item in told.as_array().into_iter().flatten() {
            let mut of_item = Vec::new();
            told_in_full(contract, &schema["items"], item, &format!("{path}[]"), &mut of_item);
            in_all = Some(match in_all {
                Some(others) => others.into_iter().filter(|path| of_item.contains(path)).collect(),
                None => of_item,
            });
        }
        missing.extend(in_all.unwrap_or_else(|| vec![path.to_owned()]));
    }
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        match told.get(name) {
            Some(value) => told_in_full(contract, property, value, &format!("{path}.{name}"), missing),
            None => missing.push(format!("{path}.{name}")),
        }
    }
}
