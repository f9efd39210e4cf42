//! What people note of accounts: one sealed row an account, read and written by the writer alone, in the batch of the
//! row of the ledger that says what was noted.

use std::sync::Arc;

use rightful_domain::{
    AccountDeviceId, AccountId, ApplicationId, Dossier, EventId, LabelValue, Note, NoteKind, NoteTarget, Profile, Tag,
    Timestamp,
};
use tokio::sync::oneshot;

use super::Shared;
use super::disk::failed;
use super::plan::{Plan, Status};
use super::state::Change;
use super::tags::{StateKey, Tagger};
use super::writer::{Admitted, Answer, Command, Writer};
use crate::StoreError;
use crate::record::{Consumption, Draft, Effect, NoteRow, Noted, decode_noted, encode_noted, note_number, note_words};

/// The field that says that a device's user has proved to be the owner.
const PROVED_FIELD: &str = "2fa_verified";
/// What a caller may write into it that says the contrary.
const NOES: [&str; 6] = ["", "0", "false", "no", "null", "none"];

/// A note, and whom it is about.
pub(super) struct NoteCommand {
    pub(super) note: Note,
    pub(super) account: AccountId,
    /// The device, where it is about one: its id, and its own tag.
    pub(super) device: Option<(AccountDeviceId, Tag)>,
    pub(super) answer: oneshot::Sender<Result<(), StoreError>>,
}

/// Binds a sealed row to whose it is, and to being one.
fn bound(subject: StateKey) -> Vec<u8> {
    [&b"noted"[..], &subject.to_bytes()].concat()
}

fn corrupt(cause: crate::record::Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("what is noted of an account: {}", cause.0) }
}

impl Shared {
    /// What is noted of an account; nothing if it was erased.
    fn noted(&self, subject: StateKey) -> Result<Noted, StoreError> {
        let Some(sealed) = self.disk.dossiers.get(subject.to_bytes()).map_err(failed)? else {
            return Ok(Noted::default());
        };
        let Some(key) = self.subjects.to_open(subject)? else { return Ok(Noted::default()) };
        // What does not open was sealed with a key that was erased.
        let Ok(bytes) = key.open(&sealed, &bound(subject)) else { return Ok(Noted::default()) };
        decode_noted(&bytes).map_err(corrupt)
    }

    /// All that is noted of an account, with what its memory knows.
    pub(super) fn dossier_of(&self, application: &ApplicationId, account: &AccountId) -> Result<Dossier, StoreError> {
        let tagger = self.mind.taggers.of(application);
        let tag = tagger.account(account);
        let subject = tagger.subject_key(tag);
        let noted = self.noted(subject)?;
        let profile = self.mind.states.with(subject, |state| (Arc::clone(&state.profile), Change::Same))?;
        let mut devices = self.devices_of(&tagger, tag)?;
        for device in &mut devices {
            device.metadata = noted.fields_of(device.id);
        }
        Ok(Dossier {
            account: account.clone(),
            labels: noted.labels,
            tags: noted.tags,
            closed_at: noted.closed_at,
            reported_at: profile.standing.reported_at,
            reclaimed_at: profile.standing.reclaimed_at,
            devices,
        })
    }

    /// Whom a note is about. `NotFound` for a device that is none of the application's.
    pub(super) fn note_target(
        &self,
        application: &ApplicationId,
        target: &NoteTarget,
    ) -> Result<(AccountId, Option<(AccountDeviceId, Tag)>), StoreError> {
        let id = match target {
            NoteTarget::Account(account) => return Ok((account.clone(), None)),
            NoteTarget::Device(id) => *id,
        };
        let tagger = self.mind.taggers.of(application);
        match self.account_of_device(&tagger, id)? {
            Some((account, known)) => Ok((account, Some((id, known.tag)))),
            // It has no event of its own to be named by.
            None => Err(StoreError::NotFound { id: EventId::from_bytes([0; 16]) }),
        }
    }

    /// What a note changes; None if it says what is known.
    fn plan_note(&self, command: &NoteCommand, subject: StateKey) -> Result<Option<(Noted, Plan)>, StoreError> {
        let NoteCommand { note, device, .. } = command;
        let was = self.noted(subject)?;
        let mut noted = was.clone();
        noted
            .take(&note.kind, device.map(|(id, _)| id), note.received_at)
            .map_err(|too_much| StoreError::TooMuch { what: too_much.0 })?;
        let profile = self.mind.states.with(subject, |state| (Arc::clone(&state.profile), Change::Same))?;
        let mut plan = Plan::default();
        let at = note.received_at;
        match (&note.kind, device) {
            (NoteKind::Labelled(label), _) if noted != was => plan.effects.push(Effect::Reviewed(label.value)),
            (NoteKind::Closed, _) if noted != was => plan.effects.push(Effect::Closed(at)),
            (NoteKind::Metadata(fields), Some((_, device))) => {
                if fields.iter().any(is_proof) {
                    release(*device, at, &profile, &mut plan);
                }
            }
            (NoteKind::Detached, Some((id, _))) => {
                if !self.is_detached(subject, *id)? {
                    plan.effects.push(Effect::Detached(*id, at));
                }
            }
            (
                NoteKind::Labelled(_)
                | NoteKind::Tagged(_)
                | NoteKind::Untagged(_)
                | NoteKind::Closed
                | NoteKind::Metadata(_)
                | NoteKind::Detached,
                _,
            ) => {}
        }
        let is_news = noted != was || !plan.effects.is_empty();
        Ok(is_news.then_some((noted, plan)))
    }
}

