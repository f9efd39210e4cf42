//! Signed links: who holds one may say one thing about one event, until it expires.
//!
//! A token is base64url of: version (1 byte), event (16), expiry (8, s since 1970), application (the rest), and a keyed
//! BLAKE3 of all before it for one purpose (16). A link to a part of an event is of version 2, and has the part (1)
//! behind the event. It is opaque to whoever holds it and needs no memory to be checked.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rightful_domain::{
    ApplicationId, EventId, Feedback, FeedbackKind, FeedbackTarget, ID_BYTES_MAX, MechanismKind, Timestamp,
};

use crate::{Call, Intake, Query, Refusal, RefusalKind, digest};

const VERSION: u8 = 1;
const VERSION_OF_PART: u8 = 2;
const HEAD_BYTES: usize = 1 + 16 + 1 + 8;
const MAC_BYTES: usize = 16;
/// The longest token, in characters: four for every three bytes, rounded up.
const TOKEN_BYTES_MAX: usize = (HEAD_BYTES + ID_BYTES_MAX + MAC_BYTES).div_ceil(3) * 4;

/// The longest answer that is read of a page behind a link, in bytes; ours is ten.
const ANSWER_BYTES_MAX: usize = 256;

/// What a link is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    /// The tenant.
    pub(crate) application: ApplicationId,
    /// The event.
    pub(crate) event: EventId,
    /// Which part of it, as the purpose counts them; 0 for all of it, or the first.
    pub(crate) part: u8,
    /// Until when it holds, in whole seconds.
    pub(crate) expires_at: Timestamp,
}

/// Why a link does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum InvalidLink {
    /// We did not sign it, or not for this.
    Forged,
    /// It held once.
    Expired,
}

/// Signs a link for a purpose.
pub(crate) fn sign(link: &Link, purpose: &str, key: &[u8; 32]) -> String {
    let seconds = link.expires_at.as_micros().div_euclid(1_000_000);
    let mut bytes = Vec::with_capacity(HEAD_BYTES + link.application.as_str().len() + MAC_BYTES);
    bytes.push(if link.part == 0 { VERSION } else { VERSION_OF_PART });
    bytes.extend_from_slice(link.event.as_bytes());
    if link.part != 0 {
        bytes.push(link.part);
    }
    bytes.extend_from_slice(&seconds.to_be_bytes());
    bytes.extend_from_slice(link.application.as_str().as_bytes());
    let mac = digest::keyed(key, purpose, &[&bytes]);
    bytes.extend_from_slice(&mac);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Whose link it claims to be.
pub(crate) fn claimed_application(token: &str) -> Option<ApplicationId> {
    let bytes = bytes_of(token)?;
    let (signed, _) = bytes.split_last_chunk::<MAC_BYTES>()?;
    read(signed).map(|link| link.application)
}

/// Checks a link for a purpose.
pub(crate) fn check(token: &str, purpose: &str, key: &[u8; 32], now: Timestamp) -> Result<Link, InvalidLink> {
    let bytes = bytes_of(token).ok_or(InvalidLink::Forged)?;
    let (signed, mac) = bytes.split_last_chunk::<MAC_BYTES>().ok_or(InvalidLink::Forged)?;
    if !is_same(mac, &digest::keyed(key, purpose, &[signed])) {
        return Err(InvalidLink::Forged);
    }
    let link = read(signed).ok_or(InvalidLink::Forged)?;
    if now < link.expires_at { Ok(link) } else { Err(InvalidLink::Expired) }
}

/// The link of a request, in its query under `id`, checked for a purpose.
pub(crate) fn of_call(call: &Call<'_>, purpose: &str) -> Result<Link, Refusal> {
    let refused = |detail: &str| Refusal { kind: RefusalKind::Forbidden, detail: detail.to_owned(), path: None };
    let token = call.query.value("id").unwrap_or_default();
    let link = check(&token, purpose, call.link_key, call.received_at).map_err(|invalid| match invalid {
        InvalidLink::Forged => refused("the link is not valid"),
        InvalidLink::Expired => refused("the link has expired"),
    })?;
    if link.application == call.application.id { Ok(link) } else { Err(refused("the link is not valid")) }
}

/// Whose link a request's query claims to have. Not yet believed.
pub(crate) fn application_of_query(query: Query<'_>) -> Option<ApplicationId> {
    claimed_application(&query.value("id")?)
}

/// Reads a request for the page behind a link.
pub(crate) fn question(call: &Call<'_>, purpose: &str) -> Result<Intake, Refusal> {
    of_call(call, purpose).map(|link| Intake::Recall(link.event))
}

/// Reads what somebody has answered on that page.
pub(crate) fn answer(call: &Call<'_>, purpose: &str) -> Result<Intake, Refusal> {
    let link = of_call(call, purpose)?;
    let form = std::str::from_utf8(call.body).ok().filter(|form| form.len() <= ANSWER_BYTES_MAX).unwrap_or("");
    // Two answers are none: neither is to be taken for what the owner said.
    Query(form).check_once(&["answer"])?;
    let kind = match Query(form).value("answer").as_deref() {
        // Who reads the owner's mail can press this, so it is worth a link sent there and no more: it releases what was
        // challenged unless the contact is new, and takes back no report.
        Some("yes") => FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::MagicLink) },
        Some("no") => FeedbackKind::ConfirmedTakeover,
        _ => {
            let detail = "answer must be yes or no".to_owned();
            return Err(Refusal { kind: RefusalKind::Malformed, detail, path: None });
        }
    };
    let (application, target) = (call.application.id.clone(), FeedbackTarget::Event(link.event));
    Ok(Intake::Feedback(vec![Feedback { application, target, kind, received_at: call.received_at }]))
}

