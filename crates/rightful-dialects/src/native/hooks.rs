//! What is asked of an application's hooks, from our own API's JSON and back.

use rightful_domain::{Pii, TELLINGS_LIMIT_MAX, TryEnd};

use super::hook_bodies::{
    DeliveriesBody, DeliveryBody, HookBody, HooksBody, Redelivered, UndeliveredBody, UndeliveredPage,
};
use super::known_keys;
use super::response::json;
use crate::fields::{Fault, Fields, list_of};
use crate::hooks::{DeliveryShown, HookShown, HooksAnswer, HooksAsk, UndeliveredShown};
use crate::json::{self as read, Node};
use crate::scalars::{flag, text};
use crate::time::rfc3339;
use crate::{Call, Intake, Refusal, RefusalKind, Response};

/// The most bytes of an address, a secret or an id that are taken; the server's own bounds are narrower.
const TEXT_BYTES_MAX: usize = 4_096;
/// How many lines or messages a page holds unless asked otherwise.
const LIMIT_DEFAULT: u16 = 50;

/// The hook of the path.
fn hook_of_path(call: &Call<'_>) -> Result<Box<str>, Refusal> {
    let id = call.parameter("id");
    if id.is_empty() {
        let detail = "there is no such hook".to_owned();
        return Err(Refusal { kind: RefusalKind::NotFound, detail, path: None });
    }
    Ok(id.into())
}

/// All hooks.
pub(super) fn list() -> Intake {
    Intake::Hooks(HooksAsk::List)
}

/// Asks something of the hook of the path.
pub(super) fn named(call: &Call<'_>, ask: fn(Box<str>) -> HooksAsk) -> Result<Intake, Refusal> {
    Ok(Intake::Hooks(ask(hook_of_path(call)?)))
}

/// Reads a hook that is to be told.
pub(super) fn add(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(read::parse_object(call.body)?);
    // A slip in a name is told before what it leaves missing.
    let url = body.optional("url", short)?;
    let style = body.optional("style", short)?.unwrap_or_else(|| "standard".into());
    let secret = body.optional("secret", short)?.map(Pii::new);
    known_keys::check(body, &["url", "style", "secret"])?;
    let url = url.ok_or_else(|| Fault::new("is required").within("url"))?;
    Ok(Intake::Hooks(HooksAsk::Add { style, url, secret }))
}

/// Reads what is to be changed of a hook.
pub(super) fn change(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(read::parse_object(call.body)?);
    let (url, enabled) = (body.optional("url", short)?, body.optional("enabled", flag)?);
    known_keys::check(body, &["url", "enabled"])?;
    if url.is_none() && enabled.is_none() {
        return Err(Fault::new("is required, or enabled").within("url").into());
    }
    Ok(Intake::Hooks(HooksAsk::Change { hook: hook_of_path(call)?, url, enabled }))
}

/// Reads a hook's next secret. The body may be empty.
pub(super) fn rotate(call: &Call<'_>) -> Result<Intake, Refusal> {
    let secret = optional_body(call)?.optional("secret", short)?.map(Pii::new);
    Ok(Intake::Hooks(HooksAsk::Rotate { hook: hook_of_path(call)?, secret }))
}

/// Reads which messages are to be sent again. The body may be empty.
pub(super) fn redeliver(call: &Call<'_>) -> Result<Intake, Refusal> {
    let messages = optional_body(call)?.optional("messages", ids)?;
    Ok(Intake::Hooks(HooksAsk::Redeliver { hook: hook_of_path(call)?, messages }))
}

fn optional_body<'a>(call: &Call<'a>) -> Result<Fields<'a>, Refusal> {
    if call.body.iter().all(u8::is_ascii_whitespace) {
        return Ok(Fields::new(Vec::new()));
    }
    Ok(Fields::new(read::parse_object(call.body)?))
}

fn ids(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    let items = list_of(node, TELLINGS_LIMIT_MAX.into())?;
    if items.is_empty() {
        return Err(Fault::new("must not be empty; without it, all are sent again"));
    }
    items.into_iter().enumerate().map(|(index, item)| short(item).map_err(|fault| fault.within_item(index))).collect()
}

fn short(node: Node<'_>) -> Result<Box<str>, Fault> {
    let text = text(node)?;
    if text.is_empty() || text.len() > TEXT_BYTES_MAX {
        return Err(Fault::new(format!("must be 1 to {TEXT_BYTES_MAX} bytes")));
    }
    Ok(text.as_ref().into())
}

