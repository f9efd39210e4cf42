//! The stored form of an entry.

use std::net::IpAddr;

use rightful_domain::{
    Assessment, DetailKind, DeviceId, DeviceSnapshot, Enrichment, Entry, ReasonCode, RetryKey, Tag, Teaching, Timestamp,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Undecodable;
use super::assessment::{StoredAssessment, StoredEnrichment};
use super::event::{StoredEvent, text};
use super::interaction::StoredInteraction;
use super::lesson::{StoredNews, restored_tag, stored_tag};
use super::private::{MorePrivate, Private};

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredEntry<'a> {
    #[serde(borrow)]
    event: StoredEvent<'a>,
    enrichment: StoredEnrichment<'a>,
    assessment: Option<StoredAssessment<'a>>,
    teaching: u8,
    previous_device: Option<StoredSnapshot<'a>>,
    /// The username's tag, since the username itself may be forgotten and its memory must still be rebuilt.
    username: Option<[u8; 8]>,
    /// What is people's data, sealed; empty if there was none.
    #[serde(with = "bytes")]
    sealed: &'a [u8],
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredSnapshot<'a> {
    #[serde(borrow)]
    id: &'a str,
    /// Kind, maker, model, system, agent.
    told: [Option<&'a str>; 5],
    ip: Option<IpAddr>,
    at: i64,
}

/// The tags of what is people's data in an event: it may be forgotten, and what was learned of it must still be rebuilt.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct PrivateTags {
    pub(crate) username: Option<Tag>,
    pub(crate) payee: Option<Tag>,
    pub(crate) payment_method: Option<Tag>,
    /// The details of the account that it carries; none if it failed, or nobody vouches for it.
    pub(crate) details: Vec<(DetailKind, Tag)>,
}

/// What follows an entry's own words and its whereabouts from version 3 of entries on.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredLearnings {
    news: Option<StoredNews>,
    /// Payee, payment method.
    paid: [Option<[u8; 8]>; 2],
}

impl StoredLearnings {
    pub(crate) fn of(entry: &Entry, private: &PrivateTags) -> Self {
        Self {
            news: entry.assessment.as_ref().and_then(|assessment| StoredNews::of(&assessment.news)),
            paid: [private.payee, private.payment_method].map(|tag| tag.map(stored_tag)),
        }
    }

    /// Puts it back beside what else is known.
    pub(crate) fn restore(self, read: &mut ReadEntry<'_>) -> Result<(), Undecodable> {
        let news = StoredNews::restored(self.news)?;
        if let Some(assessment) = &mut read.entry.assessment {
            assessment.news = news;
        }
        [read.private.payee, read.private.payment_method] = self.paid.map(|tag| tag.map(restored_tag));
        Ok(())
    }
}

/// An entry as read back, with what is still closed beside it.
pub(crate) struct ReadEntry<'a> {
    /// Without people's data.
    pub(crate) entry: Entry,
    /// The tags of what is people's data.
    pub(crate) private: PrivateTags,
    /// To be opened with the subject's key and given to [`open_private`]; empty if there was nothing to seal.
    pub(crate) sealed: &'a [u8],
    /// Where in the event the values are that it changed: for [`super::tell_changes`], once it is opened.
    pub(crate) places: Vec<u8>,
}

impl<'a> StoredEntry<'a> {
    pub(crate) fn of(entry: &'a Entry, username: Option<Tag>, sealed: &'a [u8]) -> Self {
        Self {
            event: StoredEvent::of(&entry.event),
            enrichment: StoredEnrichment::of(&entry.enrichment),
            assessment: entry.assessment.as_ref().map(StoredAssessment::of),
            teaching: teaching_number(entry.teaching),
            previous_device: entry.previous_device.as_ref().map(StoredSnapshot::of),
            username: username.map(|tag| tag.get().to_le_bytes()),
            sealed,
        }
    }

