//! Every file in a dialect's `examples/` is one test: a request, what it means, and how it is answered.
//!
//! `UPDATE_EXPECT=1` writes `intake` and `response` as they are now; the diff is the review. `request`, `given` and
//! `seed_response` are never written.

mod support;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_dialects::{Dialect, Intake, Refusal, RefusalKind, Reply, Response, Told};
use rightful_domain::{
    Device, DeviceId, DeviceSnapshot, Event, Network, Outcome, Page, RecommendationWords, Record, RetryKey, Timestamp,
    Verdict,
};
use serde_json::{Map, Value, json};
use support::{Request, dialect, event_json, record};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for name in ["native", "ravelin", "rupt", "sumsub", "transmit"] {
        for path in examples_of(name) {
            let stem = path.file_stem().expect("a file").to_string_lossy().into_owned();
            trials.push(Trial::test(format!("{name}::{stem}"), move || run(dialect(name), &path)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn examples_of(dialect: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(dialect).join("examples");
    let entries = std::fs::read_dir(&folder).expect("a folder of examples");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    assert!(!paths.is_empty(), "{dialect} has no examples");
    paths
}

#[expect(clippy::disallowed_methods, reason = "a test reads its files and its switch")]
fn run(dialect: &dyn Dialect, path: &Path) -> Result<(), Failed> {
    let text = std::fs::read_to_string(path)?;
    let example: Value = serde_json::from_str(&text)?;
    let body = body_of(dialect, &example);
    let (intake, response) = outcome_of(dialect, &example, &body)?;
    hides_hashes(&example["request"], &intake, &response)?;
    if let Some(seed) = example.get("seed_response") {
        same_shape("", seed, &response["body"])?;
    }
    let mut told = example.clone();
    let fields = told.as_object_mut().ok_or("an example must be an object")?;
    fields.insert("intake".to_owned(), intake);
    fields.insert("response".to_owned(), response);
    let told = format!("{}\n", serde_json::to_string_pretty(&told)?);
    if told == text {
        return Ok(());
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        return Ok(std::fs::write(path, told)?);
    }
    let lines = text.lines().zip(told.lines()).find(|(expected, found)| expected != found);
    Err(format!("{}: first difference (expected, found): {lines:#?}\n{told}", path.display()).into())
}

fn body_of(dialect: &dyn Dialect, example: &Value) -> Vec<u8> {
    let body = body_as_written(&example["request"]);
    match String::from_utf8(body) {
        Ok(text) => support::attempts::filled_in(dialect, &text, &example["given"]).into_bytes(),
        Err(other) => other.into_bytes(),
    }
}

fn body_as_written(request: &Value) -> Vec<u8> {
    if let Some(repeated) = request.get("body_with_repeated") {
        return repeated_body(repeated);
    }
    match (request.get("body"), request.get("body_text")) {
        (Some(body), _) => serde_json::to_vec(body).expect("JSON"),
        (None, Some(Value::String(text))) => text.clone().into_bytes(),
        _ => Vec::new(),
    }
}

/// A body with one item of a list as often as the example says: a thousand of them would be no reading.
fn repeated_body(told: &Value) -> Vec<u8> {
    let mut body = told["body"].clone();
    let list = body[told["list"].as_str().expect("a name")].as_array_mut().expect("a list");
    let n = told["times"].as_u64().and_then(|n| usize::try_from(n).ok()).expect("a count");
    *list = list.iter().cycle().take(n).cloned().collect();
    serde_json::to_vec(&body).expect("JSON")
}

fn text_of<'a>(value: &'a Value, field: &str) -> Option<&'a str> {
    value.get(field).and_then(Value::as_str)
}

fn outcome_of(dialect: &dyn Dialect, example: &Value, body: &[u8]) -> Result<(Value, Value), Failed> {
    let told = &example["request"];
    let query = text_of(told, "query").unwrap_or("");
    let query = query.replace("{link}", &link(0)?).replace("{link_of_change}", &link(1)?);
    let query = support::attempts::filled_in(dialect, &query, &example["given"]);
    let name = text_of(told, "method").ok_or("a request needs a method")?;
    let path = text_of(told, "path").ok_or("a request needs a path")?;
    let mut request = Request::new(dialect, name, path, body).ok_or("no route takes it")?.query(&query);
    let headers = told.get("headers").and_then(Value::as_object);
    request.headers =
        headers.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    if let Some(received_at) = text_of(told, "received_at") {
        request.received_at = moment(received_at);
    }
    request.peer = text_of(told, "peer").map(|peer| peer.parse().expect("an address"));
    set_device_limit(&mut request, told);
    if told.get("upper_case") == Some(&Value::Bool(true)) {
        request.settings.recommendation_words = RecommendationWords::UpperCase;
    }
    let own = told.get("action_types").and_then(Value::as_array).into_iter().flatten();
    request.settings.action_types = own.filter_map(Value::as_str).map(Into::into).collect();
    request.settings.pages_may_list_devices = told.get("pages_may_list_devices") == Some(&Value::Bool(true));
    match request.decode(dialect) {
        Err(refusal) => {
            let response = dialect.refuse(Some(request.route), &refusal, request.received_at);
            Ok((Value::Null, response_json(&response)))
        }
        Ok(intake) if example["given"].get("failed").is_some() => {
            // What was taken could not be carried out.
            let detail = text_of(&example["given"], "failed").unwrap_or("").to_owned();
            let refusal = Refusal { kind: RefusalKind::Internal, detail, path: None };
            let response = dialect.refuse(Some(request.route), &refusal, request.received_at);
            Ok((intake_json(&intake), response_json(&response)))
        }
        Ok(Intake::VendorRules(asked)) => {
            let outcome = support::vendor_rules::outcome(dialect, &request, &asked, &example["given"]);
            let (intake, reply) = outcome.map_err(|refusal| format!("decoded and then refused: {refusal:?}"))?;
            Ok((intake, response_json(&request.reply(dialect, &reply))))
        }
        Ok(intake) => {
            let given = &example["given"];
            let attempted = support::attempts::reply_to(dialect, &request, &intake, given, remembered);
            let reply = attempted.map_or_else(|| reply_to(&intake, given), Ok)?;
            let has_words = request.with_call(|call| dialect.reply(call, &reply)).is_some();
            // What streams is not answered by a reply.
            let is_silent = dialect.name() != "native" || matches!(reply, Reply::Nothing);
            assert!(has_words || is_silent, "our own API has words for whatever it brings about");
            let response = request.reply(dialect, &reply);
            Ok((intake_json(&intake), response_json(&response)))
        }
    }
}

fn set_device_limit(request: &mut Request<'_>, told: &Value) {
    if let Some(limit) = told.get("device_limit").and_then(Value::as_u64) {
        request.settings.devices_per_account_max = u16::try_from(limit).expect("few");
        request.settings.blocks_over_device_limit = true;
    }
}

fn moment(text: &str) -> Timestamp {
    let at: jiff::Timestamp = text.parse().expect("RFC 3339");
    Timestamp::from_micros(at.as_microsecond())
}

/// A token for a part of the event of all examples, taken from the answer that hands it out.
fn link(part: usize) -> Result<String, Failed> {
    let ravelin = dialect("ravelin");
    let body = br#"{"timestamp":1630066771,"login":{"username":"a","success":true,
        "authenticationMechanism":{"password":{"success":true}}},"device":{"deviceId":"d"}}"#;
    let request = Request::new(ravelin, "POST", "/v3/login", body).expect("a route").query("score=true");
    let Ok(Intake::Assess(told)) = request.decode(ravelin) else {
        return Err("a login is assessed".into());
    };
    let mut record = record(told.event, Some(Verdict::Allow));
    record.entry.previous_device = Some(previous_device(&json!({"id": "other", "at": "2021-08-27T12:19:27Z"})));
    record.entry.changes = support::changed::changes(&json!({"changes": [{"kind": "email", "value": "a@b.example"}]}));
    let response = request.reply(ravelin, &Reply::Assessed(Box::new(record)));
    let answer: Value = serde_json::from_slice(&response.body).expect("JSON");
    let url = answer["customerChanges"][part]["verificationURL"].as_str().expect("a link");
    Ok(url.split_once("?id=").ok_or("a token")?.1.to_owned())
}

