//! What people remember of transactions: tags and notes.

use rightful_domain::{
    CASE_TAGS_MAX, CASE_TEXT_BYTES_MAX, CASE_WORD_BYTES_MAX, Case, CaseChange, CaseNote, EventId, NoteChange, Pii,
    Record, TagChange,
};
use serde_json::{Value, json};

use super::review::{OFFICER, event_of_path};
use super::{date, encode, response};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node};
use crate::scalars::text;
use crate::{Call, EventOf, Intake, Method, Refusal, RefusalKind, Response, digest};

/// Reads which tags are put on a transaction, or taken off, or that they are asked for.
pub(super) fn tags(call: &Call<'_>) -> Result<Intake, Refusal> {
    let event = event_of_path(call)?;
    if call.route.method == Method::Get {
        return Ok(Intake::Standing(EventOf::Id(event)));
    }
    let items = list_of(Node::List(json::parse_list(call.body)?), CASE_TAGS_MAX)?;
    let word = |(place, node)| {
        let told = text(node).map_err(|fault: Fault| fault.within_item(place))?;
        let fits = (1..=CASE_WORD_BYTES_MAX).contains(&told.len()) && !told.chars().any(char::is_control);
        let fault = || Fault::new(format!("must be 1 to {CASE_WORD_BYTES_MAX} bytes")).within_item(place);
        if fits { Ok(Box::from(&*told)) } else { Err(fault()) }
    };
    let tags = items.into_iter().enumerate().map(word).collect::<Result<Vec<Box<str>>, Fault>>()?;
    let change = if call.route.method == Method::Delete { TagChange::Remove(tags) } else { TagChange::Add(tags) };
    Ok(Intake::Change { event, change: CaseChange::Tags(change) })
}

/// The tags of a transaction.
pub(super) fn tags_shown(call: &Call<'_>, record: &Record, case: Option<&Case>) -> Response {
    let tags: Vec<Value> = encode::tags_of(record, case)
        .into_iter()
        .map(|(label, is_theirs)| json!({ "label": label, "type": if is_theirs { "userDefined" } else { "system" } }))
        .collect();
    if tags.is_empty() && call.route.method == Method::Delete {
        return Response { status: 204, content_type: None, headers: Vec::new(), body: Vec::new() };
    }
    response::json(200, &tags)
}

/// Reads what is noted of the transaction that the body names.
pub(super) fn note(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let named = body.required("txnId", |node| {
        EventId::parse(&text(node)?).map_err(|_| Fault::new("must be the id that a transaction was answered with"))
    });
    // Only a transaction that is submitted without an id is refused with 422.
    let event = named.map_err(|fault| {
        let Refusal { kind, detail, path } = fault.into();
        Refusal { kind, detail: format!("{} {detail}", path.unwrap_or_default()), path: None }
    })?;
    let change = match call.route.method {
        Method::Patch => NoteChange::Edit {
            id: body.required("id", |node| number_of(event, node))?,
            text: body.required("note", said)?,
        },
        Method::Delete => NoteChange::Remove(body.required("id", |node| number_of(event, node))?),
        _ => {
            let text = body.required("note", said)?;
            NoteChange::Add(CaseNote { id: 0, by: OFFICER.into(), at: call.received_at, text })
        }
    };
    Ok(Intake::Change { event, change: CaseChange::Notes(change) })
}

fn said(node: Node<'_>) -> Result<Pii<Box<str>>, Fault> {
    let told = text(node)?;
    let fits = (1..=CASE_TEXT_BYTES_MAX).contains(&told.len());
    if fits { Ok(Pii::new(told.into())) } else { Err(Fault::new(format!("must be 1 to {CASE_TEXT_BYTES_MAX} bytes"))) }
}

/// A note's id as it is told: its transaction's, and its number.
fn id_of(event: EventId, number: u32) -> String {
    let of_event = digest::uuid_from(event, "sumsub note").replace('-', "");
    format!("{}{number:08x}", of_event.get(..16).unwrap_or_default())
}

fn number_of(event: EventId, node: Node<'_>) -> Result<u32, Fault> {
    let told = text(node)?;
    let number = told.get(16..).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let known = number.filter(|number| *told == *id_of(event, *number));
    known.ok_or_else(|| Fault::new("must be the id of a note of that transaction"))
}

fn shown(case: &Case, note: &CaseNote) -> Value {
    json!({
        "id": id_of(case.event, note.id),
        "txnId": encode::id_of(case.event),
        "note": note.text.reveal(),
        "createdAt": date::seconds(note.at),
        "createdBy": note.by,
    })
}

/// What became of a note.
pub(super) fn note_shown(call: &Call<'_>, case: Option<&Case>) -> Response {
    if call.route.method == Method::Delete {
        return response::done();
    }
    let edited = || {
        let mut body = Fields::new(json::parse_object(call.body).ok()?);
        body.optional("id", text).ok().flatten().map(|id| id.to_string())
    };
    let noted = case.and_then(|case| {
        let found = match edited() {
            Some(id) => case.notes.iter().find(|note| id_of(case.event, note.id) == id),
            None => case.notes.last(),
        };
        found.map(|note| shown(case, note))
    });
    noted.map_or_else(response::done, |note| response::json(200, &note))
}

/// All notes of a transaction, oldest first.
pub(super) fn notes_shown(case: Option<&Case>) -> Response {
    let items: Vec<Value> = case.iter().flat_map(|case| case.notes.iter().map(|note| shown(case, note))).collect();
    response::json(200, &json!({ "list": { "totalItems": items.len(), "items": items } }))
}

/// Reads whose notes are asked for.
pub(super) fn notes(call: &Call<'_>) -> Result<Intake, Refusal> {
    event_of_path(call)
        .map(|event| Intake::Standing(EventOf::Id(event)))
        .map_err(|refusal| Refusal { kind: RefusalKind::NotFound, ..refusal })
}
