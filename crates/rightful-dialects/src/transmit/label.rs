//! Labels: what reviewers say of an action or a user, in both generations of words.

use rightful_domain::{
    AccountId, EventId, Feedback, FeedbackKind, FeedbackTarget, Label, LabelValue, Note, NoteKind, NoteTarget,
};
use serde_json::{Map, Value, json};

use super::decode::ms;
use super::token;
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::text;
use crate::{Call, Intake, Refusal, RefusalKind, digest};

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
    Takeover,
}

/// Whom a label is about.
enum Subject {
    Action(EventId),
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
        let value = subject.required("value", text)?;
        match kind {
            "ACTION_ID" => match token::action_named(call, &value) {
                Some(event) => Ok(Ok(Subject::Action(event))),
                None => Ok(Err(token::refused(RefusalKind::NotFound, "there is no such action"))),
            },
            "USER_ID" => match AccountId::new(value.as_ref()) {
                Ok(account) => Ok(Ok(Subject::User(account))),
                Err(invalid) => Err(Fault::new(invalid.to_string()).within("value")),
            },
            other => Err(Fault::new(format!("{other} is not supported here: label actions or users")).within("type")),
        }
    })??;
    let said = match label {
        "DEVICE_TAKEOVER" => Said::Takeover,
        "CONFIRMED_FRAUD" | "KNOWN_MALICIOUS" => Said::Fraud,
        "SUSPECTED_FRAUD" | "SUSPECTED_MALICIOUS" => Said::Suspected,
        "CONFIRMED_LEGIT" | "KNOWN_LEGIT" => Said::Legitimate,
        _ => Said::Nothing,
    };
    Ok(intake(call, &subject, said, use_case))
}

fn intake(call: &Call<'_>, subject: &Subject, said: Said, use_case: Option<&str>) -> Intake {
    let is_of_owner =
        matches!(use_case, Some("FIRST_PARTY_FRAUD" | "MONEY_MULE" | "SYNTHETIC_IDENTITY" | "IDENTITY_THEFT"));
    match (subject, said) {
        // The owner's own fraud is no takeover: nothing of it is unlearned.
        (Subject::Action(event), Said::Fraud) if is_of_owner => Intake::Recall(*event),
        (Subject::Action(event), Said::Fraud | Said::Takeover) => {
            feedback(call, FeedbackTarget::Event(*event), FeedbackKind::ConfirmedTakeover)
        }
        (Subject::Action(event), Said::Legitimate) => {
            feedback(call, FeedbackTarget::Event(*event), FeedbackKind::ConfirmedLegitimate)
        }
        (Subject::Action(event), Said::Suspected | Said::Nothing) => Intake::Recall(*event),
        (Subject::User(account), Said::Takeover) => {
            let target = FeedbackTarget::Account { account: account.clone(), first_event: None };
            feedback(call, target, FeedbackKind::ConfirmedTakeover)
        }
        (Subject::User(account), Said::Fraud) if use_case == Some("ACCOUNT_TAKEOVER") => {
            let target = FeedbackTarget::Account { account: account.clone(), first_event: None };
            feedback(call, target, FeedbackKind::ConfirmedTakeover)
        }
        (Subject::User(account), Said::Fraud) => note(call, account, LabelValue::Fraudster),
        (Subject::User(account), Said::Suspected) => note(call, account, LabelValue::PotentiallyFraudster),
        (Subject::User(account), Said::Legitimate) => note(call, account, LabelValue::Genuine),
        (Subject::User(account), Said::Nothing) => note(call, account, LabelValue::Unreviewed),
    }
}

fn feedback(call: &Call<'_>, target: FeedbackTarget, kind: FeedbackKind) -> Intake {
    let application = call.application.id.clone();
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

/// The answer: the label as it was sent, and what it touched.
pub(super) fn taken(call: &Call<'_>) -> Value {
    let body: Map<String, Value> = serde_json::from_slice(call.body).unwrap_or_default();
    let told = |name: &str| body.get(name).filter(|value| !value.is_null()).cloned();
    let label_id = digest::uuid_from(call.event_id, "transmit label");
    let mut label = Map::new();
    label.insert("label_id".to_owned(), label_id.as_str().into());
    for name in ["label_type", "subject", "use_case", "source"] {
        label.extend(told(name).map(|value| (name.to_owned(), value)));
    }
    label.insert("label_timestamp".to_owned(), ms(call.received_at).into());
    let subject = told("subject").unwrap_or_default();
    let is_action = subject.get("type").and_then(Value::as_str) == Some("ACTION_ID");
    let affected: Vec<&Value> = subject.get("value").filter(|_| is_action).into_iter().collect();
    // Misspelled as the vendor's documentation has it.
    json!({ "message": "Label created", "label_id": label_id, "label": label, "afftectedActionIds": affected })
}
