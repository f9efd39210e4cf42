//! What Sumsub can say of a story, and how: transactions carry the date of the story, which their vendor allows.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rightful_domain::{
    Action, Device, Event, EventId, FeedbackKind, FeedbackTarget, MechanismKind, Outcome, Payment, PaymentDirection,
    Person, Timestamp, Verdict,
};
use ring::hmac;
use serde_json::{Map, Value, json};

use super::data_sets::password_sha256_hex;
use super::judge::JudgeError;
use super::over_http::{answer_to, text_in};
use super::teller::{Vendor, not_sayable};
use crate::http::{Connection, HttpError, request};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where transactions of accounts are told, whether or not their vendor would know them.
const SUBMIT: &str = "/resources/applicants/-/kyt/txns/-/data";

/// What a story's application signs with.
#[derive(Debug, Clone, Copy)]
pub struct SumsubKeys<'a> {
    /// Names the application.
    pub app_token: &'a str,
    /// Signs.
    pub secret_key: &'a str,
}

/// A running server's Sumsub.
pub struct Sumsub {
    connection: Connection,
    app_token: String,
    secret: hmac::Key,
    /// The real clock, since signatures are good for a minute.
    began: (Timestamp, Instant),
}

impl Sumsub {
    /// By an application's keys and the real clock's `now`.
    pub fn new(address: SocketAddr, keys: SumsubKeys<'_>, now: Timestamp) -> Result<Self, HttpError> {
        Ok(Self {
            connection: Connection::new(address, PATIENCE)?,
            app_token: keys.app_token.to_owned(),
            secret: hmac::Key::new(hmac::HMAC_SHA256, keys.secret_key.as_bytes()),
            began: (now, Instant::now()),
        })
    }

    async fn tell(&mut self, target: &str, body: &Value) -> Result<Value, JudgeError> {
        let body = body.to_string();
        let (began, since) = self.began;
        let seconds = began.plus(since.elapsed()).as_millis().div_euclid(1_000).to_string();
        let signed = hmac::sign(&self.secret, format!("{seconds}POST{target}{body}").as_bytes());
        let signature: String = signed.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        let headers = [
            ("x-app-token", &*self.app_token),
            ("x-app-access-ts", &seconds),
            ("x-app-access-sig", &signature),
            ("content-type", "application/json"),
        ];
        answer_to(&mut self.connection, &request("POST", target, &headers, body.as_bytes())).await
    }
}

#[async_trait]
impl Vendor for Sumsub {
    /// The transaction.
    type Telling = Value;
    /// The status of its review, and the answer where there is one.
    type Answer = (String, Option<String>);
    /// Where it is said, and the body that says it.
    type Word = (String, Value);

    fn telling(event: Event, password: Option<&str>) -> Result<(Event, Value), JudgeError> {
        said(event, password)
    }

    fn word(target: &FeedbackTarget, kind: &FeedbackKind, _now: Timestamp) -> Result<Self::Word, JudgeError> {
        review(target, kind)
    }

    async fn ask(&mut self, _event: &Event, body: Value) -> Result<(EventId, Self::Answer), JudgeError> {
        let answer = self.tell(SUBMIT, &body).await?;
        let event = dashed(text_in(&answer, "/id")?).ok_or(JudgeError::Unreadable("a transaction's id"))?;
        let status = text_in(&answer, "/review/reviewStatus")?.to_owned();
        Ok((event, (status, text_in(&answer, "/review/reviewResult/reviewAnswer").ok().map(str::to_owned))))
    }

    fn says((status, answer): &Self::Answer, answered: Verdict) -> bool {
        stands(answered).contains(&(status.as_str(), answer.as_deref()))
    }

    async fn say(
        &mut self,
        _target: &FeedbackTarget,
        (path, body): Self::Word,
        _now: Timestamp,
    ) -> Result<(), JudgeError> {
        self.tell(&path, &body).await.map(drop)
    }
}

/// How a transaction may stand after a verdict: its status, and the answer where there is one.
const fn stands(verdict: Verdict) -> &'static [(&'static str, Option<&'static str>)] {
    match verdict {
        Verdict::Trust | Verdict::Allow => &[("completed", Some("GREEN"))],
        Verdict::Challenge => &[("awaitingUser", None), ("onHold", None)],
        Verdict::Deny => &[("completed", Some("RED"))],
    }
}

