//! What is on a list, in the one spelling that is compared.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::{EventId, ID_BYTES_MAX, InvalidId, ListEffect, ListSubject, canonical_domain, country_spellings};

/// The fewest bits of a network of IPv4 that may be let in: a line that is wrong must not let in everybody.
pub const ALLOWED_BITS_MIN_V4: u8 = 8;
/// The same for IPv6.
pub const ALLOWED_BITS_MIN_V6: u8 = 16;

/// Why a text cannot be on a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidListValue {
    /// No account, device or payee is called so.
    Name(InvalidId),
    /// Neither an address nor a network.
    Network,
    /// A prefix longer than addresses are.
    Prefix {
        /// Bits told.
        bits: u32,
        /// Bits there are.
        bits_max: u32,
    },
    /// Bits beyond the prefix.
    HostBits {
        /// The network that was meant, probably.
        meant: ListNetwork,
    },
    /// No number of an autonomous system.
    Asn,
    /// No country.
    Country,
    /// No domain.
    Domain,
    /// A network that is too wide to be let in.
    Wide {
        /// The fewest bits that may be let in.
        bits_min: u8,
    },
    /// A domain without a dot: everybody below it.
    BareDomain,
    /// A domain with an asterisk.
    Asterisk {
        /// How to write it.
        meant: Box<str>,
    },
}

impl fmt::Display for InvalidListValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(invalid) => invalid.fmt(f),
            Self::Network => f.write_str("must be an address or a network, like 192.0.2.7 or 2001:db8::/32"),
            Self::Prefix { bits, bits_max } => write!(f, "has a prefix of {bits} bits, but there are {bits_max}"),
            Self::HostBits { meant } => write!(f, "has bits beyond its prefix; did you mean {meant}?"),
            Self::Asn => f.write_str("must be the number of an autonomous system, like 64500 or AS64500"),
            Self::Country => f.write_str("must be a country of ISO 3166-1, in two letters or three"),
            Self::Domain => f.write_str("must be a domain, like example.com, without @"),
            Self::Wide { bits_min } => {
                write!(f, "is too wide to be let in: a list that allows takes networks of {bits_min} bits or more")
            }
            Self::BareDomain => {
                f.write_str("has no dot, and would be all domains below it; write one like example.com")
            }
            Self::Asterisk { meant } => write!(f, "has an asterisk: write {meant}, which covers all below it"),
        }
    }
}

impl std::error::Error for InvalidListValue {}

/// The one spelling of what is on a list.
///
/// Accounts, devices and payees stay as the caller spells them. Addresses are networks in their shortest form, IPv4 where
/// they are mapped; systems a number, countries two capitals, domains lower case as they go over the wire.
///
/// # Errors
/// The text is none of what the list is of.
pub fn list_value(of: ListSubject, text: &str) -> Result<Box<str>, InvalidListValue> {
    match of {
        ListSubject::Account | ListSubject::Device | ListSubject::Payee => name(text),
        ListSubject::Event => {
            let event = EventId::parse(text.trim()).map_err(InvalidListValue::Name)?;
            Ok(event.to_string().into())
        }
        ListSubject::Address => ListNetwork::parse(text.trim()).map(|network| network.to_string().into()),
        ListSubject::Asn => asn(text.trim()).ok_or(InvalidListValue::Asn),
        ListSubject::Country => {
            let [two, _] = country_spellings(text.trim()).ok_or(InvalidListValue::Country)?;
            Ok(two.as_str().into())
        }
        ListSubject::EmailDomain => {
            let text = text.trim();
            let domain = canonical_domain(text.strip_prefix("*.").unwrap_or(text));
            domain.map(|domain| domain.as_ref().into()).ok_or(InvalidListValue::Domain)
        }
    }
}

