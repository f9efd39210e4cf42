//! From Rupt's requests to our verbs.

use rightful_domain::{
    AccountId, Action, Device, Event, METADATA_BYTES_MAX, METADATA_FIELDS_MAX, METADATA_VALUES_MAX, Network, Note,
    NoteKind, NoteTarget, Outcome, PasswordHashes, Person, REPORT_KEPT, Report, SEARCH_LIMIT_MAX, Search, Source,
};

use super::{device, token, words};
use crate::fields::{Fault, Fields};
use crate::json::{self, Node};
use crate::scalars::{USER_AGENT_BYTES_MAX, address, custom, cut, personal, text, unknown};
use crate::{Call, Intake, Refusal, RefusalKind, Told, Tolerance, digest};

/// The most accesses of one page, as documented.
const PER_PAGE_MAX: u16 = 50;
/// Accesses of a page whose caller does not say.
const PER_PAGE_DEFAULT: u16 = 10;

/// Reads what a browser says of itself before anybody signs in.
pub(super) fn initiate(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let signals = body.required("signals", object)?;
    let device = device::of_signals(call, Some(signals));
    if device.aliases.is_empty() {
        return Err(Fault::new("must have a signal that is known here").within("signals").into());
    }
    Ok(Intake::Report(Box::new(Report {
        id: call.event_id,
        application: call.application.id.clone(),
        device,
        network: call.page_network(),
        behavior: None,
        opened_at: None,
        received_at: call.received_at,
        said: None,
    })))
}

/// The tolerance that a page asked for, read again from its request when it is answered.
pub(super) fn tolerance_of(call: &Call<'_>) -> Tolerance {
    let told = json::parse_object(call.body).ok().and_then(|members| Fields::new(members).take("tolerance"));
    told.and_then(Node::into_text).map_or(Tolerance::Default, |told| token::tolerance(&told))
}

/// Reads whose the browser of an earlier report is. It is consumed: the same token again is another request under the same
/// key, which is a conflict, for as long as there could be a report.
pub(super) fn complete(call: &Call<'_>) -> Result<Intake, Refusal> {
    let (report, tolerance) = token::report_of(call.parameter("id"))?;
    let mut body = Fields::new(json::parse_object(call.body)?);
    let account = body.required("account", account)?;
    let mut told = event(call, Action::Login, Outcome::Succeeded, Some(account));
    keep_rest(&mut told, body)?;
    let (application, name) = (&call.application.id, format!("rupt identification {report}"));
    let until = call.received_at.plus(REPORT_KEPT);
    let unique = call.event_id.as_bytes();
    told.retry = Some(digest::retry_of_key(call.link_key, application, &name, call.route.path, unique, until));
    Ok(Intake::Identify { token: report, tolerance, told: Box::new(told) })
}

/// Reads a page's word that an account is used on its device.
pub(super) fn attach(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let user =
        body.take("user").or_else(|| body.take("account")).ok_or_else(|| Fault::new("is required").within("user"))?;
    let account = account(user).map_err(|fault| fault.within("user"))?;
    let signals = body.take("signals");
    let device = device_of(call, signals, &mut body);
    if device.aliases.is_empty() {
        return Err(Fault::new("must have a signal that is known here").within("signals").into());
    }
    let action = words::attach_action(body.take("event").and_then(Node::into_text).as_deref());
    let mut told = event(call, action, Outcome::Pending, Some(account));
    // Whoever has the public client id may say this of any account.
    told.event.vouched = false;
    told.event.person = person(&mut body)?;
    told.event.device = device;
    told.event.network = call.page_network();
    // A page could say anything in them, and nobody reads them.
    for name in ["callbacks", "redirects", "limit_config", "last_blocking_access", "last_challenge", "tolerance"] {
        body.take(name);
    }
    for name in ["metadata", "groups", "page"] {
        keep(&mut body, name);
    }
    keep_rest(&mut told, body)?;
    Ok(Intake::Assess(Box::new(told)))
}