fn bytes_of(token: &str) -> Option<Vec<u8>> {
    // Some mailers append the padding that we leave out.
    let token = token.trim_end_matches('=');
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    URL_SAFE_NO_PAD.decode(token).ok()
}

fn read(signed: &[u8]) -> Option<Link> {
    let (version, rest) = signed.split_first()?;
    let (event, rest) = rest.split_first_chunk::<16>()?;
    let (part, rest) = match *version {
        VERSION => (0, rest),
        VERSION_OF_PART => rest.split_first().map(|(part, rest)| (*part, rest))?,
        _ => return None,
    };
    let (seconds, application) = rest.split_first_chunk::<8>()?;
    Some(Link {
        application: ApplicationId::new(std::str::from_utf8(application).ok()?).ok()?,
        event: EventId::from_bytes(*event),
        part,
        expires_at: Timestamp::from_seconds(i64::from_be_bytes(*seconds)),
    })
}

/// Compares in a time that does not tell how much is right.
pub(crate) fn is_same(one: &[u8; MAC_BYTES], other: &[u8; MAC_BYTES]) -> bool {
    one.iter().zip(other).fold(0, |different, (a, b)| different | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [9; 32];

    fn link() -> Link {
        Link {
            application: ApplicationId::new("shop").expect("an id"),
            event: EventId::from_parts(1_700_000_000_000, [3; 10]),
            part: 0,
            expires_at: Timestamp::from_seconds(1_700_000_000),
        }
    }

    #[test]
    fn a_link_names_its_part() {
        for part in [0, 1, 255] {
            let link = Link { part, ..link() };
            let token = sign(&link, "purpose", &KEY);
            assert_eq!(check(&token, "purpose", &KEY, Timestamp::default()), Ok(link.clone()));
            assert_eq!(claimed_application(&token), Some(link.application));
        }
    }

    #[test]
    fn a_link_holds_until_it_expires() {
        let token = sign(&link(), "purpose", &KEY);
        let at = Timestamp::from_seconds;
        assert_eq!(check(&token, "purpose", &KEY, at(1_699_999_999)), Ok(link()));
        assert_eq!(check(&format!("{token}=="), "purpose", &KEY, at(1_699_999_999)), Ok(link()));
        assert_eq!(check(&token, "purpose", &KEY, at(1_700_000_000)), Err(InvalidLink::Expired));
        assert_eq!(claimed_application(&token), Some(link().application));
    }

    #[test]
    fn a_link_for_something_else_is_forged() {
        let token = sign(&link(), "purpose", &KEY);
        let now = Timestamp::default();
        assert_eq!(check(&token, "other", &KEY, now), Err(InvalidLink::Forged));
        assert_eq!(check(&token, "purpose", &[8; 32], now), Err(InvalidLink::Forged));
    }

    #[test]
    fn a_link_with_any_letter_changed_is_forged() {
        let token = sign(&link(), "purpose", &KEY);
        for position in 0..token.len() {
            let mut bytes = token.clone().into_bytes();
            bytes[position] = if bytes[position] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ASCII");
            assert_eq!(check(&changed, "purpose", &KEY, Timestamp::default()), Err(InvalidLink::Forged), "{changed}");
        }
        for short in ["", "AA", "!", &token[..10], &"A".repeat(5_000)] {
            assert_eq!(check(short, "purpose", &KEY, Timestamp::default()), Err(InvalidLink::Forged));
            assert_eq!(claimed_application(short), None);
        }
    }
}
