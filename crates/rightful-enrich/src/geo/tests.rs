//! Databases and tables: what each known form says, what broken ones do, and that no bytes panic.

use std::fs;

use proptest::prelude::*;

use super::*;

const CITY: &[u8] = include_bytes!("../../tests/data/GeoIP2-City-Test.mmdb");
const ANONYMOUS: &[u8] = include_bytes!("../../tests/data/GeoIP2-Anonymous-IP-Test.mmdb");
const ASN: &[u8] = include_bytes!("../../tests/data/GeoLite2-ASN-Test.mmdb");
const BROKEN_DOUBLE: &[u8] = include_bytes!("../../tests/data/GeoIP2-City-Test-Broken-Double-Format.mmdb");
const BROKEN_COUNT: &[u8] = include_bytes!("../../tests/data/GeoIP2-City-Test-Invalid-Node-Count.mmdb");

fn ip(text: &str) -> IpAddr {
    text.parse().expect("an address")
}

fn database(bytes: &[u8]) -> Database {
    Database::read("some.mmdb", bytes.to_vec()).expect("a database").expect("of use")
}

fn facts(database: &Database, address: &str) -> AddressFacts {
    let mut facts = AddressFacts::default();
    database.add(ip(address), &mut facts);
    facts
}

fn table(text: impl AsRef<[u8]>) -> Result<Table, EnrichError> {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("table.csv"), text).expect("written");
    Table::read(folder.path(), "table.csv")
}

