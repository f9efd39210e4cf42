//! What Transmit's clients carry about: device ids, session tokens, action tokens, and the names of actions.
//!
//! All are signed by us, hold for a while and within one application, and need no memory to be checked. Device ids and
//! session tokens have the form of JSON Web Tokens, because the client looks into them; they are signed by a keyed BLAKE3
//! and say so, and nobody but us can check them.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rightful_domain::{ApplicationId, EventId, ID_BYTES_MAX, Timestamp};
use serde::{Deserialize, Serialize};

use super::device::hexadecimal;
use crate::link::{self, InvalidLink, Link, is_same};
use crate::query::digit;
use crate::{Call, Refusal, RefusalKind, digest};

/// How long a device is known by an id: as long as browsers keep anything.
const DEVICE_KEPT: Duration = Duration::from_secs(400 * 24 * 60 * 60);
/// Ids that are made within such a time for one device are the same: a new browser asks twice at once.
const DEVICE_PERIOD: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// How long a session token holds: as long as what the device has said is kept.
pub(super) const SESSION_KEPT: Duration = rightful_domain::REPORT_KEPT;
/// How long the answer about an action may be asked for. It has to be asked for the first time while its report is kept.
pub(super) const ACTION_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

const DEVICE: &str = "transmit device";
const DEVICE_TOKEN: &str = "transmit device id";
const SESSION_TOKEN: &str = "transmit session token";
const ACTION_TOKEN: &str = "transmit action token";
const ACTION_NAME: &str = "transmit action id";
const RECOMMENDATION_NAME: &str = "transmit recommendation id";

/// The version of device ids that belong to a key that the browser keeps.
const WITH_KEY: u8 = 1;
/// The version of those of browsers that have told none.
const WITHOUT_KEY: u8 = 2;

/// What a device id says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct DeviceClaims {
    sub: String,
    version: u8,
    /// In ms, as in the documentation's sample.
    iat: i64,
}

/// What a session token says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SessionClaims {
    /// The device's id.
    pub(super) sub: String,
    /// What the device calls its key; empty if it has told none.
    pub(super) kid: String,
    pub(super) iat: i64,
    pub(super) exp: i64,
}

/// The id of a device that calls its key so; another one for each application.
pub(super) fn device(call: &Call<'_>, key_name: Option<&str>) -> String {
    let period = i64::try_from(DEVICE_PERIOD.as_millis()).unwrap_or(i64::MAX);
    let claims = match key_name {
        Some(key_name) => {
            let begun = call.received_at.as_millis().div_euclid(period) * period;
            DeviceClaims { sub: subject(call, key_name), version: WITH_KEY, iat: begun }
        }
        None => {
            let sub = digest::uuid_from(call.event_id, DEVICE);
            DeviceClaims { sub, version: WITHOUT_KEY, iat: call.received_at.as_millis() }
        }
    };
    sign(call, DEVICE_TOKEN, &claims)
}

/// What a device that presents an id and calls its key so is to be known by.
pub(super) struct Known {
    /// Its id, which is the presented one wherever that holds.
    pub(super) id: String,
    /// Whether it presents the id of a device with a key, and not that key's name.
    pub(super) is_anothers: bool,
}

/// By what a device is known.
pub(super) fn known(call: &Call<'_>, presented: Option<&str>, key_name: Option<&str>) -> Known {
    let held = presented.and_then(|id| Some((id, device_claims(call, id)?)));
    let Some((id, claims)) = held else { return Known { id: device(call, key_name), is_anothers: false } };
    // Whoever has copied the id alone must not become its device by keeping silent about the key.
    let is_its_own = claims.version != WITH_KEY || key_name.is_some_and(|name| claims.sub == subject(call, name));
    if is_its_own {
        Known { id: id.to_owned(), is_anothers: false }
    } else {
        Known { id: device(call, key_name), is_anothers: true }
    }
}

/// An id that holds, to a client that only moves what it keeps; a new one where none does.
pub(super) fn kept(call: &Call<'_>, presented: Option<String>) -> String {
    presented.filter(|id| device_claims(call, id).is_some()).unwrap_or_else(|| device(call, None))
}

fn device_claims(call: &Call<'_>, id: &str) -> Option<DeviceClaims> {
    let claims: DeviceClaims = check(call, DEVICE_TOKEN, id)?;
    let made_at = Timestamp::from_micros(claims.iat.saturating_mul(1_000));
    (call.received_at < made_at.plus(DEVICE_KEPT)).then_some(claims)
}

fn subject(call: &Call<'_>, key_name: &str) -> String {
    let parts = [call.application.id.as_str().as_bytes(), key_name.as_bytes()];
    digest::uuid_of_bytes(digest::keyed(call.link_key, DEVICE, &parts))
}

