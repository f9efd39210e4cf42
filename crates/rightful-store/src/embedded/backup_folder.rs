//! The folder that a backup is written to: beside its place under another name, locked, nobody else's to read, and given
//! its name last. What has no name in the end is taken away.

use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::ErrorKind;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::acknowledged;
use super::backup::BackupError;
use super::open::{DATABASE_DIR, LOCK_FILE, disk_bytes, lock};
use crate::{BoxError, StoreError};

/// What is added to the name while the copy is not whole.
const PARTIAL: &str = ".partial";
const DIR_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;

/// A backup that is being written.
#[derive(Debug)]
pub struct BackupFolder {
    /// The data folder that is copied.
    data: PathBuf,
    place: PathBuf,
    partial: PathBuf,
    others: &'static [&'static str],
    is_whole: bool,
    /// Held until it has its name or is gone: of two that write to one place, the second is refused.
    _lock: File,
}

impl BackupFolder {
    pub(super) fn make(data: &Path, place: &Path, others: &'static [&'static str]) -> Result<Self, BackupError> {
        let parent = parent_of(data, place)?;
        refuse_existing(place)?;
        let mut name = place.file_name().unwrap_or_default().to_owned();
        name.push(PARTIAL);
        let partial = parent.join(name);
        match DirBuilder::new().mode(DIR_MODE).create(&partial) {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => check_leftover(&partial, others)?,
            Err(error) => return Err(unwritable(&partial, error)),
        }
        let lock = match lock(&partial) {
            Ok(lock) => lock,
            Err(StoreError::Locked) => {
                return Err(BackupError::Place(format!("another backup is being written to {}", partial.display())));
            }
            Err(StoreError::Unavailable { source }) => return Err(unwritable(&partial, source)),
            Err(error) => return Err(unwritable(&partial, error)),
        };
        let (data, place) = (data.to_owned(), place.to_owned());
        let folder = Self { data, place, partial, others, is_whole: false, _lock: lock };
        folder.empty().map_err(|error| unwritable(&folder.partial, error))?;
        Ok(folder)
    }

    /// Where the copy is to be.
    #[must_use]
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Where it is written.
    pub(super) fn path(&self) -> &Path {
        &self.partial
    }

    /// Takes away what a backup left that was broken off.
    fn empty(&self) -> std::io::Result<()> {
        std::fs::set_permissions(&self.partial, Permissions::from_mode(DIR_MODE))?;
        for entry in std::fs::read_dir(&self.partial)? {
            let entry = entry?;
            if entry.file_name() == LOCK_FILE {
                continue;
            }
            if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            } else {
                std::fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }

    /// Adds the other files, syncs everything, and gives the copy its name. Gives what it takes on disk.
    pub(super) fn finish(mut self) -> Result<u64, BackupError> {
        for name in self.others {
            copy(&self.data.join(name), &self.partial.join(name))?;
        }
        let settled = settle(&self.partial).and_then(|()| disk_bytes(&self.partial));
        let bytes = settled.map_err(|error| unwritable(&self.partial, error))?;
        refuse_existing(&self.place)?;
        std::fs::rename(&self.partial, &self.place).map_err(|error| unwritable(&self.place, error))?;
        self.is_whole = true;
        let parent = self.place.parent().unwrap_or(Path::new("/"));
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(|error| unwritable(parent, error))?;
        Ok(bytes)
    }
}

impl Drop for BackupFolder {
    fn drop(&mut self) {
        if !self.is_whole
            && let Err(error) = std::fs::remove_dir_all(&self.partial)
        {
            tracing::warn!(%error, "a backup that was broken off cannot be taken away: {}", self.partial.display());
        }
    }
}

/// What could not be written, and why.
pub(super) fn unwritable(path: &Path, source: impl Into<BoxError>) -> BackupError {
    BackupError::Unwritable { what: path.display().to_string(), source: source.into() }
}

/// The folder that a place is in: one that is there, since a disk that is not mounted should not be filled by mistake.
fn parent_of<'p>(data: &Path, place: &'p Path) -> Result<&'p Path, BackupError> {
    let parent = place.parent().filter(|_| place.is_absolute() && place.file_name().is_some());
    let parent = parent.ok_or_else(|| {
        BackupError::Place(format!("{} is no place for a backup: it must be a whole path", place.display()))
    })?;
    let found = std::fs::canonicalize(parent)
        .map_err(|error| BackupError::Place(format!("there is no folder {}: {error}", parent.display())))?;
    let data = std::fs::canonicalize(data).map_err(|error| unwritable(data, error))?;
    if found.starts_with(&data) {
        return Err(BackupError::Place(format!("{} is in the data folder itself", place.display())));
    }
    Ok(parent)
}

fn refuse_existing(place: &Path) -> Result<(), BackupError> {
    match std::fs::symlink_metadata(place) {
        Ok(_) => Err(BackupError::Place(format!("{} is there already: name another place", place.display()))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(unwritable(place, error)),
    }
}

/// What stands in the way of a backup is replaced if it looks like one that was broken off, and nothing else.
fn check_leftover(partial: &Path, others: &[&str]) -> Result<(), BackupError> {
    let ours = |name: &std::ffi::OsStr| {
        let known = [DATABASE_DIR, acknowledged::FILE, LOCK_FILE];
        known.iter().chain(others).any(|known| name == *known)
    };
    let is_dir = std::fs::symlink_metadata(partial).is_ok_and(|metadata| metadata.is_dir());
    let looks_like_one = is_dir
        && std::fs::read_dir(partial)
            .map_err(|error| unwritable(partial, error))?
            .all(|entry| entry.is_ok_and(|entry| ours(&entry.file_name())));
    if looks_like_one {
        return Ok(());
    }
    let words = "is in the way and was not left by a backup: remove it, or name another place";
    Err(BackupError::Place(format!("{} {words}", partial.display())))
}

/// Copies a file of the data folder, if it is there.
fn copy(from: &Path, to: &Path) -> Result<(), BackupError> {
    let mut from = match File::open(from) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            return Err(BackupError::Unreadable(StoreError::Unavailable { source: error.into() }));
        }
    };
    let file = OpenOptions::new().write(true).create_new(true).mode(FILE_MODE).open(to);
    file.and_then(|mut file| std::io::copy(&mut from, &mut file)).map_err(|error| unwritable(to, error))?;
    Ok(())
}

/// Makes a folder with all that is in it the owner's alone, and durable.
fn settle(dir: &Path) -> std::io::Result<()> {
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(&dir)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                dirs.push(entry.path());
                continue;
            }
            std::fs::set_permissions(entry.path(), Permissions::from_mode(FILE_MODE))?;
            File::open(entry.path())?.sync_all()?;
        }
        std::fs::set_permissions(&dir, Permissions::from_mode(DIR_MODE))?;
        File::open(&dir)?.sync_all()?;
    }
    Ok(())
}
