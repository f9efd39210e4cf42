//! What Transmit can say of a story, and how.
//!
//! In Transmit's words a moment is the server's own, so the server's clock is driven by the story. A page reports its device
//! and the action, a server asks about it and says how it ended; there is no word for how somebody proved to be who they
//! are, before they were challenged.
//!
//! Who was to be challenged, and was let in without, is not said to have succeeded: a result says that the challenge was
//! passed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use async_trait::async_trait;
use rightful_domain::{
    AccountId, Action, Event, EventId, FeedbackKind, FeedbackTarget, Mechanism, MechanismKind, Money, Outcome, Payment,
    PaymentDirection, Person, Timestamp, Verdict,
};
use serde_json::{Map, Value, json};

use super::judge::JudgeError;
use super::over_http::{Asked, answer_to, exchange, text_in};
use super::teller::{Vendor, not_sayable};
use crate::http::{Connection, HttpError, request};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How long an access token is used: it holds for an hour.
const TOKEN_USED: Duration = Duration::from_secs(50 * 60);
/// How long the key is used that pages seal under: a client asks for it on each page.
const KEY_USED: Duration = Duration::from_secs(24 * 60 * 60);

/// Makes the body of a page's request, of a public key and of what the page says.
pub type Seal = Box<dyn Fn(&str, &[u8]) -> Option<String> + Send + Sync>;

/// What the story's teller brings: a hand on the server's clock, and the client's way of sealing.
pub struct Hands {
    /// Lets the server receive what comes next at this moment.
    pub set_clock: Box<dyn Fn(Timestamp) + Send + Sync>,
    /// Seals what a page says under a public key, a JSON Web Key: the body of the request, JSON.
    pub seal: Seal,
}

/// The keys of an application: a client with its secret.
#[derive(Debug, Clone, Copy)]
pub struct TransmitKeys<'a> {
    /// The public half.
    pub client_id: &'a str,
    /// The secret half.
    pub client_secret: &'a str,
}

/// The Transmit of a running server whose clock the story drives.
pub struct Transmit {
    hands: Hands,
    connection: Connection,
    client_id: String,
    client_secret: String,
    /// What is sent as `authorization`, and since when.
    authorization: Option<(String, Timestamp)>,
    /// The key to seal under, and since when.
    public_key: Option<(String, Timestamp)>,
    /// The ids that devices were given, by what they call their keys.
    devices: BTreeMap<String, String>,
    /// The action of each event: its token, and its id.
    actions: BTreeMap<EventId, (String, String)>,
    n_said: u64,
}

impl Transmit {
    /// By an application's keys.
    ///
    /// The application should be in test mode; the server should take the address of who calls from `x-forwarded-for`, let
    /// pages ask without limit, and have the clock that `hands` sets.
    pub fn new(address: SocketAddr, keys: TransmitKeys<'_>, hands: Hands) -> Result<Self, HttpError> {
        Ok(Self {
            hands,
            connection: Connection::new(address, PATIENCE)?,
            client_id: keys.client_id.to_owned(),
            client_secret: keys.client_secret.to_owned(),
            authorization: None,
            public_key: None,
            devices: BTreeMap::new(),
            actions: BTreeMap::new(),
            n_said: 0,
        })
    }

    async fn authorization(&mut self, now: Timestamp) -> Result<String, JudgeError> {
        if let Some((token, since)) = &self.authorization
            && now < since.plus(TOKEN_USED)
        {
            return Ok(token.clone());
        }
        let (id, secret) = (&self.client_id, &self.client_secret);
        let body = json!({ "grant_type": "client_credentials", "client_id": id, "client_secret": secret });
        let asked = Asked { method: "POST", target: "/oidc/token", authorization: "" };
        let answer = exchange(&mut self.connection, asked, Some(&body)).await?;
        let token = format!("Bearer {}", text_in(&answer, "/access_token")?);
        self.authorization = Some((token.clone(), now));
        Ok(token)
    }

    async fn tell(&mut self, target: &str, body: &Value, now: Timestamp) -> Result<Value, JudgeError> {
        let authorization = self.authorization(now).await?;
        let asked = Asked { method: "POST", target, authorization: &authorization };
        exchange(&mut self.connection, asked, Some(body)).await
    }

