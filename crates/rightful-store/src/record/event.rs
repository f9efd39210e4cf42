//! The stored form of an event, without what is people's data: that is sealed apart (`private`).

use std::net::IpAddr;

use rightful_domain::{
    Action, Behavior, CountryCode, Device, DeviceAlias, DeviceAliasKind, DeviceId, Event, FailureReason, Location,
    Mechanism, MechanismKind, Money, Network, Outcome, Payment, PaymentDirection, Person, Source, Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::{Numbered, Word, Worded};

#[derive(Serialize, Deserialize)]
pub(crate) struct StoredEvent<'a> {
    pub(crate) id: [u8; 16],
    #[serde(borrow)]
    application: &'a str,
    source: u8,
    action: Word<'a>,
    outcome: u8,
    account: Option<&'a str>,
    authenticated_account: Option<&'a str>,
    mechanisms: Vec<StoredMechanism<'a>>,
    device: Option<StoredDevice<'a>>,
    ip: Option<IpAddr>,
    user_agent: Option<&'a str>,
    origin: Option<&'a str>,
    location: Option<StoredLocation<'a>>,
    behavior: Option<StoredBehavior>,
    payment: Option<StoredPayment<'a>>,
    app: Option<[Option<&'a str>; 3]>,
    session: Option<&'a str>,
    correlation: Option<&'a str>,
    incumbent_verdict: Option<u8>,
    at: i64,
    at_clamped: bool,
    /// Micros after `at`; below zero if the caller's clock was ahead.
    received_after: i64,
}

#[derive(Serialize, Deserialize)]
struct StoredMechanism<'a> {
    #[serde(borrow)]
    kind: Word<'a>,
    succeeded: Option<bool>,
    failure: Option<Word<'a>>,
    provider: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredDevice<'a> {
    #[serde(borrow)]
    aliases: Vec<(u8, &'a str)>,
    /// Kind, maker, model, system, browser, language, time zone, screen.
    told: [Option<&'a str>; 8],
    components: Vec<(&'a str, &'a str)>,
}

#[derive(Serialize, Deserialize, PartialEq)]
pub(super) struct StoredLocation<'a> {
    #[serde(borrow)]
    country: Option<&'a str>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    city: Option<&'a str>,
    region: Option<&'a str>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct StoredBehavior {
    keys: Option<u32>,
    pastes: Option<u32>,
    key_hold_ms: Option<f64>,
    key_flight_ms: Option<f64>,
    pointer_moves: Option<u32>,
    form_ms: Option<f64>,
}

#[derive(Serialize, Deserialize)]
struct StoredPayment<'a> {
    amount: Option<(i64, [u8; 3])>,
    #[serde(borrow)]
    method: Option<&'a str>,
    direction: Option<u8>,
}

/// A borrowed text, for the many optional ones.
pub(crate) fn text(text: &Option<Box<str>>) -> Option<&str> {
    text.as_deref()
}

fn own(text: Option<&str>) -> Option<Box<str>> {
    text.map(Into::into)
}

impl<'a> StoredEvent<'a> {
    pub(crate) fn of(event: &'a Event) -> Self {
        Self {
            id: *event.id.as_bytes(),
            application: event.application.as_str(),
            source: event.source.number(),
            action: event.action.word(),
            outcome: event.outcome.number(),
            account: event.account.as_ref().map(|id| id.as_str()),
            authenticated_account: event.authenticated_account.as_ref().map(|id| id.as_str()),
            mechanisms: event.mechanisms.iter().map(StoredMechanism::of).collect(),
            device: (event.device != Device::default()).then(|| StoredDevice::of(&event.device)),
            ip: event.network.ip,
            user_agent: text(&event.network.user_agent),
            origin: text(&event.network.origin),
            location: event.location.as_ref().map(StoredLocation::of),
            behavior: event.behavior.as_ref().map(StoredBehavior::of),
            payment: event.payment.as_ref().map(StoredPayment::of),
            app: event.app.as_ref().map(|app| [text(&app.name), text(&app.platform), text(&app.domain)]),
            session: event.session.as_ref().map(|id| id.as_str()),
            correlation: event.correlation.as_ref().map(|id| id.as_str()),
            incumbent_verdict: event.incumbent_verdict.map(|verdict| verdict.number()),
            at: event.at.as_micros(),
            at_clamped: event.at_clamped,
            received_after: event.received_at.as_micros().wrapping_sub(event.at.as_micros()),
        }
    }

