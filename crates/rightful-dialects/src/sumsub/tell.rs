//! Messages to webhooks: what became of a transaction, and how far its case is.
//!
//! The kind of a message and its `reviewStatus` say what happened when it happened, however late it is sent; what people
//! said of it is as known when it is sent. A case's statuses are the vendor's words (`init`, `queued`, `onHold`,
//! `completed`); which of ours is which is inferred.

use rightful_domain::{Case, EventStanding, FeedbackKind, Record, Telling, Topic};

use super::wire::{CaseMessage, Message};
use super::{applicant, date, encode, words};
use crate::{Around, HookMessage, ToldOf, digest};

/// The type of a message, how the transaction stands by then, and whether it says how it ended.
type Said = (&'static str, EventStanding, bool);

/// A message about a transaction; None of what this vendor has no message for.
pub(super) fn hook(telling: &Telling, told: &ToldOf<'_>, around: &Around<'_>) -> Option<HookMessage> {
    let ToldOf::Event(record) = told else { return None };
    if let Some((kind, review_status)) = said_of_case(telling.topic) {
        return of_case(kind, review_status, record, around);
    }
    let (kind, standing, is_ended) = said(telling.topic, record, around.case)?;
    let event = &record.entry.event;
    let account = event.account.as_ref();
    let application = around.application;
    let message = Message {
        applicant_id: applicant_id(record, around).filter(|_| telling.topic != Topic::Taken),
        applicant_type: "individual",
        correlation_id: correlation(kind, record, around),
        sandbox_mode: application.test,
        external_user_id: account.map(|account| account.as_str()),
        kind,
        review_result: is_ended.then(|| encode::review_result(standing, around.case)).flatten(),
        review_status: if telling.topic == Topic::Taken { "init" } else { words::review_status(standing) },
        created_at: date::seconds(around.since),
        created_at_ms: date::milliseconds(around.since),
        client_id: application.id.as_str(),
        kyt_txn_id: encode::id_of(event.id),
        kyt_data_txn_id: event.correlation.as_ref().map(|id| id.as_str()),
        kyt_txn_type: encode::kind_of(event),
    };
    Some(HookMessage { kind, body: serde_json::to_vec(&message).unwrap_or_default() })
}

fn of_case(
    kind: &'static str,
    review_status: &'static str,
    record: &Record,
    around: &Around<'_>,
) -> Option<HookMessage> {
    let case = around.case?;
    let standing = EventStanding::of(record, Some(case));
    let message = CaseMessage {
        applicant_id: applicant_id(record, around),
        correlation_id: correlation(kind, record, around),
        sandbox_mode: around.application.test,
        kind,
        review_result: (review_status == COMPLETED).then(|| encode::review_result(standing, Some(case))).flatten(),
        review_status,
        created_at: date::seconds(around.since),
        created_at_ms: date::milliseconds(around.since),
        kyt_case_id: digest::uuid_from(case.event, "sumsub case").replace('-', ""),
        client_id: around.application.id.as_str(),
        kyt_txn_id: encode::id_of(case.event),
    };
    Some(HookMessage { kind, body: serde_json::to_vec(&message).unwrap_or_default() })
}

fn applicant_id(record: &Record, around: &Around<'_>) -> Option<String> {
    let account = record.entry.event.account.as_ref()?;
    Some(applicant::id_of(around.link_key, &around.application.id, account))
}

/// Names what happened: the same for each try to tell it.
fn correlation(kind: &str, record: &Record, around: &Around<'_>) -> String {
    let since = around.since.as_micros().to_be_bytes();
    let parts = [record.entry.event.id.as_bytes().as_slice(), kind.as_bytes(), &since];
    let correlation = digest::keyed(around.link_key, "sumsub message", &parts);
    correlation.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A case that waits no longer.
const COMPLETED: &str = "completed";
const CASE_STATUS: &str = "kytCaseStatusChanged";

/// The type of a message about a case, and the case's status by then.
const fn said_of_case(topic: Topic) -> Option<(&'static str, &'static str)> {
    Some(match topic {
        Topic::CaseOpened => ("kytCaseCreated", "init"),
        Topic::CaseTaken => (CASE_STATUS, "queued"),
        Topic::CaseReturned => (CASE_STATUS, "init"),
        Topic::CaseWaits => (CASE_STATUS, "onHold"),
        Topic::CaseClosed => (CASE_STATUS, COMPLETED),
        Topic::CaseReviewed => ("kytCaseReviewed", COMPLETED),
        Topic::Assessed
        | Topic::Challenged
        | Topic::ChallengeEnded
        | Topic::DeviceNew
        | Topic::DeviceDetached
        | Topic::Sharing
        | Topic::Taken
        | Topic::Standing
        | Topic::Reviewed
        | Topic::Deleted
        | Topic::DataChanged
        | Topic::LetThrough
        | Topic::Held
        | Topic::Asked
        | Topic::Refused => return None,
    })
}

fn said(topic: Topic, record: &Record, case: Option<&Case>) -> Option<Said> {
    let standing = EventStanding::of(record, case);
    Some(match topic {
        Topic::Taken => ("applicantKytTxnCreated", standing, false),
        // From before the store told of each standing: what people decided is told by the two topics beside it.
        Topic::ChallengeEnded if !is_answered_by_user(record) => return None,
        Topic::Standing | Topic::ChallengeEnded => stands(standing),
        Topic::LetThrough => stands(EventStanding::LetThrough),
        Topic::Held => stands(EventStanding::Held),
        Topic::Asked => stands(EventStanding::Asked),
        Topic::Refused => stands(EventStanding::Refused),
        // Who is asked has not been decided about.
        Topic::Reviewed if words::review_answer(standing).is_none() => return None,
        Topic::Reviewed => ("applicantKytTxnReviewed", standing, true),
        Topic::Deleted => ("applicantKytTxnDeleted", standing, false),
        Topic::DataChanged => ("applicantKytTxnDataChanged", standing, true),
        Topic::Assessed
        | Topic::Challenged
        | Topic::DeviceNew
        | Topic::DeviceDetached
        | Topic::Sharing
        | Topic::CaseOpened
        | Topic::CaseTaken
        | Topic::CaseReturned
        | Topic::CaseWaits
        | Topic::CaseReviewed
        | Topic::CaseClosed => return None,
    })
}

const fn stands(standing: EventStanding) -> Said {
    match standing {
        EventStanding::LetThrough => ("applicantKytTxnApproved", standing, true),
        EventStanding::Refused => ("applicantKytTxnRejected", standing, true),
        EventStanding::Held => ("applicantKytOnHold", standing, false),
        EventStanding::Asked => ("applicantKytTxnAwaitingUser", standing, false),
    }
}

/// Whether the last that was said of an event is how a challenge ended.
fn is_answered_by_user(record: &Record) -> bool {
    let last = record.feedback.last().map(|said| &said.kind);
    matches!(last, Some(FeedbackKind::ChallengePassed { .. } | FeedbackKind::ChallengeFailed))
}
