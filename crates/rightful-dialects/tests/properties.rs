//! What holds for every body: decoding is total, hides what it must, and what we write we read again.

mod support;

use proptest::prelude::*;
use rightful_dialects::{ALL, Intake, Method, Told};
use rightful_domain::{Event, Source};
use serde_json::{Value, json};
use support::{Request, dialect, event_json};

const SEED_EXAMPLE: &str = include_str!("../src/ravelin/examples/seed_login_scored.json");
const FULL_EXAMPLE: &str = include_str!("../src/native/examples/assess_full.json");
const RAVELIN_EXAMPLES: [&str; 6] = [
    include_str!("../src/ravelin/examples/checkout.json"),
    include_str!("../src/ravelin/examples/customer_methods.json"),
    include_str!("../src/ravelin/examples/registration.json"),
    include_str!("../src/ravelin/examples/reclaim_client.json"),
    include_str!("../src/ravelin/examples/label.json"),
    include_str!("../src/ravelin/examples/page_several.json"),
];
const RUPT_EXAMPLES: [&str; 4] = [
    include_str!("../src/rupt/examples/seed_identify.json"),
    include_str!("../src/rupt/examples/attach.json"),
    include_str!("../src/rupt/examples/evaluate.json"),
    include_str!("../src/rupt/examples/metadata.json"),
];
const HASH: &str = "ef92b778bafe771e89245b89ecbc08a44a4e166c06659911881f383d4473e94f";

fn body_of(example: &str) -> Value {
    let example: Value = serde_json::from_str(example).expect("JSON");
    example["request"]["body"].clone()
}

/// Every route of every dialect, with a path that it takes.
fn requests<'a>(query: &'a str, body: &'a [u8]) -> Vec<(&'static str, Request<'a>)> {
    let mut requests = Vec::new();
    for dialect in ALL {
        for route in dialect.routes() {
            let mut request = Request::of(route, vec![("id", query)], body).query(query);
            request.headers = vec![("idempotency-key", query), ("accept-language", query), ("user-agent", query)];
            requests.push((dialect.name(), request));
        }
    }
    requests
}

/// Decodes everywhere and refuses where there is something to refuse; gives back all that was said.
fn everything_said(query: &str, body: &[u8]) -> String {
    let mut said = String::new();
    for (name, request) in requests(query, body) {
        let dialect = dialect(name);
        match request.decode(dialect) {
            Ok(intake) => {
                said.push_str(&format!("{intake:?}"));
                if let Intake::Report(report) = &intake {
                    assert!(report.device.aliases.len() <= 8 && report.device.components.len() <= 64);
                }
                if let Intake::Assess(told)
                | Intake::Observe(told)
                | Intake::Backfill(told)
                | Intake::Identify { told, .. } = &intake
                {
                    said.push_str(&event_json(&told.event).to_string());
                    check_event(&told.event);
                }
            }
            Err(refusal) => {
                let response = dialect.refuse(Some(request.route), &refusal, request.received_at);
                // To reclaim nothing is a server error, as its documentation has it.
                let is_documented = request.route.path.ends_with("/reclaim") && response.status == 500;
                assert!((400..500).contains(&response.status) || is_documented, "{refusal:?}");
                said.push_str(&format!("{refusal:?}{}", String::from_utf8_lossy(&response.body)));
            }
        }
    }
    said
}

/// What every event that comes in keeps to.
fn check_event(event: &Event) {
    let free = [&event.custom, &event.unknown].into_iter().flatten().map(|fields| fields.as_json().len());
    assert!(free.sum::<usize>() <= rightful_domain::FREE_FIELDS_BYTES_MAX);
    assert!(event.at <= event.received_at.plus(std::time::Duration::from_secs(300)));
    assert!(event.device.aliases.len() <= 8 && event.device.components.len() <= 64);
    assert!(event.network.user_agent.as_ref().is_none_or(|ua| ua.len() <= 1_024));
    assert!(event.network.ip.is_none_or(|ip| ip == ip.to_canonical()));
}

