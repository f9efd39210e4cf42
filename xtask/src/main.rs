//! Runs the chores of the repository: `cargo run -p xtask -- tidy`, `cargo run -p xtask -- soak`.

use std::path::Path;
use std::process::ExitCode;

use xtask::soak::{self, Options};
use xtask::tidy::{self, Tree};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["tidy"] => tidy_up(),
        ["soak", options @ ..] => soak(options),
        _ => say_and_fail("usage: xtask tidy|soak"),
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

/// Tells of each round as it ends, and of all at the end; fails if a login was lost or doubled, or a start too slow.
fn soak(arguments: &[&str]) -> ExitCode {
    let options = match Options::parse(arguments) {
        Ok(options) => options,
        Err(error) => return say_and_fail(&error.to_string()),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return say_and_fail(&error.to_string()),
    };
    match runtime.block_on(soak::run(&options, &mut |round| say(&round.to_string()))) {
        Ok(summary) if summary.is_good() => {
            say(&summary.to_string());
            ExitCode::SUCCESS
        }
        Ok(summary) => say_and_fail(&format!("FAILED: {summary}")),
        Err(error) => say_and_fail(&error.to_string()),
    }
}

#[expect(clippy::print_stdout, reason = "a command's own voice")]
fn say(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "a command's own voice")]
fn say_and_fail(text: &str) -> ExitCode {
    eprintln!("{text}");
    ExitCode::FAILURE
}
