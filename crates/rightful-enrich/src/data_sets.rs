//! The data folder as read: which files there are, what each is, how old, and what all of them say of an address.
//!
//! A database is known by what is in it, a list by its name and a table by its ending. What did not change since it
//! was read is not read again.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read, Seek, SeekFrom};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use rightful_domain::{NetworkKind, Timestamp};

use crate::breach::{BREACHED_PASSWORDS_FILE, BREACHED_USERNAMES_FILE, BreachIndex};
use crate::disposable::{self, DomainList};
use crate::geo::{AddressFacts, Database, Subject, Table};
use crate::network::{self, Claims, List};
use crate::{EnrichError, address};

/// The most files of a data folder; beyond, it is the wrong folder.
const FILES_MAX: usize = 256;
/// The largest database, in bytes: it is held in memory. The largest of a maker known today is below half of it.
const DATABASE_BYTES_MAX: u64 = 2 << 30;
/// Where from a file's end a database's mark must be: MaxMind DB 2.0, "Database Metadata".
const MARK_WITHIN_BYTES: u64 = 128 * 1024;
const MARK: &[u8] = b"\xab\xcd\xefMaxMind.com";
/// Endings of files that may be lists; a table may be one, too.
const LIST_ENDINGS: [&str; 4] = ["txt", "lst", "list", "netset"];
/// Endings of files that may be lists of domains: the best known of them is called `.conf`.
const DOMAIN_LIST_ENDINGS: [&str; 4] = ["txt", "lst", "list", "conf"];
/// Endings of files that are still being written.
const UNFINISHED_ENDINGS: [&str; 3] = ["part", "tmp", "download"];

/// What a data set is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum DataSetKind {
    /// Cities, regions and coordinates.
    City,
    /// Countries.
    Country,
    /// Autonomous systems and who runs them.
    Asn,
    /// Several sorts of networks: anonymizers, connection types.
    Anonymizer,
    /// Networks of one sort.
    Network(NetworkKind),
    /// Passwords and usernames from breaches.
    Breach,
    /// Domains of e-mail addresses to throw away.
    DisposableEmail,
}

impl DataSetKind {
    /// As spelled in metrics: one of a closed set.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::City => "city",
            Self::Country => "country",
            Self::Asn => "asn",
            Self::Anonymizer => "anonymizer",
            Self::Network(kind) => kind.as_str(),
            Self::Breach => "breach",
            Self::DisposableEmail => "disposable_email",
        }
    }
}

impl From<Subject> for DataSetKind {
    fn from(subject: Subject) -> Self {
        match subject {
            Subject::City => Self::City,
            Subject::Country => Self::Country,
            Subject::System => Self::Asn,
            Subject::Network => Self::Anonymizer,
        }
    }
}

/// One data set in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataSetInfo {
    /// Its file's name.
    pub file: Arc<str>,
    /// What it is about.
    pub kind: DataSetKind,
    /// When it was built: as it says itself, or else when its file was last written. None if neither is known.
    pub built_at: Option<Timestamp>,
    /// How many ranges or entries it has; None for a database, which does not say.
    pub n_entries: Option<usize>,
}

/// What a file was when it was read: its length in bytes and when it was last written.
type Stamp = (u64, Option<SystemTime>);

/// What each file of a folder is at a moment.
pub(crate) type Stamps = BTreeMap<String, Stamp>;

/// The files of a folder: those directly in it that are not hidden and not still being written.
pub(crate) fn stamps(folder: &Path) -> Result<Stamps, EnrichError> {
    let unreadable = |source| EnrichError::Unreadable { file: folder.display().to_string(), source };
    let mut stamps = Stamps::new();
    // Reading the folder first makes a slip in its name an error, and not an empty set of data.
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        if name.starts_with('.') || UNFINISHED_ENDINGS.contains(&ending(&name).as_str()) {
            continue;
        }
        // Through links, as what is meant is the file behind; one that has just gone away is not there.
        let Ok(about) = fs::metadata(entry.path()) else { continue };
        if about.is_file() {
            stamps.insert(name, (about.len(), about.modified().ok()));
        }
        if stamps.len() > FILES_MAX {
            return Err(EnrichError::TooMany { file: folder.display().to_string(), max: FILES_MAX });
        }
    }
    Ok(stamps)
}

fn ending(file: &str) -> String {
    file.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default()
}

