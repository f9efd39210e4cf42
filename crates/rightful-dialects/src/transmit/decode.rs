//! From what Transmit's callers ask for to our verbs.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rightful_domain::{
    AccountId, Action, CorrelationId, CredentialKind, Device, EventId, FeedbackKind, Network, Outcome, Report,
    Timestamp,
};
use zeroize::Zeroizing;

use super::attempt::{Said, SaidBy};
use super::browser::action;
use super::token::{self, refused};
use super::{device, money, words};
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::{account, address, id, text, user_agent, word};
use crate::{
    Ask, Call, DeviceProof, Finish, Intake, Method, PresentedInBody, Query, Refusal, RefusalKind, TokenIn, Wants,
    digest,
};

/// The only grant there is.
const GRANT: &str = "client_credentials";
/// For whom access tokens are.
const RESOURCE: &str = "https://risk.identity.security";
/// The longest secured session token, in bytes: it holds a session token and a key.
const SECURED_BYTES_MAX: usize = 8 * 1024;
/// The longest time that a secured session token may be good for, in s: what a page may ask for beyond is not believed.
const SECURED_KEPT_S_MAX: i64 = 60 * 60;
const SECURED: &str = "transmit secured session token";

/// The client that a request for an access token names, in a form or in JSON.
pub(super) fn client(body: &[u8]) -> Option<PresentedInBody> {
    let mut told = Form::read(body).ok()?;
    let (public_id, secret) = (told.take("client_id")?, told.take("client_secret")?);
    Some(PresentedInBody { kind: CredentialKind::TransmitClient, public_id, secret: Zeroizing::new(secret) })
}

/// Reads a request for an access token.
pub(super) fn grant(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut told = Form::read(call.body)?;
    if told.take("grant_type").as_deref() != Some(GRANT) {
        return Err(malformed("the grant_type must be client_credentials"));
    }
    match told.take("resource") {
        Some(other) if other.trim_end_matches('/') != RESOURCE => {
            Err(malformed("the resource must be https://risk.identity.security"))
        }
        Some(_) | None => Ok(Intake::Grant),
    }
}

/// A form, or an object of texts.
struct Form(Vec<(String, String)>);

impl Form {
    fn read(body: &[u8]) -> Result<Self, Refusal> {
        if body.trim_ascii_start().starts_with(b"{") {
            let members = json::parse_object(body)?.into_iter();
            let texts = members.filter_map(|(name, node)| Some((name.into_owned(), node.into_text()?.into_owned())));
            return Ok(Self(texts.collect()));
        }
        let text = std::str::from_utf8(body).map_err(|_| malformed("the form is not UTF-8"))?;
        let pairs = Query(text).pairs()?;
        let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_ref()).collect();
        Query(text).check_once(&names)?;
        Ok(Self(pairs.into_iter().map(|(name, value)| (name.into_owned(), value.into_owned())).collect()))
    }

    fn take(&mut self, name: &str) -> Option<String> {
        let place = self.0.iter().position(|(known, _)| known == name)?;
        Some(self.0.swap_remove(place).1).filter(|value| !value.is_empty())
    }
}

/// Reads of which action a recommendation is asked for.
pub(super) fn recommendation(call: &Call<'_>) -> Result<Intake, Refusal> {
    let told = call.query.value("action_token").filter(|token| !token.is_empty());
    let told = told.ok_or_else(|| malformed("the query parameter action_token is required"))?;
    let attempt = token::attempt(call, &told)?;
    named(call)?;
    Ok(Intake::Ask(Box::new(Ask { attempt, reported: None, proof: None, wants: Wants::Verdict })))
}

/// The user that a request names; read again when the attempt is.
pub(super) fn named(call: &Call<'_>) -> Result<Option<AccountId>, Refusal> {
    if call.body.is_empty() {
        let told = call.query.value("user_id").filter(|user| !user.is_empty());
        let read = |user: std::borrow::Cow<'_, str>| AccountId::new(user.as_ref());
        return told.map(read).transpose().map_err(|invalid| malformed(&format!("the user_id {invalid}")));
    }
    let mut body = Fields::new(json::parse_object(call.body)?);
    Ok(body.optional("user_id", account)?)
}

/// Reads an action that a server reports in the session of a page.
pub(super) fn trigger(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let action = body.required("action_type", |node| known_action(call, node))?;
    let session = body.optional("session_token", text)?.filter(|token| !token.is_empty());
    let secured = body.optional("secured_session_token", text)?.filter(|token| !token.is_empty());
    let (device, proof, attempt) = match (session, secured) {
        (_, Some(secured)) => {
            let held = Secured::read(call, &secured, &action)?;
            (held.device, Some(held.proof), held.attempt)
        }
        (Some(session), None) => (token::session_claims(call, &session)?.sub, None, call.event_id),
        (None, None) => return Err(Fault::new("is required").within("session_token").into()),
    };
    let reported = reported(call, &mut body, attempt, (action, Some(&device)))?;
    let wants = match call.query.value("get_recommendation").as_deref() {
        Some("true") => Wants::Verdict,
        Some(_) | None => Wants::Token,
    };
    Ok(Intake::Ask(Box::new(Ask { attempt, reported: Some(Box::new(reported)), proof, wants })))
}

