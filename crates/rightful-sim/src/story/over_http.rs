//! A running server, asked over HTTP in our own API.
//!
//! Its clock is real, so a story is told as if it had just happened: it ends a little while ago. What a server still
//! counts as news is checked; what is older than that is told as history.

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, ApplicationId, Device, Event, EventId, FailureReason, FeedbackKind, FeedbackTarget, Mechanism,
    MechanismKind, Money, Outcome, Payment, PaymentDirection, Person, ReasonCode, Timestamp, Verdict,
};
use rightful_store::Applied;
use serde_json::{Map, Value, json};

use super::data_sets::password_sha256_hex;
use super::judge::{Judge, JudgeError, Judged};
use super::syntax::{Deed, Expectation, Step, Story};
use crate::http::{Connection, HttpError, request};

/// How much of a story a server takes for news: what happened more than 24 h ago enters no window.
pub const NEWS_MAX: Duration = Duration::from_secs(23 * 3_600);
/// How long ago a story ends. What happened less than five minutes ago would be counted as of the real now.
const ENDED_BEFORE: Duration = Duration::from_secs(10 * 60);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// Since when, after a story's first midnight, it is news to a server: what is expected before is not checked there.
///
/// None if the story cannot be told at all: a challenge, an outcome, a word of somebody's and what waits in quarantine count
/// from when they are told, so none of these may be older than news. So does a reclaim: who starts anew after it would come
/// before it.
#[must_use]
pub fn news_since(story: &Story) -> Option<Duration> {
    let since = story.length().saturating_sub(NEWS_MAX);
    let counts_from_now = |step: &Step| match (&step.deed, &step.expected) {
        (Deed::Act(_), Some(Expectation::Judged { verdict, .. })) => !verdict.is_met_by(Verdict::Allow),
        (Deed::Act(_) | Deed::Campaign(_), _) => false,
        (Deed::Challenge { .. } | Deed::Outcome { .. } | Deed::Feedback { .. }, _)
        | (Deed::Reclaim { .. } | Deed::Close { .. }, _) => true,
    };
    let is_late = story.steps.iter().any(|step| step.at < since && counts_from_now(step));
    let starts_anew = |step: &Step| match &step.expected {
        Some(Expectation::Judged { present, .. }) => present.contains(&ReasonCode::UserRecentlyReclaimed),
        _ => false,
    };
    (!is_late && !story.steps.iter().any(starts_anew)).then_some(since)
}

/// A running server.
pub struct OverHttp {
    connection: Connection,
    authorization: String,
    application: ApplicationId,
    midnight: Timestamp,
}

impl OverHttp {
    /// A judge for one story, by the real clock's `now`; None if [`news_since`] says that it cannot be told.
    ///
    /// The key should be a new application's, in the story's mode.
    pub fn new(
        (address, api_key, application): (SocketAddr, &str, ApplicationId),
        story: &Story,
        now: Timestamp,
    ) -> Result<Option<Self>, HttpError> {
        if news_since(story).is_none() {
            return Ok(None);
        }
        let midnight = now.minus(ENDED_BEFORE).minus(story.length());
        Self::beginning((address, api_key, application), midnight).map(Some)
    }

    /// The same, for a story that begins at this midnight, whose teller sees to the server's clock.
    pub(super) fn beginning(
        (address, api_key, application): (SocketAddr, &str, ApplicationId),
        midnight: Timestamp,
    ) -> Result<Self, HttpError> {
        let (connection, authorization) = (Connection::new(address, PATIENCE)?, format!("Bearer {api_key}"));
        Ok(Self { connection, authorization, application, midnight })
    }

    async fn post(&mut self, target: &str, body: &Value) -> Result<Value, JudgeError> {
        let asked = Asked { method: "POST", target, authorization: &self.authorization };
        exchange(&mut self.connection, asked, Some(body)).await
    }

    /// Asks for something.
    pub(super) async fn get(&mut self, target: &str) -> Result<Value, JudgeError> {
        let asked = Asked { method: "GET", target, authorization: &self.authorization };
        exchange(&mut self.connection, asked, None).await
    }
}