/// The one spelling of what is to be put on a list of that effect. What is looked up or taken off is read by [`list_value`],
/// so that what was put there before can still be found.
///
/// # Errors
/// The text is none of what the list is of, or would be far too many: see [`ListNetwork::check_allowed`], a domain without
/// a dot, and a domain with an asterisk.
pub fn new_list_value(effect: ListEffect, of: ListSubject, text: &str) -> Result<Box<str>, InvalidListValue> {
    let value = list_value(of, text)?;
    match of {
        ListSubject::Address if effect == ListEffect::Allow => ListNetwork::parse(&value)?.check_allowed()?,
        ListSubject::EmailDomain if !value.contains('.') => return Err(InvalidListValue::BareDomain),
        ListSubject::EmailDomain if text.contains('*') => return Err(InvalidListValue::Asterisk { meant: value }),
        _ => {}
    }
    Ok(value)
}

fn name(text: &str) -> Result<Box<str>, InvalidListValue> {
    let invalid = if text.is_empty() {
        InvalidId::Empty
    } else if text.len() > ID_BYTES_MAX {
        InvalidId::TooLong
    } else if text.chars().any(char::is_control) {
        InvalidId::Control
    } else {
        return Ok(text.into());
    };
    Err(InvalidListValue::Name(invalid))
}

fn asn(text: &str) -> Option<Box<str>> {
    let head = text.get(..2).filter(|head| head.eq_ignore_ascii_case("as"));
    let digits = head.map_or(text, |head| text.get(head.len()..).unwrap_or_default());
    // Digits alone: `parse` would take a plus sign.
    let number: u32 = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse().ok())??;
    (number > 0).then(|| number.to_string().into())
}

/// An address or a network, without bits beyond its prefix. IPv4-mapped IPv6 is IPv4, as it is the same machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ListNetwork {
    first: IpAddr,
    bits: u8,
}

impl ListNetwork {
    /// The network of so many bits that an address is in; as many as there are, if there are fewer.
    #[must_use]
    pub fn of(address: IpAddr, bits: u8) -> Self {
        match address {
            IpAddr::V4(address) => {
                let bits = bits.min(32);
                let host = u32::MAX.checked_shr(bits.into()).unwrap_or(0);
                Self { first: Ipv4Addr::from(u32::from(address) & !host).into(), bits }
            }
            IpAddr::V6(address) => {
                let bits = bits.min(128);
                let host = u128::MAX.checked_shr(bits.into()).unwrap_or(0);
                Self { first: Ipv6Addr::from(u128::from(address) & !host).into(), bits }
            }
        }
    }

    /// Reads an address or a network.
    ///
    /// # Errors
    /// It is neither, or has bits beyond its prefix.
    pub fn parse(text: &str) -> Result<Self, InvalidListValue> {
        let (address, length) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
        let address: IpAddr = address.parse().map_err(|_| InvalidListValue::Network)?;
        let bits_max: u32 = if address.is_ipv4() { 32 } else { 128 };
        let bits = match length {
            None => bits_max,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().map_err(|_| InvalidListValue::Network)?
            }
            Some(_) => return Err(InvalidListValue::Network),
        };
        if bits > bits_max {
            return Err(InvalidListValue::Prefix { bits, bits_max });
        }
        let told = Self::of(address, u8::try_from(bits).unwrap_or(u8::MAX));
        if told.first != address {
            return Err(InvalidListValue::HostBits { meant: told });
        }
        Ok(told.unmapped())
    }

    /// A mapped network of 96 bits or more is one of IPv4; a shorter one holds more than that.
    fn unmapped(self) -> Self {
        match (self.first.to_canonical(), self.bits.checked_sub(96)) {
            (first @ IpAddr::V4(_), Some(bits)) if self.first.is_ipv6() => Self { first, bits },
            _ => self,
        }
    }

    /// Whether it is narrow enough to be let in.
    ///
    /// # Errors
    /// It has fewer bits than [`ALLOWED_BITS_MIN_V4`] or [`ALLOWED_BITS_MIN_V6`].
    pub const fn check_allowed(self) -> Result<(), InvalidListValue> {
        let bits_min = if self.first.is_ipv4() { ALLOWED_BITS_MIN_V4 } else { ALLOWED_BITS_MIN_V6 };
        if self.bits < bits_min { Err(InvalidListValue::Wide { bits_min }) } else { Ok(()) }
    }

    /// The first address.
    #[must_use]
    pub const fn first(self) -> IpAddr {
        self.first
    }

    /// How many bits all its addresses share.
    #[must_use]
    pub const fn bits(self) -> u8 {
        self.bits
    }
}

