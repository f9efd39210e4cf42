//! Where an address is and whose it is: any MaxMind DB, and tables of ranges (`start,end,country`,
//! `start,end,asn,organization`, and cities as DB-IP and ip-location-db write them).
//!
//! A record that cannot be read is as if it were not there: one damaged place must not take the others away.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use maxminddb::Reader;
use rightful_domain::{
    Coordinates, CountryCode, NETWORK_CLAIMS_MAX, NetworkClaim, NetworkKind, country_meant, country_spellings,
};

use crate::lines::each_entry;
use crate::network;
use crate::ranges::{Ranges, Span};
use crate::record::{Record, Said};
use crate::{BadLine, EnrichError};

/// The longest name that is kept, in bytes: it is written with each event.
const NAME_BYTES_MAX: usize = 128;
/// The longest line of a table.
const LINE_BYTES_MAX: u64 = 1_024;
/// The largest radius of accuracy that means something, in km: half the way around the Earth.
const ACCURACY_KM_MAX: f64 = 20_038.0;
/// The first columns of a table's line of titles.
const TITLES: [&str; 8] = ["start", "first", "from", "ip_range_start", "start_ip", "ip_from", "range_start", "network"];
/// What tables say where they know of no country: nothing, Europe, and Asia with the Pacific.
const BESIDE_COUNTRIES: [&str; 4] = ["ZZ", "XX", "EU", "AP"];
/// How many records are looked at to see what a database of an unknown type is about.
const SAMPLES: usize = 64;

/// What is known of one address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct AddressFacts {
    pub(crate) country: Option<CountryCode>,
    pub(crate) region: Option<Arc<str>>,
    pub(crate) city: Option<Arc<str>>,
    pub(crate) coordinates: Option<Coordinates>,
    pub(crate) accuracy_km: Option<u16>,
    pub(crate) asn: Option<u32>,
    pub(crate) organization: Option<Arc<str>>,
    pub(crate) networks: Vec<NetworkClaim>,
}

impl AddressFacts {
    /// Sorts the claims, once each and no more than are kept.
    pub(crate) fn settle(&mut self) {
        self.networks.sort_unstable();
        self.networks.dedup();
        self.networks.truncate(NETWORK_CLAIMS_MAX);
    }
}

/// What a database or table is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Subject {
    City,
    Country,
    System,
    Network,
}

/// A MaxMind DB in memory.
pub(crate) struct Database {
    reader: Reader<Vec<u8>>,
    pub(crate) subject: Subject,
    file: Arc<str>,
    /// Being in the file at all means this: a list of such addresses in the form of a database.
    implied: Option<NetworkKind>,
}

impl Database {
    /// Reads a database; None if it is one that says nothing of use here.
    pub(crate) fn read(file: &str, bytes: Vec<u8>) -> Result<Option<Self>, EnrichError> {
        let bad = |error: maxminddb::MaxMindDbError| EnrichError::BadDatabase {
            file: file.to_owned(),
            why: error.to_string(),
        };
        let reader = Reader::from_source(bytes).map_err(bad)?;
        let told = reader.metadata().database_type.to_ascii_lowercase();
        let implied = told.contains("residential-proxy").then_some(NetworkKind::Proxy);
        let database = |reader, subject| Self { reader, subject, file: file.into(), implied };
        let subject = match implied {
            Some(_) => Some(Subject::Network),
            None => subject_of(&told).or_else(|| sampled(&reader)),
        };
        Ok(subject.map(|subject| database(reader, subject)))
    }

    /// When it was built, in seconds since 1970.
    pub(crate) fn built_at_s(&self) -> u64 {
        self.reader.metadata().build_epoch
    }

