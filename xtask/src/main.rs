//! Runs the chores of the repository: `cargo run -p xtask -- tidy`.

use std::path::Path;
use std::process::ExitCode;

use xtask::tidy::{self, Tree};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => tidy_up(),
        _ => say_and_fail("usage: xtask tidy"),
    }
}

/// Prints what breaks a rule; fails if anything does.
fn tidy_up() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = match Tree::read(&root) {
        Ok(tree) => tree,
        Err(error) => return say_and_fail(&error.to_string()),
    };
    let complaints: Vec<String> =
        tidy::complaints(&tree).into_iter().map(|(rule, complaint)| format!("{complaint}  [{rule}]")).collect();
    if complaints.is_empty() { ExitCode::SUCCESS } else { say_and_fail(&complaints.join("\n")) }
}

#[expect(clippy::print_stderr, reason = "a command's own voice")]
fn say_and_fail(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}
