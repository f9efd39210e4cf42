//! Cases: one row an event, changed by the writer alone, with what is listed by time beside it.
//!
//! A row and its places in the lists are written in one synced batch, with the entry that opens the case, what a decision
//! says of the event, and the messages about it. Who has decided is somebody; what was said of a person is sealed under that
//! person's key.

use std::sync::atomic::Ordering;

use async_trait::async_trait;
use rightful_domain::{
    ApplicationId, Case, CasePage, CaseRefusal, CaseSearch, CaseState, EventId, Feedback, Record, Stood, Tag, Telling,
    Timestamp, Topic,
};
use tokio::sync::oneshot;

use super::command::{Answer, Command};
use super::disk::failed;
use super::keys::Index;
use super::outbox::waiting_about;
use super::plan::Target;
use super::said::PlannedSaying;
use super::subjects::NewKey;
use super::tags::{StateKey, Tagger};
use super::writer::{Admitted, Writer};
use super::{EmbeddedStore, Shared};
use crate::record::{Undecodable, decode_case, encode_case, private_of_case};
use crate::{CaseAsked, Cases, StoreError};

/// A case, by its event.
const CASE_PREFIX: u8 = b'c';
/// Those that are open, in order of opening.
const OPEN_PREFIX: u8 = b'o';
/// All of them, in order of opening.
const ALL_PREFIX: u8 = b'a';
/// Those whose decision is to take effect, by when.
const DUE_PREFIX: u8 = b'd';
/// The most rows looked at for one page: who filters much gets a short page, and where to go on.
const LOOKED_AT_MAX: usize = 10_000;

/// A case, ready to be written.
pub(super) struct CaseRows {
    event: EventId,
    /// What is to be put, and, without a value, removed.
    rows: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    new_key: Option<NewKey>,
}

/// What is asked of a case, and who waits for it.
pub(super) struct CaseCommand {
    pub(super) asked: CaseAsked,
    pub(super) answer: oneshot::Sender<Result<Result<Case, CaseRefusal>, StoreError>>,
}

/// A case before and after.
struct PlannedCase {
    before: Option<Case>,
    after: Case,
    is_changed: bool,
    /// Its event, where somebody is to be told.
    about: Option<Target>,
}

/// A failure of reading a case back.
struct Unread(StoreError);

impl From<Undecodable> for Unread {
    fn from(cause: Undecodable) -> Self {
        Self(StoreError::Corrupt { what: format!("a case: {}", cause.0) })
    }
}

fn case_key(application: u32, event: EventId) -> Vec<u8> {
    [&[CASE_PREFIX], &application.to_be_bytes()[..], event.as_bytes()].concat()
}

/// In the order of time: the sign is turned, so that bytes compare as times do.
fn moment(at: Timestamp) -> [u8; 8] {
    (at.as_micros().cast_unsigned() ^ (1 << 63)).to_be_bytes()
}

fn listed_prefix(prefix: u8, application: u32) -> [u8; 5] {
    let [a, b, c, d] = application.to_be_bytes();
    [prefix, a, b, c, d]
}

fn listed_key(prefix: u8, application: u32, at: Timestamp, event: EventId) -> Vec<u8> {
    [&listed_prefix(prefix, application)[..], &moment(at), event.as_bytes()].concat()
}

fn due_key(application: u32, at: Timestamp, event: EventId) -> Vec<u8> {
    [&[DUE_PREFIX], &moment(at)[..], &application.to_be_bytes(), event.as_bytes()].concat()
}

/// The event at the end of a key.
fn event_of(key: &[u8]) -> Option<EventId> {
    key.last_chunk::<16>().map(|event| EventId::from_bytes(*event))
}

/// Binds what is sealed to its case.
fn bound(event: EventId) -> Vec<u8> {
    [&b"case"[..], event.as_bytes()].concat()
}

fn subject_of(tagger: &Tagger, case: &Case) -> StateKey {
    tagger.subject_key(case.account.as_ref().map_or_else(|| tagger.nobody(), |account| tagger.account(account)))
}

/// When a case's decision is to take effect, if it has not.
fn due_of(case: &Case) -> Option<Timestamp> {
    let decision = case.decision.as_ref().filter(|decision| !decision.is_done)?;
    Some(decision.effective_at)
}