/// One change to one place of a tree.
#[derive(Debug, Clone)]
enum Change {
    Replace(Value),
    Remove,
    Add(String, Value),
    /// Only where it is an object.
    AddField(String, Value),
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(json!("")),
        Just(json!("\u{0}")),
        Just(json!("x".repeat(2_000))),
        Just(json!("::1")),
        Just(json!(1e300)),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((".{0,8}", inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

fn any_change() -> impl Strategy<Value = Change> {
    prop_oneof![
        3 => any_json().prop_map(Change::Replace),
        1 => Just(Change::Remove),
        2 => (".{0,8}", any_json()).prop_map(|(name, value)| Change::Add(name, value)),
    ]
}

/// How many places there are in a tree.
fn n_places(value: &Value) -> usize {
    1 + match value {
        Value::Object(fields) => fields.values().map(n_places).sum(),
        Value::Array(items) => items.iter().map(n_places).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => 0,
    }
}

/// Changes the place of that number, counted from the root.
fn change(value: &mut Value, place: &mut usize, with: &Change) {
    if *place == 0 {
        match with {
            Change::Replace(new) => *value = new.clone(),
            Change::Remove => *value = Value::Null,
            Change::Add(name, new) => match value {
                Value::Object(fields) => _ = fields.insert(name.clone(), new.clone()),
                Value::Array(items) => items.push(new.clone()),
                _ => *value = new.clone(),
            },
            Change::AddField(name, new) => {
                if let Value::Object(fields) = value {
                    fields.insert(name.clone(), new.clone());
                }
            }
        }
    }
    // Once it has passed zero it wraps to a number that no tree reaches.
    *place = place.wrapping_sub(1);
    match value {
        Value::Object(fields) => fields.values_mut().for_each(|value| descend(value, place, with)),
        Value::Array(items) => items.iter_mut().for_each(|value| descend(value, place, with)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn descend(value: &mut Value, place: &mut usize, with: &Change) {
    if *place < usize::MAX / 2 {
        change(value, place, with);
    }
}

fn changed(example: &str, changes: &[(prop::sample::Index, Change)]) -> Value {
    let mut body = body_of(example);
    for (place, with) in changes {
        let mut place = place.index(n_places(&body));
        change(&mut body, &mut place, with);
    }
    body
}

fn observed(body: &Value) -> Option<Told> {
    let bytes = serde_json::to_vec(body).expect("JSON");
    let native = dialect("native");
    match Request::new(native, "POST", "/v1/events", &bytes).expect("a route").decode(native) {
        Ok(Intake::Observe(told)) => Some(*told),
        _ => None,
    }
}

proptest! {
    // Failures are printed whole; a file of seeds would say less.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(query in ".{0,40}", body in prop::collection::vec(any::<u8>(), 0..300)) {
        everything_said(&query, &body);
    }

    #[test]
    fn any_json_is_read_or_refused(query in "[a-z0-9=&%+]{0,40}", body in any_json()) {
        everything_said(&query, &serde_json::to_vec(&body).expect("JSON"));
    }

    #[test]
    fn any_change_of_the_seed_s_login_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 1..5)
    ) {
        let body = changed(SEED_EXAMPLE, &changes);
        let said = everything_said("score=true", &serde_json::to_vec(&body).expect("JSON"));
        prop_assert!(!said.contains(HASH));
    }

    #[test]
    fn any_change_of_what_ravelin_s_clients_send_is_read_or_refused(
        example in prop::sample::select(RAVELIN_EXAMPLES.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 1..5)
    ) {
        let body = changed(example, &changes);
        let said = everything_said("score=true", &serde_json::to_vec(&body).expect("JSON"));
        prop_assert!(!said.contains(HASH));
    }

    #[test]
    fn any_change_of_an_event_is_read_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 1..5)
    ) {
        everything_said("", &serde_json::to_vec(&changed(FULL_EXAMPLE, &changes)).expect("JSON"));
    }

    #[test]
    fn any_change_of_a_browser_s_word_is_read_or_refused(
        example in prop::sample::select(RUPT_EXAMPLES.to_vec()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 1..5)
    ) {
        let body = serde_json::to_vec(&changed(example, &changes)).expect("JSON");
        for id in ["017b879b-6d5b-7102-8304-05060708090a", "651e72eccc64cb48d6f860c0"] {
            everything_said(id, &body);
        }
    }

    #[test]
    fn an_event_as_we_answer_it_is_read_as_the_same_event(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 0..4)
    ) {
        if let Some(told) = observed(&changed(FULL_EXAMPLE, &changes)) {
            same_again(&told.event);
        }
    }

