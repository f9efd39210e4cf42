//! Labels: what reviewers say of actions or a user, in both generations of words.
//!
//! A label of an address or a correlation id is said of each action that it names. There are no campaigns, fraud rings or
//! verification sessions here: a label of one is answered as if it were not known, since none is.

use rightful_domain::{
    AccountId, CorrelationId, Feedback, FeedbackKind, FeedbackTarget, Label, LabelValue, Note, NoteKind, NoteTarget,
};
use serde_json::{Map, Value, json};

use super::decode::ms;
use super::token;
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::{address, id, text};
use crate::{Call, EventsOf, Intake, Refusal, RefusalKind, SeveralAsk, SeveralDone, digest};

const LABEL_TYPES: [&str; 9] = [
    "CONFIRMED_FRAUD",
    "SUSPECTED_FRAUD",
    "CONFIRMED_LEGIT",
    "UNDETERMINED",
    "DEVICE_TAKEOVER",
    "KNOWN_MALICIOUS",
    "SUSPECTED_MALICIOUS",
    "KNOWN_LEGIT",
    "UNKNOWN",
];
const SUBJECT_TYPES: [&str; 7] =
    ["ACTION_ID", "CORRELATION_ID", "CAMPAIGN_ID", "USER_ID", "IP_ADDRESS", "VERIFICATION_SESSION_ID", "FRAUD_RING_ID"];
const USE_CASES: [&str; 7] = [
    "ACCOUNT_TAKEOVER",
    "FIRST_PARTY_FRAUD",
    "IDENTITY_THEFT",
    "MONEY_MULE",
    "BOT_ATTACK",
    "SYNTHETIC_IDENTITY",
    "SOCIAL_ENGINEERING",
];
const SOURCES: [&str; 4] = ["MANUAL_REVIEW", "CUSTOMER_COMPLAINTS", "CHARGEBACKS", "OTHER_VENDORS"];

/// What a label says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Fraud,
    Suspected,
    Legitimate,
    Nothing,
    /// Somebody else controlled the owner's device.
    Takeover,
}

/// Whom a label is about.
enum Subject {
    Events(EventsOf),
    User(AccountId),
}

/// Reads a label.
pub(super) fn read(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let label = body.required("label_type", |node| one_of(node, &LABEL_TYPES))?;
    let use_case = body.optional("use_case", |node| one_of(node, &USE_CASES))?;
    body.optional("source", |node| one_of(node, &SOURCES))?;
    let subject = body.required_object("subject", |subject| {
        let kind = subject.required("type", |node| one_of(node, &SUBJECT_TYPES))?;
        let value = subject.take("value").ok_or_else(|| Fault::new("is required").within("value"))?;
        subject_of(call, kind, value).map_err(|fault| fault.within("value"))
    })?;
    let Some(subject) = subject else {
        return Err(token::refused(RefusalKind::NotFound, "there is no such subject"));
    };
    let said = match label {
        "DEVICE_TAKEOVER" => Said::Takeover,
        "CONFIRMED_FRAUD" | "KNOWN_MALICIOUS" => Said::Fraud,
        "SUSPECTED_FRAUD" | "SUSPECTED_MALICIOUS" => Said::Suspected,
        "CONFIRMED_LEGIT" | "KNOWN_LEGIT" => Said::Legitimate,
        _ => Said::Nothing,
    };
    Ok(intake(call, &subject, said, use_case))
}

/// Whom a value of that kind names; None if there is nobody of that name.
fn subject_of(call: &Call<'_>, kind: &str, value: Node<'_>) -> Result<Option<Subject>, Fault> {
    Ok(match kind {
        "ACTION_ID" => token::action_named(call, &text(value)?).map(|event| Subject::Events(EventsOf::Attempt(event))),
        "USER_ID" => Some(Subject::User(id(value, AccountId::new)?)),
        "CORRELATION_ID" => Some(Subject::Events(EventsOf::Correlation(id(value, CorrelationId::new)?))),
        "IP_ADDRESS" => Some(Subject::Events(EventsOf::Address(address(value)?))),
        _ => text(value).map(|_| None)?,
    })
}

