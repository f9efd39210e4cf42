//! `rightful app key`: an application's keys, one by one.

use clap::{Args, Subcommand};

use super::CommandError;
use super::app::{OfApplication, ask, unexpected};
use crate::desk::{Answer, Command};
use crate::keys::{KeyCommand, NewKey, ShownKey};

/// Manage an application's keys.
#[derive(Debug, Subcommand)]
pub(super) enum AppKey {
    /// Name the keys of an application
    List(OfApplication),
    /// Make one more key, and print it, which is shown only this once; those before it stay good
    Add(Add),
    /// Take a key away: it is good no longer, at once
    Revoke(Revoke),
}

/// Make one more key.
#[derive(Debug, Args)]
pub(super) struct Add {
    #[command(flatten)]
    of: OfApplication,
    /// For whose API: native, ravelin, ravelin_publishable, transmit, sumsub or rupt
    kind: String,
}

/// Take a key away.
#[derive(Debug, Args)]
pub(super) struct Revoke {
    #[command(flatten)]
    of: OfApplication,
    /// The key's name, as `list` tells it
    name: String,
    /// Although it is the last of its kind
    #[arg(long)]
    last: bool,
}

impl AppKey {
    pub(super) fn run(self) -> Result<(), CommandError> {
        match self {
            Self::List(of) => carry_out(of, KeyCommand::List),
            Self::Add(Add { of, kind }) => carry_out(of, KeyCommand::Add { kind }),
            Self::Revoke(Revoke { of, name, last }) => carry_out(of, KeyCommand::Revoke { name, may_be_last: last }),
        }
    }
}

fn carry_out(of: OfApplication, about: KeyCommand) -> Result<(), CommandError> {
    let OfApplication { application, folder, json } = of;
    match ask(&folder.config()?, &Command::Key { application, about })? {
        Answer::Keys(keys) if json => super::print(&serde_json::to_string_pretty(&keys)?),
        Answer::Keys(keys) => super::print(&listed(&keys)),
        Answer::KeyAdded(new) if json => super::print(&serde_json::to_string_pretty(&new)?),
        Answer::KeyAdded(new) => super::print(&added(&new)),
        other => unexpected(&other),
    }
}

fn listed(keys: &[ShownKey]) -> String {
    if keys.is_empty() {
        return "The application has no key: add one with `rightful app key add`.".to_owned();
    }
    keys.iter().map(|key| format!("{:<20} {}\n", key.kind, key.name)).collect()
}

fn added(new: &NewKey) -> String {
    let public = new.public_id.iter().map(|id| ("public id", id.as_str()));
    let rows = [("name", new.name.as_str()), ("kind", &new.kind)].into_iter().chain(public);
    let rows = rows.chain([("secret", new.secret.as_str())]);
    let mut text: String = rows.map(|(what, value)| format!("{what:<12} {value}\n")).collect();
    text.push_str("The secret is shown only this once.\n");
    text
}
