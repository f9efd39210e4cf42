//! The one thread that writes. It takes everything that has queued, makes one atomic batch of it, syncs, lets memory
//! learn, and answers: so whatever queued during a sync is the next batch, and nobody is told before it is safe.
//!
//! A command that depends on another of the same batch ends the batch and begins the next: what it depends on is then
//! written and learned.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::Receiver;

use fjall::{OwnedWriteBatch, PersistMode};
use rightful_domain::{AccountId, ApplicationId, Author, Conclusion, EventId, RetryKey, Timestamp};
use tokio::sync::oneshot;

use super::Shared;
use super::checkpoint::Checkpointer;
use super::command::{Answer, Command, OfficeChange, Placed, RecordCommand, refuse};
use super::disk::{failed, unavailable};
use super::fill::{Changing, Rows, learn_series};
use super::imprint::{Imprint, Op, apply, changes_of};
use super::keys::{minute_of, retry_key, status_key, time_key};
use super::outbox::Put;
use super::plan::Plan;
use super::retries::{Answered, is_long_lived};
use super::subjects::NewKey;
use super::tags::{StateKey, StateKeys, Tagger};
use crate::StoreError;
use crate::record::{Draft, Effect};

/// The most commands in one batch: bounds how long the first waits for the last.
const BATCH_MAX: usize = 1_024;

/// What memory learns once a batch is safe.
struct Learning {
    sequence: u64,
    tagger: Arc<Tagger>,
    imprint: Option<Imprint>,
    subject: Option<StateKey>,
    received_at: Timestamp,
    effects: Vec<Effect>,
}

/// What was put together and is not written yet.
pub(super) struct Batch {
    pub(super) writes: OwnedWriteBatch,
    next_sequence: u64,
    learning: Vec<Learning>,
    pub(super) answers: Vec<Answer>,
    pub(super) tellings: Put,
    events: HashMap<EventId, u64>,
    /// Events whose cases it writes.
    pub(super) cases: HashSet<EventId>,
    retries: HashMap<[u8; 16], Answered>,
    /// Those of them that are kept in RAM.
    short_lived: Vec<(RetryKey, u64, Timestamp)>,
    subjects: StateKeys,
    new_keys: Vec<StateKey>,
    /// Subjects whose keys it removes.
    erased: StateKeys,
}

/// What became of a command.
pub(super) enum Admitted {
    InBatch,
    /// It depends on the batch: write that first.
    Later(Command),
}

/// The writer.
pub(super) struct Writer {
    pub(super) shared: Arc<Shared>,
    queue: Receiver<Command>,
    checkpointer: Checkpointer,
    pub(super) batch: Batch,
    newest_minute: Option<u64>,
}

impl Batch {
    fn new(shared: &Shared) -> Self {
        Self {
            writes: shared.disk.database.batch().durability(Some(PersistMode::SyncData)),
            next_sequence: shared.durable.load(Ordering::Acquire) + 1,
            learning: Vec::new(),
            answers: Vec::new(),
            tellings: Put::default(),
            events: HashMap::new(),
            cases: HashSet::new(),
            retries: HashMap::new(),
            short_lived: Vec::new(),
            subjects: StateKeys::default(),
            new_keys: Vec::new(),
            erased: StateKeys::default(),
        }
    }
}

impl Writer {
    pub(super) fn new(
        shared: Arc<Shared>,
        queue: Receiver<Command>,
        checkpointer: Checkpointer,
        newest_minute: Option<u64>,
    ) -> Self {
        let batch = Batch::new(&shared);
        Self { shared, queue, checkpointer, batch, newest_minute }
    }

