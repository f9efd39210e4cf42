//! From our answers to Ravelin's.

use rightful_domain::{
    Action, Assessment, CredentialStatus, Dossier, Entry, Label, LabelValue, Record, Timestamp, Topic,
};

use super::endpoints::{Endpoint, Times};
use super::notes::label_word;
use super::reclaim::NO_CUSTOMERS;
use super::wire::{
    self, Callback, CredentialsAnswer, Data, ErrorAnswer, LabelAnswer, LabelsAnswer, ReclaimAnswer, ReviewAnswer,
    Reviewer, ScoredAnswer, TagsAnswer, Taken, Takeover, TracedError,
};
use super::{changes, reasons};
use crate::time::{rfc3339, rfc3339_seconds};
use crate::{Call, HookMessage, Refusal, RefusalKind, Response, digest};

const TRACE_ID: &str = "rightful ravelin traceId v1";

/// The answer to an event that was scored. All of it comes from the record, so a retry is answered with the same bytes.
pub(super) fn scored(call: &Call<'_>, record: &Record) -> Response {
    let entry = &record.entry;
    let Some(assessment) = &entry.assessment else {
        let refusal = Refusal {
            kind: RefusalKind::Internal,
            detail: "the event is remembered, but was not judged".to_owned(),
            path: None,
        };
        return refused(None, &refusal, call.received_at);
    };
    let event_id = entry.event.id.to_string();
    let answer = ScoredAnswer {
        status: 200,
        success: "true",
        timestamp: rfc3339_seconds(assessment.judged_at),
        data: data(call, entry, assessment, &event_id),
        credential_status: credential_status(entry),
        customer_changes: changes::of(call, entry, assessment),
    };
    json(200, &answer)
}

fn data<'a>(call: &Call<'_>, entry: &'a Entry, assessment: &Assessment, event_id: &'a str) -> Data<'a> {
    let event = &entry.event;
    // Whoever asks is answered; `answered` is None only where nobody did.
    let verdict = assessment.effective();
    let words = call.application.settings.takeover_words;
    Data {
        customer_id: event.account.as_ref().map(|account| account.as_str()),
        action: reasons::payment_action(assessment.payment.action),
        score: assessment.payment.score,
        source: reasons::payment_source(assessment.payment.source),
        score_id: event_id,
        ato: Takeover {
            action: reasons::takeover_action(verdict, words),
            login_id: event_id,
            revoke_session: assessment.revokes_session(event),
        },
    }
}

/// False where nothing could be looked up, as in the documentation's sample; None where nothing is to be looked up.
fn credential_status(entry: &Entry) -> Option<wire::CredentialStatus> {
    let CredentialStatus { password_breached, username_breached } = entry.enrichment.credential.unwrap_or_default();
    let has_credentials = matches!(entry.event.action, Action::Login | Action::Register);
    has_credentials.then_some(wire::CredentialStatus { password_breached, username_breached })
}

/// The answer to an event that nobody waits for: empty, as documented. Of history, a public client reads an object.
pub(super) fn unscored(call: &Call<'_>, endpoint: Option<Endpoint>) -> Response {
    match endpoint {
        Some(Endpoint::Event(_, Times::Past)) => {
            json(200, &Taken { status: 200, success: "true", timestamp: rfc3339_seconds(call.received_at) })
        }
        _ => empty(200),
    }
}

/// The answer to a page: nothing, whatever it said.
pub(super) const fn reported() -> Response {
    empty(204)
}

const fn empty(status: u16) -> Response {
    Response { status, content_type: None, headers: Vec::new(), body: Vec::new() }
}

/// What is known of credentials.
pub(super) fn credentials(status: CredentialStatus) -> Response {
    let CredentialStatus { password_breached, username_breached } = status;
    json(200, &CredentialsAnswer { username_breached, password_breached })
}

/// The answer to a reclaim.
pub(super) fn reclaimed(n_accounts: u32) -> Response {
    let message = format!("{n_accounts} customer accounts reclaimed successfully");
    json(200, &ReclaimAnswer { status: 200, message })
}

