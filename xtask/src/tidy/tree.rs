//! The repository as the rules see it: its files as git has them, and its crates as Cargo resolves them.

use std::fmt;
use std::path::Path;
use std::process::Command;

use super::{Graph, Source};

/// The targets that are built and shipped; what other targets would pull in is not looked at.
const SHIPPED_TARGETS: [&str; 2] = ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu"];

/// The repository as the rules see it.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// Every text file that git has or would take, by path.
    pub sources: Vec<Source>,
    /// Every crate of the lock file that a shipped target needs.
    pub graph: Graph,
}

/// Why the repository could not be read.
#[derive(Debug)]
pub struct TreeError(String);

impl fmt::Display for TreeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TreeError {}

impl Tree {
    /// Reads the repository at `root` with `git` and `cargo`.
    pub fn read(root: &Path) -> Result<Self, TreeError> {
        Ok(Self { sources: read_sources(root)?, graph: read_graph(root)? })
    }

    /// The file of that path; None if there is none.
    #[must_use]
    pub fn source(&self, path: &str) -> Option<&Source> {
        self.sources.iter().find(|source| source.path == path)
    }

    /// The files below a folder (given with its slash), by path.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a Source> {
        self.sources.iter().filter(move |source| source.path.starts_with(folder))
    }

    /// The Rust files, by path.
    pub fn rust(&self) -> impl Iterator<Item = &Source> {
        self.sources.iter().filter(|source| source.is_rust())
    }

    /// A tree of these files and no crates, for specimens.
    pub(super) fn of_sources<const N: usize>(sources: [(&str, &str); N]) -> Self {
        Self { sources: sources.map(|(path, text)| Source::new(path, text)).into(), graph: Graph::default() }
    }
}

fn read_sources(root: &Path) -> Result<Vec<Source>, TreeError> {
    // A clone may belong to another user than the one who tests it, as in a container.
    let listing =
        run(root, "git", &["-c", "safe.directory=*", "ls-files", "-z", "--cached", "--others", "--exclude-standard"])?;
    let mut paths: Vec<&str> = listing.split('\0').filter(|path| !path.is_empty()).collect();
    paths.sort_unstable();
    paths.dedup();
    // A deleted file is still listed until the deletion is staged, and pictures are not text: both are skipped.
    Ok(paths
        .into_iter()
        .filter_map(|path| Some(Source::new(path, std::fs::read_to_string(root.join(path)).ok()?)))
        .collect())
}

fn read_graph(root: &Path) -> Result<Graph, TreeError> {
    let mut arguments = vec!["metadata", "--format-version", "1", "--locked"];
    arguments.extend(SHIPPED_TARGETS.iter().flat_map(|target| ["--filter-platform", target]));
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".into());
    let json = run(root, &cargo, &arguments)?;
    Graph::parse(&json).ok_or_else(|| TreeError("cargo metadata has another shape than expected".into()))
}

fn run(root: &Path, program: &str, arguments: &[&str]) -> Result<String, TreeError> {
    let output = Command::new(program)
        .args(arguments)
        .current_dir(root)
        .output()
        .map_err(|error| TreeError(format!("cannot run {program}: {error}")))?;
    if !output.status.success() {
        return Err(TreeError(format!("{program} failed: {}", String::from_utf8_lossy(&output.stderr).trim())));
    }
    String::from_utf8(output.stdout).map_err(|_| TreeError(format!("{program} printed what is not text")))
}
