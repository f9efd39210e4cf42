//! What is noted of customers: reviewers' labels, and tags.
//!
//! Whoever is not known has no labels and no tags: an answer never tells whether an account exists.

use rightful_domain::{AccountId, Label, LabelValue, METADATA_BYTES_MAX, NOTES_MAX, Note, NoteKind, NoteTarget, Pii};

use super::words::account;
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::{cut, personal, text};
use crate::{Call, Intake, Method, Refusal, RefusalKind};

/// The longest comment kept, in bytes; the rest is cut.
const COMMENT_BYTES_MAX: usize = 1_024;

/// A label's word, as Ravelin spells it.
pub(super) const fn label_word(value: LabelValue) -> &'static str {
    match value {
        LabelValue::Unreviewed => "UNREVIEWED",
        LabelValue::Genuine => "GENUINE",
        LabelValue::PotentiallyGenuine => "POTENTIALLY_GENUINE",
        LabelValue::PotentiallyFraudster => "POTENTIALLY_FRAUDSTER",
        LabelValue::Fraudster => "FRAUDSTER",
    }
}

fn label_value(node: Node<'_>) -> Result<LabelValue, Fault> {
    let told = text(node)?;
    let known = LabelValue::ALL.into_iter().find(|value| label_word(*value) == told);
    known.ok_or_else(|| Fault::new(format!("must be one of {}", LabelValue::ALL.map(label_word).join(", "))))
}

/// Reads a reviewer's word, or asks for what was said.
pub(super) fn label(call: &Call<'_>) -> Result<Intake, Refusal> {
    if call.route.method == Method::Get {
        return account_of_path(call).map(Intake::Dossier);
    }
    let mut body = Fields::new(json::parse_object(call.body)?);
    let account = body.required("customerId", account)?;
    let value = body.required("label", label_value)?;
    Ok(noted(call, account, NoteKind::Labelled(label_of(call, &mut body, value)?)))
}

/// Asks for all that was said.
pub(super) fn labels(call: &Call<'_>) -> Result<Intake, Refusal> {
    account_of_path(call).map(Intake::Dossier)
}

/// Reads a reviewer's word in the newer form, where the path says whose it is.
pub(super) fn review(call: &Call<'_>) -> Result<Intake, Refusal> {
    let account = account_of_path(call)?;
    let mut body = Fields::new(json::parse_object(call.body)?);
    let value = match body.optional("review", label_value)? {
        Some(value) => value,
        None => body.required("label", label_value)?,
    };
    Ok(noted(call, account, NoteKind::Labelled(label_of(call, &mut body, value)?)))
}

fn label_of(call: &Call<'_>, body: &mut Fields<'_>, value: LabelValue) -> Result<Label, Fault> {
    let comment = body.optional("comment", text)?.filter(|comment| !comment.is_empty());
    let reviewer = |fields: &mut Fields<'_>| {
        let name = fields.optional("name", personal)?.flatten();
        Ok((name, fields.optional("email", personal)?.flatten()))
    };
    let (reviewer_name, reviewer_email) = body.object("reviewer", reviewer)?.unwrap_or_default();
    Ok(Label {
        value,
        comment: comment.map(|comment| Pii::new(cut(&comment, COMMENT_BYTES_MAX).into())),
        reviewer_name,
        reviewer_email,
        at: call.received_at,
    })
}

/// Reads tags to be put on or taken off, or asks for them.
pub(super) fn tags(call: &Call<'_>) -> Result<Intake, Refusal> {
    if call.route.method == Method::Get {
        let named = if call.route.path.ends_with("{id}") { account_of_path(call) } else { account_of_query(call) };
        return named.map(Intake::Dossier);
    }
    if call.route.method == Method::Delete && call.body.is_empty() {
        let account = account_of_query(call)?;
        let names = call.query.value("tagName").or_else(|| call.query.value("tagNames")).unwrap_or_default();
        let names = names.split(',').map(str::trim).filter(|name| !name.is_empty()).map(|name| Node::Text(name.into()));
        let tags = tag_names(Node::List(names.collect())).map_err(|fault| fault.within("tagName"))?;
        return Ok(noted(call, account, NoteKind::Untagged(tags)));
    }
    let mut body = Fields::new(json::parse_object(call.body)?);
    let account = body.required("customerId", account)?;
    let tags = match body.optional("tagName", tag_names)? {
        Some(tags) => tags,
        None => body.required("tagNames", tag_names)?,
    };
    let is_off = call.route.method == Method::Delete;
    Ok(noted(call, account, if is_off { NoteKind::Untagged(tags) } else { NoteKind::Tagged(tags) }))
}

/// One tag or several.
fn tag_names(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    let items = match node {
        Node::List(items) => items,
        one => vec![one],
    };
    if items.is_empty() || items.len() > NOTES_MAX {
        return Err(Fault::new(format!("must have 1 to {NOTES_MAX} items")));
    }
    let tag = |(index, item)| {
        let tag = text(item).and_then(|tag| match tag.len() {
            1..=METADATA_BYTES_MAX => Ok(Box::from(tag.as_ref())),
            _ => Err(Fault::new(format!("must be 1 to {METADATA_BYTES_MAX} bytes"))),
        });
        tag.map_err(|fault| fault.within_item(index))
    };
    items.into_iter().enumerate().map(tag).collect()
}

fn account_of_path(call: &Call<'_>) -> Result<AccountId, Refusal> {
    account_named(call.parameter("id"))
}

fn account_of_query(call: &Call<'_>) -> Result<AccountId, Refusal> {
    account_named(&call.query.value("customerId").unwrap_or_default())
}

fn account_named(text: &str) -> Result<AccountId, Refusal> {
    AccountId::new(text).map_err(|invalid| Refusal {
        kind: RefusalKind::Malformed,
        detail: invalid.to_string(),
        path: Some("customerId".to_owned()),
    })
}

fn noted(call: &Call<'_>, account: AccountId, kind: NoteKind) -> Intake {
    let application = call.application.id.clone();
    let about = NoteTarget::Account(account);
    Intake::Note(Box::new(Note { application, about, kind, received_at: call.received_at }))
}
