//! What Ravelin can say of a story, and how.

use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Action, Device, Event, EventId, FailureReason, FeedbackKind, FeedbackTarget, Mechanism, MechanismKind,
    Outcome, Person, Timestamp, Verdict,
};
use serde_json::{Map, Value, json};

use super::data_sets::password_sha256_hex;
use super::judge::JudgeError;
use super::over_http::{Asked, exchange, text_in};
use super::teller::{Vendor, not_sayable};
use crate::http::{Connection, HttpError};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// A running server's Ravelin.
pub struct Ravelin {
    connection: Connection,
    authorization: String,
}

impl Ravelin {
    /// By the secret key of an application.
    pub fn new(address: SocketAddr, secret_key: &str) -> Result<Self, HttpError> {
        let authorization = format!("token {secret_key}");
        Ok(Self { connection: Connection::new(address, PATIENCE)?, authorization })
    }

    async fn tell(&mut self, target: &str, body: &Value) -> Result<Value, JudgeError> {
        let asked = Asked { method: "POST", target, authorization: &self.authorization };
        exchange(&mut self.connection, asked, Some(body)).await
    }
}

#[async_trait]
impl Vendor for Ravelin {
    /// Where it is said, and the body that says it.
    type Telling = (&'static str, Value);
    type Answer = String;
    /// The body of a reclaim.
    type Word = Value;

    const CLOSES_ACCOUNTS: bool = true;

    fn telling(event: Event, password: Option<&str>) -> Result<(Event, Self::Telling), JudgeError> {
        let (event, target, body) = said(event, password)?;
        Ok((event, (target, body)))
    }

    fn word(target: &FeedbackTarget, kind: &FeedbackKind, now: Timestamp) -> Result<Value, JudgeError> {
        reclaim_body(target, kind, now)
    }

    async fn ask(&mut self, _event: &Event, (target, body): Self::Telling) -> Result<(EventId, String), JudgeError> {
        let answer = self.tell(target, &body).await?;
        let event = EventId::parse(text_in(&answer, "/data/scoreId")?);
        let event = event.map_err(|_| JudgeError::Unreadable("/data/scoreId"))?;
        Ok((event, text_in(&answer, "/data/ato/action")?.to_owned()))
    }

    fn says(answer: &String, answered: Verdict) -> bool {
        takeover_word(answered) == answer
    }

    async fn say(&mut self, _target: &FeedbackTarget, word: Value, _now: Timestamp) -> Result<(), JudgeError> {
        self.tell("/v2/reclaim", &word).await.map(drop)
    }

    async fn close(&mut self, account: &AccountId, now: Timestamp) -> Result<(), JudgeError> {
        let customer = json!({ "customerId": account.as_str(), "method": "AccountDeleted", "source": "ATO" });
        self.tell("/v2/reclaim", &json!({ "timestamp": now.as_millis(), "customers": [customer] })).await.map(drop)
    }
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