#[test]
fn tables_of_cities_and_of_networks_are_read_as_their_makers_write_them() {
    let told = |text: &str, subject| {
        let table = table(text).expect("a table");
        assert_eq!(table.subject, subject, "{text}");
        let mut facts = AddressFacts::default();
        table.add(ip("1.0.0.7"), &mut facts);
        facts
    };
    let text = |text: &Option<Arc<str>>| text.as_deref().unwrap_or("nowhere").to_owned();
    for line in [
        "1.0.0.0,1.0.0.255,OC,AU,Queensland,\"South Brisbane, West End\",-27.4767,153.017",
        "1.0.0.0,1.0.0.255,AU,Queensland,,\"South Brisbane, West End\",4101,-27.4767,153.017,Australia/Brisbane",
        "network,country\n1.0.0.0/24,AU,Queensland,,\"South Brisbane, West End\",4101,-27.4767,153.017,",
    ] {
        let facts = told(line, Subject::City);
        assert_eq!(facts.country, CountryCode::new("AU").ok(), "{line}");
        assert_eq!((text(&facts.region), text(&facts.city)), ("Queensland".into(), "South Brisbane, West End".into()));
        assert_eq!(facts.coordinates, Coordinates::from_degrees(-27.4767, 153.017).ok(), "{line}");
    }
    let facts = told("1.0.0.0,1.0.0.255,OC,AU,,,0,0", Subject::City);
    assert_eq!((facts.country, facts.city, facts.coordinates), (CountryCode::new("AU").ok(), None, None));
    assert_eq!(told("1.0.0.0,1.0.0.255,ZZ,ZZ,,,0,0", Subject::Country), AddressFacts::default());
    // The Netherlands Antilles are no more, and a table that has not heard of it is no typing mistake.
    assert_eq!(told("1.0.0.0,1.0.0.255,AN", Subject::Country).country, None);
    assert_eq!(told("network,country\n1.0.0.0/24,AU", Subject::Country).country, CountryCode::new("AU").ok());
    assert_eq!(told("1.0.0.0/24,AS64500,Somebody", Subject::System).asn, Some(64_500));
    for wrong in ["0.0.0.0/0,AU", "1.0.0.0/33,AU", "1.0.0.0/24,12345,x,y", "1.0.0.0,1.0.0.255,OC,Australia,,,0,0"] {
        assert!(table(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_city_is_told_with_its_place_and_accuracy() {
    let city = database(CITY);
    assert_eq!(city.subject, Subject::City);
    let london = facts(&city, "81.2.69.160");
    assert_eq!(london.country.map(|country| country.as_str().to_owned()).as_deref(), Some("GB"));
    assert_eq!((london.region.as_deref(), london.city.as_deref()), (Some("England"), Some("London")));
    assert_eq!(london.coordinates, Coordinates::from_degrees(51.5142, -0.0931).ok());
    assert_eq!((london.accuracy_km, london.asn, london.networks.len()), (Some(100), None, 0));
    assert_eq!(facts(&city, "127.0.0.1"), AddressFacts::default());
}

#[test]
fn a_system_is_told_with_who_runs_it() {
    let asn = database(ASN);
    let telstra = facts(&asn, "1.128.0.0");
    assert_eq!((telstra.asn, telstra.organization.as_deref()), (Some(1_221), Some("Telstra Pty Ltd")));
    assert_eq!((asn.subject, telstra.country), (Subject::System, None));
}

#[test]
fn networks_are_called_what_databases_call_them() {
    let kinds = |database: &Database, address: &str| {
        let mut facts = facts(database, address);
        facts.settle();
        facts.networks.into_iter().map(|claim| claim.kind).collect::<Vec<_>>()
    };
    let anonymous = database(ANONYMOUS);
    let all = [NetworkKind::Hosting, NetworkKind::Vpn, NetworkKind::Tor, NetworkKind::Proxy];
    assert_eq!(kinds(&anonymous, "81.2.69.160"), all);
    assert_eq!(kinds(&anonymous, "1.2.0.1"), [NetworkKind::Vpn]);
    assert_eq!(kinds(&anonymous, "8.8.8.8"), []);
    let homes = database(include_bytes!("../../tests/data/GeoIP-Residential-Proxy-Test.mmdb"));
    assert_eq!(kinds(&homes, "1.2.0.4"), [NetworkKind::Proxy]);
    assert_eq!(kinds(&homes, "8.8.8.8"), []);
    let connection = database(include_bytes!("../../tests/data/GeoIP2-Connection-Type-Test.mmdb"));
    assert_eq!((connection.subject, kinds(&connection, "1.0.0.0")), (Subject::Network, vec![]));
}

#[test]
fn whose_a_network_is_is_told_where_a_database_tells_the_type_of_its_users() {
    let enterprise = database(include_bytes!("../../tests/data/GeoIP2-Enterprise-Test.mmdb"));
    let all = enterprise.reader.networks(maxminddb::WithinOptions::default()).expect("networks");
    let records: Vec<_> = all.map(|found| found.expect("sound").network().expect("a network").network()).collect();
    let told: Vec<NetworkKind> = records
        .into_iter()
        .flat_map(|ip| {
            let mut facts = AddressFacts::default();
            enterprise.add(ip, &mut facts);
            facts.networks.into_iter().map(|claim| claim.kind).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(enterprise.subject, Subject::City);
    for kind in [NetworkKind::Business, NetworkKind::Government, NetworkKind::Military, NetworkKind::Residential] {
        assert!(told.contains(&kind), "{kind:?}");
    }
}

#[test]
fn what_says_nothing_of_use_is_not_used() {
    let counts = include_bytes!("../../tests/data/GeoIP2-User-Count-Test.mmdb");
    assert!(Database::read("counts.mmdb", counts.to_vec()).expect("a database").is_none());
}

#[test]
fn a_broken_database_is_an_error_and_a_broken_record_is_unknown() {
    let error = Database::read("city.mmdb", BROKEN_COUNT.to_vec()).expect_err("broken").to_string();
    assert!(error.starts_with("city.mmdb is a broken database: "), "{error}");
    assert!(matches!(Database::read("text.mmdb", b"hello".to_vec()), Err(EnrichError::BadDatabase { .. })));
    assert_eq!(facts(&database(BROKEN_DOUBLE), "2.2.3.1").coordinates, None);
    for database in [database(BROKEN_DOUBLE)] {
        for first in 0..=255_u8 {
            let _ = facts(&database, &format!("{first}.2.3.4"));
        }
    }
}

#[test]
fn a_table_says_its_country_or_its_system() {
    let countries = table("start,end,country\n# comment\n1.0.0.0,1.0.0.255,AU\n2001:200::,2001:200:ffff::,JP\r\n1.0.1.0,1.0.1.9,ZZ\n1.0.2.0,1.0.2.9,\n")
        .expect("read");
    let country = |address: &str| {
        let mut facts = AddressFacts::default();
        countries.add(ip(address), &mut facts);
        facts.country.map(|country| country.as_str().to_owned())
    };
    for (address, expected) in [
        ("0.255.255.255", None),
        ("1.0.0.0", Some("AU")),
        ("1.0.0.255", Some("AU")),
        ("1.0.1.0", None),
        ("1.0.2.0", None),
        ("::ffff:1.0.0.7", Some("AU")),
        ("2001:200::1", Some("JP")),
        ("2001:201::1", None),
    ] {
        assert_eq!(country(address).as_deref(), expected, "{address}");
    }
    let systems =
        table("1.0.0.0,1.0.0.255,13335,\"Cloudflare, \"\"Inc.\"\"\"\n1.0.4.0,1.0.4.9,AS7\n1.0.5.0,1.0.5.9,0,-\n")
            .expect("read");
    let mut found = AddressFacts::default();
    systems.add(ip("1.0.0.1"), &mut found);
    assert_eq!((found.asn, found.organization.as_deref()), (Some(13_335), Some("Cloudflare, \"Inc.\"")));
    assert_eq!((systems.subject, systems.len()), (Subject::System, 2));
}

#[test]
fn of_overlapping_rows_the_narrowest_knows_best() {
    let table = table("1.0.0.0,1.255.255.255,AU\n1.2.0.0,1.2.255.255,NZ\n1.2.3.0,1.2.3.255,FJ\n").expect("read");
    for (address, expected) in
        [("1.0.0.0", "AU"), ("1.2.0.0", "NZ"), ("1.2.3.4", "FJ"), ("1.2.4.0", "NZ"), ("1.3.0.0", "AU")]
    {
        let mut facts = AddressFacts::default();
        table.add(ip(address), &mut facts);
        assert_eq!(facts.country, CountryCode::new(expected).ok(), "{address}");
    }
}

#[test]
fn a_broken_line_of_a_table_is_an_error_with_its_number() {
    for (text, line, why) in [
        (&b"1.0.0.0,1.0.0.255"[..], 1, BadLine::WrongColumns),
        (b"1.0.0.0,1.0.0.255,AU,x,y", 1, BadLine::WrongColumns),
        (b"1.0.0.0,1.0.0.255,AU,Sydney", 1, BadLine::WrongColumns),
        (b"1.0.0.0,1.0.0.255,AU\nhello,1.0.0.255,AU", 2, BadLine::NotAnAddress),
        (b"16777216,16777471,AU", 1, BadLine::NotAnAddress),
        (b"1.0.0.0,1.0.0.255,AU\nstart,end,country", 2, BadLine::NotAnAddress),
        (b"1.0.0.1,1.0.0.0,AU", 1, BadLine::Backwards),
        (b"1.0.0.1,::1,AU", 1, BadLine::Backwards),
        (b"1.0.0.0,1.0.0.1,AUS", 1, BadLine::NotAPlace),
        (b"1.0.0.0,1.0.0.1,GB\n1.0.0.2,1.0.0.3,ZZ\n1.0.0.4,1.0.0.5,eu\n1.0.0.6,1.0.0.7,UK", 4, BadLine::NoSuchCountry),
        (b"1.0.0.0,1.0.0.1,EU,UK,England,London,51.5,-0.1", 1, BadLine::NoSuchCountry),
        (b"1.0.0.0,1.0.0.1,-7", 1, BadLine::NotAPlace),
        (b"1.0.0.0,1.0.0.1,\"7", 1, BadLine::NotText),
        (b"1.0.0.0,1.0.0.1,\xff\xff", 1, BadLine::NotText),
        (&[b'1'; 2_000], 1, BadLine::TooLong),
    ] {
        match table(text) {
            Err(EnrichError::BadLine { line: at, why: because, .. }) => assert_eq!((at, because), (line, why)),
            other => panic!("{}: {other:?}", String::from_utf8_lossy(text)),
        }
    }
}

#[test]
fn names_are_cut_at_a_letter_and_cleaned() {
    for (name, expected) in [("", None), (" - ", None), (" Ö\u{7}l ", Some("Öl"))] {
        assert_eq!(kept(name).as_deref(), expected, "{name}");
    }
    let long = kept(&"€".repeat(100)).expect("a name");
    assert_eq!(long.len(), 126);
}

proptest! {
    #[test]
    fn any_bytes_are_a_database_or_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Database::read("x.mmdb", bytes).is_ok();
    }

    #[test]
    fn a_damaged_database_answers_or_is_an_error(
        which in 0_usize..3,
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..60),
        addresses in proptest::collection::vec(any::<u32>(), 8),
    ) {
        let mut bytes = [CITY, ANONYMOUS, ASN][which].to_vec();
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        if let Ok(Some(database)) = Database::read("x.mmdb", bytes) {
            for address in addresses {
                database.add(std::net::Ipv4Addr::from(address).into(), &mut AddressFacts::default());
                let v6 = std::net::Ipv6Addr::from(u128::from(address) << 96);
                database.add(v6.into(), &mut AddressFacts::default());
            }
            for address in ["81.2.69.160", "1.128.0.0", "2001:218::1"] {
                let _ = facts(&database, address);
            }
        }
    }

    #[test]
    fn a_damaged_end_of_a_database_answers_or_is_an_error(
        damage in proptest::collection::vec((0_usize..400, any::<u8>()), 1..6), cut in 0_usize..200,
    ) {
        let mut bytes = CITY.to_vec();
        for (place, byte) in damage {
            let place = bytes.len() - 1 - place;
            bytes[place] = byte;
        }
        bytes.truncate(bytes.len() - cut);
        if let Ok(Some(database)) = Database::read("x.mmdb", bytes) {
            let _ = facts(&database, "81.2.69.160");
        }
    }

    #[test]
    fn any_bytes_are_a_table_or_an_error(text in proptest::collection::vec(any::<u8>(), 0..300)) {
        let _ = table(text).is_ok();
    }

    #[test]
    fn any_line_is_a_row_or_an_error(text in r#"([0-9]{1,3}\.){0,3}([0-9]{1,3}|::|[,",]|AU|\PC){0,10}"#) {
        let _ = fields(&text).is_ok_and(|fields| range(&fields).is_ok());
    }
}