fn previous_device(told: &Value) -> DeviceSnapshot {
    let label = |field| text_of(told, field).map(Into::into);
    DeviceSnapshot {
        id: DeviceId::new(text_of(told, "id").expect("an id")).expect("an id"),
        kind: label("type"),
        manufacturer: label("manufacturer"),
        model: label("model"),
        os: label("os"),
        ip: text_of(told, "ip").map(|ip| ip.parse().expect("an address")),
        user_agent: label("user_agent"),
        at: moment(text_of(told, "at").expect("a moment")),
    }
}

/// What an event becomes, as the example gives it.
fn remembered(event: &Event, given: &Value) -> Record {
    let verdict = text_of(given, "verdict").and_then(Verdict::parse);
    let mut record = record(event.clone(), verdict);
    if let (Some(assessment), Some(answered)) = (&mut record.entry.assessment, text_of(given, "answered")) {
        assessment.answered = Verdict::parse(answered);
    }
    if let (Some(assessment), Some(_)) = (&mut record.entry.assessment, given.get("no_rules")) {
        assessment.rules.clear();
    }
    if let (Some(assessment), Some(payment)) = (&mut record.entry.assessment, support::changed::payment(given)) {
        assessment.payment = payment;
    }
    record.entry.previous_device = given.get("previous_device").map(previous_device);
    record.entry.sighting = support::noted::sighting(given);
    record.entry.changes = support::changed::changes(given);
    record.feedback = support::noted::feedback(&record, given);
    record.entry.enrichment.credential = given.get("breached").map(|_| support::changed::breached(given));
    support::accounts::tell(&mut record, given);
    record
}

