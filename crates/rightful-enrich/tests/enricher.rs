//! The enricher as the server uses it: with a folder, without one, and while the folder changes.

use std::fs;

use rightful_domain::{
    Action, AddressKind, AgentKind, ApplicationId, CredentialStatus, Device, Enrichment, Event, EventId, Network,
    NetworkKind, Outcome, PasswordHashes, Person, Pii, Source, Timestamp,
};
use rightful_enrich::{BREACHED_PASSWORDS_FILE, EnrichError, Enricher};
use zeroize::Zeroizing;

const SEED: [u8; 32] = [7; 32];
const BREACHED: [u8; 32] = [0xab; 32];

fn event() -> Event {
    Event {
        id: EventId::from_parts(0, [1; 10]),
        application: ApplicationId::new("shop").expect("an id"),
        source: Source::Native,
        action: Action::Login,
        outcome: Outcome::Succeeded,
        account: None,
        authenticated_account: None,
        username: Some(Pii::new("ann@example.com".into())),
        mechanisms: vec![],
        device: Device::default(),
        network: Network {
            ip: Some("203.0.113.7".parse().expect("an address")),
            user_agent: Some("curl/8.5.0".into()),
            origin: None,
        },
        location: None,
        behavior: None,
        payment: None,
        person: Person::default(),
        app: None,
        session: None,
        correlation: None,
        custom: None,
        unknown: None,
        incumbent_verdict: None,
        at: Timestamp::from_seconds(0),
        at_clamped: false,
        vouched: true,
        received_at: Timestamp::from_seconds(0),
    }
}

fn sent(hash: [u8; 32]) -> PasswordHashes {
    PasswordHashes { sha256: Some(Zeroizing::new(hash)), ..PasswordHashes::default() }
}

fn breached() -> String {
    "ab".repeat(32)
}

#[test]
fn without_a_folder_addresses_and_agents_still_speak_for_themselves() {
    let enricher = Enricher::open(None, SEED).expect("opened");
    let said = enricher.enrich(&event(), sent(BREACHED));
    assert_eq!(said.address, Some(AddressKind::Documentation));
    assert_eq!(said.agent.map(|agent| agent.kind), Some(AgentKind::Automation));
    assert_eq!(said.credential, None);
    assert!(said.credential_tag.is_some());
    enricher.reload().expect("nothing to read");
}

#[test]
fn of_an_event_that_says_nothing_nothing_is_known() {
    let enricher = Enricher::open(None, SEED).expect("opened");
    let silent = Event { network: Network::default(), username: None, ..event() };
    assert_eq!(enricher.enrich(&silent, PasswordHashes::default()), Enrichment::default());
}

#[test]
fn a_reload_sees_what_changed_and_a_broken_file_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join(BREACHED_PASSWORDS_FILE);
    let enricher = Enricher::open(Some(folder.path()), SEED).expect("opened");
    let credential = || enricher.enrich(&event(), sent(BREACHED)).credential;
    assert_eq!(credential(), None);

    fs::write(&file, breached()).expect("written");
    enricher.reload().expect("read");
    let found = Some(CredentialStatus { password_breached: true, username_breached: false });
    assert_eq!(credential(), found);

    fs::write(&file, "broken").expect("written");
    enricher.reload().expect("the others are read");
    assert_eq!(broken(&enricher), [(BREACHED_PASSWORDS_FILE.to_owned(), 1, true)]);
    assert_eq!(credential(), found);
}

/// The broken files: which, how many lines down, whether what was before stays.
fn broken(enricher: &Enricher) -> Vec<(String, u64, bool)> {
    let told = enricher.broken_files().into_iter().map(|broken| {
        let line = broken.why.split_once(", line ").and_then(|(_, rest)| rest.split(':').next()?.parse().ok());
        (broken.file.to_string(), line.unwrap_or(0), broken.has_former)
    });
    told.collect()
}

#[test]
fn the_seed_and_what_was_sent_are_never_printed() {
    let enricher = Enricher::open(None, SEED).expect("opened");
    let said = enricher.enrich(&event(), sent(BREACHED));
    assert_eq!(format!("{enricher:?}"), "Enricher { folder: None, .. }");
    assert_eq!(format!("{:?}", said.credential_tag), "Some(CredentialTag(‹secret›))");
}