/// A file as read.
#[derive(Debug)]
struct DataSet {
    info: DataSetInfo,
    content: Content,
}

#[derive(Debug)]
enum Content {
    Database(Database),
    Table(Table),
    List(List),
    Domains(DomainList),
    /// Nothing that says something of an address.
    Other,
}

/// Everything that was read.
#[derive(Debug)]
pub(crate) struct DataSets {
    stamps: Stamps,
    files: BTreeMap<String, Arc<DataSet>>,
    /// In the order in which they are asked.
    places: Vec<Arc<DataSet>>,
    claims: Claims,
    pub(crate) breaches: Arc<BreachIndex>,
}

impl DataSets {
    /// Without a folder: nothing is known.
    pub(crate) fn none() -> Result<Self, EnrichError> {
        Ok(Self {
            stamps: Stamps::new(),
            files: BTreeMap::new(),
            places: Vec::new(),
            claims: Claims::of(&[])?,
            breaches: Arc::default(),
        })
    }

    /// Reads a folder; what `before` has and is the same by its stamp is taken from there.
    pub(crate) fn read(folder: &Path, stamps: Stamps, before: Option<&Self>) -> Result<Self, EnrichError> {
        let mut files = BTreeMap::new();
        for (name, stamp) in &stamps {
            let same = before.filter(|before| before.stamps.get(name) == Some(stamp));
            if let Some(set) = same.and_then(|before| before.files.get(name)) {
                files.insert(name.clone(), Arc::clone(set));
            } else if same.is_none()
                && let Some(set) = read_file(folder, name, *stamp)?
            {
                files.insert(name.clone(), Arc::new(set));
            }
        }
        let breach_stamps =
            |stamps: &Stamps| [BREACHED_PASSWORDS_FILE, BREACHED_USERNAMES_FILE].map(|file| stamps.get(file).copied());
        let same = before.filter(|before| breach_stamps(&before.stamps) == breach_stamps(&stamps));
        let breaches = match same {
            Some(before) => Arc::clone(&before.breaches),
            None => Arc::new(BreachIndex::read(folder)?),
        };
        let is_place = |set: &&Arc<DataSet>| matches!(set.content, Content::Database(_) | Content::Table(_));
        let mut places: Vec<_> = files.values().filter(is_place).cloned().collect();
        places.sort_by_key(|set| (turn(set.info.kind), Reverse(set.info.built_at)));
        let lists: Vec<&List> = files.values().filter_map(|set| set.list()).collect();
        let claims = Claims::of(&lists)?;
        Ok(Self { stamps, files, places, claims, breaches })
    }

    /// What the folder was when it was read.
    pub(crate) const fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    /// What is in use, by file.
    pub(crate) fn infos(&self) -> Vec<DataSetInfo> {
        self.files.values().map(|set| set.info.clone()).collect()
    }

    /// Files that are there and not in use.
    pub(crate) fn unused(&self) -> Vec<String> {
        self.stamps.keys().filter(|name| !self.files.contains_key(*name)).cloned().collect()
    }

    /// What is known of a public address. O(log n) in the number of ranges.
    pub(crate) fn about(&self, ip: IpAddr) -> AddressFacts {
        let ip = address::innermost(ip);
        let mut facts = AddressFacts::default();
        for set in &self.places {
            let is_told = match set.info.kind {
                DataSetKind::City | DataSetKind::Country => facts.country.is_some() && facts.asn.is_some(),
                DataSetKind::Asn => facts.asn.is_some(),
                DataSetKind::Anonymizer
                | DataSetKind::Network(_)
                | DataSetKind::Breach
                | DataSetKind::DisposableEmail => false,
            };
            match &set.content {
                Content::Table(table) if !is_told => table.add(ip, &mut facts),
                // A city's database may name the network, too; one of countries does not.
                Content::Database(database) if !is_told || set.info.kind == DataSetKind::City => {
                    database.add(ip, &mut facts);
                }
                Content::Database(_) | Content::Table(_) | Content::List(_) | Content::Domains(_) | Content::Other => {}
            }
        }
        facts.networks.extend(self.claims.about(ip, facts.asn).cloned());
        facts.settle();
        facts
    }

    /// Whether any list has a domain, in its one spelling, or one above it; None where no list is loaded. O(labels).
    pub(crate) fn is_disposable(&self, domain: &str) -> Option<bool> {
        let lists = self.files.values().filter_map(|set| set.domains());
        lists.map(|list| list.has(domain)).reduce(|one, other| one || other)
    }
}

