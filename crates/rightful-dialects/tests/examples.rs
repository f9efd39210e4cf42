//! Every file in a dialect's `examples/` is one test: a request, what it means, and how it is answered.
//!
//! `UPDATE_EXPECT=1` writes `intake` and `response` as they are now; the diff is the review. `request`, `given` and
//! `seed_response` are never written.

mod support;

use std::path::{Path, PathBuf};

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_dialects::{Dialect, Intake, Reclaim, Refusal, RefusalKind, Reply, Response, Told};
use rightful_domain::{
    AccountId, CountryCode, CredentialStatus, DetailChange, DetailKind, DetailValue, DeviceId, DeviceSnapshot, Dossier,
    Event, Label, LabelValue, Location, Note, NoteKind, NoteTarget, Outcome, Page, PasswordHashes, PaymentAction,
    PaymentSource, PaymentView, Pii, PreviousDetail, Record, Report, RetryKey, Timestamp, Verdict,
};
use serde_json::{Map, Value, json};
use support::{Request, dialect, event_json, record};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for name in ["native", "ravelin"] {
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
    let body = body_of(&example["request"]);
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

fn body_of(request: &Value) -> Vec<u8> {
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
    let name = text_of(told, "method").ok_or("a request needs a method")?;
    let path = text_of(told, "path").ok_or("a request needs a path")?;
    let mut request = Request::new(dialect, name, path, body).ok_or("no route takes it")?.query(&query);
    let headers = told.get("headers").and_then(Value::as_object);
    request.headers =
        headers.into_iter().flatten().filter_map(|(name, value)| Some((name.as_str(), value.as_str()?))).collect();
    if let Some(received_at) = text_of(told, "received_at") {
        request.received_at = moment(received_at);
    }
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
        Ok(intake) => {
            let response = request.reply(dialect, &reply_to(&intake, &example["given"])?);
            Ok((intake_json(&intake), response_json(&response)))
        }
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
    record.entry.changes = given_changes(&json!({"changes": [{"kind": "email", "value": "a@b.example"}]}));
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
    if let (Some(assessment), Some(payment)) = (&mut record.entry.assessment, given_payment(given)) {
        assessment.payment = payment;
    }
    record.entry.previous_device = given.get("previous_device").map(previous_device);
    record.entry.changes = given_changes(given);
    record.entry.enrichment.credential = given.get("breached").map(|_| breached(given));
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
        Intake::Backfill(told) => Reply::Observed(told.event.id),
        Intake::Report(report) => Reply::Reported(report.id),
        Intake::LookUp { .. } => Reply::LookedUp(breached(given)),
        Intake::Dossier(account) => Reply::Dossier(Box::new(dossier(account, given, None)?)),
        Intake::Note(note) => {
            let account = match &note.about {
                NoteTarget::Account(account) => account.clone(),
                NoteTarget::Device(_) => AccountId::new("ann").expect("an id"),
            };
            Reply::Dossier(Box::new(dossier(&account, given, Some(&note.kind))?))
        }
        Intake::Reclaim(all) => Reply::Reclaimed { n_accounts: u32::try_from(all.len()).expect("few") },
        other => return Err(format!("no example has this yet: {other:?}").into()),
    })
}

fn breached(given: &Value) -> CredentialStatus {
    let breached = |what| given.get("breached").is_some_and(|breached| breached[what] == true);
    CredentialStatus { password_breached: breached("password"), username_breached: breached("username") }
}

/// What is noted of an account: what the example gives, and then what the request adds or takes.
fn dossier(account: &AccountId, given: &Value, noted: Option<&NoteKind>) -> Result<Dossier, Failed> {
    let mut dossier = Dossier {
        account: account.clone(),
        labels: Vec::new(),
        tags: Vec::new(),
        closed_at: None,
        reported_at: None,
        reclaimed_at: None,
        devices: Vec::new(),
    };
    for label in given.get("labels").and_then(Value::as_array).into_iter().flatten() {
        dossier.labels.push(given_label(label));
    }
    for tag in given.get("tags").and_then(Value::as_array).into_iter().flatten() {
        dossier.tags.push(tag.as_str().ok_or("a tag is a text")?.into());
    }
    match noted {
        Some(NoteKind::Labelled(label)) => dossier.labels.push(label.clone()),
        Some(NoteKind::Tagged(tags)) => dossier.tags.extend(tags.iter().cloned()),
        Some(NoteKind::Untagged(tags)) => dossier.tags.retain(|tag| !tags.contains(tag)),
        Some(NoteKind::Closed | NoteKind::Metadata(_) | NoteKind::Detached) | None => {}
    }
    Ok(dossier)
}

fn given_label(told: &Value) -> Label {
    let text = |name| text_of(told, name).map(|text| Pii::new(Box::from(text)));
    let word = text_of(told, "value").expect("a value");
    Label {
        value: LabelValue::ALL.into_iter().find(|value| value.as_str() == word).expect("a label"),
        comment: text("comment"),
        reviewer_name: text("reviewer_name"),
        reviewer_email: text("reviewer_email"),
        at: moment(text_of(told, "at").expect("a moment")),
    }
}

