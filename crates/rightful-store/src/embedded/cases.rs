//! Cases: one row an event, changed under one lock, with what is listed by time beside it.
//!
//! A row and its places in the lists are written in one synced batch. Who has decided is somebody; what was said of a person
//! is sealed under that person's key.

use async_trait::async_trait;
use fjall::PersistMode;
use rightful_domain::{
    ApplicationId, Case, CaseChange, CasePage, CaseRefusal, CaseSearch, CaseState, EventId, Timestamp,
};

use super::disk::failed;
use super::tags::{StateKey, Tagger};
use super::{EmbeddedStore, Shared};
use crate::record::{Undecodable, decode_case, encode_case, private_of_case};
use crate::{Cases, StoreError};

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

/// When a case's decision is to take effect, if it has not.
fn due_of(case: &Case) -> Option<Timestamp> {
    let decision = case.decision.as_ref().filter(|decision| !decision.is_done)?;
    Some(decision.effective_at)
}

impl Shared {
    /// Opens a case, unless it is there.
    pub(super) fn open_case(&self, case: Case) -> Result<Case, StoreError> {
        let _turn = self.changing_case.lock();
        if let Some(known) = self.case(&case.application, case.event)? {
            return Ok(known);
        }
        self.write_case(None, &case)?;
        Ok(case)
    }

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

    /// Changes a case, or says why not.
    pub(super) fn change_case(
        &self,
        application: &ApplicationId,
        event: EventId,
        change: CaseChange,
        now: Timestamp,
    ) -> Result<Result<Case, CaseRefusal>, StoreError> {
        let _turn = self.changing_case.lock();
        let Some(before) = self.case(application, event)? else { return Ok(Err(CaseRefusal::NoCase)) };
        let mut case = before.clone();
        match case.apply(change, now) {
            Err(refusal) => return Ok(Err(refusal)),
            Ok(false) => {}
            Ok(true) => self.write_case(Some(&before), &case)?,
        }
        Ok(Ok(case))
    }

    fn write_case(&self, before: Option<&Case>, case: &Case) -> Result<(), StoreError> {
        let tagger = self.mind.taggers.of(&case.application);
        let subject =
            tagger.subject_key(case.account.as_ref().map_or_else(|| tagger.nobody(), |it| tagger.account(it)));
        let (key, new_key) = self.subjects.to_seal(subject)?;
        let sealed = key.seal(&private_of_case(case), &bound(case.event), &self.nonces);
        let mut batch = self.disk.database.batch().durability(Some(PersistMode::SyncData));
        let rows = &self.disk.cases;
        if let Some(new_key) = new_key.filter(|new| self.subjects.is_wanted(new)) {
            batch.insert(&self.disk.keys, new_key.subject.to_bytes(), &*new_key.sealed);
        }
        batch.insert(rows, case_key(tagger.short, case.event), encode_case(case, subject.to_bytes(), &sealed));
        for (key, is_there) in listings(&tagger, case) {
            if is_there {
                batch.insert(rows, key, []);
            } else {
                batch.remove(rows, key);
            }
        }
        let (was_due, is_due) = (before.and_then(due_of), due_of(case));
        if let Some(at) = was_due.filter(|at| Some(*at) != is_due) {
            batch.remove(rows, due_key(tagger.short, at, case.event));
        }
        if let Some(at) = is_due {
            batch.insert(rows, due_key(tagger.short, at, case.event), case.application.as_str().as_bytes());
        }
        batch.commit().map_err(failed)?;
        self.subjects.saved(subject);
        Ok(())
    }

    /// Some cases, oldest first.
    pub(super) fn case_page(&self, search: &CaseSearch, now: Timestamp) -> Result<CasePage, StoreError> {
        let tagger = self.mind.taggers.of(&search.application);
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
        None => matches!(state, CaseState::Open | CaseState::Claimed),
    };
    let by_queue = search.queue.as_ref().is_none_or(|queue| case.queue.as_ref() == Some(queue));
    by_state && by_queue && search.due_before.is_none_or(|at| case.due_at < at)
}

#[async_trait]
impl Cases for EmbeddedStore {
    async fn open_case(&self, case: Case) -> Result<Case, StoreError> {
        self.shared.check_running()?;
        self.read(move |shared| shared.open_case(case)).await
    }

    async fn case(&self, application: &ApplicationId, event: EventId) -> Result<Option<Case>, StoreError> {
        let application = application.clone();
        self.read(move |shared| shared.case(&application, event)).await
    }

    async fn cases(&self, search: &CaseSearch, now: Timestamp) -> Result<CasePage, StoreError> {
        let search = search.clone();
        self.read(move |shared| shared.case_page(&search, now)).await
    }

    async fn change_case(
        &self,
        application: &ApplicationId,
        event: EventId,
        change: CaseChange,
        now: Timestamp,
    ) -> Result<Result<Case, CaseRefusal>, StoreError> {
        self.shared.check_running()?;
        let application = application.clone();
        self.read(move |shared| shared.change_case(&application, event, change, now)).await
    }

    async fn decisions_due(&self, now: Timestamp, limit: usize) -> Result<Vec<Case>, StoreError> {
        self.read(move |shared| shared.decisions_due(now, limit)).await
    }
}
