//! The highest sequence number that somebody was told is safe, kept apart from the database, so that a ledger that has
//! lost its end cannot pass for one that never had it.
//!
//! Two slots in one small file, written in turn, so that a torn write leaves the other. Written before each answer and
//! synced at checkpoints only: after a crash of the program it is exact, after one of the machine it may lag behind,
//! and it is never ahead of what is durable.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use parking_lot::Mutex;

/// The file's name in the data folder.
pub(super) const FILE: &str = "acknowledged";
/// Slots lie in different sectors of any disk.
const SLOT_BYTES: u64 = 4_096;
/// What a slot begins with.
const MAGIC: [u8; 8] = *b"rightful";
/// Magic, number, checksum.
const RECORD_BYTES: usize = 20;

/// The file.
pub(super) struct Acknowledged {
    file: Mutex<File>,
}

/// What the file says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// There is no file.
    Missing,
    /// Neither slot reads back.
    Corrupt,
    /// This number.
    Sequence(u64),
}

/// Reads what the file of a data folder says.
pub(super) fn read(dir: &Path) -> io::Result<Told> {
    let bytes = match std::fs::read(dir.join(FILE)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Told::Missing),
        Err(error) => return Err(error),
    };
    let slots = [0, SLOT_BYTES].map(|start| {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        decode(bytes.get(start..)?.get(..RECORD_BYTES)?)
    });
    Ok(slots.into_iter().flatten().max().map_or(Told::Corrupt, Told::Sequence))
}

impl Acknowledged {
    /// Opens or makes the file and writes a number to both slots.
    pub(super) fn start(dir: &Path, sequence: u64) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(FILE))?;
        for start in [0, SLOT_BYTES] {
            file.write_all_at(&encode(sequence), start)?;
        }
        file.sync_all()?;
        File::open(dir)?.sync_all()?;
        Ok(Self { file: Mutex::new(file) })
    }

    /// Notes that everything up to a number is about to be acknowledged.
    pub(super) fn note(&self, sequence: u64) -> io::Result<()> {
        let start = (sequence % 2) * SLOT_BYTES;
        self.file.lock().write_all_at(&encode(sequence), start)
    }

    /// Makes what was noted survive the machine, too.
    pub(super) fn sync(&self) -> io::Result<()> {
        self.file.lock().sync_data()
    }
}

fn encode(sequence: u64) -> [u8; RECORD_BYTES] {
    let mut record = [0; RECORD_BYTES];
    let (said, checksum) = record.split_at_mut(RECORD_BYTES - 4);
    let (magic, number) = said.split_at_mut(MAGIC.len());
    magic.copy_from_slice(&MAGIC);
    number.copy_from_slice(&sequence.to_le_bytes());
    checksum.copy_from_slice(&crc32fast::hash(said).to_le_bytes());
    record
}

fn decode(record: &[u8]) -> Option<u64> {
    let (said, checksum) = record.split_last_chunk::<4>()?;
    let (magic, number) = said.split_at_checked(MAGIC.len())?;
    let right = magic == MAGIC && *checksum == crc32fast::hash(said).to_le_bytes();
    right.then(|| number.try_into().ok().map(u64::from_le_bytes))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_highest_readable_slot_counts() {
        let dir = tempfile::tempdir().unwrap();
        assert_eq!(read(dir.path()).unwrap(), Told::Missing);
        let file = Acknowledged::start(dir.path(), 5).unwrap();
        assert_eq!(read(dir.path()).unwrap(), Told::Sequence(5));
        file.note(6).unwrap();
        file.note(7).unwrap();
        assert_eq!(read(dir.path()).unwrap(), Told::Sequence(7));
        let mut bytes = std::fs::read(dir.path().join(FILE)).unwrap();
        bytes[4_096 + 9] ^= 1;
        std::fs::write(dir.path().join(FILE), &bytes).unwrap();
        assert_eq!(read(dir.path()).unwrap(), Told::Sequence(6));
        std::fs::write(dir.path().join(FILE), &bytes[..10]).unwrap();
        assert_eq!(read(dir.path()).unwrap(), Told::Corrupt);
    }
}