/// The event that an example without one of its own is about.
fn earlier_event(given: &Value) -> Result<Event, Failed> {
    let native = dialect("native");
    let body = serde_json::to_vec(given.get("event").unwrap_or(&json!({"action": "login"}))).expect("JSON");
    let request = Request::new(native, "POST", "/v1/events", &body).expect("a route");
    match request.decode(native) {
        Ok(Intake::Observe(told)) => Ok(told.event),
        other => Err(format!("the given event is none: {other:?}").into()),
    }
}

fn reply_to(intake: &Intake, given: &Value) -> Result<Reply, Failed> {
    let other = || support::backtests::reply_to(intake, given).or_else(|| support::several::reply_to(intake, given));
    if let Some(reply) = support::accounts::reply_to(intake, given).or_else(other) {
        return Ok(reply);
    }
    Ok(match intake {
        Intake::Assess(told) => {
            let mut record = remembered(&told.event, given);
            // Whoever asks is judged.
            let judged = || support::assessment(told.event.id, Verdict::Allow);
            record.entry.assessment.get_or_insert_with(judged);
            Reply::Assessed(Box::new(record))
        }
        Intake::Observe(told) => Reply::Observed(told.event.id),
        Intake::Conclude { .. } => Reply::Concluded(Box::new(remembered(&earlier_event(given)?, given))),
        Intake::Recall(_) => Reply::Recalled(Box::new(remembered(&earlier_event(given)?, given))),
        Intake::Search(_) => {
            let record = remembered(&earlier_event(given)?, given);
            let next = Some(rightful_domain::Cursor(record.sequence));
            Reply::Found(Page { records: vec![record], next })
        }
        Intake::Feedback(feedback) => {
            let n_targets = u32::try_from(feedback.len()).expect("few");
            Reply::FeedbackTaken { n_targets, n_released: 0, n_unlearned: 0 }
        }
        other => reply_of_devices(other, given)?,
    })
}

fn reply_of_devices(intake: &Intake, given: &Value) -> Result<Reply, Failed> {
    let earlier = earlier_event(given)?;
    let remembered = |event: Option<&Event>| remembered(event.unwrap_or(&earlier), given);
    let reply = support::reviewed::reply_to(intake, given, remembered);
    let reply = reply.or_else(|| support::noted::reply_to(intake, given, remembered, previous_device));
    reply.ok_or_else(|| format!("no example has this yet: {intake:?}").into())
}

fn intake_of_devices_json(intake: &Intake) -> Value {
    let event = |device: &Device, network: &Network| {
        let earlier = earlier_event(&Value::Null).expect("an event");
        event_json(&Event { device: device.clone(), network: network.clone(), ..earlier })
    };
    let shown = support::noted::intake_json(intake, event, |told| told_json("identify", told));
    let shown = shown.or_else(|| support::reviewed::intake_json(intake, |told| told_json("assess", told)));
    shown.unwrap_or_else(|| json!({"verb": format!("{intake:?}")}))
}

