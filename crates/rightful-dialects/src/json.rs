//! JSON as dialects read it: a tree that borrows from the body, and what is left of it once the known fields are taken.
//!
//! Stricter than the standard where leniency has been used to smuggle: a field given twice, a NUL in a text and nesting
//! beyond [`DEPTH_MAX`] are errors. Texts are borrowed from the body wherever they hold no escape, so reading a login
//! copies no password hash.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::ser::{SerializeMap, SerializeSeq};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Number;

use crate::path::{Step, path_text};
use crate::{Refusal, RefusalKind};

/// How deep objects and lists may nest.
pub(crate) const DEPTH_MAX: u8 = 32;
/// Up to here, comparing every two names of an object is faster than sorting them.
const NAMES_COMPARED_MAX: usize = 24;

const TOO_DEEP: &str = "is nested too deeply";
const NUL: &str = "must not contain NUL";
const TWICE: &str = "has the same field twice";

/// One name with its value.
pub(crate) type Member<'a> = (Cow<'a, str>, Node<'a>);

/// A JSON value, and what may become of it while a dialect reads it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Node<'a> {
    Null,
    Flag(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
    /// It was read and has found its place.
    Taken,
    /// It is known, but the event has no place for it: kept with the unknown fields, and not counted as one.
    Kept(Box<Node<'a>>),
    /// What is left of an object that was read.
    ObjectRest(Vec<Member<'a>>),
    /// What is left of a list that was read.
    ListRest(Vec<Node<'a>>),
}

impl<'a> Node<'a> {
    /// Its text; None if it is something else.
    pub(crate) fn into_text(self) -> Option<Cow<'a, str>> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The same, left where it is.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Its number; None if it is something else.
    pub(crate) const fn number(&self) -> Option<&Number> {
        if let Self::Number(number) = self { Some(number) } else { None }
    }

    /// How many fields nobody has read.
    pub(crate) fn n_unknown(&self) -> u32 {
        match self {
            Self::Taken | Self::Kept(_) => 0,
            Self::ObjectRest(members) => members.iter().map(|(_, node)| node.n_unknown()).sum(),
            Self::ListRest(items) => items.iter().map(Self::n_unknown).sum(),
            Self::Null | Self::Flag(_) | Self::Number(_) | Self::Text(_) | Self::List(_) | Self::Object(_) => 1,
        }
    }

    /// True if nothing of it is left to keep.
    pub(crate) fn is_spent(&self) -> bool {
        match self {
            Self::Taken => true,
            Self::ObjectRest(members) => members.iter().all(|(_, node)| node.is_spent()),
            Self::ListRest(items) => items.iter().all(Self::is_spent),
            Self::Kept(_)
            | Self::Null
            | Self::Flag(_)
            | Self::Number(_)
            | Self::Text(_)
            | Self::List(_)
            | Self::Object(_) => false,
        }
    }
}

/// Reads a body that must be one JSON object.
pub(crate) fn parse_object(body: &[u8]) -> Result<Vec<Member<'_>>, Refusal> {
    if body.is_empty() {
        return Err(malformed("the body is empty", None));
    }
    let mut reader = serde_json::Deserializer::from_slice(body);
    let tree = Seed { depth: 0 }.deserialize(&mut reader).and_then(|node| reader.end().map(|()| node));
    match tree {
        Ok(Node::Object(members)) => Ok(members),
        Ok(_) => Err(malformed("the body must be a JSON object", None)),
        Err(error) => Err(why_not(body, &error)),
    }
}

/// Reads a body that must be one JSON list.
pub(crate) fn parse_list(body: &[u8]) -> Result<Vec<Node<'_>>, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let tree = Seed { depth: 0 }.deserialize(&mut reader).and_then(|node| reader.end().map(|()| node));
    match tree {
        Ok(Node::List(items)) => Ok(items),
        Ok(_) => Err(malformed("the body must be a JSON list", None)),
        Err(error) => Err(why_not(body, &error)),
    }
}

/// Says what is wrong with a body, and where. Reads it once more, which only a refused caller pays for.
fn why_not(body: &[u8], error: &serde_json::Error) -> Refusal {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let path = serde_path_to_error::deserialize::<_, Root>(&mut reader).err().map(|found| {
        let steps = found.path().iter().filter_map(|segment| match segment {
            serde_path_to_error::Segment::Seq { index } => Some(Step::Index(*index)),
            serde_path_to_error::Segment::Map { key } => Some(Step::Name(key.clone())),
            serde_path_to_error::Segment::Enum { .. } | serde_path_to_error::Segment::Unknown => None,
        });
        path_text(steps)
    });
    let path = path.filter(|path| !path.is_empty());
    // Syntax errors name positions and what was expected, never what was there; ours are the constants above.
    let text = error.to_string();
    match [TOO_DEEP, NUL, TWICE].into_iter().find(|ours| text.starts_with(ours)) {
        Some(ours) if path.is_some() => malformed(ours, path),
        Some(ours) => malformed(&format!("the body {ours}"), None),
        None if path.is_some() => malformed(&format!("is not JSON: {text}"), path),
        None => malformed(&format!("the body is not JSON: {text}"), None),
    }
}

fn malformed(detail: &str, path: Option<String>) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail: detail.to_owned(), path }
}

