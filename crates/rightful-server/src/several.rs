//! What somebody says of several events at once, and who works on them.
//!
//! What is said of many is said of each by itself, as if it had been named, and at most [`SAID_OF_MAX`] are: a label of an
//! address or a correlation must not become a walk over the ledger. What somebody has said of one event alone stands
//! against what is said of many.

use std::time::Duration;

use rightful_dialects::{EventsOf, Reply, SeveralAsk, SeveralDone, VendorReply};
use rightful_domain::{
    Application, Case, CaseChange, EventId, Feedback, FeedbackKind, FeedbackTarget, Record, Search, Subnet, Timestamp,
};
use rightful_store::{CaseAsked, StoreError};

use crate::attempts::vouched_id;
use crate::pipeline::{Pipeline, PipelineError};

/// Events that one word is said of, at most: each is written down by itself.
const SAID_OF_MAX: u16 = 200;
/// What came from an address longer ago is not what somebody means who names the address today: addresses change hands.
const OF_ADDRESS_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);
/// Later events of a device or an address that are looked at for what an attempt was remembered as again.
const VOUCHED_SEEN_MAX: u16 = 200;
/// The queue of what somebody was assigned to and nobody had queued.
const ASSIGNED_QUEUE: &str = "assigned";

impl Pipeline {
    /// Does what is asked of several events.
    pub(crate) async fn several(
        &self,
        application: &Application,
        asked: SeveralAsk,
        now: Timestamp,
    ) -> Result<Reply, PipelineError> {
        let done = match asked {
            SeveralAsk::Feedback { of, kind } => self.say_of(application, &of, kind, now).await,
            SeveralAsk::Assign { events, to } => self.assign(application, events, to.as_deref(), now).await,
            SeveralAsk::Lists(ask) => self.event_lists(&application.id, ask, now).await,
        };
        done.map(|done| Reply::Vendors(VendorReply::Several(Box::new(done))))
    }

    async fn say_of(
        &self,
        application: &Application,
        of: &EventsOf,
        kind: Option<FeedbackKind>,
        now: Timestamp,
    ) -> Result<SeveralDone, PipelineError> {
        let (found, is_cut) = self.events_of(application, of, now).await?;
        if found.is_empty() {
            return Err(StoreError::NotFound { id: EventId::from_bytes([0; 16]) }.into());
        }
        let is_one = matches!(of, EventsOf::Attempt(_));
        let says_otherwise = |record: &Record| {
            let last = record.feedback.iter().rev().find(|said| is_label(&said.kind));
            !is_one && kind.is_some() && last.is_some_and(|said| Some(&said.kind) != kind.as_ref())
        };
        let (otherwise, meant): (Vec<_>, Vec<_>) = found.iter().partition(|record| says_otherwise(record));
        if let Some(kind) = kind {
            let of_event = |record: &&Record| Feedback {
                application: application.id.clone(),
                target: FeedbackTarget::Event(record.entry.event.id),
                kind: kind.clone(),
                received_at: now,
            };
            self.feedback(application, meant.iter().map(of_event).collect()).await?;
        }
        let events = meant.iter().filter(|record| !is_told_again(record, &found));
        let events = events.map(|record| record.entry.event.id).collect();
        Ok(SeveralDone::Feedback { events, n_otherwise: u32::try_from(otherwise.len()).unwrap_or(u32::MAX), is_cut })
    }

    /// The events, newest first, and whether there are more.
    async fn events_of(
        &self,
        application: &Application,
        of: &EventsOf,
        now: Timestamp,
    ) -> Result<(Vec<Record>, bool), PipelineError> {
        let mut found = match of {
            EventsOf::Attempt(attempt) => {
                let record = self.recall(application, *attempt).await?;
                let mut all = self.vouched_for(application, &record).await?;
                all.push(record);
                all
            }
            EventsOf::Correlation(id) => self.store.correlated(&application.id, id, SAID_OF_MAX + 1).await?,
            EventsOf::Address(ip) => {
                let search = Search {
                    subnet: Some(Subnet::of(*ip)),
                    from: Some(now.minus(OF_ADDRESS_WITHIN)),
                    ..Search::of(application.id.clone(), SAID_OF_MAX + 1)
                };
                self.search(&search).await?.records
            }
        };
        let is_cut = found.len() > usize::from(SAID_OF_MAX);
        found.truncate(SAID_OF_MAX.into());
        Ok((found, is_cut))
    }

    /// What an attempt was remembered as again, for each account that a server has named for it.
    async fn vouched_for(&self, application: &Application, attempt: &Record) -> Result<Vec<Record>, PipelineError> {
        let event = &attempt.entry.event;
        let device = event.device.id().filter(|_| !event.device.has_likeness_only()).cloned();
        let subnet = event.network.subnet().filter(|_| device.is_none());
        if device.is_none() && subnet.is_none() {
            return Ok(Vec::new());
        }
        // It is received at the same moment.
        let search = Search {
            device,
            subnet,
            from: Some(event.received_at),
            to: Some(event.received_at.plus(Duration::from_micros(1))),
            ..Search::of(application.id.clone(), VOUCHED_SEEN_MAX)
        };
        let mut found = self.search(&search).await?.records;
        found.retain(|record| is_told_again_as(record, attempt));
        Ok(found)
    }

    /// Lets somebody work on events, or nobody. What waits in no queue waits in one of its own from then on. Of another's
    /// claim no notice is taken: whoever assigns has the last word.
    async fn assign(
        &self,
        application: &Application,
        events: Vec<EventId>,
        to: Option<&str>,
        now: Timestamp,
    ) -> Result<SeveralDone, PipelineError> {
        let mut records = Vec::with_capacity(events.len());
        for event in &events {
            // All are there, or nothing is changed.
            records.push(self.recall(application, *event).await?);
        }
        for record in &records {
            let event = record.entry.event.id;
            if to.is_none() && self.store.case(&application.id, event).await?.is_none() {
                continue;
            }
            let change = CaseChange::Assign { to: to.map(Into::into), queue: ASSIGNED_QUEUE.into() };
            let asked = CaseAsked::new(application.id.clone(), event, vec![change], now);
            let opening = Some(Case::new(&record.entry.event, None, now));
            self.store.alter_case(CaseAsked { opening, ..asked }).await??;
        }
        Ok(SeveralDone::Assigned(events))
    }
}

/// Whether somebody says by this whose event it was.
const fn is_label(kind: &FeedbackKind) -> bool {
    matches!(kind, FeedbackKind::ConfirmedTakeover | FeedbackKind::ConfirmedLegitimate)
}

/// Whether one of these is the attempt that this is remembered of again.
fn is_told_again(record: &Record, among: &[Record]) -> bool {
    among.iter().any(|attempt| is_told_again_as(record, attempt))
}

fn is_told_again_as(record: &Record, attempt: &Record) -> bool {
    let (event, first) = (&record.entry.event, &attempt.entry.event);
    event.received_at == first.received_at
        && event.id != first.id
        && event.account.as_ref().is_some_and(|account| vouched_id(first.id, account) == event.id)
}
