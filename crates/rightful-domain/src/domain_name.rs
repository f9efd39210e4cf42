//! Names of domains in one spelling: lower case, without a dot at the end, and foreign letters as they go over the wire.
//!
//! Punycode is RFC 3492. Letters are made small and otherwise taken as they are typed: a letter and its accent typed as
//! two signs is another name than both typed as one.

use std::borrow::Cow;

/// The longest name of a domain, in bytes (RFC 1035).
const DOMAIN_BYTES_MAX: usize = 253;
/// The longest part of one.
const LABEL_BYTES_MAX: usize = 63;

/// The domain's one spelling; None if it cannot be a domain.
#[must_use]
pub fn canonical_domain(text: &str) -> Option<Cow<'_, str>> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'_');
    if text.bytes().all(is_plain) {
        return is_domain(text).then_some(Cow::Borrowed(text));
    }
    // Other alphabets have dots of their own (RFC 3490, section 3.1).
    let text: String = text.to_lowercase().replace(['\u{3002}', '\u{ff0e}', '\u{ff61}'], ".");
    let labels: Option<Vec<Cow<'_, str>>> = text.split('.').map(wire_label).collect();
    let domain = labels?.join(".");
    (domain.bytes().all(is_plain) && is_domain(&domain)).then_some(Cow::Owned(domain))
}

/// The domain of an e-mail address in its one spelling; None if this is no e-mail address.
#[must_use]
pub fn email_domain(address: &str) -> Option<Cow<'_, str>> {
    let (local, domain) = address.trim().rsplit_once('@')?;
    if local.is_empty() { None } else { canonical_domain(domain) }
}

/// A domain and all above it, but for what everybody shares: `a.example.com`, `example.com`, `com`. At most 127.
pub fn with_parents(domain: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(domain), |domain| domain.split_once('.').map(|(_, parent)| parent))
}

fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| (1..=LABEL_BYTES_MAX).contains(&label.len());
    text.len() <= DOMAIN_BYTES_MAX && text.split('.').all(is_label)
}

fn wire_label(label: &str) -> Option<Cow<'_, str>> {
    // What is longer than a label may be is not worth the work, which grows with the square of its length.
    if label.len() > 4 * LABEL_BYTES_MAX {
        return None;
    }
    if label.is_ascii() {
        Some(Cow::Borrowed(label))
    } else {
        punycode(label).map(|coded| Cow::Owned(format!("xn--{coded}")))
    }
}

const BASE: u32 = 36;
const TMIN: u32 = 1;
const TMAX: u32 = 26;
const SKEW: u32 = 38;
const DAMP: u32 = 700;
const INITIAL_BIAS: u32 = 72;
const INITIAL_N: u32 = 0x80;

/// RFC 3492, section 6.3; None where a number would overflow.
fn punycode(label: &str) -> Option<String> {
    let mut coded: String = label.chars().filter(char::is_ascii).collect();
    let n_basic = u32::try_from(coded.len()).ok()?;
    let n_all = u32::try_from(label.chars().count()).ok()?;
    if n_basic > 0 {
        coded.push('-');
    }
    let (mut n, mut delta, mut bias, mut handled) = (INITIAL_N, 0_u32, INITIAL_BIAS, n_basic);
    while handled < n_all {
        let next = label.chars().map(u32::from).filter(|sign| *sign >= n).min()?;
        delta = delta.checked_add((next - n).checked_mul(handled + 1)?)?;
        n = next;
        for sign in label.chars().map(u32::from) {
            if sign < n {
                delta = delta.checked_add(1)?;
            } else if sign == n {
                write_number(&mut coded, delta, bias);
                bias = adapted(delta, handled + 1, handled == n_basic);
                delta = 0;
                handled += 1;
            }
        }
        delta = delta.checked_add(1)?;
        n = n.checked_add(1)?;
    }
    Some(coded)
}

fn write_number(coded: &mut String, number: u32, bias: u32) {
    let mut rest = number;
    let mut k = BASE;
    loop {
        let threshold = k.saturating_sub(bias).clamp(TMIN, TMAX);
        if rest < threshold {
            coded.push(digit(rest));
            return;
        }
        let span = BASE - threshold;
        coded.push(digit(threshold + (rest - threshold) % span));
        rest = (rest - threshold) / span;
        k += BASE;
    }
}

/// `a` to `z`, then `0` to `9`; the number is below 36.
fn digit(number: u32) -> char {
    char::from_digit((number + 10) % BASE, BASE).unwrap_or('a')
}

fn adapted(delta: u32, n_points: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / DAMP } else { delta / 2 };
    delta += delta / n_points;
    let mut k = 0;
    while delta > (BASE - TMIN) * TMAX / 2 {
        delta /= BASE - TMIN;
        k += BASE;
    }
    k + (BASE - TMIN + 1) * delta / (delta + SKEW)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_spelling() {
        for (text, domain) in [
            ("example.com", Some("example.com")),
            ("Example.COM.", Some("example.com")),
            ("Bücher.example", Some("xn--bcher-kva.example")),
            ("BÜCHER.example", Some("xn--bcher-kva.example")),
            ("xn--bcher-kva.example", Some("xn--bcher-kva.example")),
            ("münchen.de", Some("xn--mnchen-3ya.de")),
            ("faß.de", Some("xn--fa-hia.de")),
            ("例え。テスト", Some("xn--r8jz45g.xn--zckzah")),
            ("правда.рф", Some("xn--80aafi6cg.xn--p1ai")),
            ("com", Some("com")),
            ("", None),
            (".", None),
            ("a..b", None),
            ("exa mple.com", None),
            ("a@b.com", None),
            ("exam\u{0}ple.com", None),
        ] {
            assert_eq!(canonical_domain(text).as_deref(), domain, "{text}");
        }
        assert_eq!(canonical_domain(&"a".repeat(64)), None);
        assert_eq!(canonical_domain(&["a"; 127].join(".")).map(|domain| domain.len()), Some(253));
        assert_eq!(canonical_domain(&["a"; 128].join(".")), None);
        assert_eq!(canonical_domain(&"é".repeat(10_000)), None);
    }

    #[test]
    fn an_address_has_its_domain_and_those_above_it() {
        assert_eq!(email_domain("Ann@Mail.Example.com").as_deref(), Some("mail.example.com"));
        assert_eq!(email_domain("\"a@b\"@example.com").as_deref(), Some("example.com"));
        for none in ["ann", "@example.com", "ann@", "+351 21 000 0000"] {
            assert_eq!(email_domain(none), None, "{none}");
        }
        let all: Vec<&str> = with_parents("a.b.example.com").collect();
        assert_eq!(all, ["a.b.example.com", "b.example.com", "example.com", "com"]);
    }
}