/// A session token for a device.
pub(super) fn session(call: &Call<'_>, device: &str, key_name: Option<&str>) -> String {
    let seconds = call.received_at.as_micros().div_euclid(1_000_000);
    let claims = SessionClaims {
        sub: device.to_owned(),
        kid: key_name.unwrap_or("").to_owned(),
        iat: seconds,
        exp: seconds + SESSION_KEPT.as_secs().cast_signed(),
    };
    sign(call, SESSION_TOKEN, &claims)
}

/// What a session token says, if it holds.
pub(super) fn session_claims(call: &Call<'_>, token: &str) -> Result<SessionClaims, Refusal> {
    let claims: SessionClaims = check(call, SESSION_TOKEN, token)
        .ok_or_else(|| refused(RefusalKind::Forbidden, "the session token is not valid"))?;
    if call.received_at.as_micros().div_euclid(1_000_000) < claims.exp {
        Ok(claims)
    } else {
        Err(refused(RefusalKind::Forbidden, "the session token has expired"))
    }
}

fn sign<T: Serialize>(call: &Call<'_>, purpose: &str, claims: &T) -> String {
    let claims = serde_json::to_string(claims).expect("texts and numbers can always be written");
    let signed =
        format!("{}.{}", URL_SAFE_NO_PAD.encode(r#"{"alg":"BLAKE3","typ":"JWT"}"#), URL_SAFE_NO_PAD.encode(claims));
    let mac = mac(call, purpose, &signed);
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(mac))
}

fn check<T: for<'a> Deserialize<'a>>(call: &Call<'_>, purpose: &str, token: &str) -> Option<T> {
    // The longest is a session token, which holds a device id in base64.
    let (signed, told) = token.rsplit_once('.').filter(|_| token.len() <= 2 * ID_BYTES_MAX)?;
    let told: [u8; 16] = URL_SAFE_NO_PAD.decode(told).ok()?.try_into().ok()?;
    if !is_same(&told, &mac(call, purpose, signed)) {
        return None;
    }
    let (_, claims) = signed.split_once('.')?;
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
}

fn mac(call: &Call<'_>, purpose: &str, signed: &str) -> [u8; 16] {
    digest::keyed(call.link_key, purpose, &[call.application.id.as_str().as_bytes(), signed.as_bytes()])
}

/// The token of an attempt.
pub(super) fn action(call: &Call<'_>, attempt: EventId) -> String {
    let application: ApplicationId = call.application.id.clone();
    let link = Link { application, event: attempt, part: 0, expires_at: call.received_at.plus(ACTION_KEPT) };
    link::sign(&link, ACTION_TOKEN, call.link_key)
}

/// The attempt that a token is of.
pub(super) fn attempt(call: &Call<'_>, token: &str) -> Result<EventId, Refusal> {
    let link = link::check(token, ACTION_TOKEN, call.link_key, call.received_at).map_err(|invalid| match invalid {
        InvalidLink::Forged => refused(RefusalKind::Malformed, "the action_token is not valid"),
        InvalidLink::Expired => refused(RefusalKind::NotFound, "the action_token has expired"),
    })?;
    if link.application == call.application.id {
        Ok(link.event)
    } else {
        Err(refused(RefusalKind::Forbidden, "the action_token is another application's"))
    }
}

/// What an action is called: 64 hexadecimal digits, of which the second half cannot be guessed.
pub(super) fn action_name(call: &Call<'_>, event: EventId) -> String {
    let mac = digest::keyed(call.link_key, ACTION_NAME, &[call.application.id.as_str().as_bytes(), event.as_bytes()]);
    hexadecimal(event.as_bytes()) + &hexadecimal(&mac)
}

/// The action that is called so; None if none of the application's is.
pub(super) fn action_named(call: &Call<'_>, name: &str) -> Option<EventId> {
    let (digits, _) = name.as_bytes().as_chunks::<2>();
    let bytes: Option<Vec<u8>> =
        digits.iter().take(16).map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect();
    let event = EventId::from_bytes(bytes?.try_into().ok()?);
    (action_name(call, event) == name.to_ascii_lowercase()).then_some(event)
}

/// What a recommendation is called.
pub(super) fn recommendation_name(call: &Call<'_>, event: EventId) -> String {
    let half = |part: u8| {
        let parts = [call.application.id.as_str().as_bytes(), event.as_bytes(), &[part]];
        hexadecimal(&digest::keyed(call.link_key, RECOMMENDATION_NAME, &parts))
    };
    half(0) + &half(1)
}

pub(super) fn refused(kind: RefusalKind, detail: &str) -> Refusal {
    Refusal { kind, detail: detail.to_owned(), path: None }
}
