//! What a browser says of itself: signals and a fingerprint, as a device.
//!
//! All of it is chosen by whoever holds the browser, so nothing of it is refused: what has another type is written out as it
//! is, what is long is kept as its digest, and what is not known here is passed over.

use std::borrow::Cow;

use rightful_domain::{Device, DeviceAlias, DeviceAliasKind, DeviceId};

use crate::fields::Fields;
use crate::json::Node;
use crate::scalars::{LABEL_BYTES_MAX, cut};
use crate::{Call, digest};

/// The longest signal kept as it is, in bytes: a longer one is only ever compared, so its digest serves.
const SIGNAL_BYTES_MAX: usize = 64;
/// The longest fingerprint read, in characters; the client makes 2 048 of them.
const FINGERPRINT_CHARS_MAX: usize = 4_096;
/// In how many parts a fingerprint is kept. Each of the client's 22 families of signals fills its own stretch, so that one
/// that changes leaves most parts as they were.
const FINGERPRINT_PARTS: usize = 16;
/// A fingerprint shorter than this, in characters, is kept in one.
const FINGERPRINT_PARTS_FROM: usize = 512;
/// In how many parts two fingerprints are compared where both are at hand.
const COMPARED_PARTS: usize = 64;

const SIGNAL: &str = "rupt signal";
const LIKENESS: &str = "rupt likeness";
const FINGERPRINT: &str = "rupt fingerprint";

/// Signals as components, each by itself: how alike two devices are is the share of the weight of those in which they agree
/// ([`rightful_domain::likeness`]).
///
/// Versions of the browser and of the system are left out, because they change by themselves; whether there is a local
/// store, because every browser has one.
pub(super) fn of_signals(call: &Call<'_>, signals: Option<Node<'_>>) -> Device {
    let mut device = Device::default();
    let Some(Node::Object(members)) = signals else { return device };
    let mut signals = Fields::new(members);
    let mut hints = object(value_of(&mut signals, "highEntropyValues").unwrap_or(Node::Null));
    let mut hint = |name: &str| hints.take(name).and_then(plain);
    let (architecture, bitness, model, system) =
        (hint("architecture"), hint("bitness"), hint("model"), hint("platform"));
    let is_mobile = matches!(hints.take("mobile"), Some(Node::Flag(true)));
    device.browser = hints.take("brands").and_then(browser);
    let languages = value_of(&mut signals, "languages");
    device.language = languages.as_ref().and_then(first_text);
    let screen = value_of(&mut signals, "screenResolution").and_then(screen);
    let time_zone = value_of(&mut signals, "timezone").and_then(plain);
    let platform = value_of(&mut signals, "platform").and_then(plain);
    device.kind = kind(is_mobile, platform.as_deref());
    device.os = system.clone().or_else(|| platform.clone());
    device.model.clone_from(&model);
    device.time_zone.clone_from(&time_zone);
    device.screen = screen.map(|(long, short)| format!("{long}x{short}").into());
    let mut add = |name: &str, told: Option<Cow<'_, str>>| {
        let told = told.filter(|told| !told.is_empty()).map(|told| kept(call, name, &told));
        device.components.extend(told.map(|told| (name.into(), told)));
    };
    let mut written = |name: &str| value_of(&mut signals, name).map(|node| Cow::Owned(text_of(&node)));
    add("fonts", written("fonts"));
    add("touch", written("touchSupport"));
    add("math", written("math"));
    add("screen_long", screen.map(|(long, _)| long.to_string().into()));
    add("screen_short", screen.map(|(_, short)| short.to_string().into()));
    for (name, told) in [
        ("time_zone", &time_zone),
        ("platform", &platform),
        ("architecture", &architecture),
        ("bitness", &bitness),
        ("model", &model),
        ("system", &system),
    ] {
        add(name, told.as_deref().map(Cow::Borrowed));
    }
    if !device.components.is_empty() {
        let stable: Vec<&[u8]> =
            device.components.iter().flat_map(|(name, told)| [name.as_bytes(), told.as_bytes()]).collect();
        let alias = likeness(call, LIKENESS, &stable);
        device.aliases.extend(alias);
    }
    // Not in the likeness: people switch languages, devices do not.
    let languages = languages.map(|languages| text_of(&languages)).filter(|told| !told.is_empty());
    device.components.extend(languages.map(|told| ("languages".into(), kept(call, "languages", &told))));
    device
}

/// Lets a device be known by its fingerprint as well, in second place where it has signals.
pub(super) fn add_fingerprint(call: &Call<'_>, device: &mut Device, fingerprint: &str) {
    device.aliases.extend(likeness(call, FINGERPRINT, &[fingerprint.as_bytes()]));
    // Of a short one, parts would say nothing.
    let n_parts = if fingerprint.len() < FINGERPRINT_PARTS_FROM { 1 } else { FINGERPRINT_PARTS };
    for (index, part) in parts(fingerprint, n_parts).enumerate() {
        let name = format!("fingerprint_{index:02}");
        let digest = digest::keyed(call.link_key, FINGERPRINT, &[name.as_bytes(), part.as_bytes()]);
        device.components.push((name.into(), hexadecimal(&digest).chars().take(8).collect::<String>().into()));
    }
}

/// A fingerprint as it was sent: alone, or in the list that `getHash` gives, the present one first.
pub(super) fn fingerprint(node: Node<'_>) -> (Option<String>, Option<String>) {
    let told = |node: Node<'_>| {
        let text = node.into_text().map(|text| cut(&text, FINGERPRINT_CHARS_MAX).to_ascii_lowercase());
        text.filter(|text| !text.is_empty())
    };
    let Node::List(items) = node else { return (told(node), None) };
    let mut items = items.into_iter().map(told);
    (items.next().flatten(), items.next().flatten())
}