/// What a reviewer makes of the account in a note.
const fn label_of(kind: &NoteKind) -> Option<LabelValue> {
    match kind {
        NoteKind::Labelled(label) => Some(label.value),
        NoteKind::Tagged(_) | NoteKind::Untagged(_) | NoteKind::Closed | NoteKind::Metadata(_) | NoteKind::Detached => {
            None
        }
    }
}

/// Whether a field says that somebody proved to be the owner. A word for no is none.
fn is_proof((name, values): &(Box<str>, Vec<Box<str>>)) -> bool {
    let is_no = |value: &str| NOES.iter().any(|no| no.eq_ignore_ascii_case(value.trim()));
    **name == *PROVED_FIELD && values.iter().any(|value| !is_no(value))
}

/// Lets what a device has left in quarantine go, unless a takeover is reported or the contact is fresh.
fn release(device: Tag, at: Timestamp, profile: &Profile, plan: &mut Plan) {
    if profile.standing.reported_at.is_some() || !profile.releases(None, at) {
        return;
    }
    let mut held = profile.held.iter().filter(|held| held.lesson.device == Some(device)).peekable();
    if held.peek().is_some() {
        plan.effects.push(Effect::Proved(at));
    }
    for held in held {
        plan.effects.push(Effect::Learn(Arc::new(held.lesson)));
        plan.statuses.push((held.lesson.event, Status::Taught));
        plan.applied.n_released += 1;
    }
}

impl Shared {
    /// Whether a device is detached from the account.
    fn is_detached(&self, subject: StateKey, id: AccountDeviceId) -> Result<bool, StoreError> {
        self.mind.states.with(subject, |state| {
            let known = state.belongings.device(subject.tag, id);
            (known.is_none_or(|known| known.detached_at.is_some()), Change::Same)
        })
    }
}

impl Writer {
    pub(super) fn admit_note(&mut self, command: Box<NoteCommand>) -> Admitted {
        let application = command.note.application.clone();
        let tagger = self.shared.mind.taggers.of(&application);
        let subject = tagger.subject_key(tagger.account(&command.account));
        if self.batch_touches(Some(subject)) {
            return Admitted::Later(Command::Note(command));
        }
        match self.shared.plan_note(&command, subject) {
            Err(error) => drop(command.answer.send(Err(error))),
            Ok(None) => self.batch.answers.push(Answer::Done(command.answer)),
            Ok(Some((noted, plan))) => {
                let written = self.put_note(&command, tagger, subject, &noted, plan);
                match written {
                    Ok(()) => self.batch.answers.push(Answer::Done(command.answer)),
                    Err(error) => drop(command.answer.send(Err(error))),
                }
            }
        }
        Admitted::InBatch
    }

    fn put_note(
        &mut self,
        command: &NoteCommand,
        tagger: Arc<Tagger>,
        subject: StateKey,
        noted: &Noted,
        plan: Plan,
    ) -> Result<(), StoreError> {
        let (key, new_key) = self.shared.subjects.to_seal(subject)?;
        let sealed = key.seal(&encode_noted(noted), &bound(subject), &self.shared.nonces);
        let words = note_words(&command.note.kind);
        let row = NoteRow {
            application: command.note.application.clone(),
            account: command.account.clone(),
            device: command.device.map(|(id, _)| id),
            kind: note_number(&command.note.kind),
            label: label_of(&command.note.kind),
            received_at: command.note.received_at,
            sealed: words.map_or_else(Vec::new, |words| key.seal(&words, &bound(subject), &self.shared.nonces)),
        };
        self.batch.writes.insert(&self.shared.disk.dossiers, subject.to_bytes(), sealed);
        self.put_key(new_key);
        let draft = Draft::note(&row, tagger.short);
        self.put_amendment(tagger, draft, None, Some(subject), plan, row.received_at);
        Ok(())
    }

    pub(super) fn admit_consumption(
        &mut self,
        consumption: Box<Consumption>,
        answer: oneshot::Sender<Result<u64, StoreError>>,
    ) -> Admitted {
        if self.depends_on_batch(consumption.event) {
            return Admitted::Later(Command::Consume(consumption, answer));
        }
        let id = consumption.event;
        let found = self.shared.found(&consumption.application, id);
        match found.and_then(|found| found.ok_or(StoreError::NotFound { id })) {
            Err(error) => drop(answer.send(Err(error))),
            Ok(found) if found.record.consumed_at.is_some() => drop(answer.send(Err(StoreError::Conflict))),
            Ok(found) => {
                let tagger = self.shared.mind.taggers.of(&consumption.application);
                let draft = Draft::consumption(&consumption, tagger.short);
                self.put_amendment(tagger, draft, Some(id), None, Plan::default(), consumption.received_at);
                self.batch.answers.push(Answer::Concluded(answer, found.record.sequence));
            }
        }
        Admitted::InBatch
    }
}