    pub(crate) fn restore(self, retry: Option<RetryKey>) -> Result<ReadEntry<'a>, Undecodable> {
        let event = self.event.restore()?;
        let id = event.id;
        let assessment = self.assessment.map(|assessment| assessment.restore(id)).transpose()?;
        // It has no place of its own: what was found of the address is what is known of it.
        let mut findings = assessment.iter().flat_map(|judged: &Assessment| &judged.findings);
        let email_disposable = findings.any(|finding| finding.reason == ReasonCode::EmailDisposable).then_some(true);
        let entry = Entry {
            event,
            enrichment: Enrichment { email_disposable, ..self.enrichment.restore()? },
            assessment,
            teaching: teaching_of(self.teaching)?,
            previous_device: self.previous_device.map(StoredSnapshot::restore).transpose()?,
            // They follow the entry, from its fourth version on.
            sighting: None,
            changes: Vec::new(),
            // They are told once, from the outbox.
            tellings: Vec::new(),
            retry,
            tagged: None,
        };
        let username = self.username.map(|tag| Tag::new(u64::from_le_bytes(tag)));
        let private = PrivateTags { username, ..PrivateTags::default() };
        Ok(ReadEntry { entry, private, sealed: self.sealed, places: Vec::new() })
    }
}

/// What is people's data in an entry, as bytes to seal; None if there is none.
pub(crate) fn private_bytes(entry: &Entry) -> Option<Zeroizing<Vec<u8>>> {
    let private = Private::of(&entry.event);
    let more = MorePrivate::of(&entry.event.person);
    let interaction = entry.event.behavior.as_ref().and_then(|behavior| behavior.interaction.as_deref());
    if private.is_none() && more.is_none() && interaction.is_none() {
        return None;
    }
    // One part follows the other; what is last may be missing, so that a part that came later needs no version.
    let mut bytes = Zeroizing::new(super::to_bytes(&private.unwrap_or_default()));
    if more.is_some() || interaction.is_some() {
        super::append(&mut bytes, &more.unwrap_or_default());
    }
    if let Some(interaction) = interaction {
        super::append(&mut bytes, &StoredInteraction::of(interaction));
    }
    Some(bytes)
}

/// Puts people's data back into an entry.
pub(crate) fn open_private(entry: &mut Entry, bytes: &[u8]) -> Result<(), Undecodable> {
    let unreadable = |_| Undecodable("people's data");
    let (private, rest) = super::take::<Private<'_>>(bytes).map_err(unreadable)?;
    private.restore(&mut entry.event)?;
    if rest.is_empty() {
        return Ok(());
    }
    let (more, rest) = super::take::<MorePrivate<'_>>(rest).map_err(unreadable)?;
    more.restore(&mut entry.event.person)?;
    if !rest.is_empty() {
        let (interaction, _) = super::take::<StoredInteraction>(rest).map_err(unreadable)?;
        let behavior = entry.event.behavior.get_or_insert_default();
        behavior.interaction = Some(Box::new(interaction.restore()));
    }
    Ok(())
}

impl<'a> StoredSnapshot<'a> {
    pub(crate) fn of(snapshot: &'a DeviceSnapshot) -> Self {
        Self {
            id: snapshot.id.as_str(),
            told: [
                text(&snapshot.kind),
                text(&snapshot.manufacturer),
                text(&snapshot.model),
                text(&snapshot.os),
                text(&snapshot.user_agent),
            ],
            ip: snapshot.ip,
            at: snapshot.at.as_micros(),
        }
    }

    pub(crate) fn restore(self) -> Result<DeviceSnapshot, Undecodable> {
        let [kind, manufacturer, model, os, user_agent] = self.told.map(|told| told.map(Into::into));
        Ok(DeviceSnapshot {
            id: super::id(self.id, DeviceId::new)?,
            kind,
            manufacturer,
            model,
            os,
            ip: self.ip,
            user_agent,
            at: Timestamp::from_micros(self.at),
        })
    }
}

const fn teaching_number(teaching: Teaching) -> u8 {
    match teaching {
        Teaching::Nothing => 0,
        Teaching::AtConclusion => 1,
        Teaching::Quarantine { matures: false } => 2,
        Teaching::Quarantine { matures: true } => 3,
        Teaching::Learn => 4,
    }
}

const fn teaching_of(number: u8) -> Result<Teaching, Undecodable> {
    match number {
        0 => Ok(Teaching::Nothing),
        1 => Ok(Teaching::AtConclusion),
        2 => Ok(Teaching::Quarantine { matures: false }),
        3 => Ok(Teaching::Quarantine { matures: true }),
        4 => Ok(Teaching::Learn),
        _ => Err(Undecodable("unknown number of Teaching")),
    }
}

/// Bytes as one run: serde takes a slice of bytes for a sequence, one call a byte.
mod bytes {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(bytes)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<&'de [u8], D::Error> {
        <&[u8]>::deserialize(from)
    }
}
