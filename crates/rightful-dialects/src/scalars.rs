//! From one JSON value to one of our scalars, or a fault that says what it must be.
//!
//! What a device or a browser says of itself is cut rather than refused: an intruder chooses it, and must not be able to
//! make an attempt go unjudged by saying too much. What the caller's own backend says is refused where it is too long.

use std::borrow::Cow;
use std::net::IpAddr;

use rightful_domain::{
    AccountId, App, CountryCode, DeviceId, FREE_FIELDS_BYTES_MAX, FreeFields, InvalidId, Pii, Timestamp,
};
use zeroize::{Zeroize, Zeroizing};

use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::query::digit;

/// The longest agent string kept, in bytes; the rest is cut.
pub(crate) const USER_AGENT_BYTES_MAX: usize = 1_024;
/// The longest label kept (an operating system, a city, an app's name), in bytes; the rest is cut.
pub(crate) const LABEL_BYTES_MAX: usize = 256;
/// The longest personal text taken (a username, a phone number, a street), in bytes.
pub(crate) const PERSONAL_BYTES_MAX: usize = 512;
/// The longest word kept where a caller may invent one (a mechanism, a failure reason), in bytes; the rest is cut.
pub(crate) const WORD_BYTES_MAX: usize = 64;

/// A text.
pub(crate) fn text(node: Node<'_>) -> Result<Cow<'_, str>, Fault> {
    node.into_text().ok_or_else(|| Fault::new("must be a text"))
}

/// True or false.
pub(crate) fn flag(node: Node<'_>) -> Result<bool, Fault> {
    if let Node::Flag(flag) = node { Ok(flag) } else { Err(Fault::new("must be true or false")) }
}

fn number(node: &Node<'_>) -> Option<f64> {
    node.number().and_then(serde_json::Number::as_f64)
}

/// As many bytes of a text as fit, in whole characters.
pub(crate) fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}

/// A label, cut; None if it is empty.
pub(crate) fn label(node: Node<'_>) -> Result<Option<Box<str>>, Fault> {
    let text = text(node)?;
    Ok((!text.is_empty()).then(|| cut(&text, LABEL_BYTES_MAX).into()))
}

/// An agent string, cut; None if it is empty.
pub(crate) fn user_agent(node: Node<'_>) -> Result<Option<Box<str>>, Fault> {
    let text = text(node)?;
    Ok((!text.is_empty()).then(|| cut(&text, USER_AGENT_BYTES_MAX).into()))
}

/// A word that the caller may have invented, cut.
pub(crate) fn word(node: Node<'_>) -> Result<Box<str>, Fault> {
    let text = text(node)?;
    if text.is_empty() { Err(Fault::new("must not be empty")) } else { Ok(cut(&text, WORD_BYTES_MAX).into()) }
}

/// A person's data; None if it is empty.
pub(crate) fn personal(node: Node<'_>) -> Result<Option<Pii<Box<str>>>, Fault> {
    let text = text(node)?;
    if text.len() > PERSONAL_BYTES_MAX {
        return Err(Fault::new(format!("must be at most {PERSONAL_BYTES_MAX} bytes")));
    }
    Ok((!text.is_empty()).then(|| Pii::new(Box::from(text))))
}

/// A person's data that must not be empty.
pub(crate) fn personal_told(node: Node<'_>) -> Result<Pii<Box<str>>, Fault> {
    personal(node)?.ok_or_else(|| Fault::new("must not be empty"))
}

/// One of the text ids: `id(node, SessionId::new)`.
pub(crate) fn id<T>(node: Node<'_>, new: impl Fn(Box<str>) -> Result<T, InvalidId>) -> Result<T, Fault> {
    new(Box::from(text(node)?)).map_err(|invalid| Fault::new(invalid.to_string()))
}

/// An account.
pub(crate) fn account(node: Node<'_>) -> Result<AccountId, Fault> {
    id(node, AccountId::new)
}

/// A device's name; None if it is empty. It may be a cookie, so whoever holds the device chooses it: what cannot be an id
/// is named by its digest, and tells devices apart as well.
pub(crate) fn device_id(node: Node<'_>) -> Result<Option<DeviceId>, Fault> {
    let text = text(node)?;
    match DeviceId::new(text.as_ref()) {
        Ok(id) => Ok(Some(id)),
        Err(InvalidId::Empty) => Ok(None),
        Err(InvalidId::TooLong | InvalidId::Control | InvalidId::NotUuid) => {
            let digest = format!("unfit:{}", blake3::hash(text.as_bytes()).to_hex());
            DeviceId::new(digest).map(Some).map_err(|invalid| Fault::new(invalid.to_string()))
        }
    }
}

/// An address of the network, in canonical form.
pub(crate) fn address(node: Node<'_>) -> Result<IpAddr, Fault> {
    text_address(&text(node)?)
}

