//! The stored form of a row of audit: when, by whom, and the thing as it became, in its own form.

use rightful_domain::{AuditedChange, Author, Timestamp};
use serde::{Deserialize, Serialize};

use super::outbox::audited_redelivery;
use super::rule_book::audited_rules;
use super::{Undecodable, decode_application};

/// The version that is written. Rows of the first form have none: they begin with the verb, which is a letter, and date
/// themselves by a place in the ledger.
const VERSION: u8 = 2;

/// A step with rules is noted under the letter that a redelivery of the first form has, and begins with its version where
/// that one has the first byte of a place in the ledger, which is nothing for the first 2^56 rows.
const RULES: [u8; 2] = [b'r', 1];

/// What was done, but for steps with rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum AuditVerb {
    Made = b'c',
    Changed = b'u',
    Keys = b'k',
    Redelivered = b'r',
    BackedUp = b'b',
}

impl AuditVerb {
    pub(super) const ALL: [Self; 5] = [Self::Made, Self::Changed, Self::Keys, Self::Redelivered, Self::BackedUp];

    fn of(byte: u8) -> Result<Self, Undecodable> {
        Self::ALL.into_iter().find(|verb| *verb as u8 == byte).ok_or(Undecodable("an unknown verb"))
    }

    /// What was changed, from how it became; and when, if that says it.
    fn change(self, became: &[u8]) -> Result<(Option<Timestamp>, AuditedChange), Undecodable> {
        let application = || decode_application(became).map(Box::new);
        Ok(match self {
            Self::Made => {
                let application = application()?;
                (Some(application.created_at), AuditedChange::Made(application))
            }
            Self::Changed => (None, AuditedChange::Changed(application()?)),
            Self::Keys => (None, AuditedChange::Keys(application()?)),
            Self::Redelivered => {
                let (at, change) = audited_redelivery(became)?;
                (Some(at), change)
            }
            Self::BackedUp => {
                let place = std::str::from_utf8(became).map_err(|_| Undecodable("a place that is no text"))?;
                (None, AuditedChange::BackedUp { place: place.into() })
            }
        })
    }
}

#[derive(Serialize, Deserialize)]
struct StoredAudit<'a> {
    verb: u8,
    at: i64,
    by: Option<&'a str>,
    became: &'a [u8],
}

/// When a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dated {
    At(Timestamp),
    /// When the ledger had this row and no later one.
    After(u64),
}

/// A row of audit.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Audited {
    pub(crate) dated: Dated,
    pub(crate) by: Option<Box<str>>,
    pub(crate) change: AuditedChange,
}

/// A row of audit as bytes. What it is about, as it became, has a form of its own.
pub(crate) fn encode_audit(verb: AuditVerb, by: &Author, became: &[u8]) -> Vec<u8> {
    let stored = StoredAudit { verb: verb as u8, at: by.at.as_micros(), by: by.name.as_deref(), became };
    super::to_versioned_bytes(VERSION, &stored)
}

/// A row of audit from its bytes.
pub(crate) fn decode_audit(bytes: &[u8]) -> Result<Audited, Undecodable> {
    if bytes.first() == Some(&VERSION) {
        let stored: StoredAudit<'_> = super::from_versioned_bytes(VERSION, bytes)?;
        let (_, change) = AuditVerb::of(stored.verb)?.change(stored.became)?;
        let dated = Dated::At(Timestamp::from_micros(stored.at));
        return Ok(Audited { dated, by: stored.by.map(Into::into), change });
    }
    if bytes.starts_with(&RULES) {
        let (by, rules) = audited_rules(bytes.get(1..).unwrap_or_default())?;
        return Ok(Audited { dated: Dated::At(by.at), by: by.name, change: AuditedChange::Rules(rules) });
    }
    let short = Undecodable("too short");
    let (verb, rest) = bytes.split_first().ok_or(short)?;
    let (sequence, became) = rest.split_first_chunk::<8>().ok_or(short)?;
    let (at, change) = AuditVerb::of(*verb)?.change(became)?;
    let dated = at.map_or(Dated::After(u64::from_be_bytes(*sequence)), Dated::At);
    Ok(Audited { dated, by: None, change })
}