    async fn public_key(&mut self, now: Timestamp) -> Result<String, JudgeError> {
        if let Some((key, since)) = &self.public_key
            && now < since.plus(KEY_USED)
        {
            return Ok(key.clone());
        }
        let target = format!("/risk-collect/device/conf?tenantId={}", self.client_id);
        let asked = Asked { method: "GET", target: &target, authorization: "" };
        let answer = exchange(&mut self.connection, asked, None).await?;
        let key = text_in(&answer, "/publicKey")?.to_owned();
        self.public_key = Some((key.clone(), now));
        Ok(key)
    }

    /// Lets a page report its device and an action; the action's token.
    async fn report(&mut self, event: &Event) -> Result<String, JudgeError> {
        let public_key = self.public_key(event.at).await?;
        self.n_said += 1;
        let named = event.device.id().map_or("", |id| id.as_str());
        let key_name = key_name(named);
        let mut page = page(event, &self.client_id, self.n_said);
        page.insert("keyIdentifier".into(), json!(key_name));
        if let Some(id) = self.devices.get(&key_name) {
            page.insert("deviceId".into(), json!(id));
        }
        let page = Value::Object(page).to_string();
        let sealed = (self.hands.seal)(&public_key, page.as_bytes()).ok_or(JudgeError::Unreadable("/publicKey"))?;
        let ip = event.network.ip.map_or_else(String::new, |ip| ip.to_string());
        let agent = event.network.user_agent.as_deref().unwrap_or("");
        let headers = [("content-type", "application/json"), ("x-forwarded-for", &*ip), ("user-agent", agent)];
        let sent = request("POST", "/risk-collect/device/events", &headers, sealed.as_bytes());
        let answer = answer_to(&mut self.connection, &sent).await?;
        self.devices.insert(key_name, text_in(&answer, "/deviceId")?.to_owned());
        Ok(text_in(&answer, "/actionToken")?.to_owned())
    }

    /// Asks for a recommendation, as the account that a server names.
    async fn recommended(&mut self, event: &Event, account: &AccountId) -> Result<(EventId, String), JudgeError> {
        let token = self.report(event).await?;
        let target = format!("/risk/v1/recommendation?action_token={token}&user_id={}", account.as_str());
        let authorization = self.authorization(event.at).await?;
        let asked = Asked { method: "GET", target: &target, authorization: &authorization };
        let answer = exchange(&mut self.connection, asked, None).await?;
        let action = text_in(&answer, "/context/action_id")?.to_owned();
        let id = action.get(..32).and_then(|id| EventId::parse(id).ok());
        let id = id.ok_or(JudgeError::Unreadable("/context/action_id"))?;
        self.actions.insert(id, (token, action));
        Ok((id, text_in(&answer, "/recommendation/type")?.to_owned()))
    }

    /// Says how an action ended.
    async fn result(
        &mut self,
        event: EventId,
        (result, challenge): (&str, Option<&str>),
        now: Timestamp,
    ) -> Result<(), JudgeError> {
        let (token, _) = self.actions.get(&event).ok_or(JudgeError::Unreadable("an action"))?;
        let body = json!({ "action_token": token, "result": result, "challenge_type": challenge });
        self.tell("/risk/v1/action/result", &body, now).await.map(drop)
    }
}

#[async_trait]
impl Vendor for Transmit {
    /// Whose it was, and how it ended.
    type Telling = (AccountId, Outcome);
    /// The recommendation.
    type Answer = String;
    type Word = Word;

    const TELLS_OUTCOMES: bool = true;

    fn telling(event: Event, password: Option<&str>) -> Result<(Event, Self::Telling), JudgeError> {
        said(event, password)
    }

    fn word(target: &FeedbackTarget, kind: &FeedbackKind, _now: Timestamp) -> Result<Word, JudgeError> {
        word(target, kind)
    }

    fn outcome_after((_, outcome): &Self::Telling) -> Option<Outcome> {
        (*outcome != Outcome::Pending).then_some(*outcome)
    }

    fn outcome_in(word: &Word) -> Option<Outcome> {
        match word {
            Word::Result("success", _) => Some(Outcome::Succeeded),
            Word::Result(..) => Some(Outcome::Failed),
            Word::Label(_) => None,
        }
    }