/// Reads an attempt that a page asks about. It has no account, since a page's word on that is worth nothing.
pub(super) fn evaluate_page(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let action = body.optional("action", action)?.unwrap_or(Action::Register);
    let device = device_of(call, None, &mut body);
    let mut told = event(call, action, Outcome::Pending, None);
    told.event.vouched = false;
    told.event.device = device;
    told.event.network = call.page_network();
    keep(&mut body, "user");
    keep_rest(&mut told, body)?;
    Ok(Intake::Assess(Box::new(told)))
}

/// Reads an attempt that a server asks about, in the body or in the query.
pub(super) fn evaluate(call: &Call<'_>) -> Result<Intake, Refusal> {
    let body = if call.body.is_empty() { members_of_query(call)? } else { json::parse_object(call.body)? };
    let mut body = Fields::new(body);
    let action = body.required("action", action)?;
    let account = body.optional("user", account)?;
    let device = device_of(call, None, &mut body);
    let mut told = event(call, action, Outcome::Succeeded, account);
    told.event.person = person(&mut body)?;
    told.event.device = device;
    told.event.network = Network { ip: body.optional("ip", address)?, ..Network::default() };
    told.event.network.user_agent =
        body.optional("user_agent", text)?.map(|agent| cut(&agent, USER_AGENT_BYTES_MAX).into());
    told.event.custom = body.optional("metadata", custom)?.flatten();
    keep_rest(&mut told, body)?;
    Ok(Intake::Assess(Box::new(told)))
}

/// Reads what a server says of a user: the account's contacts.
pub(super) fn update_user(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let account = account_of_path(call)?;
    let mut told = event(call, Action::AccountDetailsChange, Outcome::Succeeded, Some(account));
    told.event.person = person(&mut body)?;
    told.event.custom = body.optional("metadata", custom)?.flatten();
    keep(&mut body, "groups");
    body.take("user");
    keep_rest(&mut told, body)?;
    Ok(Intake::Observe(Box::new(told)))
}

/// Reads the account that a path names.
pub(super) fn account_of_path(call: &Call<'_>) -> Result<AccountId, Refusal> {
    AccountId::new(call.parameter("id")).map_err(|invalid| malformed(&format!("the user {invalid}")))
}

/// Reads two fingerprints of one browser: there is nothing to remember, and nothing to look up.
pub(super) fn fingerprints(call: &Call<'_>) -> Result<Intake, Refusal> {
    told_fingerprints(call)?;
    Ok(Intake::LookUp { username: None, hashes: PasswordHashes::default() })
}

/// The present fingerprint and the last one, read again when they are answered.
pub(super) fn told_fingerprints(call: &Call<'_>) -> Result<(String, Option<String>), Refusal> {
    let body = if call.body.is_empty() { members_of_query(call)? } else { json::parse_object(call.body)? };
    let (present, last) = take_fingerprints(&mut Fields::new(body));
    present.map(|present| (present, last)).ok_or_else(|| Fault::new("is required").within("fingerprint").into())
}

/// Reads fields to be set on a device.
pub(super) fn metadata(call: &Call<'_>) -> Result<Intake, Refusal> {
    let id = token::device(call.parameter("id"))?;
    let mut body = Fields::new(json::parse_object(call.body)?);
    let fields = body.required("metadata_fields", metadata_fields)?;
    Ok(note(call, id, NoteKind::Metadata(fields)))
}

/// Reads that a device is to be detached.
pub(super) fn detach(call: &Call<'_>) -> Result<Intake, Refusal> {
    let id = token::device(call.parameter("id"))?;
    if !call.body.is_empty() {
        json::parse_object(call.body)?;
    }
    Ok(note(call, id, NoteKind::Detached))
}

/// Reads that a page listens. What is no id is the id of nothing: a client whose attach was refused asks for `undefined`.
pub(super) fn listen(call: &Call<'_>) -> Result<Intake, Refusal> {
    let id = token::device(call.parameter("id"));
    let detail = "there is no such device".to_owned();
    id.map(Intake::Listen).map_err(|_| Refusal { kind: RefusalKind::NotFound, detail, path: None })
}