/// Reads which lines of a hook's log are asked for.
pub(super) fn deliveries(call: &Call<'_>) -> Result<Intake, Refusal> {
    let (limit, before) = page(call)?;
    Ok(Intake::Hooks(HooksAsk::Deliveries { hook: hook_of_path(call)?, before, limit }))
}

/// Reads which of a hook's undelivered messages are asked for.
pub(super) fn undelivered(call: &Call<'_>) -> Result<Intake, Refusal> {
    let (limit, after) = page(call)?;
    Ok(Intake::Hooks(HooksAsk::Undelivered { hook: hook_of_path(call)?, after: after.unwrap_or(0), limit }))
}

/// The query's limit and cursor.
fn page(call: &Call<'_>) -> Result<(u16, Option<u64>), Refusal> {
    let refused = |detail: String| Refusal { kind: RefusalKind::Malformed, detail, path: None };
    let (mut limit, mut cursor) = (LIMIT_DEFAULT, None);
    for (name, value) in call.query.pairs()? {
        match name.as_ref() {
            "limit" => {
                let told = value.parse().ok().filter(|limit| (1..=TELLINGS_LIMIT_MAX).contains(limit));
                limit = told.ok_or_else(|| {
                    refused(format!("the query parameter limit must be a whole number from 1 to {TELLINGS_LIMIT_MAX}"))
                })?;
            }
            "cursor" => {
                let told = value.parse().map_err(|_| {
                    refused("the query parameter cursor must be a next_cursor as it was answered".to_owned())
                })?;
                cursor = Some(told);
            }
            _ => return Err(refused("the query may have limit and cursor, and no other parameter".to_owned())),
        }
    }
    Ok((limit, cursor))
}

/// Writes what is answered.
pub(super) fn reply(answer: &HooksAnswer) -> Response {
    match answer {
        HooksAnswer::Listed(hooks) => json(200, &HooksBody { items: hooks.iter().map(|it| hook(it, None)).collect() }),
        HooksAnswer::Shown(shown) => json(200, &hook(shown, None)),
        HooksAnswer::WithSecret(shown, secret) => {
            // Shown to who made it, this once.
            let secret = secret.as_ref().map(|secret| &**secret.reveal());
            let mut response = json(200, &hook(shown, secret));
            response.headers.push(("cache-control", "no-store".to_owned()));
            response
        }
        HooksAnswer::Removed => Response { status: 204, content_type: None, headers: Vec::new(), body: Vec::new() },
        HooksAnswer::Tested => Response { status: 202, content_type: None, headers: Vec::new(), body: Vec::new() },
        HooksAnswer::Deliveries { lines, next } => {
            let items = lines.iter().map(delivery).collect();
            json(200, &DeliveriesBody { items, next_cursor: next.map(|place| place.to_string()) })
        }
        HooksAnswer::Undelivered { messages, next } => {
            let items = messages.iter().map(message).collect();
            json(200, &UndeliveredPage { items, next_cursor: next.map(|number| number.to_string()) })
        }
        HooksAnswer::Redelivered(n_messages) => json(200, &Redelivered { n_messages: *n_messages }),
    }
}

fn hook<'a>(shown: &'a HookShown, secret: Option<&'a str>) -> HookBody<'a> {
    let HookShown { hook, style, health, earlier_secret_until } = shown;
    HookBody {
        id: &hook.id,
        style,
        url: &hook.url,
        enabled: hook.enabled,
        has_secret: hook.sealed_secret.is_some(),
        secret,
        earlier_secret_until: earlier_secret_until.map(rfc3339),
        n_waiting: health.n_waiting,
        n_undelivered: health.n_given_up,
        failing_since: health.failing_since.map(rfc3339),
    }
}

fn delivery(shown: &DeliveryShown) -> DeliveryBody<'_> {
    let tried = &shown.line.tried;
    let (status, error) = match tried.ended {
        TryEnd::Answered(status) => (Some(status), None),
        TryEnd::Failed(failure) => (None, Some(failure.as_str())),
    };
    DeliveryBody {
        message_id: &shown.message,
        kind: tried.topic.as_str(),
        event_id: tried.event.to_string(),
        attempt: tried.n,
        at: rfc3339(tried.at),
        duration_ms: tried.took_ms,
        status,
        error,
        delivered: tried.is_taken(),
        next_at: tried.next_at.map(rfc3339),
    }
}

fn message(shown: &UndeliveredShown) -> UndeliveredBody<'_> {
    UndeliveredBody {
        message_id: &shown.message,
        kind: shown.topic.as_str(),
        event_id: shown.event.to_string(),
        since: rfc3339(shown.since),
        n_attempts: shown.n_tried,
    }
}