/// Reads a transaction that a server asks about by itself.
pub(super) fn evaluate(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let action = body.optional("action_type", |node| known_action(call, node))?.unwrap_or(Action::Transaction);
    let session = body.optional("session_token", text)?.filter(|token| !token.is_empty());
    let device = session.map(|session| token::session_claims(call, &session)).transpose()?.map(|claims| claims.sub);
    let transaction =
        body.get("transaction_data").ok_or_else(|| Fault::new("is required").within("transaction_data"))?;
    money::check_told(transaction).map_err(|fault| fault.within("transaction_data"))?;
    let network = Network {
        ip: body.optional("ip", address)?,
        user_agent: body.optional("user_agent", user_agent)?.flatten(),
        origin: None,
    };
    let mut reported = reported(call, &mut body, call.event_id, (action, device.as_deref()))?;
    reported.network = network;
    let (attempt, wants) = (call.event_id, Wants::Verdict);
    Ok(Intake::Ask(Box::new(Ask { attempt, reported: Some(Box::new(reported)), proof: None, wants })))
}

/// What a server says was attempted, as the report that a page would have made of it.
fn reported(
    call: &Call<'_>,
    body: &mut Fields<'_>,
    attempt: EventId,
    (action, device): (Action, Option<&str>),
) -> Result<Report, Refusal> {
    let transaction = body.take("transaction_data");
    if let Some(transaction) = &transaction {
        money::check(transaction).map_err(|fault| fault.within("transaction_data"))?;
    }
    let custom = body.take("custom_attributes");
    if custom.as_ref().is_some_and(|custom| !matches!(custom, Node::Object(_))) {
        return Err(Fault::new("must be an object").within("custom_attributes").into());
    }
    let said = Said {
        by: SaidBy::Server,
        action,
        device_at: None,
        user: body.optional("user_id", account)?,
        claimed: body.optional("claimed_user_id", account)?,
        claimed_type: body.optional("claimed_user_id_type", claimed_type)?,
        correlation: body.optional("correlation_id", |node| id(node, CorrelationId::new))?,
        transaction,
        custom,
    };
    // A server is told what is not taken: what is left out would be judged as if it did not exist.
    let said = said.write().ok_or_else(|| {
        let detail = "transaction_data and custom_attributes are too long: at most 16 KiB together".to_owned();
        Refusal { kind: RefusalKind::TooLarge, detail, path: None }
    })?;
    Ok(Report {
        id: attempt,
        application: call.application.id.clone(),
        device: Device { aliases: device.and_then(device::alias).into_iter().collect(), ..Device::default() },
        network: Network::default(),
        behavior: None,
        opened_at: None,
        received_at: call.received_at,
        said: Some(said),
    })
}

fn known_action(call: &Call<'_>, node: Node<'_>) -> Result<Action, Fault> {
    let told = text(node)?;
    action(&call.application.settings, &told).ok_or_else(|| {
        Fault::new("must be one of the ten action types, or one of the application's setting action_types")
    })
}

fn claimed_type(node: Node<'_>) -> Result<Box<str>, Fault> {
    let told = word(node)?;
    let is_known = words::CLAIMED_USER_ID_TYPES.contains(&&*told);
    if is_known {
        Ok(told)
    } else {
        Err(Fault::new(format!("must be one of {}", words::CLAIMED_USER_ID_TYPES.join(", "))))
    }
}

/// A session token that a device has bound to itself, and perhaps to an action.
struct Secured {
    device: String,
    proof: DeviceProof,
    attempt: EventId,
}