/// The same of a text alone, as in a query.
pub(crate) fn text_address(text: &str) -> Result<IpAddr, Fault> {
    text.parse().map(|ip: IpAddr| ip.to_canonical()).map_err(|_| Fault::new("must be an IPv4 or IPv6 address"))
}

/// A country; None where the text is no country code, so that it can be kept in words.
pub(crate) fn country(text: &str) -> Option<CountryCode> {
    CountryCode::new(text).ok()
}

/// Degrees north.
pub(crate) fn latitude(node: Node<'_>) -> Result<f64, Fault> {
    let within = number(&node).filter(|degrees| (-90.0..=90.0).contains(degrees));
    within.ok_or_else(|| Fault::new("must be a number from -90 to 90"))
}

/// Degrees east.
pub(crate) fn longitude(node: Node<'_>) -> Result<f64, Fault> {
    let within = number(&node).filter(|degrees| (-180.0..=180.0).contains(degrees));
    within.ok_or_else(|| Fault::new("must be a number from -180 to 180"))
}

/// A count.
pub(crate) fn count(node: Node<'_>) -> Result<u32, Fault> {
    let whole = node.number().and_then(serde_json::Number::as_u64).and_then(|whole| u32::try_from(whole).ok());
    whole.ok_or_else(|| Fault::new(format!("must be a whole number from 0 to {}", u32::MAX)))
}

/// A duration in ms, or another measure that is never below zero.
pub(crate) fn measure(node: Node<'_>) -> Result<f64, Fault> {
    number(&node).filter(|measure| *measure >= 0.0).ok_or_else(|| Fault::new("must be a number, zero or more"))
}

/// A SHA-256 in hexadecimal, into memory that is wiped. What is wrong with it is said without it.
pub(crate) fn sha256(node: Node<'_>) -> Result<Zeroizing<[u8; 32]>, Fault> {
    let mut text = text(node)?;
    let digest = sha256_digits(text.as_bytes());
    // Borrowed texts belong to the body, which is its reader's to wipe.
    if let Cow::Owned(copy) = &mut text {
        copy.zeroize();
    }
    digest.ok_or_else(|| Fault::new("must be a SHA-256 in 64 hexadecimal digits"))
}

fn sha256_digits(digits: &[u8]) -> Option<Zeroizing<[u8; 32]>> {
    let mut digest = Zeroizing::new([0_u8; 32]);
    let (pairs, odd) = digits.as_chunks::<2>();
    if !odd.is_empty() || pairs.len() != digest.len() {
        return None;
    }
    for (byte, [high, low]) in digest.iter_mut().zip(pairs) {
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(digest)
}

/// The caller's own object; None if it is empty.
pub(crate) fn custom(node: Node<'_>) -> Result<Option<FreeFields>, Fault> {
    let Node::Object(members) = &node else { return Err(Fault::new("must be an object")) };
    if members.is_empty() {
        return Ok(None);
    }
    let fields = free_fields(&node, FREE_FIELDS_BYTES_MAX);
    fields.map(Some).ok_or_else(|| Fault::new(format!("must be at most {FREE_FIELDS_BYTES_MAX} bytes of JSON")))
}

/// What nobody has taken of a body, beside the caller's own object, which counts against the same limit.
pub(crate) fn unknown(rest: &Node<'_>, custom: Option<&FreeFields>) -> Result<Option<FreeFields>, Fault> {
    if rest.is_spent() {
        return Ok(None);
    }
    let bytes_max = FREE_FIELDS_BYTES_MAX - custom.map_or(0, |custom| custom.as_json().len());
    let fields = free_fields(rest, bytes_max);
    fields.map(Some).ok_or_else(|| {
        Fault::new(format!(
            "custom fields, and fields that are not known here, must be at most {FREE_FIELDS_BYTES_MAX} bytes of JSON \
             together"
        ))
    })
}

fn free_fields(node: &Node<'_>, bytes_max: usize) -> Option<FreeFields> {
    // A tree of texts and finite numbers can always be written.
    let json = serde_json::to_string(node).ok()?;
    FreeFields::new(json).filter(|fields| fields.as_json().len() <= bytes_max)
}

/// Which of the application's apps it was done in.
pub(crate) fn app(fields: &mut Fields<'_>) -> Result<App, Fault> {
    Ok(App {
        name: fields.optional("name", label)?.flatten(),
        platform: fields.optional("platform", label)?.flatten(),
        domain: fields.optional("domain", label)?.flatten(),
    })
}

/// A moment as told, or that of receipt; clamped, with the mark of it.
pub(crate) fn at(told: Option<Timestamp>, received_at: Timestamp) -> (Timestamp, bool) {
    told.map_or((received_at, false), |told| crate::time::clamped(told, received_at))
}
