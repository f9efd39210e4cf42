//! Lists: what callers ask of them. Each line that comes in is read here, since what it must be depends on its list.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use hyper::body::Frame;
use rightful_dialects::{ListFormat, ListLine, ListReport, ListsIntake, ListsReply, NewListEntry, list_lines};
use rightful_domain::{
    ApplicationId, Author, LIST_BATCH_MAX, List, ListEffect, ListEntry, ListKept, ListNetwork, ListPut, ListSubject,
    SizedList, Timestamp, list_value, new_list_value,
};
use rightful_store::{Store, StoreError};

/// Entries that are read from the store at a time, to be exported.
const EXPORTED_AT_ONCE: usize = 5_000;

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ListError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("there is no such list")]
    NoList,
    #[error("there is no such entry")]
    NoEntry,
    #[error("there is another list of that name")]
    Taken,
    /// What is said cannot be on the list: what is wrong.
    #[error("{0}")]
    Unfit(String),
}

/// Does what is asked; `body` is the request's, for what comes as lines.
pub(crate) async fn carry_out(
    store: &dyn Store,
    application: &ApplicationId,
    ask: ListsIntake,
    body: &[u8],
    author: Author,
) -> Result<ListsReply, ListError> {
    let now = author.at;
    let by = || author.clone();
    match ask {
        ListsIntake::All => Ok(ListsReply::All(store.lists(application).await?)),
        ListsIntake::Keep(list) => keep(store, list, by()).await.map(|(kept, sized)| ListsReply::Kept(kept, sized)),
        // An export is answered by `exported`.
        ListsIntake::Show(name) | ListsIntake::Export { name, .. } => {
            named(store, application, &name).await.map(ListsReply::Shown)
        }
        ListsIntake::Drop(name) => {
            let dropped = store.drop_list(application, &name, by()).await?;
            dropped.map(ListsReply::Dropped).ok_or(ListError::NoList)
        }
        ListsIntake::Page { name, after, limit } => {
            let of = named(store, application, &name).await?.list.of;
            let after = after.map(|after| read_value(of, &after)).transpose()?;
            let limit = usize::from(limit);
            // One more than is shown says whether there are more.
            let page = store.list_page(application, &name, after.as_deref(), limit + 1, now).await?;
            let mut page = page.ok_or(ListError::NoList)?;
            let has_more = page.len() > limit;
            page.truncate(limit);
            Ok(ListsReply::Page(page, has_more))
        }
        ListsIntake::Put { name, lines, is_one } => {
            let report = put(store, application, &name, lines.into_iter(), by()).await?;
            match report.refused.first() {
                Some((_, detail)) if is_one => Err(ListError::Unfit(detail.clone())),
                _ => Ok(ListsReply::Put(report)),
            }
        }
        ListsIntake::Import { name, format } => {
            put(store, application, &name, list_lines(format, body), by()).await.map(ListsReply::Put)
        }
        ListsIntake::Entry { name, value } => {
            let value = read_value(named(store, application, &name).await?.list.of, &value)?;
            let entry = store.list_entry(application, &name, &value, now).await?;
            entry.map(ListsReply::Entry).ok_or(ListError::NoEntry)
        }
        ListsIntake::Take { name, value } => match take(store, application, &name, &[value], by()).await? {
            0 => Err(ListError::NoEntry),
            n_taken => Ok(ListsReply::Taken(n_taken)),
        },
        ListsIntake::LookUp { of, value } => {
            let value = read_value(of, &value)?;
            Ok(ListsReply::Found(store.look_up_lists(application, of, &value, now).await?))
        }
    }
}

/// Keeps a list, and says what it is now.
pub(crate) async fn keep(store: &dyn Store, list: List, by: Author) -> Result<(ListKept, SizedList), ListError> {
    let (application, name) = (list.application.clone(), list.name.clone());
    if list.effect == ListEffect::Allow && list.of == ListSubject::Address {
        check_allowed(store, &application, &name, by.at).await?;
    }
    match store.keep_list(list, by).await? {
        ListKept::OfOthers(of) => {
            Err(ListError::Unfit(format!("of: there is a list of this name already, and it is of {}", of.as_str())))
        }
        kept => Ok((kept, named(store, &application, &name).await?)),
    }
}

/// Whether all networks of a list, if there is one already, may be let in: one that blocked may hold wider ones.
async fn check_allowed(
    store: &dyn Store,
    application: &ApplicationId,
    name: &str,
    now: Timestamp,
) -> Result<(), ListError> {
    match named(store, application, name).await {
        Ok(sized) if sized.list.of == ListSubject::Address && sized.list.effect != ListEffect::Allow => {}
        Ok(_) | Err(ListError::NoList) => return Ok(()),
        Err(error) => return Err(error),
    }
    let mut after: Option<Box<str>> = None;
    loop {
        let page = store.list_page(application, name, after.as_deref(), EXPORTED_AT_ONCE, now).await?;
        let page = page.ok_or(ListError::NoList)?;
        for ListEntry { value, .. } in &page {
            if let Err(invalid) = ListNetwork::parse(value).and_then(ListNetwork::check_allowed) {
                return Err(ListError::Unfit(format!("effect: {value} is on this list and {invalid}")));
            }
        }
        match page.last().filter(|_| page.len() == EXPORTED_AT_ONCE) {
            Some(last) => after = Some(last.value.clone()),
            None => return Ok(()),
        }
    }
}

