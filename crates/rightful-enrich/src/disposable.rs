//! Lists of domains that hand out e-mail addresses to throw away. A list is known by the word `disposable` in its name.
//!
//! One domain a line; what is below a listed domain is listed with it, so that `*.` before one says nothing more. No
//! person's address is kept here, or said to anybody: the answer is yes or no.

use std::collections::HashSet;
use std::path::Path;

use rightful_domain::{canonical_domain, with_parents};

use crate::lines::each_entry;
use crate::{BadLine, EnrichError};

/// The word in a file's name.
const WORD: &str = "disposable";
/// The longest line: a domain of 253 letters, each of which may be written in four bytes.
const LINE_BYTES_MAX: u64 = 1_024;

/// Whether a file is such a list, by its name.
pub(crate) fn is_list(file: &str) -> bool {
    file.split(|c: char| !c.is_ascii_alphanumeric()).any(|word| word.eq_ignore_ascii_case(WORD))
}

/// One list as read.
#[derive(Debug)]
pub(crate) struct DomainList(HashSet<Box<str>>);

impl DomainList {
    /// Reads a list.
    pub(crate) fn read(folder: &Path, file: &str) -> Result<Self, EnrichError> {
        let mut domains = HashSet::new();
        each_entry(folder, file, LINE_BYTES_MAX, |line| {
            let text = std::str::from_utf8(line).map_err(|_| BadLine::NotText)?;
            let domain = canonical_domain(text.strip_prefix("*.").unwrap_or(text)).ok_or(BadLine::NotADomain)?;
            // A whole `.com` is nobody's to list, and comes from a mistake.
            if !domain.contains('.') {
                return Err(BadLine::NotADomain);
            }
            domains.insert(domain.into());
            Ok(())
        })?;
        Ok(Self(domains))
    }

    /// How many domains there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether a domain in its one spelling, or one above it, is listed. O(labels).
    pub(crate) fn has(&self, domain: &str) -> bool {
        with_parents(domain).any(|domain| self.0.contains(domain))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn list(text: &str) -> Result<DomainList, EnrichError> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("disposable.txt"), text).expect("written");
        DomainList::read(folder.path(), "disposable.txt")
    }

    #[test]
    fn a_list_is_known_by_its_name() {
        for (file, is) in [
            ("disposable-email.txt", true),
            ("disposable_email_blocklist.conf", true),
            ("Disposable.list", true),
            ("indisposable.txt", false),
            ("email.txt", false),
        ] {
            assert_eq!(is_list(file), is, "{file}");
        }
    }

    #[test]
    fn a_domain_is_listed_with_all_below_it_and_in_any_spelling() {
        let list = list("# throw-away\n\nMailinator.example\r\n*.33mail.example\nb\u{fc}cher.example\n").expect("read");
        assert_eq!(list.len(), 3);
        for (domain, is) in [
            ("mailinator.example", true),
            ("a.b.mailinator.example", true),
            ("notmailinator.example", false),
            ("example", false),
            ("33mail.example", true),
            ("ann.33mail.example", true),
            ("xn--bcher-kva.example", true),
            ("mailinator.example.org", false),
        ] {
            assert_eq!(list.has(domain), is, "{domain}");
        }
    }

    #[test]
    fn what_is_no_domain_is_an_error_with_its_line() {
        for wrong in ["com", "ann@mailinator.example", "[", "a..b", "*."] {
            let found = list(&format!("fine.example\n{wrong}\n"));
            assert!(matches!(found, Err(EnrichError::BadLine { line: 2, why: BadLine::NotADomain, .. })), "{wrong}");
        }
    }
}
