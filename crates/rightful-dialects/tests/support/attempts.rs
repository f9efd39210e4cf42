//! What pages attempt, in the examples: the request of a page that says so, and what becomes of it.

use std::sync::Arc;
use std::time::Duration;

use rightful_dialects::{Dialect, Intake, Reply, VendorReply, Wants};
use rightful_domain::{
    AgentKind, AgentTraits, Event, FeatureVector, Finding, NetworkClaim, NetworkKind, ReasonCode, Record, Report,
};
use serde_json::{Value, json};

use super::{Request, SIGNAL_SCHEMA, SIGNALS};

/// Any key of that kind.
pub(crate) const SEALING_KEY: &str = r#"{"kty":"RSA","n":"AQAB","e":"AQAB"}"#;

const EVENTS: &str = "/risk-collect/device/events";

/// What stands in an example for what the page of its `given` was answered.
pub(crate) fn filled_in(dialect: &dyn Dialect, text: &str, given: &Value) -> String {
    if !["{action_token}", "{session_token}", "{device_id}", "{action_id}"].iter().any(|name| text.contains(name)) {
        return text.to_owned();
    }
    let page = page(given);
    let mut request = Request::new(dialect, "POST", EVENTS, &page).expect("a route");
    request.settings.action_types = vec!["wire_template".into()];
    let report = report(dialect, &page);
    let response = request.reply(dialect, &Reply::Reported(report.id));
    let told: Value = serde_json::from_slice(&response.body).expect("JSON");
    let field = |name: &str| told[name].as_str().unwrap_or("").to_owned();
    let mut text = text.to_owned();
    for (name, value) in [
        ("{action_token}", field("actionToken")),
        ("{session_token}", field("sessionToken")),
        ("{device_id}", field("deviceId")),
    ] {
        text = text.replace(name, &value);
    }
    if text.contains("{action_id}") {
        text = text.replace("{action_id}", &action_id(dialect, &report));
    }
    text
}

fn page(given: &Value) -> Vec<u8> {
    serde_json::to_vec(given.get("page").expect("an example with a page's words gives them")).expect("JSON")
}

/// What a page's request is kept as.
fn report(dialect: &dyn Dialect, page: &[u8]) -> Report {
    let mut request = Request::new(dialect, "POST", EVENTS, page).expect("a route");
    request.headers = vec![("user-agent", AGENT), ("origin", "https://bank.example")];
    request.peer = Some("203.0.113.7".parse().expect("an address"));
    request.settings.action_types = vec!["wire_template".into()];
    let intake = request.decode(dialect);
    let report = if let Ok(Intake::Report(report)) = intake { Some(report) } else { None };
    *report.expect("a page reports")
}

const AGENT: &str = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/156.0.0.0 Safari/537.36";

/// The name of an action, from the recommendation that says it.
fn action_id(dialect: &dyn Dialect, report: &Report) -> String {
    let request = Request::new(dialect, "GET", "/risk/v1/recommendation", b"").expect("a route");
    let told = request.with_call(|call| dialect.told(call, report, None)).expect("an event");
    let record = super::record(told.event, Some(rightful_domain::Verdict::Allow));
    let response = request.reply(dialect, &Reply::Assessed(Box::new(record)));
    let told: Value = serde_json::from_slice(&response.body).expect("JSON");
    told["context"]["action_id"].as_str().expect("a name").to_owned()
}

/// What becomes of an intake that is about what pages attempt; None if it is about something else.
pub(crate) fn reply_to(
    dialect: &dyn Dialect,
    request: &Request<'_>,
    intake: &Intake,
    given: &Value,
    remembered: impl Fn(&Event, &Value) -> Record,
) -> Option<Reply> {
    let judged = |report: &Report| {
        let told = request.with_call(|call| dialect.told(call, report, None)).expect("an event");
        let mut record = remembered(&told.event, given);
        tell(&mut record, given);
        Box::new(record)
    };
    Some(match intake {
        Intake::SealingKey => Reply::Vendors(VendorReply::SealingKey(SEALING_KEY.to_owned())),
        Intake::Grant => {
            Reply::Vendors(VendorReply::Granted { token: "a.b.c".to_owned(), kept: Duration::from_secs(3_600) })
        }
        Intake::Ask(ask) if ask.wants == Wants::Token => Reply::Reported(ask.attempt),
        Intake::Ask(ask) => match &ask.reported {
            Some(reported) => Reply::Assessed(judged(reported)),
            None => Reply::Assessed(judged(&report(dialect, &page(given)))),
        },
        Intake::Finish(_) => Reply::Vendors(VendorReply::Finished(judged(&report(dialect, &page(given))))),
        _ => return None,
    })
}

/// Findings, networks and the agent, as an example gives them.
fn tell(record: &mut Record, given: &Value) {
    let list = |name: &str| given.get(name).and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    if let (Some(assessment), Some(signals)) = (&mut record.entry.assessment, given.get("signals")) {
        let value = |name: &&str| signals[*name].as_f64().map_or(f32::NAN, |value| value as f32);
        let values = SIGNALS.iter().map(value).collect();
        assessment.features = FeatureVector { schema: SIGNAL_SCHEMA, values };
    }
    if let (Some(assessment), true) = (&mut record.entry.assessment, given.get("findings").is_some()) {
        let finding = |name| {
            let reason = ReasonCode::ALL.into_iter().find(|code| code.as_str() == name).expect("a reason");
            Finding { reason, nats: 1.0, evidence: Vec::new() }
        };
        assessment.findings = list("findings").map(finding).collect();
    }
    let claim = |name| {
        let kind = NetworkKind::ALL.into_iter().find(|kind| kind.as_str() == name).expect("a kind of network");
        NetworkClaim { kind, said_by: Arc::from("list") }
    };
    record.entry.enrichment.networks = list("networks").map(claim).collect();
    record.entry.enrichment.agent = Some(AgentTraits {
        kind: AgentKind::Desktop,
        browser: Some("Chrome".into()),
        browser_major: Some(156),
        os: Some("Mac OSX".into()),
    });
}

/// How such an intake is shown; None if it is about something else.
pub(crate) fn intake_json(intake: &Intake) -> Option<Value> {
    Some(match intake {
        Intake::SealingKey => json!({"verb": "sealing key"}),
        Intake::Grant => json!({"verb": "grant"}),
        Intake::Ask(ask) => {
            let reported = ask.reported.as_ref().map(|report| said(report));
            let wants = format!("{:?}", ask.wants).to_lowercase();
            json!({"verb": "ask", "attempt": ask.attempt.to_string(), "wants": wants, "reported": reported,
                   "has_proof": ask.proof.is_some()})
        }
        Intake::Finish(finish) => json!({"verb": "finish", "finish": format!("{finish:?}")}),
        _ => return None,
    })
}

/// What a report says of an attempt.
pub(crate) fn said(report: &Report) -> Value {
    report.said.as_ref().map_or(Value::Null, |said| serde_json::from_str(said.as_json()).expect("JSON"))
}
