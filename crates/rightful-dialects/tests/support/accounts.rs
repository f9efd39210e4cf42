//! What is known of an account in the examples: its notes, its devices, a takeover, and what an event changed.

use rightful_domain::{
    AccountDevice, AccountDeviceId, AccountId, CountryCode, CredentialStatus, DetailChange, DetailKind, DetailValue,
    DeviceId, DeviceSnapshot, Dossier, IntruderEvent, Label, LabelValue, Location, NoteTarget, Pii, PreviousDetail,
    Record, Sighting, Takeover, Timestamp,
};

use rightful_dialects::{Intake, OurReply, Reply};
use serde_json::Value;

use super::{RECEIVED_AT, event_id};

/// What an example is answered that says whose account it is about: one with a `life`, or one that `nobody` has heard of.
pub(crate) fn reply_to(intake: &Intake, given: &Value) -> Option<Reply> {
    let is_nobody = given["account"].as_str()? == "nobody";
    let of = |account: &AccountId| if is_nobody { empty_dossier(account.clone()) } else { dossier(account.clone()) };
    Some(match intake {
        Intake::Backfill(told) => Reply::Observed(told.event.id),
        Intake::LookUp { .. } => {
            Reply::LookedUp(CredentialStatus { password_breached: true, username_breached: false })
        }
        Intake::Dossier(account) => Reply::Dossier(Box::new(of(account))),
        Intake::Takeover(_) if is_nobody => Reply::Ours(OurReply::Takeover(Box::default())),
        Intake::Takeover(_) => Reply::Ours(OurReply::Takeover(Box::new(takeover()))),
        Intake::Note(note) => Reply::Dossier(Box::new(match &note.about {
            NoteTarget::Account(account) => of(account),
            NoteTarget::Device(_) => of(&AccountId::new("ann").expect("an id")),
        })),
        Intake::Reclaim(all) => Reply::Reclaimed { n_accounts: u32::try_from(all.len()).expect("few") },
        _ => return None,
    })
}

/// What an event changed, where an example says that it changed all there is.
pub(crate) fn tell(record: &mut Record, given: &Value) {
    if given["changes"] == "all" {
        record.entry.changes = changes();
        record.entry.sighting = Some(sighting());
    }
}

pub(crate) const DEVICE: AccountDeviceId = AccountDeviceId::from_bytes([0xA0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);

fn text(text: &str) -> DetailValue {
    DetailValue::Text(Pii::new(text.into()))
}

fn address(city: &str, street: &str) -> DetailValue {
    DetailValue::Address(Box::new(Location {
        country: CountryCode::new("PT").ok(),
        city: Some(city.into()),
        address: vec![("street".into(), Pii::new(street.into()))],
        ..Location::default()
    }))
}

fn change(kind: DetailKind, value: DetailValue, previous: Option<DetailValue>) -> DetailChange {
    let previous = previous.map(|value| PreviousDetail { value, sequence: 7 });
    DetailChange { kind, value, notify: previous.clone().filter(|_| kind.is_contact()), previous }
}

/// One change of each sort.
pub(crate) fn changes() -> Vec<DetailChange> {
    vec![
        change(DetailKind::Email, text("mallory@example.net"), Some(text("ann@example.com"))),
        change(DetailKind::Phone, text("+15550100"), Some(DetailValue::Unsaid)),
        change(DetailKind::Password, DetailValue::Unsaid, Some(DetailValue::Unsaid)),
        change(
            DetailKind::Country,
            DetailValue::Country(CountryCode::new("GB").expect("a country")),
            Some(DetailValue::Country(CountryCode::new("PT").expect("a country"))),
        ),
        change(DetailKind::DeliveryAddress, address("Porto", "9 Rua X"), Some(address("Lisbon", "1 Rua Y"))),
        change(DetailKind::PaymentMethod, text("4111111111111111"), None),
        change(DetailKind::SocialAccount, text("google:mallory"), None),
    ]
}

pub(crate) const fn sighting() -> Sighting {
    Sighting { id: DEVICE, is_first: true, is_listed: false, n_devices: 3 }
}

fn snapshot(id: &str) -> DeviceSnapshot {
    DeviceSnapshot {
        id: DeviceId::new(id).expect("an id"),
        kind: Some("phone".into()),
        manufacturer: None,
        model: Some("Pixel 9".into()),
        os: Some("android".into()),
        ip: Some("192.0.2.10".parse().expect("an address")),
        user_agent: None,
        at: RECEIVED_AT,
    }
}

/// What is noted of an account that has a life.
pub(crate) fn dossier(account: AccountId) -> Dossier {
    let personal = |text: &str| Some(Pii::new(text.into()));
    Dossier {
        account,
        labels: vec![Label {
            value: LabelValue::PotentiallyFraudster,
            comment: personal("two refunds in a week"),
            reviewer_name: personal("Rita"),
            reviewer_email: personal("rita@example.com"),
            at: RECEIVED_AT,
        }],
        tags: vec!["vip".into()],
        closed_at: None,
        reopened: None,
        reported_at: None,
        reclaimed_at: Some(RECEIVED_AT),
        devices: vec![AccountDevice {
            id: DEVICE,
            latest: snapshot("phone-a"),
            latest_event: event_id(),
            first_at: RECEIVED_AT,
            detached_at: None,
            metadata: vec![("2fa_verified".into(), vec!["true".into()])],
        }],
    }
}

/// What is noted of an account that nobody has heard of.
pub(crate) const fn empty_dossier(account: AccountId) -> Dossier {
    Dossier {
        account,
        labels: Vec::new(),
        tags: Vec::new(),
        closed_at: None,
        reopened: None,
        reported_at: None,
        reclaimed_at: None,
        devices: Vec::new(),
    }
}

/// An intruder who changed all there is, and the e-mail address twice.
pub(crate) fn takeover() -> Takeover {
    let event = |seconds: i64, changes| IntruderEvent {
        event: event_id(),
        at: Timestamp::from_micros(RECEIVED_AT.as_micros() + seconds * 1_000_000),
        device: Some(snapshot("laptop-x")),
        account_device: Some(DEVICE),
        ip: Some("198.51.100.7".parse().expect("an address")),
        changes,
    };
    let again = change(DetailKind::Email, text("mallory2@example.net"), Some(text("mallory@example.net")));
    Takeover {
        reported_at: Some(RECEIVED_AT),
        reclaimed_at: None,
        events: vec![event(0, changes()), event(60, vec![again])],
    }
}