impl Shared {
    /// The case of an event of an application.
    pub(super) fn case(&self, application: &ApplicationId, event: EventId) -> Result<Option<Case>, StoreError> {
        let tagger = self.mind.taggers.of(application);
        let found = self.disk.cases.get(case_key(tagger.short, event)).map_err(failed)?;
        let case = found.map(|bytes| self.read_case(&bytes)).transpose()?;
        Ok(case.filter(|case| case.application == *application))
    }

    fn read_case(&self, bytes: &[u8]) -> Result<Case, StoreError> {
        let case = decode_case::<Unread>(bytes, |subject, event, sealed| {
            let subject = StateKey::subject_of_bytes(subject).ok_or(Undecodable("whose a case is"))?;
            let key = self.subjects.to_open(subject).map_err(Unread)?;
            // What does not open was sealed with a key that was erased.
            Ok(key.and_then(|key| key.open(sealed, &bound(event)).ok()).map(|bytes| bytes.to_vec()))
        });
        case.map_err(|Unread(error)| error)
    }

    /// Makes a case ready to be written: its row, and its places in the lists.
    pub(super) fn case_rows(&self, before: Option<&Case>, case: &Case) -> Result<CaseRows, StoreError> {
        let tagger = self.mind.taggers.of(&case.application);
        let subject = subject_of(&tagger, case);
        let (key, new_key) = self.subjects.to_seal(subject)?;
        let sealed = key.seal(&private_of_case(case), &bound(case.event), &self.nonces);
        let row = encode_case(case, subject.to_bytes(), &sealed);
        let mut rows = vec![(case_key(tagger.short, case.event), Some(row))];
        rows.extend(listings(&tagger, case).into_iter().map(|(key, is_there)| (key, is_there.then(Vec::new))));
        let (was_due, is_due) = (before.and_then(due_of), due_of(case));
        if let Some(at) = was_due.filter(|at| Some(*at) != is_due) {
            rows.push((due_key(tagger.short, at, case.event), None));
        }
        if let Some(at) = is_due {
            let whose = case.application.as_str().as_bytes().to_vec();
            rows.push((due_key(tagger.short, at, case.event), Some(whose)));
        }
        Ok(CaseRows { event: case.event, rows, new_key })
    }

    /// What is to become of a case, or why it is not changed.
    fn plan_case(&self, asked: &CaseAsked) -> Result<Result<PlannedCase, CaseRefusal>, StoreError> {
        let before = self.case(&asked.application, asked.event)?;
        let Some(mut after) = before.clone().or_else(|| asked.opening.clone()) else {
            return Ok(Err(CaseRefusal::NoCase));
        };
        for change in &asked.changes {
            if let Err(refusal) = after.apply(change.clone(), asked.now) {
                return Ok(Err(refusal));
            }
        }
        let is_changed = before.as_ref() != Some(&after);
        let about = if is_changed && !asked.tellings.is_empty() {
            let tagger = self.mind.taggers.of(&asked.application);
            let found = self.found(&asked.application, asked.event)?;
            found.map(|found| self.target(&tagger, found)).transpose()?
        } else {
            None
        };
        Ok(Ok(PlannedCase { before, after, is_changed, about }))
    }

    /// Some cases, oldest first.
    pub(super) fn case_page(&self, search: &CaseSearch, now: Timestamp) -> Result<CasePage, StoreError> {
        let tagger = self.mind.taggers.of(&search.application);
        if let Some(account) = &search.account {
            return self.cases_of_account(search, tagger.account(account), now);
        }
        // What is over is in the longer list alone.
        let prefix = if search.state == Some(CaseState::Decided) { ALL_PREFIX } else { OPEN_PREFIX };
        let begin = match search.after {
            Some((at, event)) => [&listed_key(prefix, tagger.short, at, event)[..], &[0]].concat(),
            None => listed_prefix(prefix, tagger.short).to_vec(),
        };
        let end = [&listed_prefix(prefix, tagger.short)[..], &[0xff; 25]].concat();
        let mut page = CasePage::default();
        let mut last = None;
        for (n, guard) in self.disk.cases.range(begin..end).enumerate() {
            if n == LOOKED_AT_MAX || page.cases.len() == usize::from(search.limit) {
                page.next = last;
                break;
            }
            let key = guard.key().map_err(failed)?;
            let Some(event) = event_of(&key) else { continue };
            let Some(case) = self.case(&search.application, event)? else { continue };
            last = Some((case.opened_at, case.event));
            if is_asked_for(search, &case, now) {
                page.cases.push(case);
            }
        }
        Ok(page)
    }

