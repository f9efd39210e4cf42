//! What is done about a case is written whole or not at all: the journal is cut at each of its bytes, and whatever then
//! opens has the event, its case, what was said of it and the messages about it, or none of what came together.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod testkit;

use std::path::Path;
use std::time::Duration;

use rightful_domain::{
    ApplicationId, Case, CaseChange, CaseState, Decision, DecisionKind, Entry, Event, Feedback, FeedbackKind,
    FeedbackTarget, Source, Telling, Timestamp, Topic, Verdict,
};
use rightful_store::conformance::{judged, login};
use rightful_store::{CaseAsked, Cases, EmbeddedOptions, EmbeddedStore, Ledger, MasterKey, Memory, Outbox};
use testkit::{copy_dir, cut_journal, journal_used, wait};

/// What an opened folder is found to hold: the event, the case's state, what was said, the messages that wait.
type Held = (bool, Option<CaseState>, usize, Vec<Topic>);

/// The journal is cut at every so many bytes: a prime, so that no field's length hides a place.
const CUT_EVERY: usize = 61;

fn open(dir: &Path) -> EmbeddedStore {
    let options = EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32]);
    EmbeddedStore::open(dir, EmbeddedOptions { go_on_after_loss: true, ..options }).unwrap().0
}

fn held_event() -> Event {
    let mut event = login(1, "anna", "phone", "192.0.2.1");
    event.source = Source::Sumsub;
    event
}

fn at(seconds: u64) -> Timestamp {
    held_event().received_at.plus(Duration::from_secs(seconds))
}

fn to_hook(topics: &[Topic]) -> Vec<Telling> {
    topics.iter().map(|topic| Telling { hook: "a".into(), topic: *topic }).collect()
}

fn entry() -> Entry {
    let mut entry = judged(&held_event(), Verdict::Challenge);
    entry.tellings = to_hook(&[Topic::Taken, Topic::CaseOpened]);
    entry
}

fn said(kind: FeedbackKind, received_at: Timestamp) -> Feedback {
    let event = held_event();
    Feedback { application: event.application, target: FeedbackTarget::Event(event.id), kind, received_at }
}

fn asked(changes: Vec<CaseChange>, now: Timestamp) -> CaseAsked {
    let event = held_event();
    let tellings = to_hook(&Topic::OF_STANDING);
    CaseAsked { tellings, ..CaseAsked::new(event.application, event.id, changes, now) }
}

fn decision(kind: DecisionKind, made_at: Timestamp) -> Decision {
    let (by, effective_at) = ("bob".into(), made_at);
    let (comment, labels) = (None, Vec::new());
    Decision { kind, by, at: made_at, effective_at, is_done: false, comment, labels, may_retry: false }
}

/// Records the event that waits, with its case.
fn take(store: &EmbeddedStore) {
    let case = Case::new(&held_event(), Some("payouts"), at(0));
    wait(store.record_opening(entry(), Some(case))).unwrap();
}

/// Lets somebody ask its person.
fn ask(store: &EmbeddedStore) {
    let changes =
        vec![CaseChange::Decide(decision(DecisionKind::AskUser, at(10))), CaseChange::Settle { made_at: at(10) }];
    wait(store.alter_case(asked(changes, at(10)))).unwrap().unwrap();
}

/// Lets somebody refuse it.
fn refuse(store: &EmbeddedStore) {
    let changes =
        vec![CaseChange::Decide(decision(DecisionKind::Reject, at(20))), CaseChange::Settle { made_at: at(20) }];
    let said = Some(said(FeedbackKind::ConfirmedTakeover, at(20)));
    wait(store.alter_case(CaseAsked { said, ..asked(changes, at(20)) })).unwrap().unwrap();
}

/// Lets its person answer.
fn answer(store: &EmbeddedStore) {
    let passed = said(FeedbackKind::ChallengePassed { mechanism: None }, at(30));
    let tellings = [to_hook(&[Topic::ChallengeEnded]), to_hook(&Topic::OF_STANDING)].concat();
    wait(store.apply_feedback_telling(passed, tellings)).unwrap();
}

/// All messages that wait, in their order, which are then gone.
fn messages(store: &EmbeddedStore) -> Vec<Topic> {
    let mut told = Vec::new();
    while let Some(first) = wait(store.due(at(1_000), 1)).unwrap().pop() {
        told.push(first.telling.topic);
        wait(store.settle(&first, rightful_domain::Delivery::Taken)).unwrap();
    }
    told
}

fn holds(dir: &Path) -> Held {
    let store = open(dir);
    let event = held_event();
    let application: &ApplicationId = &event.application;
    let record = wait(store.find(application, event.id)).unwrap();
    let case = wait(store.case(application, event.id)).unwrap();
    let n_said = record.as_ref().map_or(0, |record| record.feedback.len());
    (record.is_some(), case.map(|case| case.state(at(1_000))), n_said, messages(&store))
}

/// Does something, and then again and again loses the end of what it has written.
#[track_caller]
fn check(before: &[fn(&EmbeddedStore)], done: fn(&EmbeddedStore), neither: Held, both: Held) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    before.iter().for_each(|step| step(&store));
    messages(&store);
    drop(store);
    let begin = journal_used(dir.path());
    let store = open(dir.path());
    done(&store);
    drop(store);
    let end = journal_used(dir.path());
    assert!(end > begin, "nothing was written");
    let mut n_neither = 0;
    for length in (begin..end).step_by(CUT_EVERY).chain([end - 1, end]) {
        let cut = tempfile::tempdir().unwrap();
        copy_dir(dir.path(), cut.path());
        cut_journal(cut.path(), length);
        let found = holds(cut.path());
        n_neither += usize::from(found == neither);
        assert!(found == both || found == neither, "cut at {length} of {begin} to {end}: {found:?}");
    }
    assert!(n_neither > 0);
    assert_eq!(holds(dir.path()), both);
}

#[test]
fn an_event_and_its_case_and_its_messages_are_written_in_one() {
    let both = (true, Some(CaseState::Open), 0, vec![Topic::Taken, Topic::CaseOpened]);
    check(&[], take, (false, None, 0, Vec::new()), both);
}

#[test]
fn a_change_of_a_case_and_its_messages_are_written_in_one() {
    let neither = (true, Some(CaseState::Open), 0, Vec::new());
    // It was judged in other words than those in which money is held, so its person is asked already.
    let both = (true, Some(CaseState::AwaitingUser), 0, vec![Topic::CaseWaits]);
    check(&[take], ask, neither, both);
}

#[test]
fn a_decision_and_what_it_says_and_its_messages_are_written_in_one() {
    let told = vec![Topic::Refused, Topic::Reviewed, Topic::CaseReviewed, Topic::CaseClosed];
    let both = (true, Some(CaseState::Decided), 1, told);
    check(&[take], refuse, (true, Some(CaseState::Open), 0, Vec::new()), both);
}

#[test]
fn an_answer_and_the_case_that_it_decides_and_its_messages_are_written_in_one() {
    let neither = (true, Some(CaseState::AwaitingUser), 0, Vec::new());
    let told = vec![Topic::ChallengeEnded, Topic::LetThrough, Topic::CaseReviewed, Topic::CaseClosed];
    check(&[take, ask], answer, neither, (true, Some(CaseState::Decided), 1, told));
}