fn intake(call: &Call<'_>, subject: &Subject, said: Said, use_case: Option<&str>) -> Intake {
    let is_of_owner =
        matches!(use_case, Some("FIRST_PARTY_FRAUD" | "MONEY_MULE" | "SYNTHETIC_IDENTITY" | "IDENTITY_THEFT"));
    match (subject, said) {
        (Subject::Events(of), said) => {
            let kind = match said {
                // The owner's own fraud is no takeover: nothing of it is unlearned.
                Said::Fraud if is_of_owner => None,
                Said::Fraud | Said::Takeover => Some(FeedbackKind::ConfirmedTakeover),
                Said::Legitimate => Some(FeedbackKind::ConfirmedLegitimate),
                Said::Suspected | Said::Nothing => None,
            };
            Intake::Several(Box::new(SeveralAsk::Feedback { of: of.clone(), kind }))
        }
        (Subject::User(account), Said::Takeover) => of_account(call, account),
        (Subject::User(account), Said::Fraud) if use_case == Some("ACCOUNT_TAKEOVER") => of_account(call, account),
        (Subject::User(account), Said::Fraud) => note(call, account, LabelValue::Fraudster),
        (Subject::User(account), Said::Suspected) => note(call, account, LabelValue::PotentiallyFraudster),
        (Subject::User(account), Said::Legitimate) => note(call, account, LabelValue::Genuine),
        (Subject::User(account), Said::Nothing) => note(call, account, LabelValue::Unreviewed),
    }
}

fn of_account(call: &Call<'_>, account: &AccountId) -> Intake {
    let target = FeedbackTarget::Account { account: account.clone(), first_event: None };
    let (application, kind) = (call.application.id.clone(), FeedbackKind::ConfirmedTakeover);
    Intake::Feedback(vec![Feedback { application, target, kind, received_at: call.received_at }])
}

fn note(call: &Call<'_>, account: &AccountId, value: LabelValue) -> Intake {
    let (comment, reviewer_name, reviewer_email) = (None, None, None);
    let label = Label { value, comment, reviewer_name, reviewer_email, at: call.received_at };
    Intake::Note(Box::new(Note {
        application: call.application.id.clone(),
        about: NoteTarget::Account(account.clone()),
        kind: NoteKind::Labelled(label),
        received_at: call.received_at,
    }))
}

fn one_of(node: Node<'_>, known: &'static [&'static str]) -> Result<&'static str, Fault> {
    let told = text(node)?;
    let found = known.iter().find(|word| **word == told);
    found.copied().ok_or_else(|| Fault::new(format!("must be one of {}", known.join(", "))))
}

/// The answer: the label as it was sent, and the actions it is said of.
pub(super) fn taken(call: &Call<'_>, done: Option<&SeveralDone>) -> Value {
    let body: Map<String, Value> = serde_json::from_slice(call.body).unwrap_or_default();
    let told = |name: &str| body.get(name).filter(|value| !value.is_null()).cloned();
    let label_id = digest::uuid_from(call.event_id, "transmit label");
    let mut label = Map::new();
    label.insert("label_id".to_owned(), label_id.as_str().into());
    for name in ["label_type", "subject", "use_case", "source"] {
        label.extend(told(name).map(|value| (name.to_owned(), value)));
    }
    label.insert("label_timestamp".to_owned(), ms(call.received_at).into());
    let (affected, message) = done.map_or_else(|| (Vec::new(), CREATED.to_owned()), |done| affected(call, done));
    // Misspelled as the vendor's documentation has it.
    json!({ "message": message, "label_id": label_id, "label": label, "afftectedActionIds": affected })
}

/// Which actions a label is said of, and what is to be known of it.
fn affected(call: &Call<'_>, done: &SeveralDone) -> (Vec<String>, String) {
    let SeveralDone::Feedback { events, n_otherwise, is_cut } = done else { return (Vec::new(), CREATED.to_owned()) };
    let mut message = CREATED.to_owned();
    if *n_otherwise > 0 {
        message.push_str(&format!("; {n_otherwise} actions keep a label of their own that says otherwise"));
    }
    if *is_cut {
        message.push_str("; there are more actions, and only the newest are labelled");
    }
    (events.iter().map(|event| token::action_name(call, *event)).collect(), message)
}

const CREATED: &str = "Label created";