    fn set_clock(&self, now: Timestamp) {
        (self.hands.set_clock)(now);
    }

    async fn ask(&mut self, event: &Event, (account, _): Self::Telling) -> Result<(EventId, String), JudgeError> {
        self.recommended(event, &account).await
    }

    fn says(answer: &String, answered: Verdict) -> bool {
        answered.as_str() == answer
    }

    async fn say(&mut self, target: &FeedbackTarget, word: Word, now: Timestamp) -> Result<(), JudgeError> {
        let (label, subject) = match (word, target) {
            (Word::Result(result, challenge), FeedbackTarget::Event(event)) => {
                return self.result(*event, (result, challenge), now).await;
            }
            (Word::Result(..), FeedbackTarget::Account { .. }) => {
                return Err(not_sayable("a challenge of a whole account"));
            }
            (Word::Label(label), FeedbackTarget::Event(event)) => {
                let (_, action) = self.actions.get(event).ok_or(JudgeError::Unreadable("an action"))?;
                (label, json!({ "type": "ACTION_ID", "value": action }))
            }
            (Word::Label(label), FeedbackTarget::Account { account, .. }) => {
                (label, json!({ "type": "USER_ID", "value": account.as_str() }))
            }
        };
        let body = json!({ "label_type": label, "subject": subject, "use_case": "ACCOUNT_TAKEOVER" });
        self.tell("/risk/v1/label", &body, now).await.map(drop)
    }

    async fn conclude(&mut self, event: EventId, outcome: Outcome, now: Timestamp) -> Result<(), JudgeError> {
        match outcome {
            Outcome::Succeeded => self.result(event, ("success", None), now).await,
            Outcome::Failed => self.result(event, ("failure", None), now).await,
            Outcome::Pending => Ok(()),
        }
    }
}

/// What Transmit can say of an event: the event without the rest, whose it was, and how it ended, which is said later.
fn said(mut event: Event, password: Option<&str>) -> Result<(Event, (AccountId, Outcome)), JudgeError> {
    let account = event.account.clone().ok_or(not_sayable("somebody who names no account"))?;
    if event.session.is_some() {
        return Err(not_sayable("a session"));
    }
    if password.is_some() {
        return Err(not_sayable("a password's hash"));
    }
    let is_plain = |mechanism: &Mechanism| mechanism.kind == MechanismKind::Password;
    if !event.mechanisms.iter().all(is_plain) {
        return Err(not_sayable("a proof beside the password, before there is a challenge"));
    }
    let Person { phone, delivery_address, payment_methods, password_changed, email, .. } = &event.person;
    let tells_details = phone.is_some() || delivery_address.is_some() || !payment_methods.is_empty();
    if tells_details || *password_changed || email.is_some() {
        return Err(not_sayable("details of the account"));
    }
    match event.action {
        Action::AccountDetailsChange | Action::AccountAuthChange => {
            return Err(not_sayable("what of an account is changed"));
        }
        Action::Custom(_) => return Err(not_sayable("an action of the application's own")),
        Action::Login
        | Action::Register
        | Action::Transaction
        | Action::Checkout
        | Action::PasswordReset
        | Action::Logout
        | Action::Withdraw
        | Action::CreditsChange => {}
    }
    let outcome = std::mem::replace(&mut event.outcome, Outcome::Pending);
    event.mechanisms = Vec::new();
    let device = &mut event.device;
    device.manufacturer = None;
    device.kind = device.kind.take().filter(|kind| matches!(&**kind, "computer" | "phone"));
    device.screen = device.screen.take().filter(|screen| sides(screen).is_some());
    Ok((event, (account, outcome)))
}

