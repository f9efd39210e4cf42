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

use rightful_domain::{NetworkKind, Timestamp, innermost_address};

use crate::EnrichError;
use crate::breach::{BREACHED_PASSWORDS_FILE, BREACHED_USERNAMES_FILE, BreachIndex, BreachedPasswords, Digests};
use crate::disposable::{self, DomainList};
use crate::geo::{AddressFacts, Database, Subject, Table};
use crate::network::{self, Claims, List};

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

/// A file that cannot be read as the data set that it is meant as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenFile {
    /// Its name.
    pub file: Arc<str>,
    /// What is wrong with it: the file and, of a list or a table, the line; never what is written there.
    pub why: Arc<str>,
    /// Whether what it held before it broke is still in use. False where it was never whole.
    pub has_former: bool,
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
    Passwords(Arc<BreachedPasswords>),
    Usernames(Arc<Digests>),
}

/// Everything that was read.
#[derive(Debug)]
pub(crate) struct DataSets {
    stamps: Stamps,
    files: BTreeMap<String, Arc<DataSet>>,
    /// In the order in which they are asked.
    places: Vec<Arc<DataSet>>,
    claims: Claims,
    pub(crate) breaches: BreachIndex,
    /// What is wrong with the files that are broken. Of those that were whole before, that stands in `files`.
    broken: BTreeMap<String, Arc<str>>,
}

/// What was read, and what is wrong with each file that could not be: told by whoever reads, once.
pub(crate) type ReadFolder = (DataSets, Vec<EnrichError>);

/// Of which files that are the same as before it is believed that they hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reread {
    /// Of none: everything is read.
    All,
    /// Of those with the same stamp.
    Changed,
}

impl DataSets {
    /// Without a folder: nothing is known.
    pub(crate) fn none() -> Result<Self, EnrichError> {
        Ok(Self {
            stamps: Stamps::new(),
            files: BTreeMap::new(),
            places: Vec::new(),
            claims: Claims::of(&[])?,
            breaches: BreachIndex::default(),
            broken: BTreeMap::new(),
        })
    }

    /// Reads a folder. A file that is broken keeps what it held in `before`; the others do not suffer from it.
    pub(crate) fn read(
        folder: &Path,
        stamps: Stamps,
        before: Option<&Self>,
        reread: Reread,
    ) -> Result<ReadFolder, EnrichError> {
        let (mut files, mut broken, mut errors) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for (name, stamp) in &stamps {
            let former = before.and_then(|before| before.files.get(name));
            let same = before.filter(|before| reread == Reread::Changed && before.stamps.get(name) == Some(stamp));
            if let Some(same) = same {
                files.extend(former.map(|set| (name.clone(), Arc::clone(set))));
                broken.extend(same.broken.get(name).map(|why| (name.clone(), Arc::clone(why))));
                continue;
            }
            match read_file(folder, name, *stamp).and_then(|set| still_one(name, set, former)) {
                Ok(set) => files.extend(set.map(|set| (name.clone(), Arc::new(set)))),
                Err(error) => {
                    files.extend(former.map(|set| (name.clone(), Arc::clone(set))));
                    broken.insert(name.clone(), error.in_words().into());
                    errors.push(error);
                }
            }
        }
        let mut breaches = BreachIndex::default();
        files.values().for_each(|set: &Arc<DataSet>| set.add_to(&mut breaches));
        let is_place = |set: &&Arc<DataSet>| matches!(set.content, Content::Database(_) | Content::Table(_));
        let mut places: Vec<_> = files.values().filter(is_place).cloned().collect();
        places.sort_by_key(|set| (turn(set.info.kind), Reverse(set.info.built_at)));
        let lists: Vec<&List> = files.values().filter_map(|set| set.list()).collect();
        let claims = Claims::of(&lists)?;
        Ok((Self { stamps, files, places, claims, breaches, broken }, errors))
    }

    /// What the folder was when it was read.
    pub(crate) const fn stamps(&self) -> &Stamps {
        &self.stamps
    }

    /// What is in use, by file.
    pub(crate) fn infos(&self) -> Vec<DataSetInfo> {
        self.files.values().map(|set| set.info.clone()).collect()
    }

    /// Files that are there, whole, and not in use.
    pub(crate) fn unused(&self) -> Vec<String> {
        let is_known = |name: &&String| self.files.contains_key(*name) || self.broken.contains_key(*name);
        self.stamps.keys().filter(|name| !is_known(name)).cloned().collect()
    }

    /// Files that are broken.
    pub(crate) fn broken(&self) -> Vec<BrokenFile> {
        let told = |(name, why): (&String, &Arc<str>)| BrokenFile {
            file: name.as_str().into(),
            why: Arc::clone(why),
            has_former: self.files.contains_key(name),
        };
        self.broken.iter().map(told).collect()
    }

    /// What is known of a public address. O(log n) in the number of ranges.
    pub(crate) fn about(&self, ip: IpAddr) -> AddressFacts {
        let ip = innermost_address(ip);
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
                Content::Database(_)
                | Content::Table(_)
                | Content::List(_)
                | Content::Domains(_)
                | Content::Passwords(_)
                | Content::Usernames(_) => {}
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
            Content::Database(_)
            | Content::Table(_)
            | Content::Domains(_)
            | Content::Passwords(_)
            | Content::Usernames(_) => None,
        }
    }

    const fn domains(&self) -> Option<&DomainList> {
        match &self.content {
            Content::Domains(domains) => Some(domains),
            Content::Database(_)
            | Content::Table(_)
            | Content::List(_)
            | Content::Passwords(_)
            | Content::Usernames(_) => None,
        }
    }

    fn add_to(&self, breaches: &mut BreachIndex) {
        match &self.content {
            Content::Passwords(passwords) => breaches.passwords = Some(Arc::clone(passwords)),
            Content::Usernames(usernames) => breaches.usernames = Some(Arc::clone(usernames)),
            Content::Database(_) | Content::Table(_) | Content::List(_) | Content::Domains(_) => {}
        }
    }
}

/// What a file holds now, unless it was a database and lost its mark: who cut it off did not mean to take it away.
fn still_one(file: &str, set: Option<DataSet>, former: Option<&Arc<DataSet>>) -> Result<Option<DataSet>, EnrichError> {
    match (&set, former) {
        (None, Some(_)) => {
            let why = "it was one before, and its end, which says so, is not there".to_owned();
            Err(EnrichError::BadDatabase { file: file.to_owned(), why })
        }
        (None | Some(_), _) => Ok(set),
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
    if file == BREACHED_PASSWORDS_FILE {
        let passwords = Content::Passwords(Arc::new(BreachedPasswords::read(folder)?));
        return Ok(set(DataSetKind::Breach, written_at, None, passwords));
    }
    if file == BREACHED_USERNAMES_FILE {
        let usernames = Content::Usernames(Arc::new(Digests::usernames(folder)?));
        return Ok(set(DataSetKind::Breach, written_at, None, usernames));
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