    /// Some cases of one account, oldest first: its newest events lead to them, which are few beside the cases of all.
    fn cases_of_account(&self, search: &CaseSearch, account: Tag, now: Timestamp) -> Result<CasePage, StoreError> {
        let newest = self.durable.load(Ordering::Acquire);
        let mut cases = Vec::new();
        for row in self.rows_under(Index::Account, account, newest, LOOKED_AT_MAX).take(LOOKED_AT_MAX) {
            let Some((entry, _)) = self.entry_at(row?)? else { continue };
            let Some(case) = self.case(&search.application, entry.event.id)? else { continue };
            let is_after = search.after.is_none_or(|after| (case.opened_at, case.event) > after);
            // What waits for nobody, and is a note alone, is listed nowhere.
            if is_after && case.queue.is_some() && is_asked_for(search, &case, now) {
                cases.push(case);
            }
        }
        cases.sort_unstable_by_key(|case| (case.opened_at, case.event));
        let limit = usize::from(search.limit);
        let has_more = cases.len() > limit;
        cases.truncate(limit);
        let next = cases.last().filter(|_| has_more).map(|case| (case.opened_at, case.event));
        Ok(CasePage { cases, next })
    }

    /// Cases whose decision is to take effect.
    pub(super) fn decisions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Case>, StoreError> {
        let end = [&[DUE_PREFIX][..], &moment(now), &[0xff; 21]].concat();
        let mut due = Vec::new();
        for guard in self.disk.cases.range(vec![DUE_PREFIX]..end).take(limit) {
            let (key, application) = guard.into_inner().map_err(failed)?;
            let application = std::str::from_utf8(&application).ok().and_then(|id| ApplicationId::new(id).ok());
            let Some((application, event)) = application.zip(event_of(&key)) else { continue };
            due.extend(self.case(&application, event)?);
        }
        Ok(due)
    }
}

/// Where a case is listed, and whether it is there now.
fn listings(tagger: &Tagger, case: &Case) -> [(Vec<u8>, bool); 2] {
    let key = |prefix| listed_key(prefix, tagger.short, case.opened_at, case.event);
    // A case without a queue is a note of something that was done, and waits for nobody.
    [(key(OPEN_PREFIX), case.is_open()), (key(ALL_PREFIX), case.queue.is_some())]
}

fn is_asked_for(search: &CaseSearch, case: &Case, now: Timestamp) -> bool {
    let state = case.state(now);
    let by_state = match search.state {
        Some(asked) => state == asked,
        None => search.account.is_some() || matches!(state, CaseState::Open | CaseState::Claimed),
    };
    // The law: tags only lead here.
    let by_account = search.account.as_ref().is_none_or(|account| case.account.as_ref() == Some(account));
    let by_queue = search.queue.as_ref().is_none_or(|queue| case.queue.as_ref() == Some(queue));
    let by_assignee = search.assignee.as_ref().is_none_or(|assignee| case.assignee.as_ref() == Some(assignee));
    by_account && by_state && by_queue && by_assignee && search.due_before.is_none_or(|at| case.due_at < at)
}

/// A record with one thing more said of it.
fn with_said(record: &Record, said: Option<&Feedback>) -> Record {
    let mut record = record.clone();
    record.feedback.extend(said.cloned());
    record
}

impl Writer {
    /// Puts a case into the batch.
    pub(super) fn put_case(&mut self, case: CaseRows) {
        let CaseRows { event, rows, new_key, .. } = case;
        for (key, value) in rows {
            match value {
                Some(value) => self.batch.writes.insert(&self.shared.disk.cases, key, value),
                None => self.batch.writes.remove(&self.shared.disk.cases, key),
            }
        }
        self.put_key(new_key);
        self.batch.cases.insert(event);
    }

