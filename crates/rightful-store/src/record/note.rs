//! The stored forms of notes: the row that says what was noted, and what is noted of an account by now.
//!
//! What people wrote is sealed under the account's key in both; what kind of note it was stays readable.

use rightful_domain::{
    ACCOUNT_DEVICES_MAX, AccountDeviceId, AccountId, ApplicationId, COMMENT_BYTES_MAX, Label, LabelValue,
    METADATA_BYTES_MAX, METADATA_FIELDS_MAX, METADATA_VALUES_MAX, NOTES_MAX, NoteKind, Pii, Reopening, Timestamp,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Undecodable;
use super::number::Numbered;

/// The version of what is noted of an account.
const VERSION: u8 = 1;
/// The same of one that was opened again, with who did that behind it.
const REOPENED_VERSION: u8 = 2;
/// The most bytes that all metadata of an account's devices may take: it is read and written whole.
const METADATA_TOTAL_BYTES_MAX: usize = 256 * 1024;

/// Fields with their values.
pub(crate) type Fields = Vec<(Box<str>, Vec<Box<str>>)>;

/// The same, as stored.
type StoredFields<'a> = Vec<(&'a str, Vec<&'a str>)>;

/// Something was noted of an account, or of a device of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NoteRow {
    pub(crate) application: ApplicationId,
    pub(crate) account: AccountId,
    pub(crate) device: Option<AccountDeviceId>,
    /// What kind of note.
    pub(crate) kind: u8,
    /// What the reviewer made of the account.
    pub(crate) label: Option<LabelValue>,
    pub(crate) received_at: Timestamp,
    /// What people wrote.
    pub(crate) sealed: Vec<u8>,
}

/// The number of a kind of note.
pub(crate) const fn note_number(kind: &NoteKind) -> u8 {
    match kind {
        NoteKind::Labelled(_) => 0,
        NoteKind::Tagged(_) => 1,
        NoteKind::Untagged(_) => 2,
        NoteKind::Closed => 3,
        NoteKind::Metadata(_) => 4,
        NoteKind::Detached => 5,
        NoteKind::Reopened(_) => 6,
    }
}

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredNote<'a> {
    #[serde(borrow)]
    application: &'a str,
    account: &'a str,
    device: Option<[u8; 12]>,
    kind: u8,
    label: Option<u8>,
    received_at: i64,
    sealed: &'a [u8],
}

impl<'a> StoredNote<'a> {
    pub(crate) fn of(note: &'a NoteRow) -> Self {
        Self {
            application: note.application.as_str(),
            account: note.account.as_str(),
            device: note.device.map(|device| *device.as_bytes()),
            kind: note.kind,
            label: note.label.map(|label| label.number()),
            received_at: note.received_at.as_micros(),
            sealed: &note.sealed,
        }
    }

    pub(crate) fn restore(self) -> Result<NoteRow, Undecodable> {
        Ok(NoteRow {
            application: super::id(self.application, ApplicationId::new)?,
            account: super::id(self.account, AccountId::new)?,
            device: self.device.map(AccountDeviceId::from_bytes),
            kind: self.kind,
            label: self.label.map(LabelValue::of_number).transpose()?,
            received_at: Timestamp::from_micros(self.received_at),
            sealed: self.sealed.to_vec(),
        })
    }
}

/// What people wrote in one note.
#[derive(Serialize, Deserialize, Default, Debug, PartialEq)]
pub(crate) struct NoteWords<'a> {
    /// Comment, reviewer's name, reviewer's e-mail address: of a label or of a reopening.
    #[serde(borrow)]
    label: [Option<&'a str>; 3],
    tags: Vec<&'a str>,
    fields: StoredFields<'a>,
}

impl<'a> NoteWords<'a> {
    fn of(kind: &'a NoteKind) -> Self {
        match kind {
            NoteKind::Labelled(label) => Self { label: said(label), ..Self::default() },
            NoteKind::Reopened(reopening) => Self { label: said_of(reopening), ..Self::default() },
            NoteKind::Tagged(tags) | NoteKind::Untagged(tags) => {
                Self { tags: tags.iter().map(|tag| &**tag).collect(), ..Self::default() }
            }
            NoteKind::Metadata(fields) => Self { fields: fields.iter().map(field).collect(), ..Self::default() },
            NoteKind::Closed | NoteKind::Detached => Self::default(),
        }
    }
}

fn said(label: &Label) -> [Option<&str>; 3] {
    [shown(&label.comment), shown(&label.reviewer_name), shown(&label.reviewer_email)]
}

fn said_of(reopening: &Reopening) -> [Option<&str>; 3] {
    [shown(&reopening.comment), shown(&reopening.reviewer_name), shown(&reopening.reviewer_email)]
}