/// What is noted of a customer, as the path tells it.
pub(super) fn noted(endpoint: Option<Endpoint>, dossier: &Dossier) -> Response {
    let customer_id = dossier.account.as_str();
    let last = dossier.labels.last();
    match endpoint {
        Some(Endpoint::Labels) => {
            let labels = dossier.labels.iter().map(|label| label_answer(None, label)).collect();
            json(200, &LabelsAnswer { customer_id, labels })
        }
        Some(Endpoint::Review) => json(200, &ReviewAnswer { event_time: last.map(|label| rfc3339(label.at)) }),
        Some(Endpoint::Tags) => {
            let label = label_word(last.map_or(LabelValue::Unreviewed, |label| label.value));
            json(200, &TagsAnswer { customer_id, tag_names: &dossier.tags, label })
        }
        _ => match last {
            Some(label) => json(200, &label_answer(Some(customer_id), label)),
            None => json(200, &unlabelled(customer_id)),
        },
    }
}

fn label_answer<'a>(customer_id: Option<&'a str>, label: &'a Label) -> LabelAnswer<'a> {
    let Label { value, comment, reviewer_name, reviewer_email, at } = label;
    let told = |text: &'a Option<rightful_domain::Pii<Box<str>>>| text.as_ref().map(|text| text.reveal().as_ref());
    let (name, email) = (told(reviewer_name), told(reviewer_email));
    LabelAnswer {
        customer_id,
        label: label_word(*value),
        comment: told(comment),
        reviewer: (name.is_some() || email.is_some()).then_some(Reviewer { name, email }),
        event_time: Some(rfc3339(*at)),
    }
}

const fn unlabelled(customer_id: &str) -> LabelAnswer<'_> {
    LabelAnswer {
        customer_id: Some(customer_id),
        label: label_word(LabelValue::Unreviewed),
        comment: None,
        reviewer: None,
        event_time: None,
    }
}

/// The message to a callback, of an event that was judged.
pub(super) fn callback(topic: Topic, record: &Record) -> Option<HookMessage> {
    let entry = &record.entry;
    let assessment = entry.assessment.as_ref().filter(|_| topic == Topic::Assessed)?;
    let verdict = assessment.effective();
    let message = Callback {
        customer_id: entry.event.account.as_ref().map(|account| account.as_str()),
        action: reasons::payment_action(assessment.payment.action),
        score: assessment.payment.score,
        source: reasons::payment_source(assessment.payment.source),
        score_id: &entry.event.id.to_string(),
        comment: format!("{}: {}", entry.event.action.as_str(), verdict.as_str()),
    };
    Some(HookMessage { kind: "customer", body: bytes(&message) })
}

/// The answer to a request that was not carried out.
pub(super) fn refused(endpoint: Option<Endpoint>, refusal: &Refusal, now: Timestamp) -> Response {
    let Refusal { kind, detail, path } = refusal;
    let message = match path {
        Some(path) => format!("{path} {detail}"),
        None => detail.clone(),
    };
    let message = message.as_str();
    if let Some(Endpoint::Credentials | Endpoint::Reclaim) = endpoint {
        // Documented so: a server error, though the caller is at fault.
        let status = if message == NO_CUSTOMERS { 500 } else { kind.status() };
        let timestamp = now.as_micros().div_euclid(1_000_000);
        return json(status, &TracedError { status, message, trace_id: digest::uuid_at(now, TRACE_ID), timestamp });
    }
    let status = kind.status();
    json(status, &ErrorAnswer { status, message, timestamp: rfc3339_seconds(now), retryable: kind.is_retryable() })
}

fn json(status: u16, answer: &impl serde::Serialize) -> Response {
    Response { status, content_type: Some("application/json"), headers: Vec::new(), body: bytes(answer) }
}

fn bytes(answer: &impl serde::Serialize) -> Vec<u8> {
    // Texts, whole numbers and finite degrees can always be written.
    serde_json::to_vec(answer).unwrap_or_default()
}
