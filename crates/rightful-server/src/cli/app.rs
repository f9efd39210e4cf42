//! `rightful app`: applications and their keys.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use rightful_store::{Nonces, Office, StoreError};

use super::CommandError;
use crate::config::Config;
use crate::control::{self, Answer, Command};
use crate::provisioning::{self, Keys, NewApplication};
use crate::{clock, master_key, server};

/// How long to wait for a server that is just starting or stopping on the folder.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Manage applications.
#[derive(Debug, Subcommand)]
pub(super) enum App {
    /// Make an application and print its keys, which are shown only this once
    Create(Create),
}

/// Make an application.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Its name, for people
    name: String,
    /// The data folder; a server may run on it
    #[arg(long)]
    data: Option<PathBuf>,
    /// The configuration file
    #[arg(long)]
    config: Option<PathBuf>,
    /// A test application: test keys, magic accounts, localhost origins
    #[arg(long)]
    test: bool,
    /// Judge and record, but answer as if allowed
    #[arg(long)]
    observe: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl App {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Create(create) => create.run(),
        }
    }
}

impl Create {
    fn run(self) -> Result<(), CommandError> {
        let mut config = super::load(self.config)?;
        if let Some(data) = self.data {
            config.store.data = data;
        }
        let new = new_application(&config, self.name, self.test, self.observe);
        let keys = create(&config, new)?;
        super::print(&if self.json { serde_json::to_string_pretty(&keys)? } else { readable(&keys) })
    }
}

/// An application with the configured defaults.
pub(super) fn new_application(config: &Config, name: String, test: bool, observe: bool) -> NewApplication {
    let spelled = |verdict| rightful_domain::Verdict::from(verdict).as_str().to_owned();
    NewApplication {
        name,
        test,
        observe,
        deadline_ms: config.judgement.deadline_ms,
        fallback_mild: spelled(config.judgement.fallback_mild),
        fallback_strict: spelled(config.judgement.fallback_strict),
    }
}

/// Through the running server if there is one, else in the folder itself.
pub(super) fn create(config: &Config, new: NewApplication) -> Result<Keys, CommandError> {
    let command = Command::AppCreate(new.clone());
    let begun = Instant::now();
    loop {
        match control::send(&config.store.data, &command)? {
            Some(Answer::Created(keys)) => return Ok(*keys),
            Some(Answer::Failed(reason)) => return Err(reason.into()),
            None => {}
        }
        match create_here(config, &new) {
            Err(StoreError::Locked) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(error) => return Err(error.into()),
            Ok(created) => return created,
        }
    }
}

/// The outer error is the store's, since a locked folder is worth another try; the inner is final.
fn create_here(config: &Config, new: &NewApplication) -> Result<Result<Keys, CommandError>, StoreError> {
    let master_key = match master_key::load(config) {
        Ok(master_key) => master_key,
        Err(error) => return Ok(Err(error.into())),
    };
    let store = server::open_store(config, &master_key)?;
    let (application, keys) =
        match provisioning::provision(new, &master_key, &Nonces::from_seed(clock::random()), clock::now()) {
            Ok(provisioned) => provisioned,
            Err(error) => return Ok(Err(error.into())),
        };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Ok(Err(error.into())),
    };
    runtime.block_on(store.create_application(application))?;
    store.close();
    Ok(Ok(keys))
}

fn readable(keys: &Keys) -> String {
    let rows = [
        ("application", &keys.application_id),
        ("native api key", &keys.native.api_key),
        ("ravelin secret key", &keys.ravelin.secret_key),
        ("ravelin publishable key", &keys.ravelin.publishable_key),
        ("transmit client id", &keys.transmit.client_id),
        ("transmit client secret", &keys.transmit.client_secret),
        ("sumsub app token", &keys.sumsub.app_token),
        ("sumsub secret key", &keys.sumsub.secret_key),
        ("rupt client id", &keys.rupt.client_id),
        ("rupt api secret", &keys.rupt.api_secret),
    ];
    let mut text: String = rows.iter().map(|(what, key)| format!("{what:<24} {key}\n")).collect();
    text.push_str("These keys are shown only this once.\n");
    text
}
