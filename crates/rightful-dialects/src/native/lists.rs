//! Lists in our own API: from JSON, CSV and NDJSON to what is asked, and back.

use rightful_domain::{
    LIST_BATCH_MAX, LIST_NAME_BYTES_MAX, LIST_NOTE_BYTES_MAX, List, ListEffect, ListEntry, ListKept, ListMatch,
    ListPut, ListSubject, SizedList, is_list_name,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::response::json;
use crate::fields::{Fault, Fields, object_of};
use crate::json::{self as tree, Node};
use crate::lists::{read_entry, read_said};
use crate::scalars::text;
use crate::time::rfc3339;
use crate::{Call, Intake, ListFormat, ListLine, ListReport, ListsIntake, ListsReply, Refusal, RefusalKind, Response};

/// The most entries of one page.
const PAGE_MAX: u16 = 1_000;
/// Entries of a page, unless told otherwise.
const PAGE_DEFAULT: u16 = 100;

fn refused(kind: RefusalKind, detail: impl Into<String>) -> Refusal {
    Refusal { kind, detail: detail.into(), path: None }
}

/// The list of the path.
fn name(call: &Call<'_>) -> Result<Box<str>, Refusal> {
    let name = call.parameter("name");
    if is_list_name(name) { Ok(name.into()) } else { Err(refused(RefusalKind::NotFound, "there is no such list")) }
}

/// Reads a list that is to be kept.
pub(super) fn keep(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    let mut body = Fields::new(tree::parse_object(call.body)?);
    Ok(ListsIntake::Keep(read_list(call, &mut body)?))
}

fn read_list(call: &Call<'_>, body: &mut Fields<'_>) -> Result<List, Fault> {
    // What is shown of a list may be sent back.
    body.only(&["name", "effect", "of", "note", "n_entries", "created_at"])?;
    let name = body.required("name", |node| {
        let name = text(node)?;
        let unfit =
            || Fault::new(format!("must be 1 to {LIST_NAME_BYTES_MAX} letters, digits, _ and -, and not \"lookup\""));
        if is_list_name(&name) { Ok(Box::from(name)) } else { Err(unfit()) }
    })?;
    let effect = body.required("effect", |node| {
        ListEffect::parse(&text(node)?).ok_or_else(|| Fault::new("must be allow, block or watch"))
    })?;
    let of = body.required("of", |node| {
        let known = ListSubject::ALL.map(ListSubject::as_str).join(", ");
        ListSubject::parse(&text(node)?).ok_or_else(|| Fault::new(format!("must be one of {known}")))
    })?;
    let note = body.optional("note", text)?.filter(|note| !note.is_empty());
    if note.as_ref().is_some_and(|note| note.len() > LIST_NOTE_BYTES_MAX) {
        return Err(Fault::new(format!("must be at most {LIST_NOTE_BYTES_MAX} bytes")).within("note"));
    }
    let (application, created_at) = (call.application.id.clone(), call.received_at);
    Ok(List { application, name, effect, of, note: note.map(Box::from), created_at })
}

pub(super) fn show(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    name(call).map(ListsIntake::Show)
}

pub(super) fn drop_list(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    name(call).map(ListsIntake::Drop)
}

pub(super) fn page(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    let (mut after, mut limit) = (None, PAGE_DEFAULT);
    for (parameter, value) in call.query.pairs()? {
        match parameter.as_ref() {
            "after" => after = Some(Box::from(value.as_ref())),
            "limit" => {
                let unfit = || refused(RefusalKind::Malformed, format!("limit must be a number from 1 to {PAGE_MAX}"));
                limit = value.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit)).ok_or_else(unfit)?;
            }
            _ => return Err(refused(RefusalKind::Malformed, "the query has a parameter that is not known here")),
        }
    }
    Ok(ListsIntake::Page { name: name(call)?, after, limit })
}

/// Reads one entry, or many under `entries`.
pub(super) fn put(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    let name = name(call)?;
    let mut body = Fields::new(tree::parse_object(call.body)?);
    let Some(entries) = body.take("entries") else {
        return Ok(ListsIntake::Put { name, lines: vec![one(read_entry(&mut body)?)], is_one: true });
    };
    body.only(&["entries"])?;
    let items = crate::fields::list_of(entries, LIST_BATCH_MAX).map_err(|fault| fault.within("entries"))?;
    let lines = (1_u64..).zip(items).map(|(number, item)| ListLine { number, entry: read_item(item) });
    Ok(ListsIntake::Put { name, lines: lines.collect(), is_one: false })
}

fn one(entry: Result<crate::NewListEntry, String>) -> ListLine {
    ListLine { number: 1, entry }
}

fn read_item(item: Node<'_>) -> Result<crate::NewListEntry, String> {
    let told = |fault: Fault| {
        let Refusal { detail, path, .. } = Refusal::from(fault);
        path.map_or(detail.clone(), |path| format!("{path} {detail}"))
    };
    // A text is an entry of which nothing else is said.
    if let Node::Text(value) = item {
        return Ok(crate::NewListEntry { value: value.into(), expires_at: None, author: None, note: None });
    }
    object_of(item, read_entry).map_err(told)?.0
}

