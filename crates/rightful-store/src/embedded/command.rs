//! What the writer is asked, and how it answers.

use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use rightful_domain::{
    AccountId, Aggregate, Application, ApplicationId, Author, Case, CaseRefusal, Conclusion, EventId, Feedback,
    KeyChange, RetryKey, Telling, Timestamp, Waiting,
};
use tokio::sync::oneshot;

use super::cases::{CaseCommand, CaseRows};
use super::disk::unavailable;
use super::imprint::Imprint;
use super::notes::NoteCommand;
use super::outbox::Redelivery;
use super::rule_books::RuleCommand;
use super::snoozes::SnoozeCommand;
use super::subjects::NewKey;
use super::tags::Tagger;
use crate::record::{Consumption, Draft};
use crate::{Applied, StoreError};

/// What the writer is asked.
pub(super) enum Command {
    /// Remember an entry.
    Record(Box<RecordCommand>),
    /// Remember how an event ended.
    Conclude(Box<Conclusion>, oneshot::Sender<Result<u64, StoreError>>),
    /// Remember what somebody said.
    ApplyFeedback(Box<Said>, oneshot::Sender<Result<Applied, StoreError>>),
    /// Forget an account.
    Erase(Box<(ApplicationId, AccountId, Timestamp)>, oneshot::Sender<Result<(), StoreError>>),
    /// Remember what somebody noted.
    Note(Box<NoteCommand>),
    /// Open or change a case.
    Case(Box<CaseCommand>),
    /// Mark an answer as consumed.
    Consume(Box<Consumption>, oneshot::Sender<Result<u64, StoreError>>),
    /// Let messages wait.
    Enqueue(Vec<Waiting>, oneshot::Sender<Result<(), StoreError>>),
    /// Let messages wait again that were given up.
    Redeliver(Box<Redelivery>, oneshot::Sender<Result<u64, StoreError>>),
    /// Make or change an application.
    Office(Box<(OfficeChange, Author)>, oneshot::Sender<Result<(), StoreError>>),
    /// Change an application's rules, or add to what they did.
    Rules(RuleCommand),
    /// Begin or end a snooze.
    Snooze(SnoozeCommand),
    /// Keep these aggregates of an application from the next row on.
    Keep(Box<(ApplicationId, Vec<Aggregate>)>, oneshot::Sender<Result<(), StoreError>>),
    /// Take a checkpoint, and say when it is taken.
    Checkpoint(oneshot::Sender<Result<(), StoreError>>),
    /// Stop, with or without writing everything down.
    Stop { checkpoint: bool },
}

/// What somebody said, and whom to tell of it.
pub(super) struct Said {
    pub(super) feedback: Feedback,
    pub(super) tellings: Vec<Telling>,
}

/// A change in the office.
pub(super) enum OfficeChange {
    Create(Application),
    Change(Application),
    Keys(ApplicationId, KeyChange),
    /// Changes nothing: a backup to this place begins.
    BackUp(Box<str>),
}

/// An entry, ready but for its place.
pub(super) struct RecordCommand {
    pub(super) draft: Draft,
    pub(super) event: EventId,
    pub(super) retry: Option<RetryKey>,
    pub(super) imprint: Imprint,
    pub(super) tagger: Arc<Tagger>,
    pub(super) new_key: Option<NewKey>,
    /// Whom to tell of it; their numbers and places are still to come.
    pub(super) tellings: Vec<Waiting>,
    /// The case that it opens.
    pub(super) case: Option<Box<CaseRows>>,
    pub(super) answer: oneshot::Sender<Result<Placed, StoreError>>,
}

/// Where an entry is in the ledger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Placed {
    /// It was put there now.
    New(u64),
    /// It, or the request it came with, was there before.
    Before(u64),
}

/// What is done once a batch is safe.
pub(super) enum Answer {
    Placed(oneshot::Sender<Result<Placed, StoreError>>, Placed),
    Concluded(oneshot::Sender<Result<u64, StoreError>>, u64),
    Applied(oneshot::Sender<Result<Applied, StoreError>>, Applied),
    Done(oneshot::Sender<Result<(), StoreError>>),
    Case(oneshot::Sender<Result<Result<Case, CaseRefusal>, StoreError>>, Box<Result<Case, CaseRefusal>>),
}

impl Answer {
    // Whoever no longer waits for an answer does not get one.
    pub(super) fn give(self, failure: Option<&str>) {
        let failure = failure.map(|failure| unavailable(failure.to_owned()));
        match self {
            Self::Placed(to, placed) => drop(to.send(failure.map_or(Ok(placed), Err))),
            Self::Concluded(to, sequence) => drop(to.send(failure.map_or(Ok(sequence), Err))),
            Self::Applied(to, applied) => drop(to.send(failure.map_or(Ok(applied), Err))),
            Self::Done(to) => drop(to.send(failure.map_or(Ok(()), Err))),
            Self::Case(to, case) => drop(to.send(failure.map_or(Ok(*case), Err))),
        }
    }
}

/// Answers a command that is not carried out.
pub(super) fn refuse(command: Command, error: StoreError) {
    match command {
        Command::Record(record) => drop(record.answer.send(Err(error))),
        Command::Conclude(_, answer) => drop(answer.send(Err(error))),
        Command::ApplyFeedback(_, answer) => drop(answer.send(Err(error))),
        Command::Erase(_, answer)
        | Command::Office(_, answer)
        | Command::Enqueue(_, answer)
        | Command::Keep(_, answer)
        | Command::Checkpoint(answer) => drop(answer.send(Err(error))),
        Command::Rules(RuleCommand::Change(_, answer) | RuleCommand::Count(_, _, answer))
        | Command::Snooze(SnoozeCommand::Begin(_, answer) | SnoozeCommand::End(_, _, _, answer)) => {
            drop(answer.send(Err(error)));
        }
        Command::Note(note) => drop(note.answer.send(Err(error))),
        Command::Case(case) => drop(case.answer.send(Err(error))),
        Command::Consume(_, answer) | Command::Redeliver(_, answer) => drop(answer.send(Err(error))),
        Command::Stop { .. } => {}
    }
}

/// Where commands are put.
pub(super) type Queue = SyncSender<Command>;
