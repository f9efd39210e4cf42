//! Why data sets cannot be used.

use std::error::Error as _;
use std::io;

/// Why the data folder cannot be used. Names files and lines, never what is written in them.
#[derive(Debug, thiserror::Error)]
pub enum EnrichError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {file}")]
    Unreadable {
        /// The folder or file.
        file: String,
        /// Why.
        source: io::Error,
    },
    /// A line is not what its file is made of.
    #[error("{file}, line {line}: {why}")]
    BadLine {
        /// The file.
        file: String,
        /// The line, counted from 1.
        line: u64,
        /// What is wrong with it.
        why: BadLine,
    },
    /// The file holds more than fits.
    #[error("{file} holds more than {max} entries")]
    TooMany {
        /// The file.
        file: String,
        /// The most that is held.
        max: usize,
    },
    /// The file is named or looks like a MaxMind DB, and is none that can be read.
    #[error("{file} is a broken database: {why}")]
    BadDatabase {
        /// The file.
        file: String,
        /// What is wrong with it.
        why: String,
    },
}

impl EnrichError {
    /// The error and what caused it, in one line.
    #[must_use]
    pub fn in_words(&self) -> String {
        match self.source() {
            Some(cause) => format!("{self}: {cause}"),
            None => self.to_string(),
        }
    }
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadLine {
    /// It is longer than any entry.
    #[error("the line is too long")]
    TooLong,
    /// It is not hexadecimal.
    #[error("the digest is not hexadecimal")]
    NotHexadecimal,
    /// It is hexadecimal, of a length that no digest of this file has.
    #[error("the digest has a length that is neither SHA-256's nor, for passwords, SHA-1's")]
    WrongLength,
    /// It is not UTF-8, or its quotes do not match.
    #[error("the line is not text with matching quotes")]
    NotText,
    /// It has more or fewer columns than its kind of file.
    #[error(
        "the line must have the columns start, end, country or start, end, asn, organization, or those of a table of cities"
    )]
    WrongColumns,
    /// Where an address must be there is none.
    #[error("there is no network address where one must be")]
    NotAnAddress,
    /// The last address is before the first, or of another family.
    #[error("the range ends before it begins, or in the other family of addresses")]
    Backwards,
    /// A range of all addresses says nothing, and comes from a mistake.
    #[error("the range is the whole internet")]
    WholeInternet,
    /// A bare number that is no system's, as an address is when it is written as one.
    #[error("a bare number so large is no autonomous system; is it an address, written as a number?")]
    NumberedAddress,
    /// A code that ISO 3166-1 does not know, written for another; a policy could not name it.
    #[error("ISO 3166-1 has no such country; is GB meant by UK, GR by EL, RU by SU?")]
    NoSuchCountry,
    /// The country is not two letters, the system not a number.
    #[error("the third column is neither a country of two letters nor the number of an autonomous system")]
    NotAPlace,
    /// A line of a list of domains is none, or a top-level one.
    #[error("the line is not the name of a domain below a top-level one")]
    NotADomain,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_says_what_caused_it() {
        let source = io::Error::from(io::ErrorKind::PermissionDenied);
        let error = EnrichError::Unreadable { file: "city.mmdb".into(), source };
        assert_eq!(error.in_words(), "cannot read city.mmdb: permission denied");
    }
}
