//! `rightful audit`: what was changed, by whom and when.

use clap::Args;

use super::CommandError;
use super::app::{Folder, ask, unexpected};
use crate::audit::{CHANGES_MAX, ShownChange};
use crate::desk::{Answer, Command};

/// Say what was changed of applications, keys, rules and lists, by whom and when.
#[derive(Debug, Args)]
pub(super) struct Audit {
    /// The application's id or name; all without
    application: Option<String>,
    #[command(flatten)]
    folder: Folder,
    /// So many of the newest changes
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=CHANGES_MAX as i64))]
    limit: u32,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Audit {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let Self { application, folder, limit, json } = self;
        match ask(&folder.config()?, &Command::Audit { application, limit })? {
            Answer::Audit(changes) if json => super::print(&serde_json::to_string_pretty(&changes)?),
            Answer::Audit(changes) if changes.is_empty() => super::print("Nothing was changed yet."),
            Answer::Audit(changes) => super::print(&changes.iter().map(line).collect::<String>()),
            other => unexpected(&other),
        }
    }
}

fn line(change: &ShownChange) -> String {
    let ShownChange { at, application_id, change, by, detail } = change;
    let [at, application_id, by] = [at, application_id, by].map(|said| said.as_deref().unwrap_or("-"));
    // Names and notes are a caller's: nothing in them may look like another line, or speak to the terminal.
    let [by, detail] = [by, detail].map(|text| text.replace(char::is_control, "\u{fffd}"));
    format!("{at:<27} {application_id} {change:<20} {by}: {detail}\n")
}