impl Secured {
    /// Reads it; that the device signed it is found out later, by its proof.
    fn read(call: &Call<'_>, text: &str, action: &Action) -> Result<Self, Refusal> {
        let invalid = || refused(RefusalKind::Forbidden, "the secured session token is not valid");
        let (message, signature) =
            text.rsplit_once('.').filter(|_| text.len() <= SECURED_BYTES_MAX).ok_or_else(invalid)?;
        let (_, claims) = message.split_once('.').ok_or_else(invalid)?;
        let (claims, signature) = (decoded(claims).ok_or_else(invalid)?, decoded(signature).ok_or_else(invalid)?);
        let mut claims = Fields::new(json::parse_object(&claims).map_err(|_| invalid())?);
        let mut told = |name: &str| claims.take(name).and_then(Node::into_text);
        let (session, public_key) = (told("backendSessionToken"), told("publicKey"));
        let session = token::session_claims(call, session.as_deref().ok_or_else(invalid)?)?;
        let public_key = STANDARD.decode(public_key.ok_or_else(invalid)?.as_bytes()).map_err(|_| invalid())?;
        if let Some(bound) = told("actionType")
            && bound != action.as_str()
        {
            return Err(refused(RefusalKind::Forbidden, "Action type mismatch"));
        }
        let mut seconds =
            |name: &str| claims.take(name).as_ref().and_then(Node::number).and_then(serde_json::Number::as_f64);
        let (issued, expires) = seconds("iat").zip(seconds("exp")).ok_or_else(invalid)?;
        let now = call.received_at.as_millis() as f64 / 1_000.0;
        if expires <= now || expires > now + SECURED_KEPT_S_MAX as f64 || issued > expires {
            return Err(refused(
                RefusalKind::Forbidden,
                "the secured session token has expired, or holds for too long",
            ));
        }
        let proof = DeviceProof { public_key, key_name: session.kid, message: message.as_bytes().to_vec(), signature };
        // Used twice, it names the same attempt twice.
        let parts = [call.application.id.as_str().as_bytes(), message.as_bytes()];
        let [digits @ .., _, _, _, _, _, _] = digest::keyed(call.link_key, SECURED, &parts);
        // Whole seconds of a plausible time, or none.
        let attempt = EventId::from_parts((expires.max(0.0) as u64).saturating_mul(1_000), digits);
        Ok(Self { device: session.sub, proof, attempt })
    }
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).ok().or_else(|| STANDARD.decode(text).ok())
}

/// Reads how an action ended.
pub(super) fn result(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let attempt = attempt_of(call, &mut body)?;
    let result = body.required("result", text)?;
    let challenge = body.optional("challenge_type", text)?;
    let mechanism = challenge
        .as_deref()
        .map(|kind| {
            words::mechanism(kind).ok_or_else(|| {
                Fault::new(format!("must be one of {}", words::CHALLENGE_TYPES.join(", "))).within("challenge_type")
            })
        })
        .transpose()?;
    let was_challenged = mechanism.is_some();
    let (outcome, challenge) = match result.as_ref() {
        "success" => (Outcome::Succeeded, FeedbackKind::ChallengePassed { mechanism }),
        "failure" => (Outcome::Failed, FeedbackKind::ChallengeFailed),
        "incomplete" => (Outcome::Failed, FeedbackKind::ChallengeIgnored),
        _ => return Err(Fault::new("must be success, failure or incomplete").within("result").into()),
    };
    let account = body.optional("user_id", account)?;
    Ok(Intake::Finish(Box::new(Finish {
        attempt,
        account,
        outcome: Some(outcome),
        challenge: Some(challenge),
        was_challenged,
    })))
}

/// Reads who has authenticated in an action: a login that has succeeded, or whose another action is.
pub(super) fn authenticated_user(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let attempt = attempt_of(call, &mut body)?;
    let account = Some(body.required("user_id", account)?);
    Ok(Intake::Finish(Box::new(Finish { attempt, account, outcome: None, challenge: None, was_challenged: false })))
}

/// The token that a request is about.
pub(super) fn token_in(call: &Call<'_>) -> Option<TokenIn> {
    if call.route.method == Method::Get {
        let text = call.query.value("action_token").filter(|token| !token.is_empty())?.into_owned();
        return Some(TokenIn { holds: token::attempt(call, &text).is_ok(), text });
    }
    let mut body = Fields::new(json::parse_object(call.body).ok()?);
    let mut told = |name: &str| {
        let text = body.take(name).and_then(Node::into_text).filter(|token| !token.is_empty())?;
        Some(text.into_owned())
    };
    // What a device has signed is checked later; whether it was refused says the rest.
    if let Some(text) = told("secured_session_token") {
        return Some(TokenIn { text, holds: true });
    }
    if let Some(text) = told("session_token") {
        return Some(TokenIn { holds: token::session_claims(call, &text).is_ok(), text });
    }
    let text = told("action_token")?;
    Some(TokenIn { holds: token::attempt(call, &text).is_ok(), text })
}

fn attempt_of(call: &Call<'_>, body: &mut Fields<'_>) -> Result<EventId, Refusal> {
    let told = body.required("action_token", text)?;
    token::attempt(call, &told)
}

/// A moment in ms, as answers say it.
pub(super) const fn ms(at: Timestamp) -> i64 {
    at.as_millis()
}

fn malformed(detail: &str) -> Refusal {
    refused(RefusalKind::Malformed, detail)
}
