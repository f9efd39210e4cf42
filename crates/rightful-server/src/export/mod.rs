//! Taking events away: what a page of them is, whether a running server hands it out or the folder of one that does not
//! run. Where it goes is `export/target.rs`.

mod columns;
mod parquet_file;
mod row;
mod target;

use std::path::PathBuf;

use rightful_domain::{ApplicationId, Excerpt, ExcerptKinds, Happening, PASSAGE_LIMIT_MAX, Record, Timestamp};
use rightful_store::{Store, StoreError};
use serde::{Deserialize, Serialize};

pub(crate) use row::Row;
pub(crate) use target::{Asked, Target};

/// In what form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Format {
    /// One JSON object a line, as the API answers.
    Ndjson,
    /// A table with one row an event.
    Parquet,
}

/// Which events, of which part of the ledger.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageAsked {
    /// The application's id or name.
    pub(crate) application: String,
    pub(crate) format: Format,
    /// After this place.
    pub(crate) after: u64,
    /// Up to this place, if given.
    pub(crate) upto: Option<u64>,
    /// Received at or after this, in micros.
    pub(crate) from: Option<i64>,
    /// Received before this, in micros.
    pub(crate) to: Option<i64>,
}

/// Some events.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ExportPage {
    pub(crate) application_id: String,
    pub(crate) events: Events,
    /// All up to this place was looked at.
    pub(crate) upto: u64,
    pub(crate) is_end: bool,
    /// The ledger's end.
    pub(crate) newest: u64,
}

/// Events in the form that was asked for.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Events {
    Lines(Vec<String>),
    Rows(Vec<Row>),
}

/// Why an export does not go on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ExportError {
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Parquet { path: PathBuf, source: parquet::errors::ParquetError },
    #[error("there is nothing to resume: {0} is not there")]
    NothingBegun(PathBuf),
    #[error("{0} is of an export of something else: finish that, or begin anew without --resume")]
    AnotherBegun(PathBuf),
    #[error("{0} is not as this export has left it: begin anew without --resume")]
    Damaged(PathBuf),
    #[error("the server is of another version: its rows have other columns")]
    OtherVersion,
}

/// One page of an application's events.
pub(crate) async fn page(
    store: &dyn Store,
    application: &ApplicationId,
    asked: &PageAsked,
) -> Result<ExportPage, StoreError> {
    let newest = store.health().await?.sequence;
    let excerpt = Excerpt {
        application: application.clone(),
        after: asked.after,
        upto: asked.upto,
        from: asked.from.map(Timestamp::from_micros),
        to: asked.to.map(Timestamp::from_micros),
        kinds: ExcerptKinds::Events,
        limit: PASSAGE_LIMIT_MAX,
    };
    let passage = store.passage(&excerpt).await?;
    let records = passage.happenings.iter().filter_map(Happening::about);
    let events = match asked.format {
        Format::Ndjson => Events::Lines(records.filter_map(line).collect()),
        Format::Parquet => Events::Rows(records.map(Row::of).collect()),
    };
    let application_id = application.as_str().to_owned();
    Ok(ExportPage { application_id, events, upto: passage.upto, is_end: passage.is_end, newest })
}

fn line(record: &Record) -> Option<String> {
    let line = rightful_dialects::OURS.exported(crate::server::glossary(), record)?;
    String::from_utf8(line).ok()
}