    /// Puts those messages about an event into the batch that are news by now, in the order of what happened.
    pub(super) fn put_news(
        &mut self,
        about: &Target,
        tellings: &[Telling],
        said: Option<&Feedback>,
        case: CaseNews<'_>,
    ) {
        let after = with_said(&about.record, said);
        let [was, is] = [(&about.record, case.before), (&after, case.after)];
        let news = Stood { record: was.0, case: was.1 }.news(Stood { record: is.0, case: is.1 }, case.now);
        let of = |topic: Topic| tellings.iter().filter(move |telling| telling.topic == topic).cloned();
        let told = news.into_iter().flat_map(of).collect();
        let waiting = waiting_about(&about.record.entry.event.application, case.now, told);
        self.put_tellings(waiting, Some(about.record.sequence), about.subject);
    }

    pub(super) fn admit_case(&mut self, command: Box<CaseCommand>) -> Admitted {
        let asked = &command.asked;
        if self.depends_on_batch(asked.event) || self.batch.cases.contains(&asked.event) {
            return Admitted::Later(Command::Case(command));
        }
        let planned = match self.shared.plan_case(asked) {
            Ok(Ok(planned)) => planned,
            refused => {
                drop(command.answer.send(refused.map(|planned| planned.map(|planned| planned.after))));
                return Admitted::InBatch;
            }
        };
        let saying = match asked.said.as_ref().map(|said| self.plan_saying(said)).transpose() {
            Ok(Some(None)) => return Admitted::Later(Command::Case(command)),
            Ok(saying) => saying.flatten(),
            Err(error) => {
                drop(command.answer.send(Err(error)));
                return Admitted::InBatch;
            }
        };
        if planned.is_changed
            && self.batch_erases(subject_of(&self.shared.mind.taggers.of(&asked.application), &planned.after))
        {
            return Admitted::Later(Command::Case(command));
        }
        let CaseCommand { asked, answer } = *command;
        match self.put_planned(&asked, &planned, saying) {
            Ok(()) => self.batch.answers.push(Answer::Case(answer, Box::new(Ok(planned.after)))),
            Err(error) => drop(answer.send(Err(error))),
        }
        Admitted::InBatch
    }

    fn put_planned(
        &mut self,
        asked: &CaseAsked,
        planned: &PlannedCase,
        saying: Option<PlannedSaying>,
    ) -> Result<(), StoreError> {
        let PlannedCase { before, after, is_changed, about } = planned;
        if !is_changed {
            return Ok(());
        }
        let rows = self.shared.case_rows(before.as_ref(), after)?;
        let is_said = saying.as_ref().is_some_and(PlannedSaying::is_news);
        if let Some((said, saying)) = asked.said.as_ref().zip(saying) {
            self.put_saying(said, saying)?;
        }
        self.put_case(rows);
        if let Some(about) = about {
            let said = asked.said.as_ref().filter(|_| is_said);
            let case = CaseNews { before: before.as_ref(), after: Some(after), now: asked.now };
            self.put_news(about, &asked.tellings, said, case);
        }
        Ok(())
    }
}

/// A case before and after, and when.
#[derive(Clone, Copy)]
pub(super) struct CaseNews<'a> {
    pub(super) before: Option<&'a Case>,
    pub(super) after: Option<&'a Case>,
    pub(super) now: Timestamp,
}

#[async_trait]
impl Cases for EmbeddedStore {
    async fn case(&self, application: &ApplicationId, event: EventId) -> Result<Option<Case>, StoreError> {
        let application = application.clone();
        self.read(move |shared| shared.case(&application, event)).await
    }

    async fn cases(&self, search: &CaseSearch, now: Timestamp) -> Result<CasePage, StoreError> {
        let search = search.clone();
        self.read(move |shared| shared.case_page(&search, now)).await
    }

    async fn alter_case(&self, asked: CaseAsked) -> Result<Result<Case, CaseRefusal>, StoreError> {
        self.ask(|answer| Command::Case(Box::new(CaseCommand { asked, answer }))).await
    }

    async fn decisions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Case>, StoreError> {
        self.read(move |shared| shared.decisions_due(now, limit)).await
    }
}