impl fmt::Display for ListNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let is_one = if self.first.is_ipv4() { self.bits == 32 } else { self.bits == 128 };
        if is_one { write!(f, "{}", self.first) } else { write!(f, "{}/{}", self.first, self.bits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(of: ListSubject, text: &str, expected: Result<&str, &str>) {
        let read = list_value(of, text).map_err(|invalid| invalid.to_string());
        assert_eq!(read.as_deref().map_err(String::as_str), expected, "{text}");
    }

    #[test]
    fn each_subject_has_one_spelling() {
        use ListSubject::{Account, Address, Asn, Country, EmailDomain};
        for (text, value) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7/32", "192.0.2.7"),
            ("192.0.2.0/24", "192.0.2.0/24"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("::ffff:c000:200/120", "192.0.2.0/24"),
            ("::ffff:0:0/96", "0.0.0.0/0"),
            ("::/80", "::/80"),
            ("2001:DB8:0::/32", "2001:db8::/32"),
            ("2001:db8::1", "2001:db8::1"),
        ] {
            check(Address, text, Ok(value));
        }
        check(Address, "192.0.2.7/24", Err("has bits beyond its prefix; did you mean 192.0.2.0/24?"));
        check(Address, "192.0.2.0/33", Err("has a prefix of 33 bits, but there are 32"));
        for text in ["", "192.0.2", "192.0.2.0/+8", "192.0.2.0/", "example.com", "192.0.2.0/99999999999"] {
            check(Address, text, Err("must be an address or a network, like 192.0.2.7 or 2001:db8::/32"));
        }
        check(Account, " Ann ", Ok(" Ann "));
        check(Account, "", Err("must not be empty"));
        for text in ["64500", "AS64500", "as64500", "0064500"] {
            check(Asn, text, Ok("64500"));
        }
        for text in ["", "AS", "0", "+5", "4294967296", "ASx"] {
            check(Asn, text, Err("must be the number of an autonomous system, like 64500 or AS64500"));
        }
        check(Country, "prt", Ok("PT"));
        check(Country, "Pt", Ok("PT"));
        check(Country, "UK", Err("must be a country of ISO 3166-1, in two letters or three"));
        check(EmailDomain, "*.Bücher.Example", Ok("xn--bcher-kva.example"));
        check(EmailDomain, "ann@example.com", Err("must be a domain, like example.com, without @"));
    }

    #[test]
    fn what_would_be_nearly_everybody_is_not_put_on_a_list() {
        use ListEffect::{Allow, Block};
        use ListSubject::{Address, EmailDomain};
        let told = |effect, of, text| new_list_value(effect, of, text).map_err(|invalid| invalid.to_string());
        for wide in ["0.0.0.0/0", "8.0.0.0/7", "::ffff:0:0/96", "::/0", "2000::/15"] {
            let detail = told(Allow, Address, wide).unwrap_err();
            assert!(detail.starts_with("is too wide to be let in"), "{wide}: {detail}");
            assert!(told(Block, Address, wide).is_ok(), "{wide}");
        }
        for narrow in ["8.0.0.0/8", "2001::/16", "192.0.2.7"] {
            assert!(told(Allow, Address, narrow).is_ok(), "{narrow}");
        }
        for bare in ["com", "*.com", "com."] {
            assert!(told(Block, EmailDomain, bare).is_err(), "{bare}");
        }
        let asterisk = Err("has an asterisk: write x.com, which covers all below it".to_owned());
        assert_eq!(told(Block, EmailDomain, "*.x.com"), asterisk);
        assert_eq!(told(Allow, EmailDomain, "x.com").as_deref(), Ok("x.com"));
    }
}