/// What is asked of a server, and by whom.
pub(super) struct Asked<'a> {
    pub(super) method: &'static str,
    pub(super) target: &'a str,
    pub(super) authorization: &'a str,
}

/// Asks a server once; its answer's JSON.
pub(super) async fn exchange(
    connection: &mut Connection,
    asked: Asked<'_>,
    body: Option<&Value>,
) -> Result<Value, JudgeError> {
    let Asked { method, target, authorization } = asked;
    let headers = [("content-type", "application/json"), ("authorization", authorization)];
    // Who shows nothing sends no header.
    let headers = if authorization.is_empty() { &headers[..1] } else { &headers[..] };
    let body = body.map(Value::to_string).unwrap_or_default();
    answer_to(connection, &request(method, target, headers, body.as_bytes())).await
}

/// Sends a request once; its answer's JSON.
pub(super) async fn answer_to(connection: &mut Connection, request: &[u8]) -> Result<Value, JudgeError> {
    let answer = connection.exchange(request).await?;
    if !(200..300).contains(&answer.status) {
        let body = String::from_utf8_lossy(answer.body).into_owned();
        return Err(JudgeError::Refused { status: answer.status, body });
    }
    serde_json::from_slice(answer.body).map_err(|_| JudgeError::Unreadable("JSON"))
}

#[async_trait]
impl Judge for OverHttp {
    fn application(&self) -> &ApplicationId {
        &self.application
    }

    fn midnight(&self) -> Timestamp {
        self.midnight
    }

    async fn assess(&mut self, event: Event, password: Option<&str>) -> Result<Judged, JudgeError> {
        let said = self.post("/v1/assessments", &event_body(&event, password)).await?;
        judged(&said)
    }

    async fn conclude(&mut self, event: EventId, outcome: Outcome, _now: Timestamp) -> Result<(), JudgeError> {
        self.post(&format!("/v1/events/{event}/outcome"), &json!({ "outcome": outcome.as_str() })).await?;
        Ok(())
    }

    async fn hear(
        &mut self,
        target: FeedbackTarget,
        kind: FeedbackKind,
        _now: Timestamp,
    ) -> Result<Applied, JudgeError> {
        let said = self.post("/v1/feedback", &feedback_body(&target, &kind)).await?;
        let number = |name: &'static str| {
            let number = said.get(name).and_then(Value::as_u64).and_then(|n| u32::try_from(n).ok());
            number.ok_or(JudgeError::Unreadable(name))
        };
        Ok(Applied { n_released: number("n_released")?, n_unlearned: number("n_unlearned")? })
    }

    async fn close(&mut self, account: AccountId, _now: Timestamp) -> Result<(), JudgeError> {
        // Names of a story's people are letters and digits.
        self.post(&format!("/v1/accounts/{}/notes", account.as_str()), &json!({ "closed": true })).await?;
        Ok(())
    }
}

/// The text at a place of an answer.
pub(super) fn text_in<'a>(answer: &'a Value, pointer: &'static str) -> Result<&'a str, JudgeError> {
    answer.pointer(pointer).and_then(Value::as_str).ok_or(JudgeError::Unreadable(pointer))
}

pub(super) fn judged(said: &Value) -> Result<Judged, JudgeError> {
    let text = |name: &'static str| said.get(name).and_then(Value::as_str).ok_or(JudgeError::Unreadable(name));
    let reasons = said.get("reasons").and_then(Value::as_array).ok_or(JudgeError::Unreadable("reasons"))?;
    Ok(Judged {
        event: EventId::parse(text("event_id")?).map_err(|_| JudgeError::Unreadable("event_id"))?,
        verdict: Verdict::parse(text("verdict")?).ok_or(JudgeError::Unreadable("verdict"))?,
        reasons: reasons.iter().filter_map(Value::as_str).filter_map(ReasonCode::parse).collect(),
        rules: Vec::new(),
    })
}

