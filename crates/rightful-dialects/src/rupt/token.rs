//! The ids that Rupt's answers hand out, and how they are read again.
//!
//! An identification token is the id of a report. The tolerance that its page asked for has to come back with it, since
//! whoever completes it does not say it: it stands in the digit that a UUID keeps for its version.

use rightful_domain::{AccountDeviceId, EventId};

use crate::{Refusal, RefusalKind, Tolerance};

/// Where the digit of the version stands in the sixteen bytes of a UUID, in the upper half.
const VERSION_BYTE: usize = 6;
/// How a UUID's fields are set apart.
const HYPHENS: [usize; 4] = [8, 13, 18, 23];
const UUID_CHARS: usize = 36;

/// The version of every id of a report, and of a token that asks for nothing else.
const VERSION_DEFAULT: u8 = 7;
const VERSION_STRICT: u8 = 8;
const VERSION_LENIENT: u8 = 4;

/// The token for a report.
pub(super) fn of_report(report: EventId, tolerance: Tolerance) -> String {
    let version = match tolerance {
        Tolerance::Strict => VERSION_STRICT,
        Tolerance::Default => VERSION_DEFAULT,
        Tolerance::Lenient => VERSION_LENIENT,
    };
    with_version(report, version).to_string()
}

/// The report that a token names, and the tolerance that its page asked for.
pub(super) fn report_of(token: &str) -> Result<(EventId, Tolerance), Refusal> {
    let is_set_apart = token.len() == UUID_CHARS && HYPHENS.iter().all(|at| token.as_bytes().get(*at) == Some(&b'-'));
    let id = EventId::parse(token).ok().filter(|_| is_set_apart);
    let Some(id) = id else { return Err(malformed("the identification must be a UUID")) };
    let version = id.as_bytes().get(VERSION_BYTE).map_or(0, |byte| byte >> 4);
    let tolerance = match version {
        VERSION_STRICT => Tolerance::Strict,
        VERSION_LENIENT => Tolerance::Lenient,
        VERSION_DEFAULT => Tolerance::Default,
        // Not one of ours: there is no report of that id.
        _ => return Ok((id, Tolerance::Default)),
    };
    Ok((with_version(id, VERSION_DEFAULT), tolerance))
}

fn with_version(id: EventId, version: u8) -> EventId {
    let mut bytes = *id.as_bytes();
    if let Some(byte) = bytes.get_mut(VERSION_BYTE) {
        *byte = (version << 4) | (*byte & 0x0f);
    }
    EventId::from_bytes(bytes)
}

/// The tolerance of that spelling; another is none.
pub(super) fn tolerance(text: &str) -> Tolerance {
    match text {
        "strict" => Tolerance::Strict,
        "lenient" => Tolerance::Lenient,
        _ => Tolerance::Default,
    }
}

/// What Rupt calls an access: an event, by twelve of its bytes, which are its time and its chance.
pub(super) fn access(event: EventId) -> String {
    let [t0, t1, t2, t3, t4, t5, _, _, _, _, rest @ ..] = *event.as_bytes();
    let time = [t0, t1, t2, t3, t4, t5];
    time.into_iter().chain(rest).map(|byte| format!("{byte:02x}")).collect()
}

/// A device of an account, by the id that answers hand out.
pub(super) fn device(text: &str) -> Result<AccountDeviceId, Refusal> {
    AccountDeviceId::parse(text).ok_or_else(|| malformed("the device must be 24 hexadecimal digits"))
}

/// An event that an evaluation or a challenge is of. What is none is not there, rather than malformed: ids of the vendor's
/// own, from before, have another form.
pub(super) fn event(text: &str) -> Result<EventId, Refusal> {
    let detail = "there is no such evaluation".to_owned();
    EventId::parse(text).map_err(|_| Refusal { kind: RefusalKind::NotFound, detail, path: None })
}

fn malformed(detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail: detail.to_owned(), path: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_says_its_report_and_its_tolerance() {
        let report = EventId::from_parts(1_700_000_000_000, [3; 10]);
        for tolerance in [Tolerance::Strict, Tolerance::Default, Tolerance::Lenient] {
            assert_eq!(report_of(&of_report(report, tolerance)), Ok((report, tolerance)));
        }
        assert_eq!(of_report(report, Tolerance::Default), report.to_string());
    }

    #[test]
    fn what_is_no_uuid_is_no_token() {
        let bare = "018bcfe5687b7f018203040506070809";
        for text in ["", "x", bare, "018bcfe5-687b-7f01-8203-04050607080g", "018bcfe5-687b-7f01-8203-0405060708099"] {
            assert!(report_of(text).is_err(), "{text}");
        }
        assert!(report_of("018bcfe5-687b-1f01-8203-040506070809").is_ok());
    }

    #[test]
    fn an_access_is_twelve_bytes_of_its_event() {
        let event = EventId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
        assert_eq!(access(event), "0001020304050a0b0c0d0e0f");
    }
}
