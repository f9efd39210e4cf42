//! A running server, told in Ravelin's words what a story tells; and the same, as far as Ravelin can say it, in ours.
//!
//! Ravelin has no words for some of what stories tell: such a story is not told in part, and it is said which step it was.
//! What a step loses without changing what happens, as a device's time zone, both sides leave out: the same facts must be
//! judged alike, whoever's words they come in.

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Action, ApplicationId, Device, Event, EventId, FailureReason, FeedbackKind, FeedbackTarget, Mechanism,
    MechanismKind, Outcome, Person, Timestamp, Verdict,
};
use rightful_store::Applied;
use serde_json::{Map, Value, json};

use super::data_sets::password_sha256_hex;
use super::in_process::FIRST_MIDNIGHT;
use super::judge::{Judge, JudgeError, Judged};
use super::over_http::{Asked, OverHttp, exchange, judged};
use super::run::{RunError, RunErrorCause, run};
use super::syntax::Story;
use super::world::World;
use crate::http::Connection;

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// In whose words a story is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// In Ravelin's.
    Ravelin,
    /// In our own, saying no more than Ravelin could.
    Ours,
}

/// A running server.
pub struct OverRavelin {
    ours: OverHttp,
    words: Words,
    connection: Connection,
    authorization: String,
}

impl OverRavelin {
    /// A judge for one story, by the real clock's `now`; None if the story is too long to be told.
    ///
    /// The keys, our own and Ravelin's, should be a new application's, in the story's mode.
    pub fn new(
        (address, [our_key, their_key], application): (SocketAddr, [&str; 2], ApplicationId),
        words: Words,
        story: &Story,
        now: Timestamp,
    ) -> Result<Option<Self>, crate::http::HttpError> {
        let Some(ours) = OverHttp::new((address, our_key, application), story, now)? else { return Ok(None) };
        let authorization = format!("token {their_key}");
        Ok(Some(Self { ours, words, connection: Connection::new(address, PATIENCE)?, authorization }))
    }

    async fn tell(&mut self, target: &str, body: &Value) -> Result<Value, JudgeError> {
        let asked = Asked { method: "POST", target, authorization: &self.authorization };
        exchange(&mut self.connection, asked, Some(body)).await
    }
}

#[async_trait]
impl Judge for OverRavelin {
    fn application(&self) -> &ApplicationId {
        self.ours.application()
    }

    fn midnight(&self) -> Timestamp {
        self.ours.midnight()
    }

    async fn assess(&mut self, event: Event, password: Option<&str>) -> Result<Judged, JudgeError> {
        let (event, target, body) = said(event, password)?;
        if self.words == Words::Ours {
            return self.ours.assess(event, password).await;
        }
        let answer = self.tell(target, &body).await?;
        let text = |pointer: &'static str| {
            answer.pointer(pointer).and_then(Value::as_str).ok_or(JudgeError::Unreadable(pointer))
        };
        let (event, action) = (text("/data/scoreId")?, text("/data/ato/action")?);
        // Ravelin has one word for two verdicts, and none for reasons: the record has them.
        let record = self.ours.get(&format!("/v1/assessments/{event}")).await?;
        let answered = record.get("answered").and_then(Value::as_str).and_then(Verdict::parse);
        if answered.map(takeover_word) != Some(action) {
            return Err(JudgeError::Unreadable("the verdict that was answered"));
        }
        judged(&record)
    }

    async fn conclude(&mut self, _event: EventId, _outcome: Outcome, _now: Timestamp) -> Result<(), JudgeError> {
        Err(not_sayable("an outcome told later"))
    }

    async fn hear(
        &mut self,
        target: FeedbackTarget,
        kind: FeedbackKind,
        now: Timestamp,
    ) -> Result<Applied, JudgeError> {
        let body = reclaim_body(&target, &kind, now)?;
        match self.words {
            Words::Ours => self.ours.hear(target, kind, now).await,
            // How many events that was is not answered.
            Words::Ravelin => self.tell("/v2/reclaim", &body).await.map(|_| Applied::default()),
        }
    }

    async fn close(&mut self, account: AccountId, now: Timestamp) -> Result<(), JudgeError> {
        if self.words == Words::Ours {
            return self.ours.close(account, now).await;
        }
        let customer = json!({ "customerId": account.as_str(), "method": "AccountDeleted", "source": "ATO" });
        self.tell("/v2/reclaim", &json!({ "timestamp": now.as_millis(), "customers": [customer] })).await.map(drop)
    }
}

/// The step for which Ravelin has no words, with its line; None if it can say the whole story.
///
/// # Errors
/// The story cannot be played at all.
pub async fn not_sayable_in_ravelin(story: &Story, world: &World) -> Result<Option<String>, RunError> {
    let application = ApplicationId::new("rehearsal");
    let application = application.map_err(|invalid| RunError { line: 0, cause: RunErrorCause::InvalidId(invalid) })?;
    match run(story, world, &mut Rehearsal { application }).await {
        Ok(_) => Ok(None),
        Err(RunError { line, cause: RunErrorCause::Judge(JudgeError::NotSayable(what)) }) => {
            Ok(Some(format!("line {line}: {what}")))
        }
        Err(other) => Err(other),
    }
}

