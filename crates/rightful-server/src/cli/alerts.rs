//! `rightful alerts`: what goes on, and whether alerts arrive.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::app::unexpected;
use super::{CommandError, print};
use crate::alerts::{self, Channel, Firing};
use crate::config::Config;
use crate::desk::{Answer, Command};
use crate::telling::Poster;
use crate::{clock, control};

/// Show the alerts that go on.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Alerts {
    #[command(subcommand)]
    command: Option<AlertsCommand>,
    /// The data folder; a server must run on it
    #[arg(long)]
    data: Option<PathBuf>,
    /// The configuration file
    #[arg(long)]
    config: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum AlertsCommand {
    /// Send a test over each way that is configured; no server need run
    Test {
        /// The configuration file
        #[arg(long)]
        config: Option<PathBuf>,
    },
}

impl Alerts {
    pub(super) fn run(self) -> Result<(), CommandError> {
        if let Some(AlertsCommand::Test { config }) = self.command {
            return test(&super::load(config)?);
        }
        let mut config = super::load(self.config)?;
        if let Some(data) = self.data {
            config.store.data = data;
        }
        match control::send(&config.store.data, &Command::AlertsShow)? {
            Some(Answer::Alerts(firing)) if self.json => print(&serde_json::to_string_pretty(&firing)?),
            Some(Answer::Alerts(firing)) => print(&readable(&firing)),
            Some(Answer::Failed(reason)) => Err(reason.into()),
            Some(other) => unexpected(&other),
            None => Err(format!("no server runs on {}", config.store.data.display()).into()),
        }
    }
}

fn readable(firing: &[Firing]) -> String {
    if firing.is_empty() {
        return "All is well.".to_owned();
    }
    let line = |Firing { alert, about, since, summary }: &Firing| {
        format!("{alert:<16} {about}\n    since {since}: {summary}\n")
    };
    firing.iter().map(line).collect()
}

fn test(config: &Config) -> Result<(), CommandError> {
    let channels = Channel::configured(&config.alerts)?;
    if channels.is_empty() {
        return Err("no way to alert anybody is configured: see [alerts] in `rightful config reference`".into());
    }
    let poster = Poster::new(config.alerts.allow_private_addresses)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut n_failed = 0;
    for channel in &channels {
        let said = alerts::said(None, clock::now());
        let name = channel.as_str();
        match runtime.block_on(channel.say(&poster, &said, clock::now())) {
            Ok(()) => print(&format!("{name:<8} taken"))?,
            Err(error) => {
                n_failed += 1;
                print(&format!("{name:<8} failed: {error}"))?;
            }
        }
    }
    if n_failed == 0 { Ok(()) } else { Err(format!("{n_failed} of {} did not take it", channels.len()).into()) }
}
