//! `rightful app`: applications, their keys, and how they like things.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::{Args, Subcommand};
use rightful_store::{Nonces, StoreError};

use super::hook::AppHook;
use super::key::AppKey;
use super::{CommandError, no_folder};
use crate::config::Config;
use crate::desk::{Answer, Command, Desk, DeskError};
use crate::policies::Policies;
use crate::provisioning::{Keys, NewApplication};
use crate::settings::{Shown, ShownHook};
use crate::{clock, control, master_key, server};

/// How long to wait for a server that is just starting or stopping on the folder.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long between two looks.
const PAUSE: Duration = Duration::from_millis(100);

/// Manage applications.
#[derive(Debug, Subcommand)]
pub(super) enum App {
    /// Make an application and print its keys, which are shown only this once
    Create(Create),
    /// Show applications and how they like things
    Show(Show),
    /// Change an application: name, mode (observe, enforce), deadline_ms, fallback_mild, fallback_strict, origins, takeover_words, account_events_per_minute_max,
    /// devices_per_account_max, blocks_over_device_limit, pages_may_list_devices, recommendation_words, action_types, ask_url
    Set(Set),
    /// Manage an application's keys: add one, move to it, revoke the other
    #[command(subcommand)]
    Key(AppKey),
    /// Manage whom an application tells of what happens
    #[command(subcommand)]
    Hook(AppHook),
}