/// The list of that name.
pub(crate) async fn named(store: &dyn Store, application: &ApplicationId, name: &str) -> Result<SizedList, ListError> {
    let all = store.lists(application).await?;
    all.into_iter().find(|sized| *sized.list.name == *name).ok_or(ListError::NoList)
}

/// What something is called in the one spelling that is compared.
pub(crate) fn read_value(of: ListSubject, text: &str) -> Result<Box<str>, ListError> {
    list_value(of, text).map_err(|invalid| ListError::Unfit(format!("value {invalid}")))
}

/// Takes values off a list, and says how many were on it.
pub(crate) async fn take(
    store: &dyn Store,
    application: &ApplicationId,
    name: &str,
    values: &[Box<str>],
    by: Author,
) -> Result<u64, ListError> {
    let of = named(store, application, name).await?.list.of;
    let values = values.iter().map(|value| read_value(of, value)).collect::<Result<_, _>>()?;
    store.take_off_list(application, name, values, by).await?.ok_or(ListError::NoList)
}

/// Puts lines on a list, those that are right, some thousands at a time.
pub(crate) async fn put(
    store: &dyn Store,
    application: &ApplicationId,
    name: &str,
    mut lines: impl Iterator<Item = ListLine> + Send,
    by: Author,
) -> Result<ListReport, ListError> {
    let List { effect, of, .. } = named(store, application, name).await?.list;
    let mut report = ListReport::default();
    loop {
        let mut entries = Vec::new();
        for ListLine { number, entry } in lines.by_ref() {
            match entry.and_then(|entry| read_entry((effect, of), entry, &by)) {
                Ok(entry) => entries.push(entry),
                Err(detail) => report.refuse(number, detail),
            }
            if entries.len() == LIST_BATCH_MAX {
                break;
            }
        }
        if entries.is_empty() {
            return Ok(report);
        }
        let put = store.put_on_list(application, name, entries, by.clone()).await?;
        let ListPut { n_added, n_replaced } = put.ok_or(ListError::NoList)?;
        report.put.n_added += n_added;
        report.put.n_replaced += n_replaced;
    }
}

fn read_entry((effect, of): (ListEffect, ListSubject), entry: NewListEntry, by: &Author) -> Result<ListEntry, String> {
    let NewListEntry { value, expires_at, author, note } = entry;
    let value = new_list_value(effect, of, &value).map_err(|invalid| format!("value {invalid}"))?;
    if expires_at.is_some_and(|at| at <= by.at) {
        return Err("expires_at is past".to_owned());
    }
    Ok(ListEntry { value, expires_at, author: author.or_else(|| by.name.clone()), note, added_at: by.at })
}

/// A list on its way out: read page by page as the caller takes it, so that no list is whole in memory.
struct Export {
    store: Arc<dyn Store>,
    application: ApplicationId,
    name: Box<str>,
    format: ListFormat,
    now: Timestamp,
    next: Option<Reading>,
}

/// The page that is being read.
type Reading = Pin<Box<dyn Future<Output = Result<Option<Vec<ListEntry>>, StoreError>> + Send>>;

impl Export {
    fn read(&self, after: Option<Box<str>>) -> Reading {
        let (store, application, name) = (Arc::clone(&self.store), self.application.clone(), self.name.clone());
        let now = self.now;
        Box::pin(async move { store.list_page(&application, &name, after.as_deref(), EXPORTED_AT_ONCE, now).await })
    }
}

impl hyper::body::Body for Export {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let export = self.get_mut();
        let Some(reading) = &mut export.next else { return Poll::Ready(None) };
        let read = ready!(reading.as_mut().poll(context));
        export.next = None;
        match read {
            Ok(page) => {
                let page = page.unwrap_or_default();
                if page.is_empty() {
                    return Poll::Ready(None);
                }
                if page.len() == EXPORTED_AT_ONCE {
                    export.next = page.last().map(|last| export.read(Some(last.value.clone())));
                }
                let mut lines = Vec::with_capacity(64 * page.len());
                export.format.write(&page, &mut lines);
                Poll::Ready(Some(Ok(Frame::data(lines.into()))))
            }
            // The caller sees that the answer breaks off.
            Err(error) => Poll::Ready(Some(Err(error))),
        }
    }
}

/// What is read of a list, before all lines.
struct Headed {
    head: Option<Bytes>,
    export: Export,
}

impl hyper::body::Body for Headed {
    type Data = Bytes;
    type Error = StoreError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, StoreError>>> {
        let headed = self.get_mut();
        match headed.head.take().filter(|head| !head.is_empty()) {
            Some(head) => Poll::Ready(Some(Ok(Frame::data(head)))),
            None => Pin::new(&mut headed.export).poll_frame(context),
        }
    }
}

/// Answers with all that is on a list.
pub(crate) async fn exported(
    store: &Arc<dyn Store>,
    application: &ApplicationId,
    name: Box<str>,
    format: ListFormat,
    now: Timestamp,
) -> Result<Response, ListError> {
    named(&**store, application, &name).await?;
    let mut export =
        Export { store: Arc::clone(store), application: application.clone(), name, format, now, next: None };
    export.next = Some(export.read(None));
    let head = Some(Bytes::from_static(format.head().as_bytes()));
    let mut response = Response::new(Body::new(Headed { head, export }));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(format.content_type()));
    Ok(response)
}