/// The whole tree, only to find out where it breaks.
struct Root;

impl<'de> Deserialize<'de> for Root {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Seed { depth: 0 }.deserialize(deserializer).map(|_| Self)
    }
}

#[derive(Clone, Copy)]
struct Seed {
    depth: u8,
}

impl Seed {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        if self.depth < DEPTH_MAX { Ok(Self { depth: self.depth + 1 }) } else { Err(E::custom(TOO_DEEP)) }
    }
}

impl<'de> DeserializeSeed<'de> for Seed {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Flag(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        Ok(Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Node<'de>, E> {
        text(Cow::Borrowed(value)).map(Node::Text)
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Node<'de>, E> {
        text(Cow::Owned(value.to_owned())).map(Node::Text)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node<'de>, A::Error> {
        let deeper = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(deeper)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node<'de>, A::Error> {
        let deeper = self.deeper()?;
        let mut members = Vec::with_capacity(8);
        while let Some(Name(name)) = entries.next_key()? {
            members.push((name, entries.next_value_seed(deeper)?));
        }
        if has_name_twice(&members) { Err(A::Error::custom(TWICE)) } else { Ok(Node::Object(members)) }
    }
}

/// The name of a field.
struct Name<'a>(Cow<'a, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NameVisitor;
        impl<'de> Visitor<'de> for NameVisitor {
            type Value = Name<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a field name")
            }

            fn visit_borrowed_str<E: serde::de::Error>(self, value: &'de str) -> Result<Name<'de>, E> {
                text(Cow::Borrowed(value)).map(Name)
            }

            fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<Name<'de>, E> {
                text(Cow::Owned(value.to_owned())).map(Name)
            }
        }
        deserializer.deserialize_str(NameVisitor)
    }
}

/// JSON writes NUL as an escape, and a text with an escape is never borrowed: so only owned ones need a look.
fn text<E: serde::de::Error>(text: Cow<'_, str>) -> Result<Cow<'_, str>, E> {
    match &text {
        Cow::Owned(owned) if owned.contains('\0') => Err(E::custom(NUL)),
        Cow::Owned(_) | Cow::Borrowed(_) => Ok(text),
    }
}

fn has_name_twice(members: &[Member<'_>]) -> bool {
    if members.len() > NAMES_COMPARED_MAX {
        let names: BTreeSet<&str> = members.iter().map(|(name, _)| name.as_ref()).collect();
        return names.len() < members.len();
    }
    let mut rest = members;
    while let [(name, _), others @ ..] = rest {
        if others.iter().any(|(other, _)| other == name) {
            return true;
        }
        rest = others;
    }
    false
}

// Written back are only the caller's own fields and what is left of a body, so secrets are withheld here, in one place.
impl Serialize for Node<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Named { name: "", node: self }.serialize(serializer)
    }
}

/// A node under the name it was sent by, which decides whether it may be written down.
struct Named<'n, 'a> {
    name: &'n str,
    node: &'n Node<'a>,
}

/// Written in place of what must not be.
const WITHHELD: &str = "‹withheld›";

/// The value of a name that a caller chose, or the mark that it was withheld.
pub(crate) fn unless_secret<'a>(name: &str, node: Node<'a>) -> Node<'a> {
    if is_secret(name, &node) { Node::Text(Cow::Borrowed(WITHHELD)) } else { node }
}

impl Serialize for Named<'_, '_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if is_secret(self.name, self.node) {
            return serializer.serialize_str(WITHHELD);
        }
        match self.node {
            Node::Null | Node::Taken => serializer.serialize_unit(),
            Node::Flag(flag) => serializer.serialize_bool(*flag),
            Node::Number(number) => number.serialize(serializer),
            Node::Text(text) => serializer.serialize_str(text),
            Node::Kept(node) => Self { name: self.name, node }.serialize(serializer),
            Node::List(items) => write_list(serializer, self.name, items),
            // Items keep their positions, so an empty object stands for one that was read.
            Node::ListRest(items) => write_list(serializer, self.name, items),
            Node::Object(members) => write_object(serializer, members.iter()),
            Node::ObjectRest(members) => write_object(serializer, members.iter().filter(|(_, node)| !node.is_spent())),
        }
    }
}