/// What a device calls its key: 64 hexadecimal digits that follow from its name.
fn key_name(device: &str) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, device.as_bytes());
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a page says, with its device and the action.
fn page(event: &Event, client_id: &str, n: u64) -> Map<String, Value> {
    let platform = match event.device.kind.as_deref() {
        Some("computer") => Some("desktop_web"),
        Some("phone") => Some("mobile_web"),
        Some(_) | None => None,
    };
    let username = event.username.as_ref().map(|username| username.reveal());
    let at = event.at.as_millis();
    let mut page = Map::new();
    page.insert("clientId".into(), json!(client_id));
    page.insert("userId".into(), Value::Null);
    page.insert("sdkPlatform".into(), json!(platform));
    page.insert(
        "events".into(),
        json!([
            { "type": "device", "attributes": attributes(event), "index": 2 * n, "tabId": "1", "timestamp": at },
            {
                "type": "action",
                "attributes": {
                    "action_type": event.action.as_str(),
                    "claimed_user_id": username,
                    "claimed_user_id_type": "email",
                    "transactionData": event.payment.as_ref().map(transaction),
                },
                "index": 2 * n + 1,
                "tabId": "1",
                "timestamp": at,
            },
        ]),
    );
    page
}

fn attributes(event: &Event) -> Value {
    let device = &event.device;
    let screen = device.screen.as_deref().and_then(sides);
    json!({
        "timezone": device.time_zone.as_deref(),
        "languages": device.language.iter().collect::<Vec<_>>(),
        "screen": screen.map(|(width, height)| json!({ "width": width, "height": height })),
        "navigatorHighEntropyData": {
            "platform": device.os.as_deref(),
            "model": device.model.as_deref(),
            "brands": device.browser.iter().map(|brand| json!({ "brand": brand })).collect::<Vec<_>>(),
        },
    })
}

fn sides(screen: &str) -> Option<(u32, u32)> {
    let (width, height) = screen.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

fn transaction(payment: &Payment) -> Value {
    let amount = |money: &Money| money.ten_thousandths as f64 / 10_000.0;
    let is_in = payment.direction == Some(PaymentDirection::In);
    let party = |name: &Option<rightful_domain::Pii<Box<str>>>| {
        name.as_ref().map(|name| json!({ "accountNumber": name.reveal() }))
    };
    json!({
        "amount": payment.amount.as_ref().map(amount),
        "currency": payment.amount.map(|money| String::from_utf8_lossy(&money.currency).into_owned()),
        "type": if is_in { "top_up" } else { "purchase" },
        "method": payment.method.as_deref(),
        "payer": party(&payment.method_id),
        "payee": party(&payment.payee),
    })
}

/// Transmit's word for what somebody says.
#[derive(Debug, Clone, Copy)]
pub enum Word {
    /// A result, and the kind of challenge.
    Result(&'static str, Option<&'static str>),
    /// A label.
    Label(&'static str),
}

fn word(target: &FeedbackTarget, kind: &FeedbackKind) -> Result<Word, JudgeError> {
    Ok(match (kind, target) {
        (FeedbackKind::ChallengePassed { mechanism }, _) => {
            Word::Result("success", mechanism.as_ref().map(challenge_type).transpose()?)
        }
        (FeedbackKind::ChallengeFailed, _) => Word::Result("failure", None),
        (FeedbackKind::ChallengeIgnored, _) => Word::Result("incomplete", None),
        (FeedbackKind::ConfirmedTakeover, _) => Word::Label("CONFIRMED_FRAUD"),
        (FeedbackKind::ConfirmedLegitimate, FeedbackTarget::Event(_)) => Word::Label("CONFIRMED_LEGIT"),
        (FeedbackKind::ConfirmedLegitimate, FeedbackTarget::Account { .. }) => {
            return Err(not_sayable("that all of an account is its owner's"));
        }
        (FeedbackKind::Reclaimed, _) => return Err(not_sayable("a reclaim")),
    })
}

fn challenge_type(mechanism: &MechanismKind) -> Result<&'static str, JudgeError> {
    Ok(match mechanism {
        MechanismKind::SmsCode => "sms_otp",
        MechanismKind::MagicLink => "email_otp",
        MechanismKind::OneTimeCode => "totp",
        MechanismKind::PushNotification => "push_otp",
        MechanismKind::Recaptcha => "captcha",
        MechanismKind::Password => "password",
        MechanismKind::Passkey => "passkey",
        MechanismKind::Social
        | MechanismKind::U2f
        | MechanismKind::RsaKey
        | MechanismKind::BioMetric
        | MechanismKind::Other(_) => return Err(not_sayable("a challenge of that kind")),
    })
}
