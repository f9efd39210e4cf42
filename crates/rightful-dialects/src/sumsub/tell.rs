//! Messages to webhooks: what became of a transaction.

use rightful_domain::{Case, FeedbackKind, Record, Telling, Topic};

use super::wire::Message;
use super::words::{self, Standing};
use super::{applicant, date, encode};
use crate::{Around, HookMessage, ToldOf, digest};

/// The type of a message, how the transaction stands by then, and whether it says how it ended.
type Said = (&'static str, &'static str, bool);

/// A message about a transaction; None of what this vendor has no message for.
pub(super) fn hook(telling: &Telling, told: &ToldOf<'_>, around: &Around<'_>) -> Option<HookMessage> {
    let ToldOf::Event(record) = told else { return None };
    let (kind, review_status, is_ended) = said(telling.topic, record, around.case)?;
    let event = &record.entry.event;
    let account = event.account.as_ref();
    let application = around.application;
    let standing = words::standing(record, around.case);
    let parts = [event.id.as_bytes().as_slice(), kind.as_bytes()];
    let correlation = digest::keyed(around.link_key, "sumsub message", &parts);
    let message = Message {
        applicant_id: account
            .filter(|_| telling.topic != Topic::Taken)
            .map(|account| applicant::id_of(around.link_key, &application.id, account)),
        applicant_type: "individual",
        correlation_id: correlation.iter().map(|byte| format!("{byte:02x}")).collect(),
        sandbox_mode: application.test,
        external_user_id: account.map(|account| account.as_str()),
        kind,
        review_result: is_ended.then(|| encode::review_result(standing, around.case)).flatten(),
        review_status,
        created_at: date::seconds(event.received_at),
        created_at_ms: date::milliseconds(event.received_at),
        client_id: application.id.as_str(),
        kyt_txn_id: encode::id_of(event.id),
        kyt_data_txn_id: event.correlation.as_ref().map(|id| id.as_str()),
        kyt_txn_type: encode::kind_of(&event.action),
    };
    Some(HookMessage { kind, body: serde_json::to_vec(&message).unwrap_or_default() })
}

fn said(topic: Topic, record: &Record, case: Option<&Case>) -> Option<Said> {
    let standing = words::standing(record, case);
    Some(match topic {
        Topic::Taken => ("applicantKytTxnCreated", "init", false),
        // What people decided is told by the two topics beside it.
        Topic::ChallengeEnded if !is_answered_by_user(record) => return None,
        Topic::Standing | Topic::ChallengeEnded => match standing {
            Standing::Green => ("applicantKytTxnApproved", standing.status(), true),
            Standing::Red => ("applicantKytTxnRejected", standing.status(), true),
            Standing::OnHold => ("applicantKytOnHold", standing.status(), false),
            Standing::AwaitingUser => ("applicantKytTxnAwaitingUser", standing.status(), false),
        },
        Topic::Reviewed => ("applicantKytTxnReviewed", standing.status(), true),
        Topic::Deleted => ("applicantKytTxnDeleted", standing.status(), false),
        Topic::DataChanged => ("applicantKytTxnDataChanged", standing.status(), true),
        Topic::Assessed | Topic::Challenged | Topic::DeviceNew | Topic::DeviceDetached | Topic::Sharing => return None,
    })
}

/// Whether the last that was said of an event is how a challenge ended.
fn is_answered_by_user(record: &Record) -> bool {
    let last = record.feedback.last().map(|said| &said.kind);
    matches!(last, Some(FeedbackKind::ChallengePassed { .. } | FeedbackKind::ChallengeFailed))
}
