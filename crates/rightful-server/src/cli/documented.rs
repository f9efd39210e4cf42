//! Commands as the documents have them: each is one that this command line takes.

use std::path::Path;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use super::Cli;

/// The words of a command, as a shell would have them; what follows a comment, a pipe or a redirection is not its own.
fn words(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for sign in command.chars() {
        match (quote, sign) {
            (Some(open), _) if sign == open => quote = None,
            (None, '"' | '\'') => quote = Some(sign),
            (None, ' ') => words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty())),
            (None, '#' | '>' | '|') if word.is_empty() => return words,
            (Some(_) | None, _) => word.push(sign),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// Whether a shell would make something else of it: a sign of its own that is not quoted.
fn is_loose(command: &str) -> bool {
    let mut quote = None;
    for sign in command.chars() {
        match (quote, sign) {
            (Some(open), _) if sign == open => quote = None,
            (None, '"' | '\'') => quote = Some(sign),
            // What follows is a remark.
            (None, '#') => return false,
            (None, '&' | ';' | '(' | '?' | '*' | '$') => return true,
            (Some(_) | None, _) => {}
        }
    }
    false
}

/// Whether the command line takes it; one that a sentence only names may lack what it needs.
fn is_taken(command: &str, in_a_sentence: bool) -> Result<(), String> {
    if is_loose(command) {
        return Err(format!("{command}: a shell takes it apart"));
    }
    let words = words(command);
    match Cli::try_parse_from(&words) {
        Ok(_) => Ok(()),
        Err(error) => match error.kind() {
            ErrorKind::MissingRequiredArgument
            | ErrorKind::MissingSubcommand
            | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
                if in_a_sentence =>
            {
                Ok(())
            }
            _ => Err(format!("{command}: {error}")),
        },
    }
}

/// The commands of a page: lines of code that begin with the program, and what a sentence says between backticks.
fn commands(page: &str) -> Vec<(&str, bool)> {
    let lines = page.lines().map(str::trim).filter(|line| line.starts_with("rightful ")).map(|line| (line, false));
    let spans = page.split('`').filter(|span| span.starts_with("rightful ") && !span.contains(['\n', '…', '|']));
    lines.chain(spans.map(|span| (span, true))).collect()
}

#[test]
fn every_command_of_the_documents_is_one() {
    Cli::command().debug_assert();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut pages: Vec<_> = ["README.md", "CONTRIBUTING.md", "docs/evaluation.md", "docs/operations.md"]
        .map(|name| root.join(name))
        .into_iter()
        .collect();
    for folder in ["docs/guides", "docs/reference"] {
        pages.extend(std::fs::read_dir(root.join(folder)).unwrap().map(|page| page.unwrap().path()));
    }
    let mut n_commands = 0;
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for (command, in_a_sentence) in commands(&text) {
            n_commands += 1;
            if let Err(fault) = is_taken(command, in_a_sentence) {
                panic!("{}: {fault}", page.display());
            }
        }
    }
    assert!(n_commands > 60, "only {n_commands} commands were found");
}

#[test]
fn a_command_that_is_none_is_noticed() {
    assert!(is_taken("rightful app set shop mode=enforce", false).is_ok());
    assert!(is_taken("rightful app create", true).is_ok());
    assert!(is_taken("rightful app create", false).is_err());
    assert!(is_taken("rightful app make shop", true).is_err());
    assert!(is_taken("rightful list show shop --all", true).is_err());
    assert!(is_taken("rightful app set shop ask_url=https://shop.example/?a={event}&b=1", true).is_err());
    assert!(is_taken("rightful app set shop 'ask_url=https://shop.example/?a={event}&b=1'", true).is_ok());
}
