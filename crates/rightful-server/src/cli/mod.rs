//! The command line. Standard output is a command's answer, standard error is for people and logs.

mod alerts;
mod app;
mod audit;
mod backtest;
mod backup;
mod demo;
#[cfg(test)]
mod documented;
mod evaluate;
mod export;
mod hook;
mod key;
mod list;
mod rule_book;
mod rules;
mod serve;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};
use rightful_enrich::{EnrichError, Enricher};

use crate::config::{Config, ConfigError};
use crate::http::tls;
use crate::server;

/// Keeps accounts with their rightful owners.
#[derive(Debug, Parser)]
#[command(name = "rightful", version, propagate_version = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(serve::Serve),
    /// Manage applications
    #[command(subcommand)]
    App(app::App),
    /// Say what was changed of applications, keys, rules and lists, by whom and when
    Audit(audit::Audit),
    /// Manage whom an application lets in, keeps out and watches
    #[command(subcommand)]
    List(list::Lists),
    /// Watch a simulated shop being attacked, and try a login of your own
    Demo(demo::Demo),
    /// Judge a log of logins row by row, and measure the scores against its labels
    Evaluate(evaluate::Evaluate),
    /// Try a policy's rules on the events of the last days
    Backtest(backtest::Backtest),
    /// Copy the data folder, whole and as of one moment, while the server goes on
    Backup(backup::Backup),
    /// Take an application's events away, as newline JSON or Parquet
    Export(export::Export),
    /// Show the alerts that go on, or send a test
    Alerts(alerts::Alerts),
    /// Work on rules: of a policy file, or of an application
    #[command(subcommand)]
    Rules(rules::Rules),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Print the OpenAPI document of the API
    Openapi,
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration and the files it names, and print what is in effect
    Check {
        /// The configuration file
        #[arg(long)]
        config: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Print every setting with its default and meaning
    Reference,
}

/// Why a command failed, in one line for people.
type CommandError = Box<dyn std::error::Error>;

/// Who read the answer has had enough of it, as `head` does: no failure, and nobody to tell.
#[derive(Debug, thiserror::Error)]
#[error("nobody reads the answer any more")]
struct ReaderGone;

/// Runs the command of this process.
pub(crate) fn run() -> ExitCode {
    let done = match Cli::parse().command {
        Command::Serve(serve) => serve.run(),
        Command::App(app) => app.run(),
        Command::Audit(audit) => audit.run(),
        Command::List(lists) => lists.run(),
        Command::Demo(demo) => demo.run(),
        Command::Evaluate(evaluate) => evaluate.run(),
        Command::Backtest(backtest) => backtest.run(),
        Command::Backup(backup) => backup.run(),
        Command::Export(export) => export.run(),
        Command::Alerts(alerts) => alerts.run(),
        Command::Rules(rules) => rules.run(),
        Command::Config(ConfigCommand::Check { config, json }) => check(config, json),
        Command::Config(ConfigCommand::Reference) => print(crate::config::DEFAULTS),
        Command::Openapi => openapi(),
        Command::Completions { shell } => completions(shell),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<ReaderGone>() => ExitCode::SUCCESS,
        Err(error) => {
            // The last resort: if standard error is gone, there is nobody to tell.
            let _nobody_listens = writeln!(std::io::stderr(), "rightful: {}", with_causes(&*error));
            ExitCode::FAILURE
        }
    }
}

/// An error and what caused it, in one line; what the outer words have said already is not said again.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let words = inner.to_string();
        if !text.contains(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = inner.source();
    }
    text
}

fn check(file: Option<PathBuf>, json: bool) -> Result<(), CommandError> {
    let config = load(file)?;
    let text = if json { serde_json::to_string_pretty(&config)? } else { toml::to_string(&config)? };
    print(&text)?;
    let broken = broken_files(&config)?;
    if broken.is_empty() { Ok(()) } else { Err(broken.join("; ").into()) }
}

/// What a server would not start with, so that it is worth knowing before one is stopped.
fn broken_files(config: &Config) -> Result<Vec<String>, CommandError> {
    let mut broken = Vec::new();
    if let Err(error) = server::policy(&config.judgement.policy) {
        broken.push(with_causes(&error));
    }
    if let Some((certificate, key)) = config.tls()
        && let Err(error) = tls::acceptor(certificate, key)
    {
        broken.push(with_causes(&error));
    }
    if let Some(folder) = config.intelligence() {
        let sets = Enricher::check(&folder).map_err(|error| error.in_words())?;
        if !sets.is_empty() {
            let sets: Vec<String> = sets.iter().map(EnrichError::in_words).collect();
            broken.push(format!("the data sets in {} are broken: {}", folder.display(), sets.join("; ")));
        }
    }
    Ok(broken)
}

fn openapi() -> Result<(), CommandError> {
    print(&rightful_dialects::openapi().to_pretty_json()?)
}

fn completions(shell: clap_complete::Shell) -> Result<(), CommandError> {
    // Into memory first: written straight to a pipe that nobody reads, it would panic.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "rightful", &mut script);
    answer(|out| out.write_all(&script))
}

/// The configuration of this process: defaults, file, environment.
fn load(file: Option<PathBuf>) -> Result<Config, ConfigError> {
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    Config::load(file.as_deref(), environment)
}

/// What is said where a command is about a folder that is not there: most often it was not named.
fn no_folder(data: &Path) -> CommandError {
    format!(
        "there is no data folder {} that you can read: name the server's with --data, or its configuration with --config",
        data.display()
    )
    .into()
}

/// Writes a command's answer.
fn print(text: &str) -> Result<(), CommandError> {
    answer(|out| {
        out.write_all(text.as_bytes())?;
        if text.ends_with('\n') { Ok(()) } else { out.write_all(b"\n") }
    })
}

/// Writes to standard output. Fails with [`ReaderGone`] once nobody reads.
fn answer(write: impl FnOnce(&mut dyn Write) -> std::io::Result<()>) -> Result<(), CommandError> {
    let mut out = std::io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Err(ReaderGone.into()),
        written => Ok(written?),
    }
}