/// A transaction's id is an event's without its dashes.
fn dashed(id: &str) -> Option<EventId> {
    let parts: Option<Vec<&str>> = [0..8, 8..12, 12..16, 16..20, 20..32].into_iter().map(|part| id.get(part)).collect();
    EventId::parse(&parts?.join("-")).ok()
}

/// What Sumsub can say of an event: the event without the rest, and the transaction that says it.
fn said(mut event: Event, password: Option<&str>) -> Result<(Event, Value), JudgeError> {
    event.username = None;
    let account = event.account.as_ref().ok_or(not_sayable("a name that belongs to no account"))?;
    let Person { email: _, phone: _, delivery_address, payment_methods, password_changed, .. } = &event.person;
    if delivery_address.is_some() || !payment_methods.is_empty() || *password_changed {
        return Err(not_sayable("details beside contacts"));
    }
    if event.outcome == Outcome::Pending {
        return Err(not_sayable("an attempt whose outcome is not known yet"));
    }
    let mut body = Map::new();
    body.insert("txnId".into(), json!(event.id.to_string()));
    body.insert("txnDate".into(), json!(date(event.at)));
    let mut applicant =
        json!({ "externalUserId": account.as_str(), "type": "individual", "device": device_body(&event) });
    for (name, contact) in [("email", &event.person.email), ("phone", &event.person.phone)] {
        if let Some(contact) = contact {
            applicant[name] = json!(contact.reveal());
        }
    }
    if is_money(&event)? {
        let payment = event.payment.as_mut().ok_or(not_sayable("money of which nothing is told"))?;
        event.mechanisms = Vec::new();
        let (info, method, counterparty) = money(payment, &event.action)?;
        body.insert("info".into(), info);
        applicant["paymentMethod"] = method;
        body.insert("counterparty".into(), counterparty);
    } else {
        body.insert("type".into(), json!("userPlatformEvent"));
        body.insert("userPlatformEventInfo".into(), platform_event(&mut event, password)?);
    }
    // What names no device by its looks: Sumsub's own are told by its page, not by its server.
    let Device { aliases, language, .. } = std::mem::take(&mut event.device);
    event.device = Device { aliases, language, ..Device::default() };
    body.insert("applicant".into(), applicant);
    Ok((event, Value::Object(body)))
}

fn is_money(event: &Event) -> Result<bool, JudgeError> {
    let is_done = event.outcome == Outcome::Succeeded;
    match event.action {
        Action::Withdraw | Action::Transaction if is_done => Ok(true),
        Action::Withdraw | Action::Transaction => Err(not_sayable("money that did not move")),
        Action::Checkout | Action::CreditsChange => Err(not_sayable("a purchase, or credits")),
        Action::AccountDetailsChange => Err(not_sayable("a change of details")),
        Action::Logout => Err(not_sayable("signing out")),
        Action::Custom(_) => Err(not_sayable("an action of the application's own")),
        Action::Login | Action::Register | Action::PasswordReset | Action::AccountAuthChange
            if event.payment.is_some() =>
        {
            Err(not_sayable("money beside what is done"))
        }
        Action::Login => Ok(false),
        Action::Register | Action::PasswordReset | Action::AccountAuthChange if is_done => Ok(false),
        Action::Register | Action::PasswordReset | Action::AccountAuthChange => {
            Err(not_sayable("a failure beside that of a login"))
        }
    }
}

/// What moved, with what, and to whom.
fn money(payment: &mut Payment, action: &Action) -> Result<(Value, Value, Value), JudgeError> {
    let amount = payment.amount.ok_or(not_sayable("money of which no amount is told"))?;
    let is_out = payment.direction == Some(PaymentDirection::Out);
    let kind = match (action, is_out) {
        (Action::Withdraw, true) => "withdrawal",
        (Action::Transaction, true) => "transfer",
        (Action::Transaction, false) => "deposit",
        _ => return Err(not_sayable("a withdrawal into the account")),
    };
    let currency = String::from_utf8_lossy(&amount.currency).into_owned();
    let info = json!({
        "direction": if is_out { "out" } else { "in" },
        // The shortest decimal that tells it apart is the amount that was told: stories have few digits.
        "amount": amount.ten_thousandths as f64 / 10_000.0,
        "currencyCode": currency,
        "currencyType": "fiat",
        "type": kind,
    });
    let told = payment
        .method_id
        .as_ref()
        .map(|method| json!({ "type": payment.method.as_deref(), "accountId": method.reveal() }));
    let method = told.unwrap_or(Value::Null);
    let counterparty = payment.payee.as_ref().map_or(Value::Null, |payee| json!({ "externalUserId": payee.reveal() }));
    if !is_out {
        // Whom it comes from is nobody who is paid.
        payment.payee = None;
    }
    Ok((info, method, counterparty))
}