fn intake_json(intake: &Intake) -> Value {
    let shown = support::backtests::intake_json(intake).or_else(|| support::several::intake_json(intake));
    if let Some(shown) = shown {
        return shown;
    }
    match intake {
        Intake::Assess(told) => told_json("assess", told),
        Intake::Observe(told) => told_json("observe", told),
        Intake::Conclude { event, outcome } => {
            assert_ne!(*outcome, Outcome::Pending);
            json!({"verb": "conclude", "event": event.to_string(), "outcome": outcome.as_str()})
        }
        Intake::Recall(event) => json!({"verb": "recall", "event": event.to_string()}),
        Intake::Search(search) => json!({"verb": "search", "search": format!("{search:?}")}),
        Intake::Feedback(feedback) => json!({"verb": "feedback", "feedback": format!("{feedback:?}")}),
        Intake::Backfill(told) => told_json("backfill", told),
        other => support::attempts::intake_json(other).unwrap_or_else(|| intake_of_devices_json(other)),
    }
}

fn told_json(verb: &str, told: &Told) -> Value {
    let Told { event, hashes, retry, n_unknown } = told;
    let kept_s = |retry: &RetryKey| retry.until.since(event.received_at).as_secs();
    let mut told = json!({
        "verb": verb,
        "n_unknown": n_unknown,
        "hashes": support::changed::present(hashes),
        "retry_kept_s": retry.as_ref().map(kept_s),
        "at_clamped": event.at_clamped,
        "event": event_json(event),
    });
    if !event.vouched {
        told["vouched"] = false.into();
    }
    let details = support::changed::details_json(event);
    if details.as_array().is_some_and(|details| !details.is_empty()) {
        told["details"] = details;
    }
    told
}

fn response_json(response: &Response) -> Value {
    let Response { status, content_type, headers, body } = response;
    let headers: Map<String, Value> =
        headers.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
    let is_json = content_type.is_some_and(|kind| kind.ends_with("json"));
    let body: Value = if is_json {
        serde_json::from_slice(body).expect("JSON")
    } else {
        let text = String::from_utf8(body.clone()).expect("UTF-8");
        // Lines are easier to review than one long text.
        text.lines().map(Value::from).collect()
    };
    json!({"status": status, "content_type": content_type, "headers": headers, "body": body})
}

/// No digest that the request carries as a password's may be found again in what is made of it.
fn hides_hashes(request: &Value, intake: &Value, response: &Value) -> Result<(), Failed> {
    let seen = format!("{intake}{response}").to_lowercase();
    let mut hashes = Vec::new();
    collect_hashes(request, &mut hashes);
    match hashes.iter().find(|hash| seen.contains(&hash.to_lowercase())) {
        Some(_) => Err("a password hash is found again".into()),
        None => Ok(()),
    }
}

fn collect_hashes(value: &Value, hashes: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                match value {
                    Value::String(text) if name.to_lowercase().contains("password") => hashes.push(text.clone()),
                    other => collect_hashes(other, hashes),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_hashes(item, hashes)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every field of the seed is there, in its order and of its type; we may say more.
fn same_shape(path: &str, seed: &Value, ours: &Value) -> Result<(), Failed> {
    match (seed, ours) {
        (Value::Object(seed), Value::Object(ours)) => {
            let known: Vec<&String> = ours.keys().filter(|name| seed.contains_key(*name)).collect();
            let expected: Vec<&String> = seed.keys().collect();
            if known != expected {
                return Err(format!("{path}: expected the fields {expected:?}, found {known:?}").into());
            }
            seed.iter().try_for_each(|(name, value)| same_shape(&format!("{path}.{name}"), value, &ours[name]))
        }
        (Value::Array(seed), Value::Array(ours)) => match (seed.first(), ours.first()) {
            (Some(seed), Some(ours)) => same_shape(&format!("{path}[0]"), seed, ours),
            (None, _) => Ok(()),
            (Some(_), None) => Err(format!("{path}: expected items").into()),
        },
        (Value::String(_), Value::String(_))
        | (Value::Number(_), Value::Number(_))
        | (Value::Bool(_), Value::Bool(_)) => Ok(()),
        _ => Err(format!("{path}: is of another type").into()),
    }
}