/// What an event changed, as the example gives it: texts, or addresses as objects.
fn given_changes(given: &Value) -> Vec<DetailChange> {
    let changes = given.get("changes").and_then(Value::as_array);
    let change = |told: &Value| {
        let kind = DetailKind::ALL.into_iter().find(|kind| kind.as_str() == told["kind"]).expect("a kind");
        let value = |told: &Value| detail_value(kind, told);
        let previous = told.get("previous").map(|told| PreviousDetail { value: value(told), sequence: 1 });
        DetailChange { kind, value: value(&told["value"]), previous }
    };
    changes.into_iter().flatten().map(change).collect()
}

fn detail_value(kind: DetailKind, told: &Value) -> DetailValue {
    match told {
        Value::String(code) if kind == DetailKind::Country => {
            DetailValue::Country(CountryCode::new(code).expect("a country"))
        }
        Value::String(text) => DetailValue::Text(Pii::new(text.as_str().into())),
        Value::Object(lines) => DetailValue::Address(Box::new(Location {
            country: lines
                .get("country")
                .and_then(Value::as_str)
                .map(|code| CountryCode::new(code).expect("a country")),
            city: lines.get("city").and_then(Value::as_str).map(Into::into),
            address: lines
                .iter()
                .filter(|(name, _)| !["country", "city"].contains(&name.as_str()))
                .map(|(name, line)| (name.as_str().into(), Pii::new(line.as_str().expect("a line").into())))
                .collect(),
            ..Location::default()
        })),
        _ => DetailValue::Unsaid,
    }
}

/// How the account's payments are seen, where an example cares.
fn given_payment(given: &Value) -> Option<PaymentView> {
    let told = given.get("payment")?;
    Some(PaymentView {
        action: match text_of(told, "action") {
            Some("prevent") => PaymentAction::Prevent,
            Some("review") => PaymentAction::Review,
            _ => PaymentAction::Allow,
        },
        score: told["score"].as_u64().and_then(|score| u8::try_from(score).ok()).unwrap_or(0),
        source: match text_of(told, "source") {
            Some("rate_limit") => PaymentSource::RateLimit,
            Some("label") => PaymentSource::Label,
            _ => PaymentSource::Judgement,
        },
    })
}

fn intake_json(intake: &Intake) -> Value {
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
        Intake::Report(report) => report_json(report),
        Intake::LookUp { username, hashes } => {
            json!({"verb": "look_up", "username": username.as_ref().map(|name| name.reveal()), "hashes": present(hashes)})
        }
        Intake::Dossier(account) => json!({"verb": "dossier", "account": account.as_str()}),
        Intake::Note(note) => note_json(note),
        Intake::Reclaim(all) => {
            let reclaim = |reclaim: &Reclaim| format!("{reclaim:?}");
            // A thousand would hide the first.
            json!({"verb": "reclaim", "n": all.len(), "accounts": all.iter().take(3).map(reclaim).collect::<Vec<_>>()})
        }
        other => json!({"verb": format!("{other:?}")}),
    }
}

fn report_json(report: &Report) -> Value {
    let Report { id, application: _, device, network, behavior, opened_at, received_at } = report;
    json!({
        "verb": "report",
        "id": id.to_string(),
        "device": format!("{device:?}"),
        "network": format!("{network:?}"),
        "behavior": behavior.as_ref().map(|behavior| format!("{behavior:?}")),
        "opened_at": opened_at.map(Timestamp::as_micros),
        "received_at": received_at.as_micros(),
    })
}

fn note_json(note: &Note) -> Value {
    let told = |text: &Option<Pii<Box<str>>>| text.as_ref().map(|text| text.reveal().to_string());
    let kind = match &note.kind {
        NoteKind::Labelled(Label { value, comment, reviewer_name, reviewer_email, at }) => json!({"labelled": {
            "value": value.as_str(),
            "comment": told(comment),
            "reviewer_name": told(reviewer_name),
            "reviewer_email": told(reviewer_email),
            "at": at.as_micros(),
        }}),
        other => json!(format!("{other:?}")),
    };
    json!({"verb": "note", "about": format!("{:?}", note.about), "kind": kind})
}

/// The details that an event carries of its person, which our own API need not tell.
fn person_json(event: &Event) -> Value {
    let detail = |(kind, value): (DetailKind, DetailValue)| {
        let value = value.canonical().map(|text| text.replace('\n', " | "));
        json!({"kind": kind.as_str(), "value": value})
    };
    Event { outcome: Outcome::Succeeded, ..event.clone() }.details().map(detail).collect()
}

fn present(hashes: &PasswordHashes) -> Vec<&'static str> {
    let PasswordHashes { sha256, sha1_sha256, email_password_sha256 } = hashes;
    let named = [("sha256", sha256), ("sha1_sha256", sha1_sha256), ("email_password_sha256", email_password_sha256)];
    named.into_iter().filter(|(_, hash)| hash.is_some()).map(|(name, _)| name).collect()
}

fn told_json(verb: &str, told: &Told) -> Value {
    let Told { event, hashes, retry, n_unknown } = told;
    let kept_s = |retry: &RetryKey| retry.until.since(event.received_at).as_secs();
    let mut told = json!({
        "verb": verb,
        "n_unknown": n_unknown,
        "hashes": present(hashes),
        "retry_kept_s": retry.as_ref().map(kept_s),
        "at_clamped": event.at_clamped,
        "event": event_json(event),
    });
    let details = person_json(event);
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
