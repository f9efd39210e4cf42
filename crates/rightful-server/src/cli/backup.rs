//! `rightful backup`: a copy of the data folder, by the server that runs on it, or of a folder that none runs on.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use clap::Args;
use rightful_store::{EmbeddedStore, StoreError};
use serde::Serialize;

use super::app::{Folder, unexpected};
use super::{CommandError, no_folder, print};
use crate::backup::{BackupLook, OTHERS, Summary, part};
use crate::config::Config;
use crate::desk::{Answer, Command, by_command_line};
use crate::progress::Progress;
use crate::{clock, control, master_key, server};

/// How long to wait for a server that is just starting or stopping on the folder.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);
/// What every backup is without.
const WITHOUT_KEY: &str =
    "The master key is not in it: keep it apart from the copy, since nobody can read what is sealed without it.";

/// Copy the data folder, whole and as of one moment, while the server goes on.
///
/// The server that runs on the folder writes the copy, as its own user; without one, the command does. DEST appears when
/// the copy is whole and synced; until then it is DEST.partial. The master key is not in it.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The copy, a folder that is not there yet, in one that is
    dest: PathBuf,
    #[command(flatten)]
    folder: Folder,
    /// Print a summary as JSON
    #[arg(long)]
    json: bool,
}

/// What is printed as JSON.
#[derive(Serialize)]
struct Printed {
    #[serde(flatten)]
    summary: Summary,
    /// Never: said because it is needed.
    master_key_included: bool,
}

impl Backup {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let config = self.folder.config()?;
        let data = &config.store.data;
        if !data.is_dir() {
            return Err(no_folder(data));
        }
        // The server stands elsewhere.
        let place = std::path::absolute(&self.dest)?;
        let summary = back_up(&config, &place)?;
        if self.json {
            return print(&serde_json::to_string_pretty(&Printed { summary, master_key_included: false })?);
        }
        print(&readable(&summary))
    }
}

fn readable(summary: &Summary) -> String {
    let Summary { place, sequence, rows, missing_rows, damaged_rows, bytes, seconds } = summary;
    let mut text = format!(
        "{place} holds all up to number {sequence} of the ledger: {rows} rows, {bytes} bytes ({seconds:.1} s).\n"
    );
    if *missing_rows > 0 || *damaged_rows > 0 {
        text.push_str(&format!(
            "Of the ledger {missing_rows} rows are missing and {damaged_rows} do not read back, in the data folder as in the copy.\n"
        ));
    }
    text.push_str(WITHOUT_KEY);
    text
}

/// By the server if one runs, else here.
fn back_up(config: &Config, place: &Path) -> Result<Summary, CommandError> {
    let data = &config.store.data;
    let named = place.to_str().ok_or("the name of the copy must be Unicode")?.to_owned();
    let begun = Instant::now();
    loop {
        if let Some(answer) = control::send(data, &Command::BackupBegin { place: named.clone() })? {
            return watch(data, answer, &named);
        }
        match server::open_store(config, &master_key::load(config)?) {
            Err(StoreError::Locked) if begun.elapsed() < PATIENCE => std::thread::sleep(LOOK_EVERY),
            Err(error) => return Err(error.into()),
            Ok(store) => {
                let done = here(&store, place);
                store.close();
                return done;
            }
        }
    }
}

/// Shows how far the server is, until it is done.
fn watch(data: &Path, mut answer: Answer, place: &str) -> Result<Summary, CommandError> {
    let bar = Progress::begin();
    loop {
        match answer {
            Answer::Backup(BackupLook::Done(summary)) => {
                bar.end();
                return Ok(summary);
            }
            Answer::Backup(BackupLook::Running(part)) => bar.show_part(part, "copied"),
            Answer::Failed(reason) => return Err(reason.into()),
            other => return unexpected(&other),
        }
        std::thread::sleep(LOOK_EVERY);
        answer = look_again(data, place)?;
    }
}

/// Asks how far it is; again, if the server has too much to do to say.
fn look_again(data: &Path, place: &str) -> Result<Answer, CommandError> {
    loop {
        match control::send(data, &Command::BackupLook { place: place.to_owned() }) {
            Ok(Some(answer)) => return Ok(answer),
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            // It may be stopped between two looks, or in the middle of one.
            Ok(None) | Err(_) => {
                let words = "is not whole unless it is there: what there is of it otherwise ends in .partial";
                return Err(format!("the server has stopped; {place} {words}").into());
            }
        }
    }
}

fn here(store: &EmbeddedStore, place: &Path) -> Result<Summary, CommandError> {
    let folder = store.begin_backup(place, OTHERS)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(store.note_backup(&folder, by_command_line(clock::now())))?;
    let bar = Progress::begin();
    let done = store.back_up(folder, &mut |progress| {
        bar.show_part(part(progress), "copied");
        Ok(())
    })?;
    Ok(Summary::of(place, done, bar.end()))
}