/// A folder with files of the test data and others, by name.
fn folder(databases: &[&str], texts: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in databases {
        let from = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name);
        fs::copy(from, folder.path().join(name)).expect("copied");
    }
    for (name, text) in texts {
        fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

fn from(ip: &str) -> Event {
    let ip = Some(ip.parse().expect("an address"));
    Event { network: Network { ip, ..Network::default() }, ..event() }
}

fn about(enricher: &Enricher, ip: &str) -> Enrichment {
    enricher.enrich(&from(ip), PasswordHashes::default())
}

const CITY: &str = "GeoIP2-City-Test.mmdb";
const COUNTRY: &str = "GeoIP2-Country-Test.mmdb";
const ASN: &str = "GeoLite2-ASN-Test.mmdb";

#[test]
fn all_sets_together_say_where_whose_and_what() {
    let folder = folder(
        &[COUNTRY, CITY, ASN, "GeoIP2-Anonymous-IP-Test.mmdb"],
        &[
            ("vpn.txt", "81.2.69.0/24\n"),
            ("hosting_asn.txt", "AS64500\n"),
            ("systems.csv", "81.2.69.0,81.2.69.255,64500,Example\n"),
            ("ATTRIBUTION.txt", "not a list"),
            ("README.md", "not a list"),
            (".hidden.csv", "broken"),
            ("half.mmdb.part", "broken"),
        ],
    );
    fs::rename(folder.path().join(CITY), folder.path().join("renamed.bin")).expect("renamed");
    let enricher = Enricher::open(Some(folder.path()), SEED).expect("opened");
    let said = about(&enricher, "81.2.69.160");
    assert_eq!(said.country.map(|country| country.as_str().to_owned()).as_deref(), Some("GB"));
    assert_eq!((said.city.as_deref(), said.accuracy_km), (Some("London"), Some(100)));
    assert_eq!((said.asn, said.organization.as_deref()), (Some(64_500), Some("Example")));
    let claims: Vec<_> = said.networks.iter().map(|claim| (claim.kind.as_str(), &*claim.said_by)).collect();
    let anonymous = "GeoIP2-Anonymous-IP-Test.mmdb";
    assert_eq!(
        claims,
        [
            ("hosting", anonymous),
            ("hosting", "hosting_asn.txt"),
            ("vpn", anonymous),
            ("vpn", "vpn.txt"),
            ("tor", anonymous),
            ("proxy", anonymous),
        ]
    );
    assert!(said.is_network(NetworkKind::Vpn) && !said.is_network(NetworkKind::Relay));
    assert_eq!(about(&enricher, "::ffff:81.2.69.160").city, said.city);
    assert_eq!(about(&enricher, "64:ff9b::5102:45a0").city, said.city);
    assert_eq!(enricher.unused_files(), ["ATTRIBUTION.txt", "README.md"]);
    let kinds: Vec<_> = enricher.data_sets().iter().map(|set| (set.kind.as_str(), set.built_at.is_some())).collect();
    let names = ["anonymizer", "country", "asn", "hosting", "city", "asn", "vpn"];
    assert_eq!(kinds, names.map(|name| (name, true)));
}

#[test]
fn an_address_that_is_not_public_is_nowhere() {
    let everything = "0.0.0.0,255.255.255.255,PT\n::,ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff,PT\n";
    let folder = folder(&[], &[("all.csv", everything), ("vpn.txt", "0.0.0.0/1\n128.0.0.0/1\n::/1\n")]);
    let enricher = Enricher::open(Some(folder.path()), SEED).expect("opened");
    for address in
        ["10.0.0.1", "100.64.0.1", "192.0.2.1", "127.0.0.1", "::1", "2001:db8::1", "fd00::1", "::ffff:10.0.0.1"]
    {
        let said = about(&enricher, address);
        assert_eq!((said.country, said.networks.len()), (None, 0), "{address}");
    }
    for address in ["8.8.8.8", "2a00::1", "::ffff:8.8.8.8"] {
        let said = about(&enricher, address);
        assert_eq!((said.country.is_some(), said.networks.len()), (true, 1), "{address}");
    }
}

#[test]
fn a_refresh_reads_what_changed_and_says_what_is_broken_once() {
    let folder = folder(&[CITY], &[("vpn.txt", "81.2.69.0/24\n")]);
    let enricher = Enricher::open(Some(folder.path()), SEED).expect("opened");
    let n_claims = || about(&enricher, "81.2.69.160").networks.len();
    assert!(!enricher.refresh().expect("nothing to read"));
    assert_eq!(n_claims(), 1);

    fs::write(folder.path().join("tor.txt"), "81.2.69.160\n").expect("written");
    assert!(enricher.refresh().expect("read"));
    assert_eq!(n_claims(), 2);

    fs::write(folder.path().join("vpn.txt"), "81.2.69.0/24\nbroken line\n").expect("written");
    assert!(enricher.refresh().expect("the others are read"));
    assert!(!enricher.refresh().expect("said already"));
    enricher.reload().expect("the others are read");
    assert_eq!(broken(&enricher), [("vpn.txt".to_owned(), 2, true)]);
    assert_eq!((n_claims(), about(&enricher, "81.2.69.160").city.as_deref()), (2, Some("London")));

    fs::remove_file(folder.path().join("vpn.txt")).expect("removed");
    fs::remove_file(folder.path().join(CITY)).expect("removed");
    assert!(enricher.refresh().expect("read"));
    assert_eq!((n_claims(), about(&enricher, "81.2.69.160").city), (1, None));
    enricher.reload().expect("read");
}

#[test]
fn a_broken_file_takes_no_other_down_and_is_broken_until_it_is_mended() {
    // By its content, and not by its name.
    let folder = folder(&[CITY], &[("vpn.txt", "81.2.69.0/24\n")]);
    fs::rename(folder.path().join(CITY), folder.path().join("places")).expect("renamed");
    let enricher = Enricher::open(Some(folder.path()), SEED).expect("opened");
    let write = |file: &str, text: &[u8]| fs::write(folder.path().join(file), text).expect("written");
    let whole = fs::read(folder.path().join("places")).expect("read");
    write("places", whole.get(..whole.len() / 2).expect("a half"));
    write("vpn.txt", b"no address\n");
    write("tor.txt", b"81.2.69.160\n");
    write("relay.txt", b"no address\n");
    assert!(enricher.refresh().expect("the others are read"));
    let said = about(&enricher, "81.2.69.160");
    assert_eq!((said.city.as_deref(), said.networks.len()), (Some("London"), 2));
    let all = [("places".to_owned(), 0, true), ("relay.txt".to_owned(), 1, false), ("vpn.txt".to_owned(), 1, true)];
    assert_eq!(broken(&enricher), all);
    assert_eq!(enricher.unused_files(), [""; 0]);
    assert_eq!(Enricher::check(folder.path()).expect("listed").len(), 2, "without what was before, it is no database");

    // What changes elsewhere mends nothing.
    write("tor.txt", b"81.2.69.160\n81.2.69.161\n");
    assert!(enricher.refresh().expect("read"));
    assert_eq!(broken(&enricher), all);
    write("vpn.txt", b"1.1.1.1\n");
    write("places", &whole);
    write("relay.txt", b"81.2.69.160\n");
    assert!(enricher.refresh().expect("read"));
    assert_eq!(broken(&enricher), []);
    assert_eq!(about(&enricher, "81.2.69.160").networks.len(), 2);
}

#[test]
fn a_broken_file_at_the_start_is_an_error_and_all_of_them_are_told_to_who_asks() {
    let folder = folder(&[], &[("tor.txt", "no address\n"), ("vpn.txt", "1.1.1.1\nno address\n"), ("x.txt", "?\n")]);
    assert!(matches!(Enricher::open(Some(folder.path()), SEED), Err(EnrichError::BadLine { line: 1, .. })));
    let told = Enricher::check(folder.path()).expect("listed");
    let told: Vec<String> = told.iter().map(EnrichError::in_words).collect();
    let why = "there is no network address where one must be";
    assert_eq!(told, [format!("tor.txt, line 1: {why}"), format!("vpn.txt, line 2: {why}")]);
}

#[test]
fn a_broken_database_is_a_clear_error() {
    let folder = folder(&["GeoIP2-City-Test-Invalid-Node-Count.mmdb"], &[]);
    let error = Enricher::open(Some(folder.path()), SEED).expect_err("broken").to_string();
    assert!(error.starts_with("GeoIP2-City-Test-Invalid-Node-Count.mmdb is a broken database: "), "{error}");
}

#[test]
fn a_contact_is_looked_up_where_it_is_given_and_a_new_list_counts_at_once() {
    let folder = folder(&[], &[]);
    let enricher = Enricher::open(Some(folder.path()), SEED).expect("opened");
    let given = |action: Action, email: Option<&str>, username: &str| {
        let person = Person { email: email.map(|email| Pii::new(email.into())), ..Person::default() };
        let event = Event { action, person, username: Some(Pii::new(username.into())), ..event() };
        enricher.enrich(&event, PasswordHashes::default()).email_disposable
    };
    assert_eq!(given(Action::Register, Some("ann@mailinator.example"), "ann"), None);

    fs::write(folder.path().join("disposable-email.txt"), "mailinator.example\n").expect("written");
    assert!(enricher.refresh().expect("read"));
    for (action, email, username, expected) in [
        (Action::Register, Some("ann@Mailinator.Example"), "ann", Some(true)),
        (Action::Register, Some("ann@post.mailinator.example"), "ann", Some(true)),
        (Action::Register, Some("ann+mailinator.example@example.org"), "ann", Some(false)),
        (Action::Register, None, "ann@mailinator.example", Some(true)),
        (Action::Register, Some("ann@example.org"), "ann@mailinator.example", Some(false)),
        (Action::Register, None, "ann", None),
        (Action::AccountDetailsChange, Some("ann@mailinator.example"), "ann", Some(true)),
        (Action::AccountDetailsChange, None, "ann@mailinator.example", None),
        (Action::Login, Some("ann@mailinator.example"), "ann@mailinator.example", None),
        (Action::PasswordReset, Some("ann@mailinator.example"), "ann", None),
    ] {
        assert_eq!(given(action.clone(), email, username), expected, "{action:?} {email:?} {username}");
    }
    let set = enricher.data_sets().into_iter().next().expect("a set");
    assert_eq!((set.kind.as_str(), set.n_entries, set.built_at.is_some()), ("disposable_email", Some(1), true));

    fs::write(folder.path().join("more-disposable.conf"), "10minutes.example\n").expect("written");
    assert!(enricher.refresh().expect("read"));
    assert_eq!(given(Action::Register, Some("ann@10minutes.example"), "ann"), Some(true));
    assert_eq!(given(Action::Register, Some("ann@mailinator.example"), "ann"), Some(true));
}
