//! Queries and forms: `name=value` pairs, percent-encoded.

use std::borrow::Cow;

use crate::{Query, Refusal, RefusalKind};

/// The most pairs that are read.
const PAIRS_MAX: usize = 32;

/// A decoded name with its decoded value.
pub(crate) type Pair<'a> = (Cow<'a, str>, Cow<'a, str>);

impl<'a> Query<'a> {
    /// The pairs, decoded. A plus is a space, as in forms.
    pub(crate) fn pairs(self) -> Result<Vec<Pair<'a>>, Refusal> {
        let mut pairs = Vec::new();
        for pair in self.0.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(name), Some(value)) = (decoded(name), decoded(value)) else {
                return Err(refused("the query is not percent-encoded UTF-8"));
            };
            if pairs.len() == PAIRS_MAX {
                return Err(refused("the query has too many parameters"));
            }
            pairs.push((name, value));
        }
        Ok(pairs)
    }

    /// Refuses a query that says one of these twice and differently: two readers of it could each believe another.
    pub(crate) fn check_once(self, names: &[&str]) -> Result<(), Refusal> {
        for name in names {
            let mut said = self.values(name);
            let first = said.next();
            if said.any(|other| Some(other) != first) {
                return Err(refused(&format!("the query parameter {name} is there more than once")));
            }
        }
        Ok(())
    }

    fn values(self, name: &str) -> impl Iterator<Item = Option<Cow<'a, str>>> {
        let pairs = self.0.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs.filter(move |(encoded, _)| decoded(encoded).as_deref() == Some(name)).map(|(_, value)| decoded(value))
    }

    /// The value of a parameter; None if it is absent, or cannot be decoded.
    pub(crate) fn value(self, name: &str) -> Option<Cow<'a, str>> {
        let mut pairs = self.0.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        let (_, value) = pairs.find(|(encoded, _)| *encoded == name)?;
        decoded(value)
    }
}

impl<'a> Query<'a> {
    /// The value of a parameter that needs no decoding, as it stands; None if it is absent or would need some.
    pub(crate) fn plain(self, name: &str) -> Option<&'a str> {
        let mut pairs = self.0.split('&').filter_map(|pair| pair.split_once('='));
        let (_, value) = pairs.find(|(encoded, _)| *encoded == name)?;
        (!value.contains(['%', '+'])).then_some(value)
    }
}

fn refused(detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail: detail.to_owned(), path: None }
}

fn decoded(text: &str) -> Option<Cow<'_, str>> {
    if !text.contains(['%', '+']) {
        return Some(Cow::Borrowed(text));
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok().map(Cow::Owned)
}

/// The value of a hexadecimal digit.
pub(crate) fn digit(byte: u8) -> Option<u8> {
    // A hexadecimal digit is below 16.
    char::from(byte).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded() {
        let pairs = Query("account=anna%40example.com&x=a+b&flag&&y=%C3%A9").pairs().expect("pairs");
        let pairs: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (name.as_ref(), value.as_ref())).collect();
        assert_eq!(pairs, [("account", "anna@example.com"), ("x", "a b"), ("flag", ""), ("y", "é")]);
    }

    #[test]
    fn what_is_not_percent_encoded_is_refused() {
        for text in ["a=%", "a=%4", "a=%zz", "a=%ff", "%+=1"] {
            assert!(Query(text).pairs().is_err(), "{text}");
        }
        assert!(Query(&"a=1&".repeat(33)).pairs().is_err());
    }

    #[test]
    fn what_is_said_twice_is_said_alike() {
        for (query, is_right) in [
            ("", true),
            ("user=ann&device=x", true),
            ("user=ann&user=ann", true),
            ("user=ann&user=%61nn", true),
            ("other=1&other=2", true),
            ("user=ann&user=bob", false),
            ("user=ann&us%65r=bob", false),
            ("user=ann&user", false),
            ("user=ann&user=%", false),
        ] {
            assert_eq!(Query(query).check_once(&["user", "device"]).is_ok(), is_right, "{query}");
        }
    }

    #[test]
    fn a_value_is_found_by_its_name() {
        assert_eq!(Query("a=1&score=true").value("score").as_deref(), Some("true"));
        assert_eq!(Query("score").value("score").as_deref(), Some(""));
        assert_eq!(Query("xscore=true").value("score"), None);
    }
}
