//! `rightful export`: an application's events in a file, from a running server or from the folder of one that does not run.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use rightful_domain::Timestamp;
use rightful_store::{EmbeddedStore, Nonces, StoreError};
use serde::Serialize;

use super::app;
use super::{CommandError, no_folder, print};
use crate::config::Config;
use crate::desk::{Answer, Command, Desk};
use crate::export::{Asked, ExportPage, Format, PageAsked, Target};
use crate::policies::Policies;
use crate::progress::Progress;
use crate::{clock, control, master_key, server};

/// How long to wait for a server that is just starting or stopping on the folder.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Take an application's events away.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The application's id or name
    #[arg(long)]
    app: String,
    /// Received at or after this: 2026-01-31 or 2026-01-31T12:00:00Z
    #[arg(long, value_parser = moment)]
    from: Option<Timestamp>,
    /// Received before this
    #[arg(long, value_parser = moment)]
    to: Option<Timestamp>,
    /// After this place in the ledger, which an earlier export told as `upto`
    #[arg(long, default_value_t = 0)]
    after: u64,
    /// In what form
    #[arg(long, value_enum, default_value_t = Format::Ndjson)]
    format: Format,
    /// The file; it appears when the export is whole
    #[arg(long)]
    out: PathBuf,
    /// Go on with an export of the same that was broken off
    #[arg(long)]
    resume: bool,
    #[command(flatten)]
    folder: app::Folder,
    /// Print a summary as JSON
    #[arg(long)]
    json: bool,
}

/// What came of it.
#[derive(Debug, Serialize)]
struct Summary {
    application: String,
    format: Format,
    out: PathBuf,
    events: u64,
    /// All up to this place in the ledger: a later export can go on after it.
    upto: u64,
    bytes: u64,
    seconds: f64,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    rightful_dialects::moment_of(text).ok_or_else(|| "must be a date, or a moment of RFC 3339".to_owned())
}

impl Export {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let config = self.folder.config()?;
        let source = Source::find(&config)?;
        let micros = |at: Option<Timestamp>| at.map(Timestamp::as_micros);
        let mut asked = PageAsked {
            application: self.app,
            format: self.format,
            after: self.after,
            upto: None,
            from: micros(self.from),
            to: micros(self.to),
        };
        let mut page = source.page(&asked)?;
        let whole = Asked {
            application_id: page.application_id.clone(),
            format: asked.format,
            after: asked.after,
            from: asked.from,
            to: asked.to,
        };
        let mut target =
            if self.resume { Target::resume(&self.out, &whole)? } else { Target::begin(&self.out, whole)? };
        // What comes in meanwhile is for a later export: else this one might never end.
        let (newest, begun_at) = (page.newest, target.after());
        asked.application.clone_from(&page.application_id);
        asked.upto = Some(newest);
        let mut progress = Progress::begin();
        if target.after() != asked.after {
            asked.after = target.after();
            page = source.page(&asked)?;
        }
        let upto = loop {
            let ExportPage { events, upto, is_end, .. } = page;
            target.take(events, upto)?;
            progress.show_rows(target.n_events(), upto.saturating_sub(begun_at), newest.saturating_sub(begun_at));
            if is_end {
                break upto;
            }
            asked.after = upto;
            page = source.page(&asked)?;
        };
        let n_events = target.n_events();
        target.finish(upto)?;
        let bytes = std::fs::metadata(&self.out)?.len();
        let summary = Summary {
            application: asked.application,
            format: self.format,
            out: self.out,
            events: n_events,
            upto,
            bytes,
            seconds: progress.end().as_secs_f64(),
        };
        source.close();
        print(&if self.json { serde_json::to_string_pretty(&summary)? } else { readable(&summary) })
    }
}

fn readable(summary: &Summary) -> String {
    let Summary { out, events, upto, bytes, seconds, .. } = summary;
    format!("{events} events, {bytes} bytes in {} ({seconds:.1} s). Later ones: --after {upto}", out.display())
}

/// Where events come from.
enum Source {
    /// A server that runs on the folder.
    Running(PathBuf),
    /// The folder itself.
    Folder(Box<Folder>),
}

struct Folder {
    store: EmbeddedStore,
    master_key: rightful_store::MasterKey,
    nonces: Nonces,
    runtime: tokio::runtime::Runtime,
}

impl Source {
    fn find(config: &Config) -> Result<Self, CommandError> {
        let data = &config.store.data;
        if !data.is_dir() {
            return Err(no_folder(data));
        }
        let begun = Instant::now();
        loop {
            if control::send(data, &Command::AppShow { application: None })?.is_some() {
                return Ok(Self::Running(data.clone()));
            }
            let master_key = master_key::load(config)?;
            match server::open_store(config, &master_key) {
                Err(StoreError::Locked) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
                Err(error) => return Err(error.into()),
                Ok(store) => {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                    let nonces = Nonces::from_seed(clock::random());
                    return Ok(Self::Folder(Box::new(Folder { store, master_key, nonces, runtime })));
                }
            }
        }
    }

    fn page(&self, asked: &PageAsked) -> Result<ExportPage, CommandError> {
        let command = Command::ExportPage(asked.clone());
        let answer = match self {
            Self::Running(data) => control::send(data, &command)?
                .ok_or("the server has stopped: go on with --resume, once it runs again or without it")?,
            Self::Folder(folder) => {
                let Folder { store, master_key, nonces, runtime } = &**folder;
                // Whatever it is judged by: nothing is judged here.
                let policies = &Policies::new(rightful_engine::Policy::default());
                let desk = Desk { store, master_key, nonces, private_hooks: false, policies };
                runtime.block_on(desk.carry_out(&command, clock::now()))?
            }
        };
        match answer {
            Answer::Exported(page) => Ok(*page),
            Answer::Failed(reason) => Err(reason.into()),
            other => Err(format!("the server answered something else: is it of another version? ({other:?})").into()),
        }
    }

    fn close(&self) {
        if let Self::Folder(folder) = self {
            folder.store.close();
        }
    }
}
