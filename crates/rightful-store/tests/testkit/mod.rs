//! What tests do to a store's folder behind its back, and how they wait for what it answers.

#![allow(dead_code, reason = "each test binary uses its own part of the kit")]

use std::fs::OpenOptions;
use std::path::{Path, PathBuf};

/// Waits for what a store answers.
pub(crate) fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &to);
        } else {
            std::fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// The newest journal of a closed store's database.
pub(crate) fn journal(dir: &Path) -> PathBuf {
    let files = std::fs::read_dir(dir.join("db")).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|end| end == "jnl")).max().unwrap()
}

/// How many bytes of it are written: it is made long and filled later.
pub(crate) fn journal_used(dir: &Path) -> usize {
    std::fs::read(journal(dir)).unwrap().iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1)
}

/// Loses what of it is beyond so many bytes.
pub(crate) fn cut_journal(dir: &Path, length: usize) {
    OpenOptions::new().write(true).open(journal(dir)).unwrap().set_len(length as u64).unwrap();
}
