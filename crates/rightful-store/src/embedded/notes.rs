//! What people note of accounts: one sealed row an account, read and written by the writer alone, in the batch of the
//! row of the ledger that says what was noted.

use std::sync::Arc;

use rightful_domain::{
    AccountDeviceId, AccountId, ApplicationId, Dossier, EventId, Feedback, FeedbackKind, FeedbackTarget, LabelValue,
    Note, NoteKind, NoteTarget, PROVED_FIELD, Profile, Tag, Telling, Timestamp, Topic, Verdict,
};
use tokio::sync::oneshot;

use super::command::{Answer, Command};
use super::disk::failed;
use super::keys::Index;
use super::outbox::waiting_about;
use super::plan::{Plan, Status, Target};
use super::state::Change;
use super::tags::{StateKey, Tagger};
use super::writer::{Admitted, Writer};
use super::{KnownDevice, Shared};
use crate::StoreError;
use crate::record::{Consumption, Draft, Effect, NoteRow, Noted, decode_noted, encode_noted, note_number, note_words};
use crate::seal::SubjectKey;

/// What a caller may write into it that says the contrary.
const NOES: [&str; 6] = ["", "0", "false", "no", "null", "none"];
/// The most rows of an account that are looked through for a device's latest challenge.
const CHALLENGE_ROWS_MAX: usize = 500;

/// A note, and whom it is about.
pub(super) struct NoteCommand {
    pub(super) note: Note,
    /// Whom to tell of it, if it comes to that.
    pub(super) tellings: Vec<Telling>,
    pub(super) account: AccountId,
    /// The device, where it is about one: its id, and its own tag.
    pub(super) device: Option<(AccountDeviceId, Tag)>,
    pub(super) answer: oneshot::Sender<Result<(), StoreError>>,
}

/// What a note changes.
struct NotePlan {
    noted: Noted,
    plan: Plan,
    /// The event whose challenge it says was passed, and its place.
    passed: Option<(EventId, u64)>,
    /// The place of the latest event on the device that it detaches.
    detached: Option<u64>,
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
            reopened: noted.reopened,
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
    fn plan_note(
        &self,
        command: &NoteCommand,
        tagger: &Tagger,
        subject: StateKey,
    ) -> Result<Option<NotePlan>, StoreError> {
        let NoteCommand { note, device, .. } = command;
        let was = self.noted(subject)?;
        // Between being found and being noted of, it may have been forgotten.
        if let Some((id, _)) = device
            && !self.has_device(subject, *id)?
        {
            return Err(StoreError::NotFound { id: EventId::from_bytes([0; 16]) });
        }
        let mut noted = was.clone();
        noted
            .take(&note.kind, device.map(|(id, _)| id), note.received_at)
            .map_err(|too_much| StoreError::TooMuch { what: too_much.0 })?;
        let profile = self.mind.states.with(subject, |state| (Arc::clone(&state.profile), Change::Same))?;
        let (mut plan, mut passed, mut detached) = (Plan::default(), None, None);
        let at = note.received_at;
        match (&note.kind, device) {
            (NoteKind::Labelled(label), _) if noted != was => plan.effects.push(Effect::Reviewed(label.value)),
            (NoteKind::Closed, _) if noted != was => plan.effects.push(Effect::Closed(at)),
            (NoteKind::Reopened(_), _) if noted != was => plan.effects.push(Effect::Reopened),
            (NoteKind::Metadata(fields), Some((_, device))) => {
                let proves = profile.standing.reported_at.is_none() && profile.releases(None, at);
                if proves && fields.iter().any(is_proof) {
                    let challenged = self.open_challenge(tagger, &note.application, subject.tag, *device)?;
                    release(*device, at, &profile, challenged.as_ref(), &mut plan);
                    passed = challenged.map(|target| (target.lesson.event, target.record.sequence));
                }
            }
            (NoteKind::Detached, Some((id, _))) => {
                // Who attaches it again is to prove again to be the owner.
                noted.forget_field(*id, PROVED_FIELD);
                if let Some(known) = self.attached(subject, *id)? {
                    plan.effects.push(Effect::Detached(*id, at));
                    detached = Some(known.sequence).filter(|sequence| *sequence > 0);
                }
            }
            (
                NoteKind::Labelled(_)
                | NoteKind::Tagged(_)
                | NoteKind::Untagged(_)
                | NoteKind::Closed
                | NoteKind::Reopened(_)
                | NoteKind::Metadata(_)
                | NoteKind::Detached,
                _,
            ) => {}
        }
        let is_news = noted != was || !plan.effects.is_empty();
        Ok(is_news.then_some(NotePlan { noted, plan, passed, detached }))
    }

    /// A device's latest event on an account that was challenged, if nobody has said yet how that ended, nor that it was
    /// not the owner.
    fn open_challenge(
        &self,
        tagger: &Tagger,
        application: &ApplicationId,
        account: Tag,
        device: Tag,
    ) -> Result<Option<Target>, StoreError> {
        let rows = self.rows_under(Index::Account, account, u64::MAX, CHALLENGE_ROWS_MAX);
        for sequence in rows.take(CHALLENGE_ROWS_MAX) {
            let sequence = sequence?;
            let Some((entry, _)) = self.entry_at(sequence)? else { continue };
            if entry.answered() != Some(Verdict::Challenge) || entry.event.application != *application {
                continue;
            }
            let Some(found) = self.found_at(sequence)? else { continue };
            let target = self.target(tagger, found)?;
            if target.lesson.device == Some(device) {
                let is_open = target.record.feedback.is_empty() && target.status != Status::Revoked;
                return Ok(is_open.then_some(target));
            }
        }
        Ok(None)
    }
}

