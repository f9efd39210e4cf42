//! The enricher as the server uses it: with a folder, without one, and while the folder changes.

use std::fs;

use rightful_domain::{
    Action, AddressKind, AgentKind, ApplicationId, CredentialStatus, Device, Enrichment, Event, EventId, Network,
    Outcome, PasswordHashes, Person, Pii, Source, Timestamp,
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
    assert!(matches!(enricher.reload(), Err(EnrichError::BadLine { line: 1, .. })));
    assert_eq!(credential(), found);
}

#[test]
fn the_seed_and_what_was_sent_are_never_printed() {
    let enricher = Enricher::open(None, SEED).expect("opened");
    let said = enricher.enrich(&event(), sent(BREACHED));
    assert_eq!(format!("{enricher:?}"), "Enricher { folder: None, .. }");
    assert_eq!(format!("{:?}", said.credential_tag), "Some(CredentialTag(‹secret›))");
}