/// Where the applications are.
#[derive(Debug, Clone, Args)]
pub(super) struct Folder {
    /// The data folder; a server may run on it
    #[arg(long)]
    data: Option<PathBuf>,
    /// The configuration file
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Folder {
    pub(super) fn config(self) -> Result<Config, CommandError> {
        let mut config = super::load(self.config)?;
        if let Some(data) = self.data {
            config.store.data = data;
        }
        Ok(config)
    }
}

/// Which application a command is about, and how to answer.
#[derive(Debug, Args)]
pub(super) struct OfApplication {
    /// The application's id or name
    pub(super) application: String,
    #[command(flatten)]
    pub(super) folder: Folder,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

/// Make an application.
#[derive(Debug, Args)]
pub(super) struct Create {
    /// Its name, for people
    name: String,
    #[command(flatten)]
    folder: Folder,
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

/// Show applications.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The application's id or name; all without
    application: Option<String>,
    #[command(flatten)]
    folder: Folder,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Change an application.
#[derive(Debug, Args)]
pub(super) struct Set {
    #[command(flatten)]
    of: OfApplication,
    /// What to change: `mode=enforce`, `origins=https://shop.example,https://www.shop.example`
    #[arg(required = true, value_name = "KEY=VALUE")]
    changes: Vec<String>,
}

impl App {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Create(create) => create.run(),
            Self::Show(Show { application, folder, json }) => {
                print_shown(&show(&folder.config()?, Command::AppShow { application })?, json)
            }
            Self::Set(Set { of: OfApplication { application, folder, json }, changes }) => {
                print_shown(&show(&folder.config()?, Command::AppSet { application, changes })?, json)
            }
            Self::Key(key) => key.run(),
            Self::Hook(hook) => hook.run(),
        }
    }
}

impl Create {
    fn run(self) -> Result<(), CommandError> {
        let config = self.folder.config()?;
        let new = new_application(&config, self.name, self.test, self.observe);
        let keys = create(&config, new)?;
        super::print(&if self.json { serde_json::to_string_pretty(&keys)? } else { readable(&keys, self.test) })
    }
}

pub(super) fn show(config: &Config, command: Command) -> Result<Vec<Shown>, CommandError> {
    match ask(config, &command)? {
        Answer::Shown(shown) => Ok(shown),
        other => unexpected(&other),
    }
}

pub(super) fn unexpected<T>(answer: &dyn std::fmt::Debug) -> Result<T, CommandError> {
    Err(format!("the server answered something else: is it of another version? ({answer:?})").into())
}

fn print_shown(shown: &[Shown], json: bool) -> Result<(), CommandError> {
    if json {
        return super::print(&serde_json::to_string_pretty(shown)?);
    }
    if shown.is_empty() {
        return super::print("There is no application yet: make one with `rightful app create NAME`.");
    }
    let texts: Vec<String> = shown.iter().map(shown_text).collect();
    super::print(&texts.join("\n"))
}

fn shown_text(shown: &Shown) -> String {
    let settings = &shown.settings;
    let kind = if shown.test { "test" } else { "live" };
    let rows = [
        ("application", shown.application_id.clone()),
        ("kind", kind.to_owned()),
        ("name", shown.name.clone()),
        ("mode", shown.mode.clone()),
        ("deadline_ms", shown.deadline_ms.to_string()),
        ("fallback_mild", shown.fallback_mild.clone()),
        ("fallback_strict", shown.fallback_strict.clone()),
        ("origins", settings.origins.join(",")),
        ("takeover_words", settings.takeover_words.clone()),
        ("account_events_per_minute_max", settings.account_events_per_minute_max.to_string()),
        ("devices_per_account_max", settings.devices_per_account_max.to_string()),
        ("blocks_over_device_limit", settings.blocks_over_device_limit.to_string()),
        ("pages_may_list_devices", settings.pages_may_list_devices.to_string()),
        ("recommendation_words", settings.recommendation_words.clone()),
        ("action_types", settings.action_types.join(",")),
        ("ask_url", settings.ask_url.clone().unwrap_or_default()),
        ("hooks", hooks_text(&shown.hooks)),
    ];
    rows.iter().map(|(what, value)| format!("{what:<30} {value}").trim_end().to_owned() + "\n").collect()
}

/// How many there are, and which of them are told no more.
fn hooks_text(hooks: &[ShownHook]) -> String {
    let off: Vec<&str> = hooks.iter().filter(|hook| !hook.enabled).map(|hook| hook.id.as_str()).collect();
    let n_hooks = hooks.len();
    if off.is_empty() { n_hooks.to_string() } else { format!("{n_hooks}, off: {}", off.join(", ")) }
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

/// Makes an application.
pub(super) fn create(config: &Config, new: NewApplication) -> Result<Keys, CommandError> {
    match ask(config, &Command::AppCreate(new))? {
        Answer::Created(keys) => Ok(*keys),
        other => unexpected(&other),
    }
}

/// Whether a server runs on the folder.
pub(super) fn is_served(config: &Config) -> Result<bool, CommandError> {
    Ok(control::send(&config.store.data, &Command::AppShow { application: None })?.is_some())
}

/// Through the running server if there is one, else in the folder itself.
pub(super) fn ask(config: &Config, command: &Command) -> Result<Answer, CommandError> {
    let data = &config.store.data;
    // Only a new application may make a folder: a misspelled one would look like an empty one.
    if !data.is_dir() && !matches!(command, Command::AppCreate(_)) {
        return Err(no_folder(data));
    }
    let begun = Instant::now();
    loop {
        match control::send(data, command)? {
            Some(Answer::Failed(reason)) => return Err(reason.into()),
            Some(answer) => return Ok(answer),
            None => {}
        }
        match do_here(config, command) {
            Err(StoreError::Locked) if begun.elapsed() < PATIENCE => std::thread::sleep(PAUSE),
            Err(error) => return Err(error.into()),
            Ok(done) => return done,
        }
    }
}

/// The outer error is the store's, since a locked folder is worth another try; the inner is final.
fn do_here(config: &Config, command: &Command) -> Result<Result<Answer, CommandError>, StoreError> {
    let master_key = match master_key::load(config) {
        Ok(master_key) => master_key,
        Err(error) => return Ok(Err(error.into())),
    };
    let store = server::open_store(config, &master_key)?;
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Ok(Err(error.into())),
    };
    let nonces = Nonces::from_seed(clock::random());
    let private_hooks = config.hooks.allow_private_addresses;
    let policies = match server::policy(&config.judgement.policy) {
        Ok(policy) => Policies::new(policy),
        Err(error) => return Ok(Err(error.into())),
    };
    let desk = Desk { store: &store, master_key: &master_key, nonces: &nonces, private_hooks, policies: &policies };
    runtime.block_on(policies.load_all(&store))?;
    let done = runtime.block_on(desk.carry_out(command, clock::now()));
    store.close();
    match done {
        Ok(answer) => Ok(Ok(answer)),
        Err(DeskError::Store(error)) => Err(error),
        Err(error) => Ok(Err(error.into())),
    }
}

fn readable(keys: &Keys, is_test: bool) -> String {
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
    if !is_test {
        text.push_str("Its pages are refused until it has origins: ");
        text.push_str(&format!("rightful app set {} origins=https://…\n", keys.application_id));
    }
    text
}
