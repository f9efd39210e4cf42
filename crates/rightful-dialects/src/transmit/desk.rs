//! What reviewers do with actions: whose they are to look at, and on which lists they sort them.
//!
//! Of assigning, the documentation read gives the path alone; of lists, the bodies of making and showing one. Therefore more
//! spellings are taken than one.

use rightful_domain::{CASE_WORD_BYTES_MAX, EventId, Timestamp};
use serde_json::{Map, Value, json};

use super::token;
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::text;
use crate::time::rfc3339;
use crate::{Call, EventList, EventListsAsk, Intake, Method, Refusal, RefusalKind, SeveralAsk, SeveralDone};

/// Actions of one request.
const ACTIONS_MAX: usize = 200;
/// The longest title of a list, and name of whose it is, in bytes.
const TITLE_BYTES_MAX: usize = 160;
/// The only type of list there is.
const LIST_TYPE: &str = "action_id";

/// Reads who is to look at actions; nobody, where the name is empty or missing.
pub(super) fn assignee(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let told = read_actions(call, &mut body, &["action_ids", "actions", "action_id"])?;
    let events = told.ok_or_else(|| Refusal::from(Fault::new("is required").within("action_ids")))??;
    let mut to = None;
    for name in ["assignee", "assignee_id", "assignee_email"] {
        to = to.or(body.optional(name, |node| short(node, CASE_WORD_BYTES_MAX))?);
    }
    let to = to.filter(|to| !to.is_empty());
    Ok(Intake::Several(Box::new(SeveralAsk::Assign { events, to })))
}

/// Reads what is asked of lists.
pub(super) fn lists(call: &Call<'_>) -> Result<Intake, Refusal> {
    let list = call.parameters.iter().find(|(name, _)| *name == "list_id").map(|(_, value)| Box::from(*value));
    let ask = match (call.route.method, list) {
        (Method::Get, Some(name)) => EventListsAsk::Show(name),
        (Method::Get, None) => match call.query.value("item_id").filter(|id| !id.is_empty()) {
            Some(id) => EventListsAsk::All(Some(named(call, &id)?)),
            None => EventListsAsk::All(None),
        },
        (_, None) => made(call)?,
        (method, Some(name)) => changed(call, name, method == Method::Delete)?,
    };
    Ok(Intake::Several(Box::new(SeveralAsk::Lists(ask))))
}

fn made(call: &Call<'_>) -> Result<EventListsAsk, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let title = body.required("list_name", title_of)?;
    let kind = body.optional("list_type", text)?;
    if kind.is_some_and(|kind| kind != LIST_TYPE) {
        return Err(Fault::new("must be action_id").within("list_type").into());
    }
    let creator = body.required("creator", title_of)?;
    let events = items(call, &mut body)?;
    Ok(EventListsAsk::Make { title, creator, events })
}

fn changed(call: &Call<'_>, name: Box<str>, is_taking: bool) -> Result<EventListsAsk, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let title = body.optional("list_name", title_of)?;
    let events = items(call, &mut body)?;
    if title.is_none() && events.is_empty() {
        return Err(Fault::new("a list_name or items are required").into());
    }
    let (put, take) = if is_taking { (Vec::new(), events) } else { (events, Vec::new()) };
    Ok(EventListsAsk::Change { name, title, put, take })
}

fn items(call: &Call<'_>, body: &mut Fields<'_>) -> Result<Vec<EventId>, Refusal> {
    read_actions(call, body, &["items", "item_ids", "action_ids"])?.unwrap_or_else(|| Ok(Vec::new()))
}

/// The actions under the first of these names that is there: a list, or one by itself. The inner error is of an action
/// that is not known.
fn read_actions(
    call: &Call<'_>,
    body: &mut Fields<'_>,
    names: &[&str],
) -> Result<Option<Result<Vec<EventId>, Refusal>>, Refusal> {
    let Some(name) = names.iter().find(|name| body.has(name)) else { return Ok(None) };
    let ids = body.required(name, |node| match node {
        Node::List(items) if items.len() > ACTIONS_MAX => {
            Err(Fault::new(format!("must have at most {ACTIONS_MAX} items")))
        }
        Node::List(items) => items.into_iter().enumerate().map(|(n, item)| id_of(item, n)).collect(),
        node => Ok(vec![text(node)?.into_owned()]),
    })?;
    let read = || {
        let mut events = Vec::with_capacity(ids.len());
        for id in &ids {
            let event = named(call, id)?;
            if !events.contains(&event) {
                events.push(event);
            }
        }
        Ok(events)
    };
    Ok(Some(read()))
}

/// An item by its id alone, or as lists show it.
fn id_of(item: Node<'_>, n: usize) -> Result<String, Fault> {
    let id = match item {
        Node::Object(members) => Fields::new(members).required("item_id", text),
        node => text(node),
    };
    id.map(std::borrow::Cow::into_owned).map_err(|fault| fault.within_item(n))
}

fn named(call: &Call<'_>, id: &str) -> Result<EventId, Refusal> {
    token::action_named(call, id).ok_or_else(|| token::refused(RefusalKind::NotFound, "there is no such action"))
}

fn title_of(node: Node<'_>) -> Result<Box<str>, Fault> {
    let told = short(node, TITLE_BYTES_MAX)?;
    if told.is_empty() { Err(Fault::new("must not be empty")) } else { Ok(told) }
}

fn short(node: Node<'_>, bytes_max: usize) -> Result<Box<str>, Fault> {
    let told = text(node)?;
    if told.len() > bytes_max || told.chars().any(char::is_control) {
        return Err(Fault::new(format!("must be at most {bytes_max} bytes, without control characters")));
    }
    Ok(told.into())
}

/// The answer: its status, and its body.
pub(super) fn answer(call: &Call<'_>, done: &SeveralDone) -> (u16, Value) {
    let of_action = |event: &EventId| token::action_name(call, *event);
    match done {
        SeveralDone::List(told) if call.route.method == Method::Post && call.parameters.is_empty() => {
            (201, list(call, told))
        }
        SeveralDone::List(told) => (200, list(call, told)),
        SeveralDone::Lists(all) => (200, all.iter().map(|told| list(call, told)).collect()),
        SeveralDone::Assigned(events) | SeveralDone::Feedback { events, .. } => {
            let action_ids: Vec<String> = events.iter().map(of_action).collect();
            (200, json!({ "message": "OK", "action_ids": action_ids }))
        }
    }
}

fn list(call: &Call<'_>, told: &EventList) -> Value {
    let EventList { name, title, creator, items, created_at, updated_at } = told;
    let item = |(event, at): &(EventId, Timestamp)| json!({ "item_id": token::action_name(call, *event), "item_created_timestamp": rfc3339(*at) });
    let mut body = Map::new();
    for (field, value) in [
        ("list_name", Value::from(&**title)),
        ("tenant_id", call.application.id.as_str().into()),
        ("list_type", LIST_TYPE.into()),
        ("creator", creator.as_deref().unwrap_or("").into()),
        ("list_id", (&**name).into()),
        ("items", items.iter().map(item).collect()),
        ("created_date", rfc3339(*created_at).into()),
        ("updated_date", rfc3339(*updated_at).into()),
    ] {
        body.insert(field.to_owned(), value);
    }
    Value::Object(body)
}