fn write_list<S: Serializer>(serializer: S, name: &str, items: &[Node<'_>]) -> Result<S::Ok, S::Error> {
    let mut list = serializer.serialize_seq(Some(items.len()))?;
    for node in items {
        list.serialize_element(&Named { name, node })?;
    }
    list.end()
}

fn write_object<'n, 'a: 'n, S: Serializer>(
    serializer: S,
    members: impl Iterator<Item = &'n Member<'a>>,
) -> Result<S::Ok, S::Error> {
    let mut object = serializer.serialize_map(None)?;
    for (name, node) in members {
        object.serialize_entry(name.as_ref(), &Named { name, node })?;
    }
    object.end()
}

/// Names, in lower case and without separators, under which callers send a password or its hash.
const SECRET_NAMES: [&str; 9] = [
    "password",
    "passwd",
    "pwd",
    "passwordhash",
    "passwordhashed",
    "passwordsha256",
    "passwordsha1sha256",
    "emailpasswordsha256",
    "hashedpassword",
];
/// Digits of the shortest digest that anyone takes of a password (MD5).
const DIGEST_DIGITS_MIN: usize = 32;

/// True for a password, or a hash of one, in a place where this build does not expect it.
fn is_secret(name: &str, node: &Node<'_>) -> bool {
    let text = match node {
        Node::Text(text) => text.as_ref(),
        Node::Number(_) => "",
        Node::Null
        | Node::Flag(_)
        | Node::List(_)
        | Node::Object(_)
        | Node::Taken
        | Node::Kept(_)
        | Node::ObjectRest(_)
        | Node::ListRest(_) => return false,
    };
    let word: String = name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect();
    SECRET_NAMES.contains(&word.as_str()) || (word.contains("password") && is_digest(text))
}

/// True for what may be a digest: long, and of the letters in which digests are written.
fn is_digest(text: &str) -> bool {
    text.len() >= DIGEST_DIGITS_MIN && text.bytes().all(|c| c.is_ascii_alphanumeric() || b"+/=$.,-_".contains(&c))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(body: &[u8]) -> (String, Option<String>) {
        let refusal = parse_object(body).expect_err("a refusal");
        (refusal.detail, refusal.path)
    }

    #[test]
    fn what_is_no_single_object_is_refused_by_name() {
        assert_eq!(refused(b"").0, "the body is empty");
        assert_eq!(refused(b"[1]").0, "the body must be a JSON object");
        assert_eq!(refused(b"null").0, "the body must be a JSON object");
        assert!(refused(b"{\"a\":1}{").0.starts_with("the body is not JSON: trailing characters"));
        assert_eq!(refused(b"{\"a\":\"\xff\"}").1.as_deref(), Some("a"));
        assert!(refused(b"{\"a\":1e999}").0.starts_with("is not JSON: number out of range"));
    }

    #[test]
    fn what_smuggles_is_refused_with_its_place() {
        let twice = refused(br#"{"a":{"b":1,"b":2}}"#);
        assert_eq!((twice.0.as_str(), twice.1.as_deref()), (TWICE, Some("a")));
        let nul = refused(br#"{"a":[1,{"b":"x\u0000y"}]}"#);
        assert_eq!((nul.0.as_str(), nul.1.as_deref()), (NUL, Some("a[1].b")));
        let deep = format!("{}{}", "{\"a\":".repeat(40), "}".repeat(40));
        assert_eq!(refused(deep.as_bytes()).0, TOO_DEEP);
    }

    #[test]
    fn many_names_are_compared_as_strictly_as_few() {
        let names: Vec<String> = (0..100).map(|n| format!("\"n{n}\":1")).collect();
        assert!(parse_object(format!("{{{}}}", names.join(",")).as_bytes()).is_ok());
        assert_eq!(refused(format!("{{{},\"n7\":1}}", names.join(",")).as_bytes()).0, format!("the body {TWICE}"));
    }

    #[test]
    fn a_password_is_never_written_back() {
        let body =
            br#"{"x":{"Password":"hunter2","password_hash":"ab","passwords":["aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"],
            "pwd":1234,"passwordChangedAt":17,"passwordIsOld":true,"note":"password"}}"#;
        let node = Node::Object(parse_object(body).expect("an object"));
        let text = serde_json::to_string(&node).expect("JSON");
        let kept = r#"{"x":{"Password":"‹withheld›","password_hash":"‹withheld›","passwords":["‹withheld›"],"pwd":"‹withheld›","passwordChangedAt":17,"passwordIsOld":true,"note":"password"}}"#;
        assert_eq!(text, kept);
    }
}