    /// Adds what it knows and is not known yet. A place is taken whole: a city of one set in the country of another
    /// would be nowhere.
    pub(crate) fn add(&self, ip: IpAddr, facts: &mut AddressFacts) {
        let Some(record) = look_up(&self.reader, ip) else { return };
        if facts.country.is_none() {
            add_place(&record, facts);
        }
        if facts.asn.is_none() {
            facts.asn = system(&record.asn);
            let name = if facts.asn.is_some() { record.as_organization.text } else { None };
            let name = name.or(record.organization.text).or(record.as_organization.text);
            if facts.asn.is_some() || facts.organization.is_none() {
                facts.organization = name.and_then(kept).or(facts.organization.take());
            }
        }
        let claim = |kind| NetworkClaim { kind, said_by: Arc::clone(&self.file) };
        facts.networks.extend(kinds(&record).into_iter().chain([self.implied]).flatten().map(claim));
    }
}

// The database itself is too much to print.
impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("file", &self.file).field("subject", &self.subject).finish_non_exhaustive()
    }
}

/// By the type that the database gives itself, in lower case: MaxMind's, DB-IP's and ip-location-db's spellings.
fn subject_of(told: &str) -> Option<Subject> {
    const WORDS: [(&str, Subject); 10] = [
        ("city", Subject::City),
        ("enterprise", Subject::City),
        ("country", Subject::Country),
        ("asn", Subject::System),
        ("isp", Subject::System),
        ("anonymous", Subject::Network),
        ("connection-type", Subject::Network),
        ("ip-risk", Subject::Network),
        ("proxy", Subject::Network),
        ("vpn", Subject::Network),
    ];
    WORDS.iter().find(|(word, _)| told.contains(word)).map(|(_, subject)| *subject)
}

/// By what its first records say; None if that is nothing of use.
fn sampled(reader: &Reader<Vec<u8>>) -> Option<Subject> {
    let records = reader.networks(maxminddb::WithinOptions::default()).ok()?.take(SAMPLES);
    let subjects = records.filter_map(|found| {
        let record = found.ok()?.decode::<Record<'_>>().ok()??;
        let mut facts = AddressFacts::default();
        add_place(&record, &mut facts);
        let is_city = facts.city.is_some() || facts.coordinates.is_some();
        let by_content = [
            (is_city, Subject::City),
            (facts.country.is_some(), Subject::Country),
            (system(&record.asn).is_some(), Subject::System),
            (kinds(&record).iter().any(Option::is_some), Subject::Network),
        ];
        by_content.into_iter().find(|(is_so, _)| *is_so).map(|(_, subject)| subject)
    });
    subjects.min()
}

fn look_up(reader: &Reader<Vec<u8>>, ip: IpAddr) -> Option<Record<'_>> {
    reader.lookup(ip).ok()?.decode::<Record<'_>>().ok()?
}

fn add_place(record: &Record<'_>, facts: &mut AddressFacts) {
    facts.country = record.country.code_or_text().and_then(country);
    facts.region = record.region.text.and_then(kept);
    facts.city = record.city.text.and_then(kept);
    let degrees = record.latitude.number.zip(record.longitude.number);
    facts.coordinates = degrees.and_then(coordinates);
    let radius = record.accuracy_radius.number.filter(|km| (0.0..=ACCURACY_KM_MAX).contains(km));
    facts.accuracy_km = facts.coordinates.and(radius).map(|km| km.round() as u16);
}

/// Two letters, and not those for "unknown".
fn country(code: &str) -> Option<CountryCode> {
    let is_unknown = ["ZZ", "XX"].iter().any(|unknown| code.eq_ignore_ascii_case(unknown));
    if code.len() != 2 || is_unknown { None } else { CountryCode::new(code).ok() }
}

fn system(said: &Said<'_>) -> Option<u32> {
    let number = said.number.filter(|number| (1.0..=f64::from(u32::MAX)).contains(number)).map(|number| number as u32);
    number.or_else(|| said.text.and_then(network::system))
}

/// A name as kept: without what is not printed, cut at a letter; None for what means "unknown".
fn kept(name: &str) -> Option<Arc<str>> {
    let name = name.trim();
    if name.is_empty() || name == "-" {
        return None;
    }
    let name = name.get(..name.floor_char_boundary(NAME_BYTES_MAX)).unwrap_or(name);
    if name.chars().any(char::is_control) {
        return Some(name.chars().filter(|c| !c.is_control()).collect::<String>().into());
    }
    Some(name.into())
}