fn shown(text: &Option<Pii<Box<str>>>) -> Option<&str> {
    // To be sealed.
    text.as_ref().map(|text| &**text.reveal())
}

fn field((name, values): &(Box<str>, Vec<Box<str>>)) -> (&str, Vec<&str>) {
    (name, values.iter().map(|value| &**value).collect())
}

/// What people wrote in a note, as bytes to seal; None if nothing.
pub(crate) fn note_words(kind: &NoteKind) -> Option<Zeroizing<Vec<u8>>> {
    let words = NoteWords::of(kind);
    (words != NoteWords::default()).then(|| Zeroizing::new(super::to_bytes(&words)))
}

/// Why something is not noted: it, or all that is noted of the account with it, would be too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch(pub(crate) &'static str);

/// What is noted of an account by now, but for what its memory knows itself.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Noted {
    pub(crate) labels: Vec<Label>,
    pub(crate) tags: Vec<Box<str>>,
    pub(crate) closed_at: Option<Timestamp>,
    /// Who opened it again; None if it is closed, or never was.
    pub(crate) reopened: Option<Reopening>,
    /// Those written last come last.
    pub(crate) metadata: Vec<(AccountDeviceId, Fields)>,
}

impl Noted {
    /// Takes a note in. Taken in twice, it is taken in once.
    pub(crate) fn take(
        &mut self,
        kind: &NoteKind,
        device: Option<AccountDeviceId>,
        at: Timestamp,
    ) -> Result<(), TooMuch> {
        match kind {
            NoteKind::Labelled(label) => self.label(label),
            NoteKind::Tagged(tags) => self.tag(tags),
            NoteKind::Untagged(tags) => {
                self.tags.retain(|known| !tags.contains(known));
                Ok(())
            }
            NoteKind::Closed => {
                self.closed_at.get_or_insert(at);
                self.reopened = None;
                Ok(())
            }
            NoteKind::Reopened(reopening) => self.reopen(reopening),
            NoteKind::Metadata(fields) => device.map_or(Ok(()), |device| self.describe(device, fields)),
            NoteKind::Detached => Ok(()),
        }
    }

    /// The fields of a device.
    pub(crate) fn fields_of(&self, device: AccountDeviceId) -> Fields {
        let found = self.metadata.iter().find(|(known, _)| *known == device);
        found.map_or_else(Vec::new, |(_, fields)| fields.clone())
    }

    /// Forgets a field of a device.
    pub(crate) fn forget_field(&mut self, device: AccountDeviceId, name: &str) {
        if let Some((_, fields)) = self.metadata.iter_mut().find(|(known, _)| *known == device) {
            fields.retain(|(known, _)| **known != *name);
        }
        self.metadata.retain(|(_, fields)| !fields.is_empty());
    }

    fn label(&mut self, label: &Label) -> Result<(), TooMuch> {
        check_said(said(label))?;
        let is_same = |last: &Label| (last.value, said(last)) == (label.value, said(label));
        if !self.labels.last().is_some_and(is_same) {
            self.labels.push(label.clone());
        }
        let n_too_many = self.labels.len().saturating_sub(NOTES_MAX);
        self.labels.drain(..n_too_many);
        Ok(())
    }

    fn reopen(&mut self, reopening: &Reopening) -> Result<(), TooMuch> {
        check_said(said_of(reopening))?;
        if self.closed_at.take().is_some() {
            self.reopened = Some(reopening.clone());
        }
        Ok(())
    }

    fn tag(&mut self, tags: &[Box<str>]) -> Result<(), TooMuch> {
        for tag in tags {
            if tag.len() > METADATA_BYTES_MAX {
                return Err(TooMuch("a tag is too long"));
            }
            if !self.tags.contains(tag) {
                self.tags.push(tag.clone());
            }
        }
        if self.tags.len() > NOTES_MAX { Err(TooMuch("the account has too many tags")) } else { Ok(()) }
    }

    fn describe(&mut self, device: AccountDeviceId, told: &Fields) -> Result<(), TooMuch> {
        let mut fields = self.fields_of(device);
        for (name, values) in told {
            let texts = || std::iter::once(name).chain(values);
            if values.len() > METADATA_VALUES_MAX || texts().any(|text| text.len() > METADATA_BYTES_MAX) {
                return Err(TooMuch("a field of metadata is too long"));
            }
            match fields.iter().position(|(known, _)| known == name) {
                Some(place) if values.is_empty() => {
                    fields.remove(place);
                }
                Some(place) => fields.splice(place..=place, [(name.clone(), values.clone())]).for_each(drop),
                None if values.is_empty() => {}
                None => fields.push((name.clone(), values.clone())),
            }
        }
        if fields.len() > METADATA_FIELDS_MAX {
            return Err(TooMuch("the device has too many fields of metadata"));
        }
        if fields == self.fields_of(device) {
            return Ok(());
        }
        self.metadata.retain(|(known, _)| *known != device);
        if !fields.is_empty() {
            self.metadata.push((device, fields));
        }
        let n_too_many = self.metadata.len().saturating_sub(ACCOUNT_DEVICES_MAX);
        self.metadata.drain(..n_too_many);
        self.check_metadata()
    }

