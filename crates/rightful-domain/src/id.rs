//! Identifiers. Each is its own type, so an account can never be passed where a device is meant.
//!
//! Text ids come from callers: they are non-empty, at most [`ID_BYTES_MAX`] bytes and free of control characters, and
//! are otherwise kept exactly as given (case and spaces matter to the caller, so they matter here).

use std::fmt;

use crate::Timestamp;

/// The longest text id accepted, in bytes. Vendors allow 255 characters at most; four-byte letters are rare enough.
pub const ID_BYTES_MAX: usize = 512;

/// Why a text cannot be an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InvalidId {
    /// The text is empty.
    Empty,
    /// The text is longer than [`ID_BYTES_MAX`] bytes.
    TooLong,
    /// The text contains a control character, NUL among them.
    Control,
    /// The text is not a UUID.
    NotUuid,
}

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("must not be empty"),
            Self::TooLong => write!(f, "must be at most {ID_BYTES_MAX} bytes"),
            Self::Control => f.write_str("must not contain control characters"),
            Self::NotUuid => f.write_str("must be a UUID"),
        }
    }
}

impl std::error::Error for InvalidId {}

fn check_text(text: &str) -> Result<(), InvalidId> {
    if text.is_empty() {
        return Err(InvalidId::Empty);
    }
    if text.len() > ID_BYTES_MAX {
        return Err(InvalidId::TooLong);
    }
    if text.chars().any(char::is_control) {
        return Err(InvalidId::Control);
    }
    Ok(())
}

// A macro, because the five types differ in nothing but their meaning, and a generic `Id<Kind>` reads worse in errors.
macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Box<str>);

        impl $name {
            /// Checks and keeps the text.
            pub fn new(text: impl Into<Box<str>>) -> Result<Self, InvalidId> {
                let text = text.into();
                check_text(&text)?;
                Ok(Self(text))
            }

            /// The id as the caller wrote it.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self.0)
            }
        }
    };
}

text_id! {
    /// The tenant: owns accounts, keys, policy, lists and data. Nothing crosses applications but read-only data sets.
    ApplicationId
}
text_id! {
    /// What is protected. Ravelin's `customerId`, Transmit's `user_id`, Sumsub's `externalUserId`, Rupt's `account`.
    AccountId
}
text_id! {
    /// A device as one of its aliases names it.
    DeviceId
}
text_id! {
    /// The caller's session, if it has one.
    SessionId
}
text_id! {
    /// The caller's own id of the request, kept to find the event again from the caller's logs.
    CorrelationId
}

/// An event, and the assessment made of it: an event is judged at most once, so one id serves both.
///
/// A version 7 UUID: ordered by the time of receipt in ms. Made at the edge, where clock and randomness live.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventId([u8; 16]);

impl EventId {
    /// A version 7 UUID from a time and ten random bytes.
    #[must_use]
    pub fn from_parts(unix_ms: u64, random: [u8; 10]) -> Self {
        let time = unix_ms.to_be_bytes();
        let [r0, r1, r2, r3, r4, r5, r6, r7, r8, r9] = random;
        let [_, _, t0, t1, t2, t3, t4, t5] = time;
        Self([t0, t1, t2, t3, t4, t5, 0x70 | (r0 & 0x0f), r1, 0x80 | (r2 & 0x3f), r3, r4, r5, r6, r7, r8, r9])
    }

    /// The sixteen bytes, big-endian, as stored.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The sixteen bytes, big-endian, as stored.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// When it was made, in whole ms: the receipt of its event. The beginning of time for a UUID that is not of version 7.
    #[must_use]
    pub fn received_at(&self) -> Timestamp {
        let [a, b, c, d, e, f, version, ..] = self.0;
        if version >> 4 != 7 {
            return Timestamp::from_micros(i64::MIN);
        }
        // 48 bits fit.
        Timestamp::from_millis(u64::from_be_bytes([0, 0, a, b, c, d, e, f]).cast_signed())
    }

    /// Parses the hyphenated or bare hexadecimal form, of any UUID version.
    pub fn parse(text: &str) -> Result<Self, InvalidId> {
        let mut bytes = [0_u8; 16];
        let mut digits = 0_usize;
        for (position, c) in text.bytes().enumerate() {
            if c == b'-' && matches!(position, 8 | 13 | 18 | 23) {
                continue;
            }
            let value = char::from(c).to_digit(16).ok_or(InvalidId::NotUuid)?;
            let byte = bytes.get_mut(digits / 2).ok_or(InvalidId::NotUuid)?;
            // A hexadecimal digit is below 16.
            *byte = (*byte << 4) | (value as u8);
            digits += 1;
        }
        if digits == 32 { Ok(Self(bytes)) } else { Err(InvalidId::NotUuid) }
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_id_reads_back_as_it_was_written() {
        let id = EventId::from_parts(1_700_000_000_123, [0xff, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let text = id.to_string();
        assert_eq!(&text[14..15], "7");
        assert_eq!(EventId::parse(&text), Ok(id));
        assert_eq!(id.received_at(), Timestamp::from_millis(1_700_000_000_123));
        assert_eq!(EventId::parse(&text.replace('-', "")), Ok(id));
    }

    #[test]
    fn a_text_that_is_no_uuid_is_refused() {
        for text in ["", "0", "zzzzzzzz-zzzz-zzzz-zzzz-zzzzzzzzzzzz", "018bcfe5-687b-7f01-8203-0405060708090"] {
            assert_eq!(EventId::parse(text), Err(InvalidId::NotUuid), "{text}");
        }
    }

    #[test]
    fn ids_refuse_what_would_break_a_log_line_or_a_key() {
        assert_eq!(AccountId::new(""), Err(InvalidId::Empty));
        assert_eq!(AccountId::new("a\0b"), Err(InvalidId::Control));
        assert_eq!(AccountId::new("x".repeat(ID_BYTES_MAX + 1)), Err(InvalidId::TooLong));
        assert!(AccountId::new("anna@example.com").is_ok());
    }
}
