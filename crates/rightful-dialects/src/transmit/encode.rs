//! From our answers to Transmit's.

use rightful_domain::{Action, Assessment, EventId, Record, Settings};
use serde_json::{Map, Value, json};

use super::browser::{self, batch};
use super::decode::ms;
use super::response::{json, put, refused};
use super::{context, desk, rules, signals, token, words};
use crate::{Call, Response, SeveralDone};

/// Interaction events of one request: the client's own default of 2 would make one request of every second click.
const BUFFER_SIZE: u8 = 20;
/// How long the client gathers them, in s.
const BUFFER_INTERVAL_S: u8 = 2;

/// The answer to who asks for an access token.
pub(super) fn granted(token: &str, kept: std::time::Duration) -> Response {
    let body = json!({ "access_token": token, "token_type": "Bearer", "expires_in": kept.as_secs() });
    let mut response = json(200, &body);
    // RFC 6749, section 5.1.
    response.headers.push(("cache-control", "no-store".to_owned()));
    response
}

/// How the client is to report.
pub(super) fn conf(settings: &Settings, public_key: &str) -> Response {
    let own = settings.action_types.iter().map(|name| &**name);
    let actions: Vec<&str> = Action::KNOWN.iter().map(Action::as_str).chain(own).collect();
    json(
        200,
        &json!({
            "sdkEnabled": true,
            "actions": actions,
            "publicKey": public_key,
            "bufferSize": BUFFER_SIZE,
            "bufferInterval": BUFFER_INTERVAL_S,
            "enableDeviceAttributesInActions": true,
        }),
    )
}

/// The answer to what the client reports. It names no user: the client would take that one for signed in.
pub(super) fn reported(call: &Call<'_>, report: EventId) -> Response {
    // It was read before, so it can be read again.
    let Ok(batch) = batch(call) else { return json(200, &json!({})) };
    let mut body = Map::new();
    body.insert("deviceId".to_owned(), batch.device.as_str().into());
    if batch.has_attempt {
        body.insert("actionToken".to_owned(), token::action(call, report).into());
    }
    if batch.wants_session {
        let session = token::session(call, &batch.device, batch.key_name.as_deref());
        body.insert("sessionToken".to_owned(), session.into());
    }
    json(200, &Value::Object(body))
}

/// The answer to a client that has an id from elsewhere.
pub(super) fn migrated(call: &Call<'_>) -> Response {
    match browser::migrated(call) {
        Ok(id) => json(200, &json!({ "deviceId": id })),
        Err(refusal) => refused(None, &refusal),
    }
}

/// The answer to who tells how an action ended.
pub(super) fn finished(call: &Call<'_>, record: &Record) -> Response {
    let action = token::action_name(call, record.entry.event.id);
    json(201, &json!({ "message": "OK", "action_id": action }))
}

/// The answer to a label.
pub(super) fn labelled(call: &Call<'_>, done: Option<&SeveralDone>) -> Response {
    json(201, &super::label::taken(call, done))
}

/// The answer to what is asked of several actions.
pub(super) fn several(call: &Call<'_>, done: &SeveralDone) -> Response {
    let (status, body) = desk::answer(call, done);
    json(status, &body)
}

/// The answer to a server that reports an action and asks for no recommendation.
pub(super) fn triggered(call: &Call<'_>, attempt: EventId) -> Response {
    json(201, &json!({ "action_token": token::action(call, attempt) }))
}

/// A recommendation, with its action's token where the caller has none yet.
pub(super) fn recommended(call: &Call<'_>, record: &Record) -> Response {
    json(200, &Value::Object(recommendation(call, record)))
}

/// The same, to a server that reports the action itself.
pub(super) fn recommended_at_once(call: &Call<'_>, record: &Record) -> Response {
    let mut body = Map::new();
    body.insert("action_token".to_owned(), token::action(call, record.entry.event.id).into());
    body.extend(recommendation(call, record));
    json(201, &Value::Object(body))
}

fn recommendation(call: &Call<'_>, record: &Record) -> Map<String, Value> {
    let event = &record.entry.event;
    let judged = record.entry.assessment.as_ref();
    // Judged where nobody asked, as an action is whose result came first, it is answered as it would have been then.
    let answered = |judged: &Assessment| judged.answered.unwrap_or(call.application.mode.answered(judged.verdict));
    let verdict = judged.map_or(call.application.fallback_mild, answered);
    let settings = &call.application.settings;
    let (result, challenge_type) = words::result(record);
    let mut told = Map::new();
    put(&mut told, "type", Some(words::recommendation(verdict, settings.recommendation_words)));
    put(&mut told, "result", result);
    put(&mut told, "challenge_type", challenge_type);
    let reasons: Vec<&str> =
        judged.iter().flat_map(|judged| &judged.findings).map(|finding| words::reason(finding.reason)).collect();
    let kept = context::Kept::of(event);
    let mut body = Map::new();
    put(&mut body, "id", Some(token::recommendation_name(call, event.id)));
    put(&mut body, "issued_at", Some(ms(record.entry.judged_at())));
    put(&mut body, "recommendation", Some(told));
    put(&mut body, "risk_score", Some(judged.map_or(0.0, |judged| judged.risk_score.points())));
    put(&mut body, "context", Some(context::of(call, record, &kept)));
    put(&mut body, "risk_signals", Some(signals::of(call, &record.entry)));
    put(&mut body, "reasons", Some(reasons));
    put(&mut body, "transaction_data", kept.transaction);
    put(&mut body, "custom_attributes", kept.custom);
    let threat = words::threat(verdict, event.action == Action::Register);
    put(&mut body, "threats", threat.map(|threat| vec![threat]));
    put(&mut body, "matched_rules", judged.and_then(|judged| rules::matched(call, judged)));
    put(&mut body, "preview_rule", judged.and_then(|judged| rules::preview(call, &event.action, judged)));
    body
}