/// Reads what is said of the entry of the path; the body may be empty.
pub(super) fn put_one(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    let members = if call.body.is_empty() { Vec::new() } else { tree::parse_object(call.body)? };
    let mut body = Fields::new(members);
    // The path says the value.
    body.only(&["expires_at", "author", "note", "added_at"])?;
    let entry = read_said(&mut body, call.parameter("value").to_owned())?;
    Ok(ListsIntake::Put { name: name(call)?, lines: vec![one(entry)], is_one: true })
}

pub(super) fn entry(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    Ok(ListsIntake::Entry { name: name(call)?, value: call.parameter("value").into() })
}

pub(super) fn take(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    Ok(ListsIntake::Take { name: name(call)?, value: call.parameter("value").into() })
}

pub(super) fn import(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    let format = (call.header)("content-type").and_then(ListFormat::of_content_type);
    let unfit = || refused(RefusalKind::UnsupportedType, "the body must be text/csv or application/x-ndjson");
    Ok(ListsIntake::Import { name: name(call)?, format: format.ok_or_else(unfit)? })
}

pub(super) fn export(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    let asked = (call.header)("accept").and_then(ListFormat::of_content_type);
    let format = match call.query.value("format").as_deref() {
        None => asked.unwrap_or(ListFormat::Ndjson),
        Some("csv") => ListFormat::Csv,
        Some("ndjson") => ListFormat::Ndjson,
        Some(_) => return Err(refused(RefusalKind::Malformed, "format must be csv or ndjson")),
    };
    Ok(ListsIntake::Export { name: name(call)?, format })
}

pub(super) fn look_up(call: &Call<'_>) -> Result<ListsIntake, Refusal> {
    let unfit = || {
        refused(
            RefusalKind::Malformed,
            "the query must have one of account, device, ip, asn, country, email_domain, payee",
        )
    };
    let pairs = call.query.pairs()?;
    let [(parameter, value)] = &pairs[..] else { return Err(unfit()) };
    let of = if parameter == "ip" { Some(ListSubject::Address) } else { ListSubject::parse(parameter) };
    Ok(ListsIntake::LookUp { of: of.ok_or_else(unfit)?, value: value.as_ref().into() })
}

pub(super) fn intake(ask: ListsIntake) -> Intake {
    Intake::Lists(Box::new(ask))
}

/// A list that is to be kept.
#[derive(ToSchema)]
#[schema(as = NewList)]
#[expect(dead_code, reason = "carries a description")]
pub(super) struct ListTold {
    /// Its name: 1 to 64 letters, digits, `_` and `-`. Rules ask for it as `onList("name")`.
    name: String,
    /// What being on it does: `allow`, `block` or `watch`.
    effect: String,
    /// What is on it: `account`, `device`, `address`, `asn`, `country`, `email_domain` or `payee`.
    of: String,
    /// What it is for.
    note: Option<String>,
}

/// An entry that is to be put on a list.
#[derive(ToSchema)]
#[schema(as = NewListEntry)]
#[expect(dead_code, reason = "carries a description")]
pub(super) struct EntryTold {
    /// Who or what.
    value: String,
    /// When it no longer counts: RFC 3339 or Unix time; absent or null if it counts for ever.
    expires_at: Option<String>,
    /// Who puts it there.
    author: Option<String>,
    /// Why.
    note: Option<String>,
}

/// What is said of an entry that is to be put on a list.
#[derive(ToSchema)]
#[schema(as = NewListEntrySaid)]
#[expect(dead_code, reason = "carries a description")]
pub(super) struct EntrySaid {
    /// When it no longer counts: RFC 3339 or Unix time; absent or null if it counts for ever.
    expires_at: Option<String>,
    /// Who puts it there.
    author: Option<String>,
    /// Why.
    note: Option<String>,
}

/// Entries that are to be put on a list: one by itself, or up to 10 000.
#[derive(ToSchema)]
#[schema(as = NewListEntries)]
#[expect(dead_code, reason = "carries a description")]
pub(super) struct EntriesTold {
    /// The entries. A text is an entry of which nothing else is said.
    entries: Vec<EntryTold>,
}

/// A list.
#[derive(Serialize, ToSchema)]
#[schema(as = List)]
pub(super) struct ListBody<'a> {
    /// Its name.
    name: &'a str,
    /// What being on it does: `allow`, `block` or `watch`.
    effect: &'static str,
    /// What is on it.
    of: &'static str,
    /// What it is for.
    note: Option<&'a str>,
    /// How many entries it has; those that have expired count until they are swept.
    n_entries: u64,
    /// When it was made.
    created_at: String,
}

