//! The stored form of what an event says of its account: the device among the account's, and its details. People's data
//! is not here: details are kept as tags, and what a change changed is read again from the entries that said it.

use rightful_domain::{
    AccountDeviceId, CountryCode, DetailChange, DetailKind, DetailValue, Entry, KnownDetail, PaymentSource,
    PreviousDetail, Sighting,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::entry::{PrivateTags, ReadEntry};
use super::lesson::{restored_tag, stored_tag};
use super::number::Numbered;

/// A detail as an account remembers it: kind, tag, the entry that said it.
pub(super) type StoredDetail = (u8, [u8; 8], u64);

pub(super) fn stored_detail(known: &KnownDetail) -> StoredDetail {
    (known.kind.number(), stored_tag(known.tag), known.sequence)
}

pub(super) fn restored_detail((kind, tag, sequence): StoredDetail) -> Result<KnownDetail, Undecodable> {
    Ok(KnownDetail { kind: DetailKind::of_number(kind)?, tag: restored_tag(tag), sequence })
}

/// What follows an entry's own words, its whereabouts and its learnings from version 4 of entries on.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredDetails<'a> {
    /// The device's id on the account, whether it is the first time, whether it was listed, how many devices there are.
    sighting: Option<([u8; 12], bool, bool, u16)>,
    /// All details that the event carries: kind, tag.
    details: Vec<(u8, [u8; 8])>,
    changes: Vec<StoredChange>,
    country: Option<&'a str>,
    password_changed: bool,
    /// What the view of payments rests on; 0 where nothing was judged.
    payment_source: u8,
    vouched: bool,
}

/// Kind, place among the event's details of that kind, and the entry that said what it was before.
#[derive(Serialize, Deserialize)]
struct StoredChange(u8, u8, Option<u64>);

/// The place of a value that is none of its event's: it reads back as unsaid.
const NOWHERE: u8 = u8::MAX;

impl<'a> StoredDetails<'a> {
    pub(crate) fn of(entry: &'a Entry, private: &PrivateTags) -> Self {
        let sighting = |seen: Sighting| (*seen.id.as_bytes(), seen.is_first, seen.is_listed, seen.n_devices);
        let source = entry.assessment.as_ref().map_or(PaymentSource::Judgement, |judged| judged.payment.source);
        Self {
            sighting: entry.sighting.map(sighting),
            details: private.details.iter().map(|(kind, tag)| (kind.number(), stored_tag(*tag))).collect(),
            changes: entry.changes.iter().map(|change| StoredChange::of(entry, change)).collect(),
            country: entry.event.person.country.as_ref().map(CountryCode::as_str),
            password_changed: entry.event.person.password_changed,
            payment_source: source.number(),
            vouched: entry.event.vouched,
        }
    }

    /// Puts it back beside what else is known. What was changed is unsaid until it is read.
    pub(crate) fn restore(self, read: &mut ReadEntry<'_>) -> Result<(), Undecodable> {
        let country = self.country.map(CountryCode::new).transpose();
        let source = PaymentSource::of_number(self.payment_source)?;
        let entry = &mut read.entry;
        entry.event.person.country = country.map_err(|_| Undecodable("not a country"))?;
        entry.event.person.password_changed = self.password_changed;
        entry.event.vouched = self.vouched;
        if let Some(assessment) = &mut entry.assessment {
            assessment.payment.source = source;
        }
        let sighting = |(id, is_first, is_listed, n_devices)| Sighting {
            id: AccountDeviceId::from_bytes(id),
            is_first,
            is_listed,
            n_devices,
        };
        entry.sighting = self.sighting.map(sighting);
        read.places = self.changes.iter().map(|change| change.1).collect();
        entry.changes = self.changes.into_iter().map(StoredChange::restore).collect::<Result<_, _>>()?;
        let detail = |(kind, tag)| Ok((DetailKind::of_number(kind)?, restored_tag(tag)));
        read.private.details = self.details.into_iter().map(detail).collect::<Result<_, _>>()?;
        Ok(())
    }
}

impl StoredChange {
    fn of(entry: &Entry, change: &DetailChange) -> Self {
        let mut of_kind = entry.event.details().filter(|(kind, _)| *kind == change.kind);
        let place = of_kind.position(|(_, value)| value == change.value);
        let place = place.and_then(|place| u8::try_from(place).ok()).unwrap_or(NOWHERE);
        Self(change.kind.number(), place, change.previous.as_ref().map(|previous| previous.sequence))
    }

    fn restore(self) -> Result<DetailChange, Undecodable> {
        let previous = |sequence| PreviousDetail { value: DetailValue::Unsaid, sequence };
        let kind = DetailKind::of_number(self.0)?;
        Ok(DetailChange { kind, value: DetailValue::Unsaid, previous: self.2.map(previous) })
    }
}

/// Tells what was changed to what, from the entry's own event, people's data put back; what is erased stays unsaid.
pub(crate) fn tell_changes(entry: &mut Entry, places: &[u8]) {
    for (change, place) in entry.changes.iter_mut().zip(places) {
        let mut of_kind = entry.event.details().filter(|(kind, _)| *kind == change.kind);
        if let Some((_, value)) = of_kind.nth(usize::from(*place)) {
            change.value = value;
        }
    }
}
