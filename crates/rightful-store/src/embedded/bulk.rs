//! Writing sorted runs past the journal: what a checkpoint writes can be learned again, so it need not be logged first,
//! and in order it costs a third of what it would cost one by one.

use std::collections::BTreeSet;
use std::fs::File;
use std::path::PathBuf;

use fjall::{Keyspace, UserKey, UserValue};

use super::disk::{failed, unavailable};
use crate::StoreError;

/// Where the database keeps a keyspace's files.
const TABLES_DIR: &str = "tables";

/// Writes rows into a keyspace, all or none, and synced. `write` is given where to put each, in ascending order.
///
/// No other writes may go into that keyspace, since they would have to be turned into a file first, while logins wait.
pub(super) fn write_sorted(
    keyspace: &Keyspace,
    write: impl FnOnce(&mut dyn FnMut(UserKey, UserValue) -> Result<(), StoreError>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let before = files(keyspace)?;
    let mut ingestion = keyspace.start_ingestion().map_err(failed)?;
    write(&mut |key, value| ingestion.write(key, value).map_err(failed))?;
    // The database syncs what is new while it holds its journal, and logins wait for that. So most of it is synced now:
    // a file synced twice costs nothing the second time.
    for file in files(keyspace)?.difference(&before) {
        match File::open(file).and_then(|file| file.sync_data()) {
            Ok(()) => {}
            // Merged away in the meantime.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(unavailable(error)),
        }
    }
    ingestion.finish().map_err(failed)
}

/// Syncs as much as is written of the file that was begun last.
pub(super) fn sync_newest(keyspace: &Keyspace) -> std::io::Result<()> {
    let mut newest = None;
    for entry in std::fs::read_dir(keyspace.path().join(TABLES_DIR))? {
        // They are named by number.
        let name = entry?.file_name();
        newest = newest.max(name.to_str().and_then(|name| name.parse::<u64>().ok()));
    }
    let Some(number) = newest else { return Ok(()) };
    match File::open(keyspace.path().join(TABLES_DIR).join(number.to_string())).and_then(|file| file.sync_data()) {
        // Merged away in the meantime.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        synced => synced,
    }
}

fn files(keyspace: &Keyspace) -> Result<BTreeSet<PathBuf>, StoreError> {
    let entries = std::fs::read_dir(keyspace.path().join(TABLES_DIR)).map_err(unavailable)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(unavailable)).collect()
}