/// What was done on the platform: a password that was right or wrong, and whether a code was right after it.
fn platform_event(event: &mut Event, password: Option<&str>) -> Result<Value, JudgeError> {
    let kind = match (&event.action, event.outcome) {
        (Action::Login, Outcome::Failed) => "failedLogin",
        (Action::Login, _) => "login",
        (Action::Register, _) => "signup",
        (Action::PasswordReset, _) => "passwordReset",
        _ => "twoFaReset",
    };
    let is_login = event.action == Action::Login;
    let mut has_factor = false;
    for mechanism in &mut event.mechanisms {
        mechanism.failure = None;
        match (&mechanism.kind, mechanism.succeeded) {
            (MechanismKind::Password, _) => {}
            (MechanismKind::OneTimeCode, Some(true)) => has_factor = true,
            (MechanismKind::OneTimeCode, _) => return Err(not_sayable("a code that was wrong")),
            _ => return Err(not_sayable("another proof than a password and a code")),
        }
    }
    let has_password = event.mechanisms.iter().any(|it| it.kind == MechanismKind::Password);
    if is_login && !has_password {
        return Err(not_sayable("a login without a password"));
    }
    let hash = password.filter(|_| has_password).map(password_sha256_hex);
    if !is_login && hash.is_none() {
        // Of another event, a proof is only known by what is told of it.
        event.mechanisms.retain(|it| it.kind != MechanismKind::Password);
    }
    Ok(json!({ "type": kind, "twoFaUsed": has_factor, "passwordHash": hash }))
}

fn device_body(event: &Event) -> Value {
    json!({
        "fingerprint": event.device.id().map(|id| id.as_str()),
        "userAgent": event.network.user_agent.as_deref(),
        "acceptLang": event.device.language.as_deref(),
        "sessionId": event.session.as_ref().map(|session| session.as_str()),
        "ipInfo": { "ip": event.network.ip.map(|ip| ip.to_string()) },
    })
}

/// What somebody decides of a transaction, and where that is said.
fn review(target: &FeedbackTarget, kind: &FeedbackKind) -> Result<(String, Value), JudgeError> {
    let answer = match kind {
        FeedbackKind::ConfirmedTakeover => "RED",
        FeedbackKind::ConfirmedLegitimate => "GREEN",
        FeedbackKind::Reclaimed => return Err(not_sayable("a reclaim")),
        FeedbackKind::ChallengePassed { .. } | FeedbackKind::ChallengeFailed | FeedbackKind::ChallengeIgnored => {
            return Err(not_sayable("a challenge's end"));
        }
    };
    match target {
        FeedbackTarget::Event(event) => {
            let id = event.to_string().replace('-', "");
            Ok((format!("/resources/kyt/txns/{id}/review/status/completed"), json!({ "reviewAnswer": answer })))
        }
        FeedbackTarget::Account { .. } => Err(not_sayable("a word on a whole account")),
    }
}

/// `2026-01-05 07:00:00.000+0000`. Days into dates as in Howard Hinnant's "chrono-compatible low-level date algorithms".
fn date(at: Timestamp) -> String {
    let (days, ms) = (at.as_millis().div_euclid(86_400_000), at.as_millis().rem_euclid(86_400_000));
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let (day, month) = (of_year - (153 * from_march + 2) / 5 + 1, (from_march + 2) % 12 + 1);
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{:03}+0000", ms % 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_the_calendars() {
        for (ms, expected) in [
            (0, "1970-01-01 00:00:00.000+0000"),
            (951_782_400_000, "2000-02-29 00:00:00.000+0000"),
            (1_660_142_948_123, "2022-08-10 14:49:08.123+0000"),
            (1_798_761_599_999, "2026-12-31 23:59:59.999+0000"),
        ] {
            assert_eq!(date(Timestamp::from_millis(ms)), expected);
        }
    }

    #[test]
    fn an_id_gets_its_dashes_back() {
        let id = EventId::from_bytes([7; 16]);
        assert_eq!(dashed(&id.to_string().replace('-', "")), Some(id));
        assert_eq!(dashed("é"), None);
    }
}