/// All lists of the application.
#[derive(Serialize, ToSchema)]
#[schema(as = Lists)]
pub(super) struct ListsBody<'a> {
    /// By name.
    items: Vec<ListBody<'a>>,
}

/// An entry of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListEntry)]
pub(super) struct EntryBody<'a> {
    /// Who or what, in the spelling that is compared.
    value: &'a str,
    /// When it no longer counts; null if it counts for ever.
    expires_at: Option<String>,
    /// Who put it there.
    author: Option<&'a str>,
    /// Why.
    note: Option<&'a str>,
    /// When it was put there.
    added_at: String,
}

/// A page of a list.
#[derive(Serialize, ToSchema)]
#[schema(as = ListPage)]
pub(super) struct ListPageBody<'a> {
    /// In the list's own order, which does not change while entries come and go.
    items: Vec<EntryBody<'a>>,
    /// Ask again with this as `after`; null on the last page.
    next_after: Option<&'a str>,
}

/// What became of entries.
#[derive(Serialize, ToSchema)]
#[schema(as = ListReport)]
pub(super) struct ReportBody<'a> {
    /// Entries that were not on the list and are now.
    n_added: u64,
    /// Entries that were, and are now as told.
    n_replaced: u64,
    /// Lines that were wrong and are not on it.
    n_refused: u64,
    /// The first hundred of them.
    refused: Vec<RefusedBody<'a>>,
}

/// A line that was wrong.
#[derive(Serialize, ToSchema)]
#[schema(as = RefusedLine)]
pub(super) struct RefusedBody<'a> {
    /// Its number, from 1; of JSON, the entry's.
    line: u64,
    /// What is wrong with it.
    detail: &'a str,
}

/// How many entries it was about.
#[derive(Serialize, ToSchema)]
#[schema(as = ListEntriesGone)]
pub(super) struct GoneBody {
    /// Entries that are gone.
    n_removed: u64,
}

/// The lists that something is on.
#[derive(Serialize, ToSchema)]
#[schema(as = ListMatches)]
pub(super) struct MatchesBody<'a> {
    /// By list.
    items: Vec<MatchBody<'a>>,
}

/// A list that something is on, and by which entry.
#[derive(Serialize, ToSchema)]
#[schema(as = ListMatch)]
pub(super) struct MatchBody<'a> {
    /// The list.
    list: &'a str,
    /// What being on it does.
    effect: &'static str,
    /// What is on it.
    of: &'static str,
    /// The entry: of an address, it may be a network around it; of a domain, one above it.
    entry: EntryBody<'a>,
}

fn list(sized: &SizedList) -> ListBody<'_> {
    let SizedList { list, n_entries } = sized;
    let List { application: _, name, effect, of, note, created_at } = list;
    ListBody {
        name,
        effect: effect.as_str(),
        of: of.as_str(),
        note: note.as_deref(),
        n_entries: *n_entries,
        created_at: rfc3339(*created_at),
    }
}

fn entry_body(entry: &ListEntry) -> EntryBody<'_> {
    let ListEntry { value, expires_at, author, note, added_at } = entry;
    EntryBody {
        value,
        expires_at: expires_at.map(rfc3339),
        author: author.as_deref(),
        note: note.as_deref(),
        added_at: rfc3339(*added_at),
    }
}

fn matched(found: &ListMatch) -> MatchBody<'_> {
    let ListMatch { list, entry } = found;
    MatchBody { list: &list.name, effect: list.effect.as_str(), of: list.of.as_str(), entry: entry_body(entry) }
}

fn report(report: &ListReport) -> ReportBody<'_> {
    let ListReport { put: ListPut { n_added, n_replaced }, n_refused, refused } = report;
    let refused = refused.iter().map(|(line, detail)| RefusedBody { line: *line, detail });
    ReportBody { n_added: *n_added, n_replaced: *n_replaced, n_refused: *n_refused, refused: refused.collect() }
}

/// The answer.
pub(super) fn reply(reply: &ListsReply) -> Response {
    match reply {
        ListsReply::All(all) => json(200, &ListsBody { items: all.iter().map(list).collect() }),
        ListsReply::Kept(kept, sized) => {
            let status = if *kept == ListKept::Made { 201 } else { 200 };
            json(status, &list(sized))
        }
        ListsReply::Shown(sized) => json(200, &list(sized)),
        ListsReply::Dropped(n_removed) | ListsReply::Taken(n_removed) => json(200, &GoneBody { n_removed: *n_removed }),
        ListsReply::Page(entries, has_more) => {
            let next_after = entries.last().filter(|_| *has_more).map(|last| &*last.value);
            json(200, &ListPageBody { items: entries.iter().map(entry_body).collect(), next_after })
        }
        ListsReply::Put(put) => json(200, &report(put)),
        ListsReply::Entry(entry) => json(200, &entry_body(entry)),
        ListsReply::Found(found) => json(200, &MatchesBody { items: found.iter().map(matched).collect() }),
    }
}
