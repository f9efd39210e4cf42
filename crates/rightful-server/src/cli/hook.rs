//! `rightful app hook`: whom an application tells of what happens, and what became of it.

use clap::{Args, Subcommand};

use super::CommandError;
use super::app::{Folder, ask, show, unexpected};
use crate::desk::{Answer, Command, HookCommand};
use crate::settings::{NewHook, Shown, ShownHook, ShownMessage, ShownTry};

/// Manage whom an application tells.
#[derive(Debug, Subcommand)]
pub(super) enum AppHook {
    /// Tell one more address, and print the secret it verifies with, which is shown only this once
    Add(HookAdd),
    /// Tell an address no more
    Remove(HookNamed),
    /// Change an address, or turn it on or off
    Change(HookChange),
    /// Replace an address's secret, and print the new one; the old one signs as well for 24 hours
    Rotate(HookRotate),
    /// Show whom an application tells
    List(HookList),
    /// Tell an address of the application's latest event
    Test(HookNamed),
    /// Show the newest tries to tell an address, newest first
    Log(HookShown),
    /// Show what an address never took, oldest first
    Undelivered(HookShown),
    /// Send it again, under the same ids
    Redeliver(HookRedeliver),
}

/// Tell one more address.
#[derive(Debug, Args)]
pub(super) struct HookAdd {
    /// The application's id or name
    application: String,
    /// Where to post
    url: String,
    /// In whose words: standard, ravelin, rupt or sumsub
    #[arg(long, default_value = "standard")]
    style: String,
    /// The secret: of standard and rupt what signs (made if there is none), of ravelin the token that is sent. `-` reads it
    /// from standard input, where nobody sees it in a list of processes
    #[arg(long)]
    secret: Option<String>,
    #[command(flatten)]
    folder: Folder,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// One address that is told.
#[derive(Debug, Args)]
pub(super) struct HookNamed {
    /// The application's id or name
    application: String,
    /// The hook's id
    hook: String,
    #[command(flatten)]
    folder: Folder,
}

/// One address, to be shown.
#[derive(Debug, Args)]
pub(super) struct HookShown {
    #[command(flatten)]
    named: HookNamed,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Change an address.
#[derive(Debug, Args)]
pub(super) struct HookChange {
    #[command(flatten)]
    named: HookNamed,
    /// Where to post from now on
    #[arg(long)]
    url: Option<String>,
    /// Whether anything is sent
    #[arg(long)]
    enabled: Option<bool>,
}

/// Replace an address's secret.
#[derive(Debug, Args)]
pub(super) struct HookRotate {
    #[command(flatten)]
    named: HookNamed,
    /// The new secret; as for a new hook
    #[arg(long)]
    secret: Option<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Send again what an address never took.
#[derive(Debug, Args)]
pub(super) struct HookRedeliver {
    #[command(flatten)]
    named: HookNamed,
    /// The ids of the messages; all without
    messages: Vec<String>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Whom an application tells.
#[derive(Debug, Args)]
pub(super) struct HookList {
    /// The application's id or name
    application: String,
    #[command(flatten)]
    folder: Folder,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl AppHook {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Add(add) => add.run(),
            Self::Remove(HookNamed { application, hook, folder }) => {
                let config = folder.config()?;
                match ask(&config, &of_hook(application.clone(), HookCommand::Remove { hook }))? {
                    Answer::Hooks(_) => {}
                    other => return unexpected(&other),
                }
                print_hooks(&hooks_of(&show(&config, Command::AppShow { application: Some(application) })?), false)
            }
            Self::Change(HookChange { named: HookNamed { application, hook, folder }, url, enabled }) => {
                match ask(&folder.config()?, &of_hook(application, HookCommand::Change { hook, url, enabled }))? {
                    Answer::Hooks(hooks) => print_hooks(&hooks, false),
                    other => unexpected(&other),
                }
            }
            Self::Rotate(HookRotate { named: HookNamed { application, hook, folder }, secret, json }) => {
                let secret = given(secret)?;
                print_secret(ask(&folder.config()?, &of_hook(application, HookCommand::Rotate { hook, secret }))?, json)
            }
            Self::List(HookList { application, folder, json }) => {
                let command = Command::AppShow { application: Some(application) };
                print_hooks(&hooks_of(&show(&folder.config()?, command)?), json)
            }
            Self::Test(HookNamed { application, hook, folder }) => {
                match ask(&folder.config()?, &of_hook(application, HookCommand::Test { hook }))? {
                    Answer::HookTested => super::print("The latest event is on its way; a server must run to send it."),
                    other => unexpected(&other),
                }
            }
            Self::Log(HookShown { named: HookNamed { application, hook, folder }, json }) => {
                match ask(&folder.config()?, &of_hook(application, HookCommand::Log { hook }))? {
                    Answer::HookLog(lines) => print_log(&lines, json),
                    other => unexpected(&other),
                }
            }
            Self::Undelivered(HookShown { named: HookNamed { application, hook, folder }, json }) => {
                match ask(&folder.config()?, &of_hook(application, HookCommand::Undelivered { hook }))? {
                    Answer::HookUndelivered(messages) => print_undelivered(&messages, json),
                    other => unexpected(&other),
                }
            }
            Self::Redeliver(redeliver) => redeliver.run(),
        }
    }
}

impl HookAdd {
    fn run(self) -> Result<(), CommandError> {
        let hook = NewHook { style: self.style, url: self.url, secret: given(self.secret)? };
        let command = of_hook(self.application, HookCommand::Add(hook));
        print_secret(ask(&self.folder.config()?, &command)?, self.json)
    }
}

impl HookRedeliver {
    fn run(self) -> Result<(), CommandError> {
        let Self { named: HookNamed { application, hook, folder }, messages, json } = self;
        match ask(&folder.config()?, &of_hook(application, HookCommand::Redeliver { hook, messages }))? {
            Answer::HookRedelivered(n) if json => {
                super::print(&serde_json::to_string_pretty(&serde_json::json!({ "n_messages": n }))?)
            }
            Answer::HookRedelivered(n) => {
                super::print(&format!("Messages that wait again: {n}; a server must run to send them."))
            }
            other => unexpected(&other),
        }
    }
}

fn of_hook(application: String, about: HookCommand) -> Command {
    Command::Hook { application, about }
}

/// A secret as it is given, or as it stands in standard input.
fn given(secret: Option<String>) -> Result<Option<String>, CommandError> {
    match secret.as_deref() {
        Some("-") => Ok(Some(std::io::read_to_string(std::io::stdin().lock())?.trim().to_owned())),
        Some(_) | None => Ok(secret),
    }
}

fn print_secret(answer: Answer, json: bool) -> Result<(), CommandError> {
    match answer {
        Answer::HookAdded { hook, secret } if json => {
            super::print(&serde_json::to_string_pretty(&serde_json::json!({ "hook": hook, "secret": secret }))?)
        }
        Answer::HookAdded { hook, secret } => {
            let secret = secret.map_or_else(String::new, |secret| {
                format!("{:<24} {secret}\nThe secret is shown only this once.\n", "secret")
            });
            super::print(&format!("{:<24} {hook}\n{secret}", "hook"))
        }
        other => unexpected(&other),
    }
}

fn hooks_of(shown: &[Shown]) -> Vec<ShownHook> {
    shown.iter().flat_map(|shown| shown.hooks.clone()).collect()
}

fn print_hooks(hooks: &[ShownHook], json: bool) -> Result<(), CommandError> {
    if json {
        return super::print(&serde_json::to_string_pretty(hooks)?);
    }
    if hooks.is_empty() {
        return super::print("Nobody is told.");
    }
    let row = |hook: &ShownHook| {
        let off = if hook.enabled { "" } else { "  (off)" };
        format!("{:<20} {:<10} {}{off}\n", hook.id, hook.style, hook.url)
    };
    super::print(&hooks.iter().map(row).collect::<String>())
}

fn print_log(lines: &[ShownTry], json: bool) -> Result<(), CommandError> {
    if json {
        return super::print(&serde_json::to_string_pretty(lines)?);
    }
    if lines.is_empty() {
        return super::print("Nothing was sent yet.");
    }
    let row = |line: &ShownTry| {
        let (at, next) =
            (time(line.at_ms), line.next_at_ms.map_or_else(String::new, |at| format!("  next {}", time(at))));
        let ShownTry { message_id, kind, attempt, duration_ms, ended, .. } = line;
        format!("{at}  {ended:<16} {duration_ms:>6} ms  try {attempt}  {kind:<20} {message_id}{next}\n")
    };
    super::print(&lines.iter().map(row).collect::<String>())
}

fn print_undelivered(messages: &[ShownMessage], json: bool) -> Result<(), CommandError> {
    if json {
        return super::print(&serde_json::to_string_pretty(messages)?);
    }
    if messages.is_empty() {
        return super::print("Everything was taken, or is still tried.");
    }
    let row = |message: &ShownMessage| {
        let ShownMessage { message_id, kind, n_attempts, since_ms, .. } = message;
        format!("{}  {kind:<20} tried {n_attempts} times  {message_id}\n", time(*since_ms))
    };
    super::print(&messages.iter().map(row).collect::<String>())
}

/// As people read it, in UTC.
fn time(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), |at| format!("{at:.0}"))
}