    #[test]
    fn a_login_of_ravelin_s_is_the_same_event_in_our_words(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any_change()), 0..4)
    ) {
        let ravelin = dialect("ravelin");
        let bytes = serde_json::to_vec(&changed(SEED_EXAMPLE, &changes)).expect("JSON");
        let decoded = Request::new(ravelin, "POST", "/v3/login", &bytes).expect("a route").decode(ravelin);
        if let Ok(Intake::Observe(told)) = decoded {
            let event = Event { source: Source::Native, ..told.event };
            same_again(&event);
        }
    }

    #[test]
    fn a_password_hash_is_found_nowhere(
        place in any::<prop::sample::Index>(),
        name in prop::sample::select(vec![
            "passwordHashed", "passwordSHA1SHA256", "emailPasswordSHA256", "password_sha256", "passwordHash",
            "PasswordHashed", "password", "password_hash", "x-password",
        ]),
        n_digits in prop::sample::select(vec![63_usize, 64, 65, 128]),
        in_capitals in any::<bool>(),
        example in prop::sample::select(vec![SEED_EXAMPLE, FULL_EXAMPLE]),
    ) {
        let digits: String = HASH.chars().cycle().take(n_digits).collect();
        let digits = if in_capitals { digits.to_uppercase() } else { digits };
        let body = changed(example, &[(place, Change::AddField(name.to_owned(), json!(digits)))]);
        let said = everything_said("score=true", &serde_json::to_vec(&body).expect("JSON")).to_lowercase();
        prop_assert!(!said.contains(&HASH.to_lowercase()[..32]));
    }
}

/// What we write of an event is read as that event.
fn same_again(event: &Event) {
    let written = event_json(event);
    let again = observed(&written).map(|told| told.event);
    let again = again.map(|again| Event { at_clamped: event.at_clamped, ..again });
    assert_eq!(again.as_ref(), Some(event), "{written:#}");
}

#[test]
fn hostile_bodies_are_refused() {
    let nested = |open: &str, close: &str, n: usize| format!("{}{}", open.repeat(n), close.repeat(n));
    let many = (0..100_000).map(|n| format!("\"a{n}\":0")).collect::<Vec<_>>().join(",");
    let bodies = [
        nested("[", "]", 100_000),
        nested("{\"a\":", "}", 100_000),
        format!("{{\"timestamp\":{}}}", "9".repeat(100_000)),
        format!("{{\"timestamp\":1e{}}}", "9".repeat(100)),
        format!("{{\"{}\":1}}", "x".repeat(1_000_000)),
        format!("{{{many}}}"),
        "\u{feff}{}".to_owned(),
        "{\"a\":\"\\ud800\"}".to_owned(),
    ];
    for body in bodies {
        for (name, request) in requests("", body.as_bytes()) {
            // What went wrong in a page is taken note of whatever it is, and nothing of it is kept.
            let takes_body = request.route.method == Method::Post && request.route.path != "/z/err";
            let intake = request.decode(dialect(name));
            if let Ok(Intake::Lines(_)) = intake {
                // Of a file, each line is read by itself.
                let line = request.with_call(|call| dialect(name).decode_line(call, body.as_bytes()));
                assert!(line.is_err(), "{name} takes a line: {line:?}");
                continue;
            }
            if let (true, Ok(intake)) = (takes_body, intake) {
                panic!("{name} takes {}: {intake:?}", request.route.path);
            }
        }
    }
}