/// What a reviewer makes of the account in a note.
const fn label_of(kind: &NoteKind) -> Option<LabelValue> {
    match kind {
        NoteKind::Labelled(label) => Some(label.value),
        NoteKind::Tagged(_)
        | NoteKind::Untagged(_)
        | NoteKind::Closed
        | NoteKind::Reopened(_)
        | NoteKind::Metadata(_)
        | NoteKind::Detached => None,
    }
}

/// Whether a field says that somebody proved to be the owner. A word for no is none.
fn is_proof((name, values): &(Box<str>, Vec<Box<str>>)) -> bool {
    let is_no = |value: &str| NOES.iter().any(|no| no.eq_ignore_ascii_case(value.trim()));
    **name == *PROVED_FIELD && values.iter().any(|value| !is_no(value))
}

/// Lets what a device has left in quarantine go, with the event whose challenge was passed.
fn release(device: Tag, at: Timestamp, profile: &Profile, challenged: Option<&Target>, plan: &mut Plan) {
    let mut held = profile.held.iter().filter(|held| held.lesson.device == Some(device)).peekable();
    if challenged.is_some() || held.peek().is_some() {
        plan.effects.push(Effect::Proved(at));
    }
    let event = challenged.map(|target| target.lesson.event);
    for held in held.filter(|held| Some(held.lesson.event) != event) {
        plan.effects.push(Effect::Learn(Arc::new(held.lesson)));
        plan.statuses.push((held.lesson.event, Status::Taught));
        plan.applied.n_released += 1;
    }
    if let Some(target) = challenged.filter(|target| target.status == Status::Held) {
        plan.learn(target);
        plan.applied.n_released += 1;
    }
}

impl Shared {
    /// Whether a device is among the account's, detached or not.
    fn has_device(&self, subject: StateKey, id: AccountDeviceId) -> Result<bool, StoreError> {
        self.mind.states.with(subject, |state| (state.more.belongings.device(subject.tag, id).is_some(), Change::Same))
    }

    /// A device, if it is attached to the account.
    fn attached(&self, subject: StateKey, id: AccountDeviceId) -> Result<Option<KnownDevice>, StoreError> {
        self.mind.states.with(subject, |state| {
            let known = state.more.belongings.device(subject.tag, id);
            (known.filter(|known| known.detached_at.is_none()).copied(), Change::Same)
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
        match self.shared.plan_note(&command, &tagger, subject) {
            Err(error) => drop(command.answer.send(Err(error))),
            Ok(None) => self.batch.answers.push(Answer::Done(command.answer)),
            Ok(Some(planned)) => {
                let written = self.put_note(&command, tagger, subject, planned);
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
        NotePlan { noted, plan, passed, detached }: NotePlan,
    ) -> Result<(), StoreError> {
        let (key, new_key) = self.shared.subjects.to_seal(subject)?;
        self.put_noted(subject, &noted, &key);
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
        self.put_key(new_key);
        let draft = Draft::note(&row, tagger.short);
        self.put_amendment(Arc::clone(&tagger), draft, None, Some(subject), plan, row.received_at);
        let (at, whose) = (command.note.received_at, &command.note.application);
        for (topic, event) in
            [(Topic::ChallengeEnded, passed.map(|(_, sequence)| sequence)), (Topic::DeviceDetached, detached)]
        {
            if event.is_some() {
                let tellings = command.tellings.iter().filter(|telling| telling.topic == topic).cloned().collect();
                self.put_tellings(waiting_about(whose, at, tellings), event, Some(subject));
            }
        }
        if let Some((event, _)) = passed {
            // What it releases is in the row of the note.
            let (application, target) = (row.application, FeedbackTarget::Event(event));
            let kind = FeedbackKind::ChallengePassed { mechanism: None };
            let feedback = Feedback { application, target, kind, received_at: row.received_at };
            let draft = Draft::feedback(&feedback, tagger.short);
            self.put_amendment(tagger, draft, Some(event), Some(subject), Plan::default(), row.received_at);
        }
        Ok(())
    }

    fn put_noted(&mut self, subject: StateKey, noted: &Noted, key: &SubjectKey) {
        let sealed = key.seal(&encode_noted(noted), &bound(subject), &self.shared.nonces);
        self.batch.writes.insert(&self.shared.disk.dossiers, subject.to_bytes(), sealed);
    }

    /// Forgets what was noted of devices, in the batch of the row that says why.
    pub(super) fn forget_notes(
        &mut self,
        subject: Option<StateKey>,
        devices: &[AccountDeviceId],
    ) -> Result<(), StoreError> {
        let Some(subject) = subject.filter(|_| !devices.is_empty()) else { return Ok(()) };
        let mut noted = self.shared.noted(subject)?;
        let n_before = noted.metadata.len();
        noted.metadata.retain(|(device, _)| !devices.contains(device));
        if noted.metadata.len() < n_before {
            let (key, new_key) = self.shared.subjects.to_seal(subject)?;
            self.put_noted(subject, &noted, &key);
            self.put_key(new_key);
        }
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