/// Reads which accesses are asked for.
pub(super) fn access_history(call: &Call<'_>) -> Result<Intake, Refusal> {
    let user = call.query.value("user").filter(|user| !user.is_empty());
    let Some(user) = user else { return Err(malformed("the query parameter user is required")) };
    let invalid = |invalid| malformed(&format!("the query parameter user {invalid}"));
    let account = AccountId::new(user.as_ref()).map_err(invalid)?;
    if let Some(id) = call.query.value("device") {
        token::device(&id)?;
    }
    let pages = Pages::of(call)?;
    Ok(Intake::Search(Search { account: Some(account), ..Search::of(call.application.id.clone(), pages.n_read()) }))
}

/// Which page of a list is asked for.
pub(super) struct Pages {
    /// How many on a page.
    pub(super) per: u16,
    /// Which, from 1.
    pub(super) page: u16,
}

impl Pages {
    /// As the query says, within what one search reads.
    pub(super) fn of(call: &Call<'_>) -> Result<Self, Refusal> {
        let number = |name: &str, max: u16, default: u16| match call.query.value(name).as_deref() {
            None | Some("") => Ok(default),
            Some(told) => told.parse().ok().filter(|told| (1..=max).contains(told)).ok_or_else(|| {
                malformed(&format!("the query parameter {name} must be a whole number from 1 to {max}"))
            }),
        };
        let limit = number("limit", PER_PAGE_MAX, PER_PAGE_DEFAULT)?;
        let per = number("per", PER_PAGE_MAX, limit)?;
        Ok(Self { per, page: number("page", SEARCH_LIMIT_MAX / per, 1)? })
    }

    /// How many have to be read to come to the end of the page.
    pub(super) const fn n_read(&self) -> u16 {
        // A page is at most as far as one search reads.
        self.per * self.page
    }

    /// How many stand before the page.
    pub(super) const fn n_before(&self) -> u16 {
        self.per * (self.page - 1)
    }
}

fn note(call: &Call<'_>, device: rightful_domain::AccountDeviceId, kind: NoteKind) -> Intake {
    Intake::Note(Box::new(Note {
        application: call.application.id.clone(),
        about: NoteTarget::Device(device),
        kind,
        received_at: call.received_at,
    }))
}

/// An event of which nothing is known yet but who and what.
fn event(call: &Call<'_>, action: Action, outcome: Outcome, account: Option<AccountId>) -> Told {
    let (id, application) = (call.event_id, call.application.id.clone());
    let event = Event { outcome, account, ..Event::new(id, application, Source::Rupt, action, call.received_at) };
    Told { event, hashes: PasswordHashes::default(), retry: None, n_unknown: 0 }
}

/// Keeps and counts what nobody has taken, but for what says only which client it was.
fn keep_rest(told: &mut Told, mut body: Fields<'_>) -> Result<(), Fault> {
    for name in ["client", "version"] {
        body.take(name);
    }
    let rest = body.rest();
    told.event.unknown = unknown(&rest, told.event.custom.as_ref())?;
    told.n_unknown = rest.n_unknown();
    Ok(())
}

/// Keeps a field with the unknown ones, and does not count it as one.
fn keep(body: &mut Fields<'_>, name: &str) {
    if let Some(node) = body.take(name) {
        body.put(name, Node::Kept(Box::new(node)));
    }
}

fn device_of(call: &Call<'_>, signals: Option<Node<'_>>, body: &mut Fields<'_>) -> Device {
    let mut device = device::of_signals(call, signals);
    if let (Some(present), _) = take_fingerprints(body) {
        device::add_fingerprint(call, &mut device, &present);
    }
    device
}

/// The present fingerprint and the last one, which may stand in one list.
fn take_fingerprints(body: &mut Fields<'_>) -> (Option<String>, Option<String>) {
    let (present, last) = body.take("fingerprint").map(device::fingerprint).unwrap_or_default();
    let own = body.take("last_fingerprint").and_then(|node| device::fingerprint(node).0);
    (present, own.or(last))
}