    /// Writes until it is told to stop, or nobody is left to tell.
    pub(super) fn run(mut self) {
        let mut checkpoint_at_end = false;
        'writing: while let Ok(first) = self.queue.recv() {
            let mut next = Some(first);
            let mut n_taken = 0;
            while let Some(command) = next {
                self.shared.queued.fetch_sub(1, Ordering::Relaxed);
                if let Command::Stop { checkpoint } = command {
                    checkpoint_at_end = checkpoint;
                    self.write();
                    break 'writing;
                }
                self.take(command);
                n_taken += 1;
                next = if n_taken < BATCH_MAX { self.queue.try_recv().ok() } else { None };
            }
            self.write();
            self.checkpointer.keep_up(&self.shared);
        }
        self.checkpointer.stop(&self.shared, checkpoint_at_end);
    }

    fn take(&mut self, command: Command) {
        if let Admitted::Later(command) = self.admit(command) {
            self.write();
            // Nothing is left to depend on.
            if let Admitted::Later(_) = self.admit(command) {
                debug_assert!(false, "a command depends on an empty batch");
            }
        }
    }

    fn admit(&mut self, command: Command) -> Admitted {
        if let Err(error) = self.shared.check_running() {
            refuse(command, error);
            return Admitted::InBatch;
        }
        match command {
            Command::Record(record) => self.admit_record(record),
            Command::Conclude(conclusion, answer) => self.admit_conclusion(conclusion, answer),
            Command::ApplyFeedback(said, answer) => self.admit_feedback(said, answer),
            Command::Erase(whose, answer) => self.admit_erasure(whose, answer),
            Command::Office(asked, answer) => self.admit_office(&asked, answer),
            Command::Rules(command) => {
                self.admit_rules(command);
                Admitted::InBatch
            }
            Command::Snooze(command) => {
                self.admit_snooze(command);
                Admitted::InBatch
            }
            Command::Note(note) => self.admit_note(note),
            Command::Case(command) => self.admit_case(command),
            Command::Consume(consumption, answer) => self.admit_consumption(consumption, answer),
            Command::Enqueue(waiting, answer) => {
                self.put_tellings(waiting, None, None);
                self.batch.answers.push(Answer::Done(answer));
                Admitted::InBatch
            }
            Command::Redeliver(asked, answer) => {
                // Its own batch, after what waits: it then sees the audit as it is.
                self.write();
                drop(answer.send(self.shared.redeliver(&asked)));
                Admitted::InBatch
            }
            Command::Keep(asked, answer) => {
                let (application, aggregates) = *asked;
                self.admit_keep(&application, aggregates, answer)
            }
            Command::Checkpoint(answer) => {
                self.write();
                self.checkpointer.request(self.shared.durable.load(Ordering::Acquire), Some(answer));
                Admitted::InBatch
            }
            Command::Stop { .. } => Admitted::InBatch,
        }
    }

    fn admit_record(&mut self, command: Box<RecordCommand>) -> Admitted {
        match self.sequence_of(command.event) {
            Ok(None) => {}
            Ok(Some(sequence)) => {
                self.batch.answers.push(Answer::Placed(command.answer, Placed::Before(sequence)));
                return Admitted::InBatch;
            }
            Err(error) => return self.refuse_record(*command, error),
        }
        match self.request_before(&command) {
            Ok(None) => {}
            Ok(Some(sequence)) => {
                self.let_go(&command);
                self.batch.answers.push(Answer::Placed(command.answer, Placed::Before(sequence)));
                return Admitted::InBatch;
            }
            Err(error) => return self.refuse_record(*command, error),
        }
        let subject = command.imprint.subject;
        if subject.is_some_and(|subject| self.batch.erased.contains(&subject)) {
            return Admitted::Later(Command::Record(command));
        }
        let plan = match self.shared.mind.plan_entry(&command.imprint) {
            Ok(plan) => plan,
            Err(error) => return self.refuse_record(*command, error),
        };
        // What it releases depends on what its subject was taught in this very batch.
        let depends = !plan.effects.is_empty() || !command.imprint.proofs.is_empty();
        if depends && subject.is_some_and(|subject| self.batch.subjects.contains(&subject)) {
            return Admitted::Later(Command::Record(command));
        }
        self.put_record(*command, plan);
        Admitted::InBatch
    }

    fn refuse_record(&self, command: RecordCommand, error: StoreError) -> Admitted {
        self.let_go(&command);
        drop(command.answer.send(Err(error)));
        Admitted::InBatch
    }

    /// Takes an event out of its series that is not written down.
    fn let_go(&self, command: &RecordCommand) {
        if let Err(error) = self.shared.mind.uncount_aggregates(&command.imprint.lesson, &command.tagger) {
            tracing::error!(%error, "an event that was not written down stays counted by aggregates");
        }
    }

    /// Where an event was put before.
    fn sequence_of(&self, event: EventId) -> Result<Option<u64>, StoreError> {
        match self.batch.events.get(&event) {
            Some(sequence) => Ok(Some(*sequence)),
            None => self.shared.sequence_of_event(event),
        }
    }

    /// Where the request that an event came with was put before, as another event.
    fn request_before(&self, command: &RecordCommand) -> Result<Option<u64>, StoreError> {
        let Some(retry) = &command.retry else { return Ok(None) };
        let now = command.imprint.received_at;
        let in_batch = self.batch.retries.get(&retry.key).copied().filter(|answered| answered.until > now);
        let answered = match in_batch {
            Some(answered) => Some(answered),
            None => self.shared.answered(retry, now)?,
        };
        match answered {
            Some(answered) if answered.body != retry.body => Err(StoreError::Conflict),
            answered => Ok(answered.map(|answered| answered.sequence)),
        }
    }

    fn put_record(&mut self, command: RecordCommand, plan: Plan) {
        let RecordCommand { draft, event, retry, imprint, tagger, new_key, tellings, case, answer } = command;
        let (batch, disk) = (&mut self.batch, &self.shared.disk);
        let sequence = batch.next_sequence;
        batch.next_sequence += 1;
        batch.writes.insert(&disk.ledger, sequence.to_be_bytes(), draft.finish(sequence, None, &plan.effects));
        for (event, status) in &plan.statuses {
            batch.writes.insert(&disk.index, status_key(*event), [status.number()]);
        }
        if let Some(retry) = retry {
            let answered = Answered { body: retry.body, until: retry.until, sequence };
            batch.retries.insert(retry.key, answered);
            if is_long_lived(&retry, imprint.received_at) {
                batch.writes.insert(&disk.index, retry_key(&retry.key), answered.to_bytes());
            } else {
                batch.short_lived.push((retry, sequence, imprint.received_at));
            }
        }
        self.mark_time(imprint.received_at, sequence);
        self.put_key(new_key);
        self.put_tellings(tellings, Some(sequence), imprint.subject);
        if let Some(case) = case {
            self.put_case(*case);
        }
        let batch = &mut self.batch;
        batch.events.insert(event, sequence);
        batch.subjects.extend(imprint.subject);
        let (subject, received_at) = (imprint.subject, imprint.received_at);
        let imprint = Some(imprint);
        batch.learning.push(Learning { sequence, tagger, imprint, subject, received_at, effects: plan.effects });
        batch.answers.push(Answer::Placed(answer, Placed::New(sequence)));
    }

    /// The first row of each minute is found by its time.
    fn mark_time(&mut self, received_at: Timestamp, sequence: u64) {
        let minute = minute_of(received_at);
        if self.newest_minute.is_none_or(|newest| minute > newest) {
            self.newest_minute = Some(minute);
            self.batch.writes.insert(&self.shared.disk.index, time_key(minute), sequence.to_be_bytes());
        }
    }

    pub(super) fn put_key(&mut self, new_key: Option<NewKey>) {
        // One drawn before its subject was erased would open what was erased.
        let Some(NewKey { subject, sealed }) = new_key.filter(|new| self.shared.subjects.is_wanted(new)) else {
            return;
        };
        // A key that is there stays: an erasure may have come between, and a newer key with it.
        let is_there = self.shared.disk.keys.contains_key(subject.to_bytes()).unwrap_or(false);
        if !is_there && !self.batch.new_keys.contains(&subject) {
            self.batch.writes.insert(&self.shared.disk.keys, subject.to_bytes(), &*sealed);
        }
        self.batch.new_keys.push(subject);
    }

    /// Puts a row that amends others into the batch.
    pub(super) fn put_amendment(
        &mut self,
        tagger: Arc<Tagger>,
        draft: Draft,
        about: Option<EventId>,
        subject: Option<StateKey>,
        plan: Plan,
        received_at: Timestamp,
    ) -> u64 {
        let (batch, disk) = (&mut self.batch, &self.shared.disk);
        let sequence = batch.next_sequence;
        batch.next_sequence += 1;
        let row = draft.finish(sequence, subject.map(|subject| subject.tag), &plan.effects);
        batch.writes.insert(&disk.ledger, sequence.to_be_bytes(), row);
        if let Some(event) = about {
            batch.writes.insert(&disk.index, super::keys::amendment_key(event, sequence), []);
            batch.events.insert(event, sequence);
        }
        for (event, status) in &plan.statuses {
            batch.writes.insert(&disk.index, status_key(*event), [status.number()]);
        }
        batch.subjects.extend(subject);
        let effects = plan.effects;
        batch.learning.push(Learning { sequence, tagger, imprint: None, subject, received_at, effects });
        self.mark_time(received_at, sequence);
        sequence
    }

    fn admit_conclusion(
        &mut self,
        conclusion: Box<Conclusion>,
        answer: oneshot::Sender<Result<u64, StoreError>>,
    ) -> Admitted {
        if self.depends_on_batch(conclusion.event) {
            return Admitted::Later(Command::Conclude(conclusion, answer));
        }
        let tagger = self.shared.mind.taggers.of(&conclusion.application);
        let planned = self.shared.target_of(&tagger, &conclusion.application, conclusion.event).and_then(|target| {
            if self.batch_touches(target.subject) {
                return Ok(None);
            }
            let known = target.record.conclusion.as_ref().map(|conclusion| conclusion.outcome);
            let is_news = known != Some(conclusion.outcome);
            let plan = if is_news { Some(self.shared.plan_conclusion(&conclusion, &target)?) } else { None };
            Ok(Some((target, plan)))
        });
        match planned {
            Err(error) => drop(answer.send(Err(error))),
            Ok(None) => return Admitted::Later(Command::Conclude(conclusion, answer)),
            Ok(Some((target, plan))) => {
                if let Some(plan) = plan {
                    let draft = Draft::conclusion(&conclusion, tagger.short);
                    let about = Some(conclusion.event);
                    self.put_amendment(tagger, draft, about, target.subject, plan, conclusion.received_at);
                }
                self.batch.answers.push(Answer::Concluded(answer, target.record.sequence));
            }
        }
        Admitted::InBatch
    }

    fn admit_erasure(
        &mut self,
        whose: Box<(ApplicationId, AccountId, Timestamp)>,
        answer: oneshot::Sender<Result<(), StoreError>>,
    ) -> Admitted {
        let tagger = self.shared.mind.taggers.of(&whose.0);
        let subject = tagger.subject_key(tagger.account(&whose.1));
        if self.batch_touches(Some(subject)) {
            return Admitted::Later(Command::Erase(whose, answer));
        }
        let (application, account, received_at) = *whose;
        match self.shared.plan_erasure(&tagger, application, account, received_at) {
            Err(error) => drop(answer.send(Err(error))),
            Ok((erasure, plan)) => {
                self.batch.writes.remove(&self.shared.disk.keys, subject.to_bytes());
                self.batch.writes.remove(&self.shared.disk.dossiers, subject.to_bytes());
                for username in &erasure.usernames {
                    let key = tagger.subject_key(*username);
                    self.batch.writes.remove(&self.shared.disk.keys, key.to_bytes());
                    self.shared.subjects.forget(key);
                    self.batch.erased.insert(key);
                }
                self.forget_snoozes(subject);
                self.shared.subjects.forget(subject);
                self.batch.erased.insert(subject);
                let draft = Draft::erasure(&erasure, tagger.short);
                self.put_amendment(tagger, draft, None, Some(subject), plan, received_at);
                self.batch.answers.push(Answer::Done(answer));
            }
        }
        Admitted::InBatch
    }

    fn admit_office(
        &mut self,
        asked: &(OfficeChange, Author),
        answer: oneshot::Sender<Result<(), StoreError>>,
    ) -> Admitted {
        // Rare enough that each has its own batch: it then sees the one before.
        self.write();
        let (change, by) = asked;
        let planned = self.shared.plan_office(change, by);
        let planned = planned.and_then(|rows| {
            self.shared.forget_hooks(&mut self.batch.writes, change)?;
            Ok(rows)
        });
        match planned {
            Err(error) => drop(answer.send(Err(error))),
            Ok(rows) => {
                for (key, value) in rows {
                    self.batch.writes.insert(&self.shared.disk.office, key, value);
                }
                self.batch.answers.push(Answer::Done(answer));
                self.write();
            }
        }
        Admitted::InBatch
    }

    pub(super) fn depends_on_batch(&self, event: EventId) -> bool {
        self.batch.events.contains_key(&event)
    }

    pub(super) fn batch_touches(&self, subject: Option<StateKey>) -> bool {
        subject.is_some_and(|subject| self.batch.subjects.contains(&subject))
    }

    pub(super) fn batch_erases(&self, subject: StateKey) -> bool {
        self.batch.erased.contains(&subject)
    }

    /// Writes the batch, syncs, lets memory learn, and answers.
    pub(super) fn write(&mut self) {
        if self.batch.answers.is_empty() {
            return;
        }
        let Batch { mut writes, next_sequence, learning, answers, tellings, new_keys, erased, short_lived, .. } =
            std::mem::replace(&mut self.batch, Batch::new(&self.shared));
        self.shared.outbox.complete(&mut writes, &tellings);
        let sequence = next_sequence - 1;
        let written =
            self.commit(writes, sequence, &new_keys, &erased).and_then(|()| self.learn(learning, &short_lived));
        let written = written.and_then(|()| self.shared.outbox.written(tellings));
        self.batch.next_sequence = self.shared.durable.load(Ordering::Acquire) + 1;
        let failure = written.err().map(|error| {
            let failure = format!("{error:?}");
            tracing::error!(sequence, "writing to the store failed; it takes nothing more until restarted: {failure}");
            self.shared.broken.store(true, Ordering::Release);
            failure
        });
        for answer in answers {
            answer.give(failure.as_deref());
        }
    }

    fn commit(
        &self,
        writes: OwnedWriteBatch,
        sequence: u64,
        new_keys: &[StateKey],
        erased: &StateKeys,
    ) -> Result<(), StoreError> {
        if !writes.is_empty() {
            writes.commit().map_err(failed)?;
        }
        for subject in new_keys {
            self.shared.subjects.saved(*subject);
        }
        for subject in erased {
            self.shared.subjects.removed(*subject);
        }
        if sequence > self.shared.durable.load(Ordering::Acquire) {
            self.shared.acknowledged.note(sequence).map_err(unavailable)?;
            self.shared.durable.store(sequence, Ordering::Release);
        }
        Ok(())
    }

    fn learn(&self, learning: Vec<Learning>, retries: &[(RetryKey, u64, Timestamp)]) -> Result<(), StoreError> {
        if !retries.is_empty() {
            let mut kept = self.shared.retries.lock();
            for (retry, sequence, now) in retries {
                kept.keep(retry, *sequence, *now);
            }
        }
        let entries = learning.iter().filter_map(|learning| Some((learning.sequence, learning.imprint.as_ref()?)));
        self.shared.recent.add(entries);
        let mut changes: Vec<(StateKey, Op)> = Vec::with_capacity(16);
        let rows = Rows { disk: &self.shared.disk, recent: &self.shared.recent };
        for Learning { sequence, tagger, imprint, subject, received_at, effects } in learning {
            let entry = imprint.as_ref().map(|imprint| (&imprint.countable, &*imprint.lesson));
            let about = subject.map(|key| key.tag);
            let row = Changing { sequence, received_at, entry, subject: about, effects: &effects };
            learn_series(&self.shared.mind, &tagger, Some(rows), &row)?;
            if let Some(imprint) = imprint {
                imprint.changes(&tagger, &mut changes);
            }
            changes_of(effects, subject, &tagger, Some(&self.shared.disk), &mut changes)?;
            apply(&self.shared.mind.states, sequence, std::mem::take(&mut changes))?;
        }
        Ok(())
    }
}
