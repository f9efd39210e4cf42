//! What the command line asks about lists.

use rightful_dialects::{ListFormat, ListReport, list_lines};
use rightful_domain::{Application, Author, List, ListEffect, ListPut, ListSubject, SizedList, is_list_name};
use rightful_store::Store;
use serde::{Deserialize, Serialize};

use crate::lists::{self, ListError};

/// What can be asked about the lists of an application.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "about_lists", rename_all = "snake_case")]
pub(crate) enum ListCommand {
    /// Which are there?
    All,
    /// Keep one.
    Keep { name: String, effect: String, of: String, note: Option<String> },
    /// Drop one.
    Drop { name: String },
    /// A page of one, as lines.
    Page { name: String, csv: bool, after: Option<String>, limit: usize },
    /// Put lines on one. The number of the first is told, so that the report names the right ones.
    Put { name: String, csv: bool, lines: String },
    /// Take these off one.
    Take { name: String, values: Vec<String> },
    /// Which is this on?
    LookUp { of: String, value: String },
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ListAnswer {
    /// The lists.
    Lists(Vec<ShownList>),
    /// So many entries are gone.
    Removed(u64),
    /// Entries as lines, and after which to ask on.
    Page { lines: String, next_after: Option<String> },
    /// What became of lines.
    Put(Report),
    /// The lists that something is on.
    Found(Vec<Found>),
}

/// A list.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShownList {
    pub(crate) name: String,
    pub(crate) effect: String,
    pub(crate) of: String,
    pub(crate) note: Option<String>,
    pub(crate) n_entries: u64,
}

/// What became of lines.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) n_added: u64,
    pub(crate) n_replaced: u64,
    pub(crate) n_refused: u64,
    pub(crate) refused: Vec<(u64, String)>,
}

/// A list that something is on.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Found {
    pub(crate) list: String,
    pub(crate) effect: String,
    pub(crate) of: String,
    /// By which entry.
    pub(crate) value: String,
}

impl From<SizedList> for ShownList {
    fn from(sized: SizedList) -> Self {
        let SizedList { list, n_entries } = sized;
        Self {
            name: list.name.into(),
            effect: list.effect.as_str().to_owned(),
            of: list.of.as_str().to_owned(),
            note: list.note.map(Into::into),
            n_entries,
        }
    }
}

impl From<ListReport> for Report {
    fn from(report: ListReport) -> Self {
        let ListReport { put: ListPut { n_added, n_replaced }, n_refused, refused } = report;
        Self { n_added, n_replaced, n_refused, refused }
    }
}

/// The format of lines.
pub(crate) const fn format_of(csv: bool) -> ListFormat {
    if csv { ListFormat::Csv } else { ListFormat::Ndjson }
}

fn unfit(detail: &str) -> ListError {
    ListError::Unfit(detail.to_owned())
}

fn subject(text: &str) -> Result<ListSubject, ListError> {
    let known = || format!("of must be one of {}", ListSubject::ALL.map(ListSubject::as_str).join(", "));
    ListSubject::parse(text).ok_or_else(|| ListError::Unfit(known()))
}

/// Does what is asked.
pub(crate) async fn carry_out(
    store: &dyn Store,
    application: &Application,
    command: &ListCommand,
    by: Author,
) -> Result<ListAnswer, ListError> {
    let (id, now) = (&application.id, by.at);
    match command {
        ListCommand::All => Ok(ListAnswer::Lists(store.lists(id).await?.into_iter().map(Into::into).collect())),
        ListCommand::Keep { name, effect, of, note } => {
            if !is_list_name(name) {
                return Err(unfit("the name must be 1 to 64 letters, digits, _ and -, and not \"lookup\""));
            }
            let effect = ListEffect::parse(effect).ok_or_else(|| unfit("effect must be allow, block or watch"))?;
            let note = note.as_deref().map(Box::from);
            let (name, of) = (Box::from(name.as_str()), subject(of)?);
            let list = List { application: id.clone(), name, effect, of, note, created_at: now };
            let (_, sized) = lists::keep(store, list, by).await?;
            Ok(ListAnswer::Lists(vec![sized.into()]))
        }
        ListCommand::Drop { name } => {
            let dropped = store.drop_list(id, name, by).await?;
            dropped.map(ListAnswer::Removed).ok_or(ListError::NoList)
        }
        ListCommand::Page { name, csv, after, limit } => {
            let of = lists::named(store, id, name).await?.list.of;
            let after = after.as_deref().map(|after| lists::read_value(of, after)).transpose()?;
            let limit = (*limit).max(1);
            let page = store.list_page(id, name, after.as_deref(), limit, now).await?.ok_or(ListError::NoList)?;
            let next_after = page.last().filter(|_| page.len() == limit).map(|last| last.value.to_string());
            let mut lines = Vec::new();
            format_of(*csv).write(&page, &mut lines);
            Ok(ListAnswer::Page { lines: String::from_utf8_lossy(&lines).into_owned(), next_after })
        }
        ListCommand::Put { name, csv, lines } => {
            let lines = list_lines(format_of(*csv), lines.as_bytes());
            Ok(ListAnswer::Put(lists::put(store, id, name, lines, by).await?.into()))
        }
        ListCommand::Take { name, values } => {
            let values: Vec<Box<str>> = values.iter().map(|value| Box::from(value.as_str())).collect();
            Ok(ListAnswer::Removed(lists::take(store, id, name, &values, by).await?))
        }
        ListCommand::LookUp { of, value } => {
            let of = subject(of)?;
            let value = lists::read_value(of, value)?;
            let found = store.look_up_lists(id, of, &value, now).await?;
            let shown = found.into_iter().map(|found| Found {
                list: found.list.name.into(),
                effect: found.list.effect.as_str().to_owned(),
                of: found.list.of.as_str().to_owned(),
                value: found.entry.value.into(),
            });
            Ok(ListAnswer::Found(shown.collect()))
        }
    }
}