/// Nobody judges: it is tried whether all can be said.
struct Rehearsal {
    application: ApplicationId,
}

#[async_trait]
impl Judge for Rehearsal {
    fn application(&self) -> &ApplicationId {
        &self.application
    }

    fn midnight(&self) -> Timestamp {
        FIRST_MIDNIGHT
    }

    async fn assess(&mut self, event: Event, password: Option<&str>) -> Result<Judged, JudgeError> {
        let (event, _, _) = said(event, password)?;
        Ok(Judged { event: event.id, verdict: Verdict::Allow, reasons: Vec::new(), rules: Vec::new() })
    }

    async fn conclude(&mut self, _event: EventId, _outcome: Outcome, _now: Timestamp) -> Result<(), JudgeError> {
        Err(not_sayable("an outcome told later"))
    }

    async fn hear(
        &mut self,
        target: FeedbackTarget,
        kind: FeedbackKind,
        now: Timestamp,
    ) -> Result<Applied, JudgeError> {
        reclaim_body(&target, &kind, now).map(|_| Applied::default())
    }

    async fn close(&mut self, _account: AccountId, _now: Timestamp) -> Result<(), JudgeError> {
        Ok(())
    }
}

const fn not_sayable(what: &'static str) -> JudgeError {
    JudgeError::NotSayable(what)
}

const fn takeover_word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Trust | Verdict::Allow => "PERMIT",
        Verdict::Challenge => "WARN",
        Verdict::Deny => "BLOCK",
    }
}

/// What Ravelin can say of an event: the event without the rest, where it is said, and the body that says it.
fn said(mut event: Event, password: Option<&str>) -> Result<(Event, &'static str, Value), JudgeError> {
    event.device.time_zone = None;
    if event.session.is_some() {
        return Err(not_sayable("a session"));
    }
    if event.payment.is_some() {
        return Err(not_sayable("money"));
    }
    let Person { email: _, phone, delivery_address, payment_methods, password_changed, .. } = &event.person;
    if phone.is_some() || delivery_address.is_some() || !payment_methods.is_empty() || *password_changed {
        return Err(not_sayable("details beside the e-mail address"));
    }
    match event.action {
        Action::Login if event.person.email.is_some() => Err(not_sayable("a contact with a login")),
        Action::Login => {
            let body = login_body(&event, password)?;
            Ok((event, "/v3/login?score=true", body))
        }
        Action::Register => {
            event.person.password_changed = event.mechanisms.iter().any(|it| it.kind == MechanismKind::Password);
            let body = registration_body(&event, password)?;
            Ok((event, "/v2/registration?score=true", body))
        }
        Action::AccountDetailsChange if event.outcome == Outcome::Succeeded => {
            (event.mechanisms, event.username) = (Vec::new(), None);
            let body = customer_body(&event);
            Ok((event, "/v2/customer?score=true", body))
        }
        Action::AccountDetailsChange => Err(not_sayable("a change of details that failed")),
        Action::AccountAuthChange => Err(not_sayable("another factor or password")),
        Action::PasswordReset => Err(not_sayable("recovering access")),
        Action::Logout => Err(not_sayable("signing out")),
        Action::Transaction | Action::Checkout | Action::Withdraw | Action::CreditsChange => Err(not_sayable("money")),
        Action::Custom(_) => Err(not_sayable("an action of the application's own")),
    }
}

fn success(event: &Event) -> Result<bool, JudgeError> {
    match event.outcome {
        Outcome::Succeeded => Ok(true),
        Outcome::Failed => Ok(false),
        Outcome::Pending => Err(not_sayable("an attempt whose outcome is not known yet")),
    }
}

fn login_body(event: &Event, password: Option<&str>) -> Result<Value, JudgeError> {
    let username = event.username.as_ref().ok_or(not_sayable("a login without a username"))?;
    Ok(json!({
        "timestamp": event.at.as_millis(),
        "login": {
            "username": username.reveal(),
            "customerId": event.account.as_ref().map(|account| account.as_str()),
            "success": success(event)?,
            "authenticationMechanism": mechanisms(&event.mechanisms, password)?,
        },
        "device": device_body(event),
    }))
}

fn registration_body(event: &Event, password: Option<&str>) -> Result<Value, JudgeError> {
    Ok(json!({
        "timestamp": event.at.as_millis(),
        "customer": customer(event),
        "registration": {
            "username": event.username.as_ref().map(|username| username.reveal()),
            "success": success(event)?,
            "registrationMechanism": mechanisms(&event.mechanisms, password)?,
        },
        "device": device_body(event),
    }))
}

fn customer_body(event: &Event) -> Value {
    json!({ "timestamp": event.at.as_millis(), "customer": customer(event), "device": device_body(event) })
}