/// What a story's events can say, in our own API's words.
fn event_body(event: &Event, password: Option<&str>) -> Value {
    let mut body = Map::new();
    body.insert("action".into(), json!(event.action.as_str()));
    body.insert("outcome".into(), json!(event.outcome.as_str()));
    // Milliseconds, as Unix time.
    body.insert("at".into(), json!(event.at.as_millis()));
    body.insert("account".into(), json!(event.account.as_ref().map(|account| account.as_str())));
    body.insert("username".into(), json!(event.username.as_ref().map(|username| username.reveal())));
    let mechanisms = event.mechanisms.iter().map(|mechanism| mechanism_body(mechanism, password));
    body.insert("mechanisms".into(), mechanisms.collect());
    body.insert("device".into(), device_body(&event.device));
    let (ip, user_agent) = (event.network.ip.map(|ip| ip.to_string()), &event.network.user_agent);
    body.insert("network".into(), json!({ "ip": ip, "user_agent": user_agent.as_deref() }));
    body.insert("payment".into(), event.payment.as_ref().map_or(Value::Null, payment_body));
    body.insert("session_id".into(), json!(event.session.as_ref().map(|session| session.as_str())));
    body.insert("person".into(), person_body(&event.person));
    Value::Object(body)
}

fn mechanism_body(mechanism: &Mechanism, password: Option<&str>) -> Value {
    let password = password.filter(|_| mechanism.kind == MechanismKind::Password);
    json!({
        "kind": mechanism.kind.as_str(),
        "succeeded": mechanism.succeeded,
        "failure_reason": mechanism.failure.as_ref().map(FailureReason::as_str),
        "password_sha256": password.map(password_sha256_hex),
    })
}

fn person_body(person: &Person) -> Value {
    let methods: Vec<&str> = person.payment_methods.iter().map(|method| method.reveal().as_ref()).collect();
    json!({
        "email": person.email.as_ref().map(|email| email.reveal()),
        "phone": person.phone.as_ref().map(|phone| phone.reveal()),
        "delivery_address": person.delivery_address.as_ref().map(|place| json!({ "city": place.city.as_deref() })),
        "payment_methods": methods,
        "password_changed": person.password_changed,
    })
}

fn payment_body(payment: &Payment) -> Value {
    let decimal = |money: &Money| format!("{}.{:04}", money.ten_thousandths / 10_000, money.ten_thousandths % 10_000);
    let currency = payment.amount.map(|money| String::from_utf8_lossy(&money.currency).into_owned());
    json!({
        "amount": payment.amount.as_ref().map(decimal),
        "currency": currency,
        "method": payment.method.as_deref(),
        "method_id": payment.method_id.as_ref().map(|method| method.reveal()),
        "payee": payment.payee.as_ref().map(|payee| payee.reveal()),
        "direction": payment.direction.map(|direction| if direction == PaymentDirection::In { "in" } else { "out" }),
    })
}

fn device_body(device: &Device) -> Value {
    json!({
        "id": device.id().map(|id| id.as_str()),
        "type": device.kind.as_deref(),
        "manufacturer": device.manufacturer.as_deref(),
        "model": device.model.as_deref(),
        "os": device.os.as_deref(),
        "browser": device.browser.as_deref(),
        "language": device.language.as_deref(),
        "time_zone": device.time_zone.as_deref(),
        "screen": device.screen.as_deref(),
    })
}

fn feedback_body(target: &FeedbackTarget, kind: &FeedbackKind) -> Value {
    let mut body = Map::new();
    body.insert("kind".into(), json!(kind.as_str()));
    match target {
        FeedbackTarget::Event(event) => {
            body.insert("event_id".into(), json!(event.to_string()));
        }
        FeedbackTarget::Account { account, first_event } => {
            body.insert("account".into(), json!(account.as_str()));
            body.insert("first_event_id".into(), json!(first_event.map(|event| event.to_string())));
        }
    }
    if let FeedbackKind::ChallengePassed { mechanism: Some(mechanism) } = kind {
        body.insert("mechanism".into(), json!(mechanism.as_str()));
    }
    Value::Object(body)
}
