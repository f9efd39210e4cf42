//! Files of lines: one entry a line, blank lines and comments skipped, a broken line an error with its number.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use crate::{BadLine, EnrichError};

/// The most entries of one file: at 16 to 48 bytes each in memory, a few hundred MB.
pub const ENTRIES_MAX: usize = 10_000_000;

/// Hands over each entry of a file without white space around it; false if there is no such file. `line_bytes_max` is
/// that of an entry: a comment may be of any length.
pub(crate) fn each_entry(
    folder: &Path,
    file: &str,
    line_bytes_max: u64,
    mut take: impl FnMut(&[u8]) -> Result<(), BadLine>,
) -> Result<bool, EnrichError> {
    let unreadable = |source| EnrichError::Unreadable { file: file.to_owned(), source };
    let mut reader = match File::open(folder.join(file)) {
        Ok(opened) => BufReader::new(opened),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unreadable(error)),
    };
    let (mut line, mut n_entries, mut text) = (0, 0, Vec::new());
    while next_line(&mut reader, line_bytes_max, &mut text).map_err(unreadable)? {
        line += 1;
        let bad = |why| EnrichError::BadLine { file: file.to_owned(), line, why };
        let entry = text.trim_ascii();
        if entry.is_empty() || entry.starts_with(b"#") {
            continue;
        }
        if text.len() as u64 > line_bytes_max {
            return Err(bad(BadLine::TooLong));
        }
        n_entries += 1;
        if n_entries > ENTRIES_MAX {
            return Err(EnrichError::TooMany { file: file.to_owned(), max: ENTRIES_MAX });
        }
        take(entry).map_err(bad)?;
    }
    Ok(true)
}

/// Reads a line, and of one that is too long just enough to see that. False at the end.
fn next_line(reader: &mut BufReader<File>, line_bytes_max: u64, text: &mut Vec<u8>) -> io::Result<bool> {
    text.clear();
    let n_read = reader.by_ref().take(line_bytes_max + 1).read_until(b'\n', text)?;
    let is_cut = n_read as u64 > line_bytes_max && !text.ends_with(b"\n");
    if is_cut {
        reader.skip_until(b'\n')?;
    }
    Ok(n_read > 0)
}