fn customer(event: &Event) -> Value {
    json!({
        "customerId": event.account.as_ref().map(|account| account.as_str()),
        "email": event.person.email.as_ref().map(|email| email.reveal()),
    })
}

fn mechanisms(all: &[Mechanism], password: Option<&str>) -> Result<Value, JudgeError> {
    let mut told = Map::new();
    for Mechanism { kind, succeeded, failure, .. } in all {
        let hash = password.filter(|_| *kind == MechanismKind::Password).map(password_sha256_hex);
        let failure = failure.as_ref().map(|failure| failure_word(kind, failure)).transpose()?;
        let body = json!({ "success": succeeded, "failureReason": failure, "passwordHashed": hash });
        if told.insert(mechanism_word(kind)?.to_owned(), body).is_some() {
            return Err(not_sayable("one way of proving oneself twice"));
        }
    }
    if told.is_empty() { Err(not_sayable("no way of proving oneself")) } else { Ok(Value::Object(told)) }
}

fn mechanism_word(kind: &MechanismKind) -> Result<&'static str, JudgeError> {
    Ok(match kind {
        MechanismKind::Password => "password",
        MechanismKind::Social => "social",
        MechanismKind::OneTimeCode => "oneTimeCode",
        MechanismKind::U2f => "u2f",
        MechanismKind::RsaKey => "rsaKey",
        MechanismKind::SmsCode => "smsCode",
        MechanismKind::MagicLink => "magiclink",
        MechanismKind::Recaptcha => "recaptcha",
        MechanismKind::BioMetric => "bioMetric",
        MechanismKind::PushNotification => "pushNotification",
        MechanismKind::Passkey => return Err(not_sayable("a passkey")),
        MechanismKind::Other(_) => return Err(not_sayable("a mechanism of the application's own")),
    })
}

fn failure_word(kind: &MechanismKind, failure: &FailureReason) -> Result<&'static str, JudgeError> {
    Ok(match failure {
        FailureReason::UnknownUsername => "UNKNOWN_USERNAME",
        FailureReason::BadPassword => "BAD_PASSWORD",
        FailureReason::InvalidProof => match kind {
            MechanismKind::MagicLink => "INVALID_LINK",
            MechanismKind::U2f | MechanismKind::RsaKey => "INVALID_KEY",
            MechanismKind::Password
            | MechanismKind::Social
            | MechanismKind::OneTimeCode
            | MechanismKind::SmsCode
            | MechanismKind::Recaptcha
            | MechanismKind::BioMetric
            | MechanismKind::PushNotification
            | MechanismKind::Passkey
            | MechanismKind::Other(_) => "INVALID_CODE",
        },
        FailureReason::Timeout => "TIMEOUT",
        FailureReason::RateLimit => "RATE_LIMIT",
        FailureReason::BannedUser => "BANNED_USER",
        FailureReason::Provider => "SOCIAL_FAILURE",
        FailureReason::InternalError => "INTERNAL_ERROR",
        FailureReason::AuthenticationFailure => "AUTHENTICATION_FAILURE",
        FailureReason::Other(_) => return Err(not_sayable("a failure of the application's own")),
    })
}

fn device_body(event: &Event) -> Value {
    let Device { kind, manufacturer, model, os, browser, language, screen, .. } = &event.device;
    json!({
        "deviceId": event.device.id().map(|id| id.as_str()),
        "type": kind.as_deref(),
        "manufacturer": manufacturer.as_deref(),
        "model": model.as_deref(),
        "os": os.as_deref(),
        "browser": browser.as_deref(),
        "language": language.as_deref(),
        "screenResolution": screen.as_deref(),
        "ipAddress": event.network.ip.map(|ip| ip.to_string()),
        "userAgent": event.network.user_agent.as_deref(),
    })
}

fn reclaim_body(target: &FeedbackTarget, kind: &FeedbackKind, now: Timestamp) -> Result<Value, JudgeError> {
    match (kind, target) {
        (FeedbackKind::Reclaimed, FeedbackTarget::Account { account, first_event }) => {
            let events: Vec<Value> = first_event.iter().map(|event| json!({ "loginId": event.to_string() })).collect();
            let customer = json!({ "customerId": account.as_str(), "method": "PasswordReset", "atoEvents": events, "source": "ATO" });
            Ok(json!({ "timestamp": now.as_millis(), "customers": [customer] }))
        }
        (FeedbackKind::Reclaimed, FeedbackTarget::Event(_)) => Err(not_sayable("a reclaim of one event")),
        (FeedbackKind::ConfirmedTakeover | FeedbackKind::ConfirmedLegitimate, _) => {
            Err(not_sayable("a word on whose event it was"))
        }
        (FeedbackKind::ChallengePassed { .. } | FeedbackKind::ChallengeFailed | FeedbackKind::ChallengeIgnored, _) => {
            Err(not_sayable("a challenge's end"))
        }
    }
}
