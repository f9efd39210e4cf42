//! `rightful app hook`: whom an application tells of what happens, and what became of it.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::CommandError;
use super::app::{OfApplication, ask, show, unexpected};
use crate::config::Config;
use crate::desk::{Answer, Command, HookCommand};
use crate::settings::{NewHook, ShownHook, ShownMessage, ShownTry};

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
    List(OfApplication),
    /// Tell an address of the application's latest event
    Test(HookNamed),
    /// Show the newest tries to tell an address, newest first
    Log(HookNamed),
    /// Show what an address never took, oldest first
    Undelivered(HookNamed),
    /// Send it again, under the same ids
    Redeliver(HookRedeliver),
}

/// Tell one more address.
#[derive(Debug, Args)]
pub(super) struct HookAdd {
    #[command(flatten)]
    of: OfApplication,
    /// Where to post
    url: String,
    /// In whose words: standard, ravelin, rupt or sumsub
    #[arg(long, default_value = "standard")]
    style: String,
    /// The secret: of standard and rupt what signs (made if there is none), of ravelin the token that is sent. `-` reads it
    /// from standard input, where nobody sees it in a list of processes
    #[arg(long)]
    secret: Option<String>,
}

/// One address that is told.
#[derive(Debug, Args)]
pub(super) struct HookNamed {
    #[command(flatten)]
    of: OfApplication,
    /// The hook's id
    hook: String,
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
}

/// Send again what an address never took.
#[derive(Debug, Args)]
pub(super) struct HookRedeliver {
    #[command(flatten)]
    named: HookNamed,
    /// The ids of the messages; all without
    messages: Vec<String>,
}

impl AppHook {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::Add(HookAdd { of, url, style, secret }) => {
                let new = NewHook { style, url, secret: given(secret)? };
                carry_out(of, HookCommand::Add(new))
            }
            Self::Remove(HookNamed { of, hook }) => remove(of, hook),
            Self::Change(HookChange { named: HookNamed { of, hook }, url, enabled }) => {
                carry_out(of, HookCommand::Change { hook, url, enabled })
            }
            Self::Rotate(HookRotate { named: HookNamed { of, hook }, secret }) => {
                let secret = given(secret)?;
                carry_out(of, HookCommand::Rotate { hook, secret })
            }
            Self::List(OfApplication { application, folder, json }) => list(&folder.config()?, application, json),
            Self::Test(HookNamed { of, hook }) => carry_out(of, HookCommand::Test { hook }),
            Self::Log(HookNamed { of, hook }) => carry_out(of, HookCommand::Log { hook }),
            Self::Undelivered(HookNamed { of, hook }) => carry_out(of, HookCommand::Undelivered { hook }),
            Self::Redeliver(HookRedeliver { named: HookNamed { of, hook }, messages }) => {
                carry_out(of, HookCommand::Redeliver { hook, messages })
            }
        }
    }
}

fn carry_out(of: OfApplication, about: HookCommand) -> Result<(), CommandError> {
    let OfApplication { application, folder, json } = of;
    match ask(&folder.config()?, &Command::Hook { application, about })? {
        Answer::HookAdded { hook, secret } => print_secret(&hook, secret, json),
        Answer::Hooks(hooks) => print_hooks(&hooks, json),
        Answer::HookTested => {
            told(json, &json!({ "n_messages": 1 }), "The latest event is on its way; a server must run to send it.")
        }
        Answer::HookLog(lines) => print_log(&lines, json),
        Answer::HookUndelivered(messages) => print_undelivered(&messages, json),
        Answer::HookRedelivered(n) => {
            let words = format!("Messages that wait again: {n}; a server must run to send them.");
            told(json, &json!({ "n_messages": n }), &words)
        }
        other => unexpected(&other),
    }
}

fn list(config: &Config, application: String, json: bool) -> Result<(), CommandError> {
    let shown = show(config, Command::AppShow { application: Some(application) })?;
    print_hooks(&shown.into_iter().flat_map(|shown| shown.hooks).collect::<Vec<_>>(), json)
}

/// Removes a hook, and shows which are left.
fn remove(of: OfApplication, hook: String) -> Result<(), CommandError> {
    let OfApplication { application, folder, json } = of;
    let config = folder.config()?;
    let about = HookCommand::Remove { hook };
    match ask(&config, &Command::Hook { application: application.clone(), about })? {
        Answer::Hooks(_) => list(&config, application, json),
        other => unexpected(&other),
    }
}

fn told(json: bool, value: &Value, words: &str) -> Result<(), CommandError> {
    if json { super::print(&serde_json::to_string_pretty(value)?) } else { super::print(words) }
}

/// A secret as it is given, or as it stands in standard input.
fn given(secret: Option<String>) -> Result<Option<String>, CommandError> {
    match secret.as_deref() {
        Some("-") => Ok(Some(std::io::read_to_string(std::io::stdin().lock())?.trim().to_owned())),
        Some(_) | None => Ok(secret),
    }
}

fn print_secret(hook: &str, secret: Option<String>, json: bool) -> Result<(), CommandError> {
    let value = json!({ "hook": hook, "secret": secret });
    let secret = secret
        .map_or_else(String::new, |secret| format!("{:<24} {secret}\nThe secret is shown only this once.\n", "secret"));
    told(json, &value, &format!("{:<24} {hook}\n{secret}", "hook"))
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