/// What a record calls its network.
fn kinds(record: &Record<'_>) -> [Option<NetworkKind>; 6] {
    let user = match record.user_type.text {
        Some("hosting" | "content_delivery_network") => Some(NetworkKind::Hosting),
        Some("residential") => Some(NetworkKind::Residential),
        Some("cellular") => Some(NetworkKind::MobileCarrier),
        Some("consumer_privacy_network") => Some(NetworkKind::Relay),
        Some("business") => Some(NetworkKind::Business),
        Some("government") => Some(NetworkKind::Government),
        Some("military") => Some(NetworkKind::Military),
        _ => None,
    };
    let connection = match record.connection_type.text {
        Some("Cellular") => Some(NetworkKind::MobileCarrier),
        _ => None,
    };
    [
        user,
        connection,
        record.is_anonymous_vpn.flag.then_some(NetworkKind::Vpn),
        record.is_hosting_provider.flag.then_some(NetworkKind::Hosting),
        record.is_proxy.flag.then_some(NetworkKind::Proxy),
        record.is_tor_exit_node.flag.then_some(NetworkKind::Tor),
    ]
}

/// A table of ranges in memory.
#[derive(Debug)]
pub(crate) struct Table {
    /// Places in `rows`.
    ranges: Ranges<u32>,
    rows: Vec<Row>,
    pub(crate) subject: Subject,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Row {
    Country(CountryCode),
    City(City),
    System { asn: u32, organization: Option<Arc<str>> },
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct City {
    country: CountryCode,
    region: Option<Arc<str>>,
    city: Option<Arc<str>>,
    coordinates: Option<Coordinates>,
}

impl Table {
    /// Reads a table.
    pub(crate) fn read(folder: &Path, file: &str) -> Result<Self, EnrichError> {
        let mut ranges = Vec::new();
        let mut rows = Vec::new();
        let mut places: HashMap<Row, u32> = HashMap::new();
        let mut is_first = true;
        each_entry(folder, file, LINE_BYTES_MAX, |line| {
            let fields = fields(std::str::from_utf8(line).map_err(|_| BadLine::NotText)?)?;
            let is_title = std::mem::take(&mut is_first)
                && fields.first().is_some_and(|first| TITLES.contains(&first.to_ascii_lowercase().as_str()));
            if is_title {
                return Ok(());
            }
            let (span, row) = range(&fields)?;
            if let Some(row) = row {
                let place = *places.entry(row).or_insert_with_key(|row| {
                    rows.push(row.clone());
                    // No more rows than lines, of which there are at most ten million.
                    rows.len() as u32 - 1
                });
                ranges.push((span, place));
            }
            Ok(())
        })?;
        let subject = match rows.first() {
            Some(Row::System { .. }) => Subject::System,
            Some(Row::City(_)) => Subject::City,
            Some(Row::Country(_)) | None => Subject::Country,
        };
        // Of overlapping ranges the narrowest knows best.
        let ranges = Ranges::of(&ranges, |places| places.next().unwrap_or_default());
        Ok(Self { ranges, rows, subject })
    }

    /// How many ranges there are.
    pub(crate) fn len(&self) -> usize {
        self.ranges.len()
    }

    /// Adds what it knows and is not known yet.
    pub(crate) fn add(&self, ip: IpAddr, facts: &mut AddressFacts) {
        match self.ranges.find(ip).and_then(|place| self.rows.get(*place as usize)) {
            Some(Row::Country(country)) if facts.country.is_none() => facts.country = Some(*country),
            Some(Row::City(place)) if facts.country.is_none() => {
                facts.country = Some(place.country);
                facts.region.clone_from(&place.region);
                facts.city.clone_from(&place.city);
                facts.coordinates = place.coordinates;
            }
            Some(Row::System { asn, organization }) if facts.asn.is_none() => {
                facts.asn = Some(*asn);
                facts.organization = organization.clone().or(facts.organization.take());
            }
            Some(Row::Country(_) | Row::City(_) | Row::System { .. }) | None => {}
        }
    }
}

/// The range of a line and what is said of it; None where the file says that it does not know.
fn range(fields: &[String]) -> Result<(Span, Option<Row>), BadLine> {
    let (span, said) = match fields {
        [network, said @ ..] if network.contains('/') => (network::network(network)?, said),
        [_, _] => return Err(BadLine::WrongColumns),
        [first, last, said @ ..] => ((network::address(first)?, network::address(last)?), said),
        _ => return Err(BadLine::WrongColumns),
    };
    let span = Span::between(span.0, span.1).ok_or(BadLine::Backwards)?;
    let row = match said {
        [one] => row(one, None)?,
        [one, name] => row(one, Some(name))?,
        // DB-IP's own.
        [_continent, country, region, city, latitude, longitude] => {
            place(country, region, city, [latitude, longitude])?
        }
        // ip-location-db's of the same.
        [country, region, _district, city, _postcode, latitude, longitude, _zone] => {
            place(country, region, city, [latitude, longitude])?
        }
        _ => return Err(BadLine::WrongColumns),
    };
    Ok((span, row))
}

/// A country, or a system and who runs it.
fn row(said: &str, name: Option<&String>) -> Result<Option<Row>, BadLine> {
    if says_nothing(said) {
        Ok(None)
    } else if let Some(asn) = network::system(said) {
        Ok(Some(Row::System { asn, organization: name.and_then(|name| kept(name)) }))
    } else if name.is_some() {
        Err(BadLine::WrongColumns)
    } else if is_country(said) {
        Ok(known_country(said)?.map(Row::Country))
    } else {
        Err(BadLine::NotAPlace)
    }
}

/// A city, as far as it is told; its country must be.
fn place(code: &str, region: &str, city: &str, degrees: [&String; 2]) -> Result<Option<Row>, BadLine> {
    if says_nothing(code) {
        return Ok(None);
    }
    if !is_country(code) {
        return Err(BadLine::NotAPlace);
    }
    let [latitude, longitude] = degrees.map(|degrees| degrees.parse::<f64>().ok());
    let coordinates = latitude.zip(longitude).and_then(coordinates);
    Ok(known_country(code)?
        .map(|country| Row::City(City { country, region: kept(region), city: kept(city), coordinates })))
}

fn says_nothing(text: &str) -> bool {
    matches!(text, "" | "-" | "0")
}

fn is_country(text: &str) -> bool {
    text.len() == 2 && text.bytes().all(|c| c.is_ascii_alphabetic())
}

/// As a policy would read it; what is another country's code by mistake is refused, since no list could name it. None for
/// what is no country by intent, or is none any more: an old table's `AN` stops no server.
fn known_country(code: &str) -> Result<Option<CountryCode>, BadLine> {
    if BESIDE_COUNTRIES.iter().any(|beside| code.eq_ignore_ascii_case(beside)) {
        return Ok(country(code));
    }
    if country_meant(code).is_some() {
        return Err(BadLine::NoSuchCountry);
    }
    Ok(country_spellings(code).map(|[two, _]| two))
}

/// Nobody lives at zero, zero: files mean that they do not know.
fn coordinates((latitude, longitude): (f64, f64)) -> Option<Coordinates> {
    if (latitude, longitude) == (0.0, 0.0) { None } else { Coordinates::from_degrees(latitude, longitude).ok() }
}

/// The fields of a line, with quotes as in RFC 4180; a line break inside quotes is none that these files have.
fn fields(line: &str) -> Result<Vec<String>, BadLine> {
    let mut fields = Vec::with_capacity(4);
    let mut field = String::new();
    let (mut is_quoted, mut chars) = (false, line.chars().peekable());
    while let Some(c) = chars.next() {
        match (c, is_quoted) {
            ('"', true) if chars.peek() == Some(&'"') => {
                chars.next();
                field.push('"');
            }
            ('"', _) => is_quoted = !is_quoted,
            (',', false) => fields.push(std::mem::take(&mut field).trim().to_owned()),
            (c, _) => field.push(c),
        }
    }
    fields.push(field.trim().to_owned());
    if is_quoted { Err(BadLine::NotText) } else { Ok(fields) }
}

#[cfg(test)]
mod tests;