fn members_of_query<'a>(call: &Call<'a>) -> Result<Vec<json::Member<'a>>, Refusal> {
    let pairs = call.query.pairs()?;
    let names: Vec<&str> = pairs.iter().map(|(name, _)| name.as_ref()).collect();
    call.query.check_once(&names)?;
    // As in a body.
    if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(malformed("the query must not contain NUL"));
    }
    Ok(pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name, Node::Text(value)))
        .collect())
}

fn person(body: &mut Fields<'_>) -> Result<Person, Fault> {
    Ok(Person {
        email: body.optional("email", personal)?.flatten(),
        phone: body.optional("phone", personal)?.flatten(),
        ..Person::default()
    })
}

/// An account, which callers number as often as they name it.
fn account(node: Node<'_>) -> Result<AccountId, Fault> {
    let id = match node.number() {
        Some(number) if !number.is_f64() => AccountId::new(number.to_string()),
        Some(_) | None => AccountId::new(Box::from(text(node)?)),
    };
    id.map_err(|invalid| Fault::new(invalid.to_string()))
}

fn action(node: Node<'_>) -> Result<Action, Fault> {
    words::action(&text(node)?).ok_or_else(|| Fault::new("must be login, signup, or 1 to 64 letters, digits, _ and -"))
}

fn object(node: Node<'_>) -> Result<Node<'_>, Fault> {
    if matches!(node, Node::Object(_)) { Ok(node) } else { Err(Fault::new("must be an object")) }
}

fn malformed(detail: &str) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail: detail.to_owned(), path: None }
}

/// Names with their values.
type MetadataFields = Vec<(Box<str>, Vec<Box<str>>)>;

fn metadata_fields(node: Node<'_>) -> Result<MetadataFields, Fault> {
    let Node::Object(members) = node else { return Err(Fault::new("must be an object")) };
    if members.len() > METADATA_FIELDS_MAX {
        return Err(Fault::new(format!("must have at most {METADATA_FIELDS_MAX} fields")));
    }
    let mut fields = Vec::with_capacity(members.len());
    for (name, node) in members {
        if name.is_empty() || name.len() > METADATA_BYTES_MAX {
            return Err(Fault::new(format!("must have names of 1 to {METADATA_BYTES_MAX} bytes")));
        }
        let values = metadata_values(node).map_err(|fault| fault.within(&name))?;
        fields.push((name.into(), values));
    }
    Ok(fields)
}

/// The values of a field: a list, or one by itself; none where it is null, which takes the field away.
fn metadata_values(node: Node<'_>) -> Result<Vec<Box<str>>, Fault> {
    let items = match node {
        Node::List(items) => items,
        Node::Null | Node::Taken => Vec::new(),
        Node::Text(_) | Node::Flag(_) | Node::Number(_) => vec![node],
        Node::Object(_) | Node::Kept(_) | Node::ObjectRest(_) | Node::ListRest(_) => {
            return Err(Fault::new("must be a list of texts"));
        }
    };
    if items.len() > METADATA_VALUES_MAX {
        return Err(Fault::new(format!("must have at most {METADATA_VALUES_MAX} values")));
    }
    let value = |(index, item)| metadata_value(item).map_err(|fault| fault.within_item(index));
    items.into_iter().enumerate().map(value).collect()
}

fn metadata_value(node: Node<'_>) -> Result<Box<str>, Fault> {
    let value: Box<str> = match node {
        Node::Flag(flag) => flag.to_string().into(),
        Node::Number(number) => number.to_string().into(),
        Node::Text(text) => text.into(),
        Node::Null
        | Node::List(_)
        | Node::Object(_)
        | Node::Taken
        | Node::Kept(_)
        | Node::ObjectRest(_)
        | Node::ListRest(_) => return Err(Fault::new("must be a text")),
    };
    let fits = value.len() <= METADATA_BYTES_MAX;
    if fits { Ok(value) } else { Err(Fault::new(format!("must be at most {METADATA_BYTES_MAX} bytes"))) }
}