    /// The event, without what is sealed apart.
    pub(crate) fn restore(self) -> Result<Event, Undecodable> {
        Ok(Event {
            id: rightful_domain::EventId::from_bytes(self.id),
            application: super::id(self.application, rightful_domain::ApplicationId::new)?,
            source: Source::of_number(self.source)?,
            action: Action::of_word(self.action)?,
            outcome: Outcome::of_number(self.outcome)?,
            account: super::optional_id(self.account, rightful_domain::AccountId::new)?,
            authenticated_account: super::optional_id(self.authenticated_account, rightful_domain::AccountId::new)?,
            username: None,
            mechanisms: self.mechanisms.into_iter().map(StoredMechanism::restore).collect::<Result<_, _>>()?,
            device: self.device.map_or_else(|| Ok(Device::default()), StoredDevice::restore)?,
            network: Network { ip: self.ip, user_agent: own(self.user_agent), origin: own(self.origin) },
            location: self.location.map(StoredLocation::restore).transpose()?,
            behavior: self.behavior.map(StoredBehavior::restore),
            payment: self.payment.map(StoredPayment::restore).transpose()?,
            person: Person::default(),
            app: self.app.map(|[name, platform, domain]| rightful_domain::App {
                name: own(name),
                platform: own(platform),
                domain: own(domain),
            }),
            session: super::optional_id(self.session, rightful_domain::SessionId::new)?,
            correlation: super::optional_id(self.correlation, rightful_domain::CorrelationId::new)?,
            custom: None,
            unknown: None,
            incumbent_verdict: self.incumbent_verdict.map(Verdict::of_number).transpose()?,
            at: Timestamp::from_micros(self.at),
            at_clamped: self.at_clamped,
            // Said, where it is not so, by what follows from version 4 of entries on.
            vouched: true,
            received_at: Timestamp::from_micros(self.at.wrapping_add(self.received_after)),
        })
    }
}

impl<'a> StoredMechanism<'a> {
    fn of(mechanism: &'a Mechanism) -> Self {
        Self {
            kind: mechanism.kind.word(),
            succeeded: mechanism.succeeded,
            failure: mechanism.failure.as_ref().map(Worded::word),
            provider: text(&mechanism.provider),
        }
    }

    fn restore(self) -> Result<Mechanism, Undecodable> {
        Ok(Mechanism {
            kind: MechanismKind::of_word(self.kind)?,
            succeeded: self.succeeded,
            failure: self.failure.map(FailureReason::of_word).transpose()?,
            provider: own(self.provider),
            sent_to: None,
        })
    }
}

impl<'a> StoredDevice<'a> {
    pub(super) fn of(device: &'a Device) -> Self {
        Self {
            aliases: device.aliases.iter().map(|alias| (alias.kind.number(), alias.id.as_str())).collect(),
            told: [
                text(&device.kind),
                text(&device.manufacturer),
                text(&device.model),
                text(&device.os),
                text(&device.browser),
                text(&device.language),
                text(&device.time_zone),
                text(&device.screen),
            ],
            components: device.components.iter().map(|(name, value)| (&**name, &**value)).collect(),
        }
    }

    pub(super) fn restore(self) -> Result<Device, Undecodable> {
        let alias = |(kind, id)| -> Result<DeviceAlias, Undecodable> {
            Ok(DeviceAlias { kind: DeviceAliasKind::of_number(kind)?, id: super::id(id, DeviceId::new)? })
        };
        let [kind, manufacturer, model, os, browser, language, time_zone, screen] = self.told.map(own);
        Ok(Device {
            aliases: self.aliases.into_iter().map(alias).collect::<Result<_, _>>()?,
            kind,
            manufacturer,
            model,
            os,
            browser,
            language,
            time_zone,
            screen,
            components: self.components.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
        })
    }
}

impl<'a> StoredLocation<'a> {
    pub(super) fn of(location: &'a Location) -> Self {
        Self {
            country: location.country.as_ref().map(CountryCode::as_str),
            latitude: location.latitude,
            longitude: location.longitude,
            city: text(&location.city),
            region: text(&location.region),
        }
    }

    pub(super) fn restore(self) -> Result<Location, Undecodable> {
        let country = self.country.map(|code| CountryCode::new(code).map_err(|_| Undecodable("not a country code")));
        Ok(Location {
            country: country.transpose()?,
            latitude: self.latitude,
            longitude: self.longitude,
            city: own(self.city),
            region: own(self.region),
            address: Vec::new(),
        })
    }
}

impl StoredBehavior {
    pub(super) fn of(behavior: &Behavior) -> Self {
        let Behavior { keys, pastes, key_hold_ms, key_flight_ms, pointer_moves, form_ms } = *behavior;
        Self { keys, pastes, key_hold_ms, key_flight_ms, pointer_moves, form_ms }
    }

    pub(super) fn restore(self) -> Behavior {
        let Self { keys, pastes, key_hold_ms, key_flight_ms, pointer_moves, form_ms } = self;
        Behavior { keys, pastes, key_hold_ms, key_flight_ms, pointer_moves, form_ms }
    }
}

impl<'a> StoredPayment<'a> {
    fn of(payment: &'a Payment) -> Self {
        Self {
            amount: payment.amount.map(|money| (money.ten_thousandths, money.currency)),
            method: text(&payment.method),
            direction: payment.direction.map(|direction| direction.number()),
        }
    }

    fn restore(self) -> Result<Payment, Undecodable> {
        Ok(Payment {
            amount: self.amount.map(|(ten_thousandths, currency)| Money { ten_thousandths, currency }),
            method: own(self.method),
            method_id: None,
            payee: None,
            direction: self.direction.map(PaymentDirection::of_number).transpose()?,
            counterparty: None,
            // The rest follows the entry, from its sixth version on.
            ..Payment::default()
        })
    }
}
