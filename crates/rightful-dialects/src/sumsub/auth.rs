//! Who calls: a server that signs with its app token's secret, or a page with a token that its server asked for.

use std::time::Duration;

use rightful_domain::{CredentialKind, DeviceId, Timestamp};

use crate::digest;
use crate::query::digit;
use crate::{Call, Presented, Refusal, RefusalKind, Signed, SignedRequest};

/// How far a caller's clock may be off, either way.
const CLOCK_OFF_MAX: Duration = Duration::from_secs(60);
/// A signature: HMAC-SHA256 in hexadecimal.
const SIGNATURE_DIGITS: usize = 64;
/// What tokens of pages begin with.
const TOKEN_PREFIX: &str = "_act-jwt-";
const TOKEN_PURPOSE: &str = "sumsub behaviour token";
const SESSION_PURPOSE: &str = "sumsub session";

/// What a request is refused with that does not prove its key, as told in its words by [`super::response::refused`].
pub(super) const SIGNATURE_MISMATCH: &str = "the signature is wrong";
pub(super) const EXPIRED: &str = "the timestamp is not within a minute of now";
pub(super) const INCOMPLETE: &str = "X-App-Token, X-App-Access-Ts and X-App-Access-Sig are required";

pub(super) fn presented<'a>(header: &dyn Fn(&str) -> Option<&'a str>) -> Option<Presented<'a>> {
    let kind = CredentialKind::SumsubAppToken;
    if let Some(public_id) = header("x-app-token") {
        return (!public_id.is_empty()).then_some(Presented { kind, public_id, secret: "" });
    }
    let (public_id, _) = header("x-access-token")?.strip_prefix(TOKEN_PREFIX)?.split_once('.')?;
    (!public_id.is_empty()).then_some(Presented { kind, public_id, secret: "" })
}

/// What was signed: the seconds, the method, the path with its query as on the wire, and the body's bytes.
pub(super) fn signed(request: &SignedRequest<'_>) -> Result<Signed, Refusal> {
    let told = |name: &str| (request.header)(name).filter(|value| !value.is_empty());
    let (Some(_), Some(seconds), Some(signature)) =
        (told("x-app-token"), told("x-app-access-ts"), told("x-app-access-sig"))
    else {
        return Err(unauthorized(INCOMPLETE));
    };
    let at = seconds.parse().ok().filter(|at| (0..=i64::MAX / 1_000_000).contains(at)).map(Timestamp::from_seconds);
    let is_now = |at: &Timestamp| {
        let now = request.received_at;
        now.minus(CLOCK_OFF_MAX) <= *at && *at <= now.plus(CLOCK_OFF_MAX)
    };
    at.filter(is_now).ok_or_else(|| unauthorized(EXPIRED))?;
    let mac = hexadecimal(signature).ok_or_else(|| unauthorized(SIGNATURE_MISMATCH))?;
    let mut message = format!("{seconds}{}{}", request.method.as_str(), request.target).into_bytes();
    message.extend_from_slice(request.body);
    Ok(Signed { message, mac })
}

fn hexadecimal(signature: &str) -> Option<Vec<u8>> {
    let (pairs, _) = signature.as_bytes().as_chunks::<2>();
    let is_whole = signature.len() == SIGNATURE_DIGITS;
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect::<Option<_>>().filter(|_| is_whole)
}

fn unauthorized(detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::Unauthorized, detail: detail.to_owned(), path: None }
}

/// The name under which a session's browser reports itself.
pub(super) fn session(call: &Call<'_>, session_id: &str) -> String {
    let parts = [call.application.id.as_str().as_bytes(), session_id.as_bytes()];
    digest::keyed(call.link_key, SESSION_PURPOSE, &parts).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A token for a session's page: the app token's public half, the session's name, until when it holds, and a keyed digest.
pub(super) fn token(call: &Call<'_>, session: &str, until: Timestamp) -> Option<String> {
    let mut keys = call.application.credentials.iter();
    let key = keys.find(|key| key.kind == CredentialKind::SumsubAppToken)?;
    let said = format!("{session}.{}", until.as_micros().div_euclid(1_000_000));
    Some(format!("{TOKEN_PREFIX}{}.{said}.{}", key.public_id, mac(call, &said)))
}

/// The session that a token is for, if it is one of ours and holds.
pub(super) fn session_of(call: &Call<'_>, token: &str) -> Option<String> {
    let (_, rest) = token.strip_prefix(TOKEN_PREFIX)?.split_once('.')?;
    let (said, told) = rest.rsplit_once('.')?;
    let (session, until) = said.split_once('.')?;
    let is_same = |one: &str, other: &str| {
        one.len() == other.len() && one.bytes().zip(other.bytes()).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    };
    let until = Timestamp::from_seconds(until.parse().ok().filter(|until| (0..i64::MAX / 1_000_000).contains(until))?);
    (is_same(told, &mac(call, said)) && call.received_at < until).then(|| session.to_owned())
}

/// The session of the page that calls.
pub(super) fn session_of_page(call: &Call<'_>) -> Result<String, Refusal> {
    let session = (call.header)("x-access-token").and_then(|token| session_of(call, token));
    session.ok_or_else(|| unauthorized("the access token is not valid, or no longer"))
}

fn mac(call: &Call<'_>, said: &str) -> String {
    let parts = [call.application.id.as_str().as_bytes(), said.as_bytes()];
    digest::keyed(call.link_key, TOKEN_PURPOSE, &parts).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The name by which a session's reports are kept.
pub(super) fn report_name(session: &str) -> Option<DeviceId> {
    DeviceId::new(format!("sumsub-session:{session}")).ok()
}
