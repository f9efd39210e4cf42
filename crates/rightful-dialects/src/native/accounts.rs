//! From our own API's JSON to what is asked or told of accounts: notes, devices, reclaims, credentials.

use rightful_domain::{
    AccountDeviceId, AccountId, DeviceId, EventId, Label, LabelValue, METADATA_BYTES_MAX, METADATA_FIELDS_MAX,
    METADATA_VALUES_MAX, NOTES_MAX, Note, NoteKind, NoteTarget, PasswordHashes, Pii, Reopening,
};

use super::words;
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::scalars::{account, flag, id, personal, personal_told, sha256, text};
use crate::{Call, FirstEvent, Intake, Reclaim, Refusal, RefusalKind};

/// The most accounts of one request to reclaim.
const RECLAIMS_MAX: usize = 1_000;
/// The most events by which the beginning of one takeover may be told.
const FIRST_EVENTS_MAX: usize = 32;

/// A text about a person, if it was told.
type Personal = Option<Pii<Box<str>>>;

/// The account of the path.
pub(super) fn account_of_path(call: &Call<'_>) -> Result<AccountId, Refusal> {
    AccountId::new(call.parameter("account"))
        .map_err(|invalid| not_found(&format!("the account of the path {invalid}")))
}

fn device_of_path(call: &Call<'_>) -> Result<AccountDeviceId, Refusal> {
    account_of_path(call)?;
    let device = AccountDeviceId::parse(call.parameter("device"));
    device.ok_or_else(|| not_found("there is no device of this id"))
}

fn not_found(detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::NotFound, detail: detail.to_owned(), path: None }
}

/// Reads a note of an account.
pub(super) fn note(call: &Call<'_>) -> Result<Intake, Refusal> {
    let about = NoteTarget::Account(account_of_path(call)?);
    let mut body = Fields::new(json::parse_object(call.body)?);
    let kind = read_note(call, &mut body)?;
    Ok(noted(call, about, kind))
}

/// Reads the caller's fields of a device.
pub(super) fn metadata(call: &Call<'_>) -> Result<Intake, Refusal> {
    let about = NoteTarget::Device(device_of_path(call)?);
    let mut body = Fields::new(json::parse_object(call.body)?);
    let fields = body.required("metadata", read_metadata)?;
    Ok(noted(call, about, NoteKind::Metadata(fields)))
}

/// Detaches a device. The body says nothing, and may be empty.
pub(super) fn detach(call: &Call<'_>) -> Result<Intake, Refusal> {
    let about = NoteTarget::Device(device_of_path(call)?);
    Ok(noted(call, about, NoteKind::Detached))
}

fn noted(call: &Call<'_>, about: NoteTarget, kind: NoteKind) -> Intake {
    let application = call.application.id.clone();
    Intake::Note(Box::new(Note { application, about, kind, received_at: call.received_at }))
}

fn read_note(call: &Call<'_>, body: &mut Fields<'_>) -> Result<NoteKind, Fault> {
    let label = body.object("label", |label| read_label(call, label))?.map(NoteKind::Labelled);
    let added = body.optional("add_tags", tags)?.map(NoteKind::Tagged);
    let removed = body.optional("remove_tags", tags)?.map(NoteKind::Untagged);
    let closed = match body.optional("closed", flag)? {
        Some(true) => Some(NoteKind::Closed),
        Some(false) => Some(NoteKind::Reopened(read_reopening(call, body)?)),
        None => None,
    };
    let mut told = [label, added, removed, closed].into_iter().flatten();
    match (told.next(), told.next()) {
        (Some(kind), None) => Ok(kind),
        // One is one: which of two should be kept if only one can be?
        _ => Err(Fault::new("the body must tell one of label, add_tags, remove_tags and closed")),
    }
}

/// Who asks for it need not be who was the owner, so somebody answers for it, and says why.
fn read_reopening(call: &Call<'_>, body: &mut Fields<'_>) -> Result<Reopening, Fault> {
    let comment = Some(body.required("comment", personal_told)?);
    let (reviewer_name, reviewer_email) = read_reviewer(body)?;
    if reviewer_name.is_none() && reviewer_email.is_none() {
        return Err(Fault::new("must say by name or e-mail address who opens the account again").within("reviewer"));
    }
    Ok(Reopening { comment, reviewer_name, reviewer_email, at: call.received_at })
}

fn read_reviewer(fields: &mut Fields<'_>) -> Result<(Personal, Personal), Fault> {
    let reviewer = fields.object("reviewer", |reviewer| {
        Ok((reviewer.optional("name", personal)?.flatten(), reviewer.optional("email", personal)?.flatten()))
    })?;
    Ok(reviewer.unwrap_or_default())
}