    fn check_metadata(&self) -> Result<(), TooMuch> {
        let fields = self.metadata.iter().flat_map(|(_, fields)| fields);
        let bytes: usize =
            fields.flat_map(|(name, values)| std::iter::once(name).chain(values)).map(|it| it.len()).sum();
        if bytes > METADATA_TOTAL_BYTES_MAX { Err(TooMuch("the account has too much metadata")) } else { Ok(()) }
    }
}

fn check_said(said: [Option<&str>; 3]) -> Result<(), TooMuch> {
    let [comment, name, email] = said.map(|text| text.map_or(0, str::len));
    let is_short = comment <= COMMENT_BYTES_MAX && name.max(email) <= METADATA_BYTES_MAX;
    if is_short { Ok(()) } else { Err(TooMuch("a comment or a reviewer is too long")) }
}

#[derive(Serialize, Deserialize)]
struct StoredLabel<'a> {
    value: u8,
    #[serde(borrow)]
    said: [Option<&'a str>; 3],
    at: i64,
}

impl<'a> StoredLabel<'a> {
    fn of(label: &'a Label) -> Self {
        Self { value: label.value.number(), said: said(label), at: label.at.as_micros() }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredReopening<'a> {
    #[serde(borrow)]
    said: [Option<&'a str>; 3],
    at: i64,
}

impl<'a> StoredReopening<'a> {
    fn of(reopening: &'a Reopening) -> Self {
        Self { said: said_of(reopening), at: reopening.at.as_micros() }
    }

    fn restore(self) -> Reopening {
        let [comment, reviewer_name, reviewer_email] = self.said.map(|text| text.map(|text| Pii::new(text.into())));
        Reopening { comment, reviewer_name, reviewer_email, at: Timestamp::from_micros(self.at) }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredNoted<'a> {
    #[serde(borrow)]
    labels: Vec<StoredLabel<'a>>,
    tags: Vec<&'a str>,
    closed_at: Option<i64>,
    metadata: Vec<([u8; 12], StoredFields<'a>)>,
}

/// What is noted of an account, as bytes to seal.
pub(crate) fn encode_noted(noted: &Noted) -> Zeroizing<Vec<u8>> {
    let metadata = noted.metadata.iter();
    let stored = StoredNoted {
        labels: noted.labels.iter().map(StoredLabel::of).collect(),
        tags: noted.tags.iter().map(|tag| &**tag).collect(),
        closed_at: noted.closed_at.map(Timestamp::as_micros),
        metadata: metadata.map(|(id, fields)| (*id.as_bytes(), fields.iter().map(field).collect())).collect(),
    };
    Zeroizing::new(match &noted.reopened {
        None => super::to_versioned_bytes(VERSION, &stored),
        Some(reopened) => super::to_versioned_bytes(REOPENED_VERSION, &(stored, StoredReopening::of(reopened))),
    })
}

/// What is noted of an account, from its bytes.
pub(crate) fn decode_noted(bytes: &[u8]) -> Result<Noted, Undecodable> {
    let (stored, reopened): (StoredNoted<'_>, Option<StoredReopening<'_>>) = match bytes.first() {
        Some(&REOPENED_VERSION) => {
            let (stored, reopened) = super::from_versioned_bytes(REOPENED_VERSION, bytes)?;
            (stored, Some(reopened))
        }
        _ => (super::from_versioned_bytes(VERSION, bytes)?, None),
    };
    let label = |stored: StoredLabel<'_>| {
        let [comment, reviewer_name, reviewer_email] = stored.said.map(|text| text.map(|text| Pii::new(text.into())));
        let (value, at) = (LabelValue::of_number(stored.value)?, Timestamp::from_micros(stored.at));
        Ok(Label { value, comment, reviewer_name, reviewer_email, at })
    };
    let field = |(name, values): (&str, Vec<&str>)| (name.into(), values.into_iter().map(Into::into).collect());
    let device =
        |(device, fields): (_, Vec<_>)| (AccountDeviceId::from_bytes(device), fields.into_iter().map(field).collect());
    Ok(Noted {
        labels: stored.labels.into_iter().map(label).collect::<Result<_, _>>()?,
        tags: stored.tags.into_iter().map(Into::into).collect(),
        closed_at: stored.closed_at.map(Timestamp::from_micros),
        reopened: reopened.map(StoredReopening::restore),
        metadata: stored.metadata.into_iter().map(device).collect(),
    })
}