/// The id under which a fingerprint is spoken of: the same for the same fingerprint of one application.
pub(super) fn fingerprint_id(call: &Call<'_>, fingerprint: &str) -> [u8; 16] {
    let application = call.application.id.as_str().as_bytes();
    digest::keyed(call.link_key, "rupt fingerprint id", &[application, fingerprint.as_bytes()])
}

/// How alike two fingerprints are, 0 to 1: the share of their parts that are equal.
pub(super) fn alike(one: &str, other: &str) -> f64 {
    if one == other {
        return 1.0;
    }
    if one.len() != other.len() {
        return 0.0;
    }
    let same = parts(one, COMPARED_PARTS).zip(parts(other, COMPARED_PARTS)).filter(|(a, b)| a == b).count();
    // At most 64, so both are exact.
    same as f64 / parts(one, COMPARED_PARTS).count().max(1) as f64
}

/// A text in at most `n` parts of equal length; the last may be shorter.
fn parts(text: &str, n: usize) -> impl Iterator<Item = &str> {
    let length = text.len().div_ceil(n).max(1);
    let ends = (0..text.len().div_ceil(length)).map(move |index| (index * length, (index + 1) * length));
    ends.map(move |(start, end)| {
        let boundary = |at: usize| text.floor_char_boundary(at);
        text.get(boundary(start)..boundary(end)).unwrap_or("")
    })
}

fn likeness(call: &Call<'_>, purpose: &str, told: &[&[u8]]) -> Option<DeviceAlias> {
    let mut parts = vec![call.application.id.as_str().as_bytes()];
    parts.extend(told);
    let digest = hexadecimal(&digest::keyed(call.link_key, purpose, &parts));
    let id = DeviceId::new(format!("{}:{digest}", purpose.replace(' ', "-"))).ok()?;
    Some(DeviceAlias { kind: DeviceAliasKind::Likeness, id })
}

/// A signal as it is kept.
fn kept(call: &Call<'_>, name: &str, told: &str) -> Box<str> {
    if told.len() <= SIGNAL_BYTES_MAX && !told.chars().any(char::is_control) {
        return told.into();
    }
    hexadecimal(&digest::keyed(call.link_key, SIGNAL, &[name.as_bytes(), told.as_bytes()])).into()
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The `value` of a signal.
fn value_of<'a>(signals: &mut Fields<'a>, name: &str) -> Option<Node<'a>> {
    object(signals.take(name)?).take("value")
}

/// The fields of an object; none of what is something else.
fn object(node: Node<'_>) -> Fields<'_> {
    Fields::new(if let Node::Object(members) = node { members } else { Vec::new() })
}

/// A text or a number as a label; None of what is something else, or empty.
fn plain(node: Node<'_>) -> Option<Box<str>> {
    let told = match node.number() {
        Some(number) => number.to_string(),
        None => node.into_text()?.into_owned(),
    };
    (!told.is_empty()).then(|| cut(&told, LABEL_BYTES_MAX).into())
}

/// Both sides of a screen, the longer one first, since a phone may be held either way.
fn screen(node: Node<'_>) -> Option<(u64, u64)> {
    let Node::List(sides) = node else { return None };
    let side = |node: &Node<'_>| node.number().and_then(serde_json::Number::as_u64);
    match sides.as_slice() {
        [one, other] => side(one).zip(side(other)).map(|(one, other)| (one.max(other), one.min(other))),
        _ => None,
    }
}

/// The first text in a list, or in the lists in it.
fn first_text(node: &Node<'_>) -> Option<Box<str>> {
    if let Node::List(items) = node {
        return items.iter().find_map(first_text);
    }
    let Node::Text(text) = node else { return None };
    (!text.is_empty()).then(|| cut(text, LABEL_BYTES_MAX).into())
}

/// The brand of a browser among those it says: neither the one that is made up on purpose, nor the engine if there is
/// another.
fn browser(brands: Node<'_>) -> Option<Box<str>> {
    let Node::List(brands) = brands else { return None };
    let names: Vec<Box<str>> =
        brands.into_iter().filter_map(|brand| object(brand).take("brand").and_then(plain)).collect();
    let mut real = names.into_iter().filter(|name| !name.to_ascii_lowercase().starts_with("not")).collect::<Vec<_>>();
    let place = real.iter().position(|name| name.as_ref() != "Chromium").unwrap_or(0);
    (place < real.len()).then(|| real.swap_remove(place))
}

fn kind(is_mobile: bool, platform: Option<&str>) -> Option<Box<str>> {
    match platform {
        Some("iPad") => Some("tablet".into()),
        Some("iPhone") => Some("phone".into()),
        _ if is_mobile => Some("phone".into()),
        Some(told) if ["Win", "Mac", "Linux x86"].into_iter().any(|name| told.starts_with(name)) => {
            Some("computer".into())
        }
        Some(_) | None => None,
    }
}

/// A value as one text: the same value is always the same text, in whatever order an object says its fields.
fn text_of(node: &Node<'_>) -> String {
    match node {
        Node::Flag(flag) => flag.to_string(),
        Node::Number(number) => number.to_string(),
        Node::Text(text) => text.to_string(),
        Node::List(items) => items.iter().map(text_of).collect::<Vec<_>>().join(","),
        Node::Object(members) => {
            let mut fields: Vec<String> =
                members.iter().map(|(name, node)| format!("{name}={}", text_of(node))).collect();
            fields.sort_unstable();
            fields.join(";")
        }
        Node::Null | Node::Taken | Node::Kept(_) | Node::ObjectRest(_) | Node::ListRest(_) => String::new(),
    }
}