fn read_label(call: &Call<'_>, label: &mut Fields<'_>) -> Result<Label, Fault> {
    let value = |node| {
        let known = LabelValue::ALL.map(LabelValue::as_str).join(", ");
        words::label(&text(node)?).ok_or_else(|| Fault::new(format!("must be one of {known}")))
    };
    let value = label.required("value", value)?;
    let comment = label.optional("comment", personal)?.flatten();
    let (reviewer_name, reviewer_email) = read_reviewer(label)?;
    Ok(Label { value, comment, reviewer_name, reviewer_email, at: call.received_at })
}

fn tags(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    let items = list_of(node, NOTES_MAX)?;
    if items.is_empty() {
        return Err(Fault::new("must not be empty"));
    }
    let items = items.into_iter().enumerate();
    items.map(|(index, item)| short(item).map_err(|fault| fault.within_item(index))).collect()
}

/// A tag, or a value of metadata: not empty, and short enough to be kept whole.
fn short(node: Node<'_>) -> Result<Box<str>, Fault> {
    let text = text(node)?;
    if text.is_empty() {
        return Err(Fault::new("must not be empty"));
    }
    if text.len() > METADATA_BYTES_MAX {
        return Err(Fault::new(format!("must be at most {METADATA_BYTES_MAX} bytes")));
    }
    Ok(Box::from(text))
}

/// Fields with their values; null or an empty list removes a field.
type Metadata = Vec<(Box<str>, Vec<Box<str>>)>;

fn read_metadata(node: Node<'_>) -> Result<Metadata, Fault> {
    let Node::Object(members) = node else { return Err(Fault::new("must be an object")) };
    if members.is_empty() || members.len() > METADATA_FIELDS_MAX {
        return Err(Fault::new(format!("must have 1 to {METADATA_FIELDS_MAX} fields")));
    }
    let fields = members.into_iter().map(|(name, node)| {
        if name.is_empty() || name.len() > METADATA_BYTES_MAX {
            return Err(Fault::new(format!("must have names of 1 to {METADATA_BYTES_MAX} bytes")));
        }
        let values = metadata_values(node).map_err(|fault| fault.within(&name))?;
        Ok((Box::from(name), values))
    });
    fields.collect()
}

fn metadata_values(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    match node {
        Node::Null => Ok(Vec::new()),
        Node::List(_) => {
            let items = list_of(node, METADATA_VALUES_MAX)?.into_iter().enumerate();
            items.map(|(index, item)| metadata_value(item).map_err(|fault| fault.within_item(index))).collect()
        }
        one => metadata_value(one).map(|value| vec![value]),
    }
}

fn metadata_value(node: Node<'_>) -> Result<Box<str>, Fault> {
    if let Node::Flag(flag) = node {
        return Ok(flag.to_string().into());
    }
    if let Some(number) = node.number() {
        return Ok(number.to_string().into());
    }
    short(node)
}

/// Reads accounts whose owners have them again.
pub(super) fn reclaims(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let all = body.objects("accounts", RECLAIMS_MAX, read_reclaim)?;
    if all.is_empty() {
        return Err(Fault::new(format!("must name 1 to {RECLAIMS_MAX} accounts")).within("accounts").into());
    }
    Ok(Intake::Reclaim(all))
}

fn read_reclaim(fields: &mut Fields<'_>) -> Result<Reclaim, Fault> {
    let account = fields.required("account", account)?;
    let first = fields.objects("first", FIRST_EVENTS_MAX, |first| {
        let event = first.optional("event_id", event_id)?.map(FirstEvent::Event);
        let device = first.optional("device", |node| id(node, DeviceId::new))?.map(FirstEvent::Device);
        match (event, device) {
            (Some(first), None) | (None, Some(first)) => Ok(first),
            _ => Err(Fault::new("must tell either event_id or device")),
        }
    })?;
    Ok(Reclaim { account, first, closed: fields.optional("closed", flag)?.unwrap_or(false) })
}

fn event_id(node: Node<'_>) -> Result<EventId, Fault> {
    EventId::parse(&text(node)?).map_err(|invalid| Fault::new(invalid.to_string()))
}

/// Reads credentials that are to be looked up, and nothing else.
pub(super) fn credentials(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let username = body.optional("username", personal_told)?;
    let hashes = PasswordHashes {
        sha256: body.optional("password_sha256", sha256)?,
        sha1_sha256: body.optional("password_sha1_sha256", sha256)?,
        email_password_sha256: None,
    };
    if username.is_none() && hashes.is_empty() {
        return Err(Fault::new("is required, or username").within("password_sha256").into());
    }
    Ok(Intake::LookUp { username, hashes })
}