/// When a set is asked: those of systems before places, so that a set that has both is not asked for the system alone;
/// cities before countries, as the finer; then what networks are called. Of the same turn the newest goes first.
const fn turn(kind: DataSetKind) -> u8 {
    match kind {
        DataSetKind::Asn => 0,
        DataSetKind::City => 1,
        DataSetKind::Country => 2,
        DataSetKind::Anonymizer | DataSetKind::Network(_) | DataSetKind::Breach | DataSetKind::DisposableEmail => 3,
    }
}

impl DataSet {
    const fn list(&self) -> Option<&List> {
        match &self.content {
            Content::List(list) => Some(list),
            Content::Database(_) | Content::Table(_) | Content::Domains(_) | Content::Other => None,
        }
    }

    const fn domains(&self) -> Option<&DomainList> {
        match &self.content {
            Content::Domains(domains) => Some(domains),
            Content::Database(_) | Content::Table(_) | Content::List(_) | Content::Other => None,
        }
    }
}

/// Reads a file; None if it is no data set.
fn read_file(folder: &Path, file: &str, stamp: Stamp) -> Result<Option<DataSet>, EnrichError> {
    let written_at = stamp.1.and_then(|at| at.duration_since(UNIX_EPOCH).ok()).map(|at| at.as_secs());
    let set = |kind, built_at_s: Option<u64>, n_entries, content| {
        let built_at = built_at_s.and_then(|at| i64::try_from(at).ok()).map(Timestamp::from_seconds);
        Some(DataSet { info: DataSetInfo { file: file.into(), kind, built_at, n_entries }, content })
    };
    let ending = ending(file);
    if [BREACHED_PASSWORDS_FILE, BREACHED_USERNAMES_FILE].contains(&file) {
        return Ok(set(DataSetKind::Breach, written_at, None, Content::Other));
    }
    if disposable::is_list(file) && DOMAIN_LIST_ENDINGS.contains(&ending.as_str()) {
        let domains = DomainList::read(folder, file)?;
        return Ok(set(DataSetKind::DisposableEmail, written_at, Some(domains.len()), Content::Domains(domains)));
    }
    if ending == "csv" || LIST_ENDINGS.contains(&ending.as_str()) {
        if let Some(kind) = network::kind_of(file) {
            let list = List::read(folder, file, kind)?;
            return Ok(set(DataSetKind::Network(kind), written_at, Some(list.len()), Content::List(list)));
        }
        if ending != "csv" {
            return Ok(None);
        }
        let table = Table::read(folder, file)?;
        return Ok(set(table.subject.into(), written_at, Some(table.len()), Content::Table(table)));
    }
    let Some(bytes) = database_bytes(folder, file, stamp.0, ending == "mmdb")? else { return Ok(None) };
    let Some(database) = Database::read(file, bytes)? else { return Ok(None) };
    let built_at = database.built_at_s();
    Ok(set(database.subject.into(), Some(built_at), None, Content::Database(database)))
}

/// The bytes of a database; None for what is none by its mark, unless its name says that it is one.
fn database_bytes(folder: &Path, file: &str, length: u64, is_named: bool) -> Result<Option<Vec<u8>>, EnrichError> {
    let unreadable = |source| EnrichError::Unreadable { file: file.to_owned(), source };
    if length > DATABASE_BYTES_MAX {
        let why = format!("it is longer than {DATABASE_BYTES_MAX} bytes");
        return Err(EnrichError::BadDatabase { file: file.to_owned(), why });
    }
    let mut opened = File::open(folder.join(file)).map_err(unreadable)?;
    if !is_named && !has_mark(&mut opened, length).map_err(unreadable)? {
        return Ok(None);
    }
    opened.rewind().map_err(unreadable)?;
    let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default());
    opened.take(DATABASE_BYTES_MAX).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(Some(bytes))
}

fn has_mark(file: &mut File, length: u64) -> io::Result<bool> {
    file.seek(SeekFrom::Start(length.saturating_sub(MARK_WITHIN_BYTES)))?;
    let mut end = Vec::new();
    file.take(MARK_WITHIN_BYTES).read_to_end(&mut end)?;
    Ok(end.windows(MARK.len()).any(|window| window == MARK))
}
