//! A line of a log as an event and what is known of its address: no geolocation, since the log brings its own.

use std::collections::HashMap;
use std::sync::Arc;

use rightful_domain::{
    Action, AddressKind, ApplicationId, Device, DeviceAlias, DeviceAliasKind, Enrichment, Event, EventId,
    FailureReason, Mechanism, MechanismKind, Network, Outcome, PasswordHashes, Source, Timestamp,
};
use rightful_enrich::Enricher;

use super::log::{Login, is_unknown_user};
use super::{EvaluateError, Inputs};

/// The most places whose names are kept to be shared; beyond, each event has its own.
const PLACES_MAX: usize = 100_000;
/// Where an agent string is cut, in bytes, as at the edge of a server.
const AGENT_BYTES_MAX: usize = 1_024;
/// Where a word of the caller's own is cut, in bytes.
const WORD_BYTES_MAX: usize = 64;

/// Makes events of lines.
pub(super) struct EventMaker {
    application: ApplicationId,
    enricher: Enricher,
    inputs: Inputs,
    places: HashMap<Box<str>, Arc<str>>,
}

impl EventMaker {
    pub(super) fn new(application: ApplicationId, inputs: Inputs) -> Result<Self, EvaluateError> {
        // No data sets, and no password to tag: the seed is for nothing.
        let enricher = Enricher::open(None, [0; 32])?;
        Ok(Self { application, enricher, inputs, places: HashMap::new() })
    }

    /// The event of a line and what is known of it. `number` tells lines of the same moment apart.
    pub(super) fn make(&mut self, login: &Login<'_>, number: u64) -> (Event, Enrichment) {
        let event = Event {
            outcome: if login.succeeded { Outcome::Succeeded } else { Outcome::Failed },
            account: login.account.clone(),
            mechanisms: mechanisms(login),
            device: self.device(login),
            network: Network { ip: login.ip, user_agent: login.user_agent.as_deref().map(agent), origin: None },
            ..Event::new(event_id(login.at, number), self.application.clone(), Source::Native, Action::Login, login.at)
        };
        let enrichment = self.enrich(&event, login);
        (event, enrichment)
    }

    fn device(&self, login: &Login<'_>) -> Device {
        let named = login.device.as_ref().filter(|_| self.inputs == Inputs::All);
        let alias = |id: &rightful_domain::DeviceId| DeviceAlias { kind: DeviceAliasKind::Vendor, id: id.clone() };
        Device {
            aliases: named.map(alias).into_iter().collect(),
            kind: login.device_kind.as_deref().map(Box::from),
            os: login.os.as_deref().map(Box::from),
            browser: login.browser.as_deref().map(Box::from),
            ..Device::default()
        }
    }

    fn enrich(&mut self, event: &Event, login: &Login<'_>) -> Enrichment {
        let mut enrichment = self.enricher.enrich(event, PasswordHashes::default());
        enrichment.country = login.country;
        enrichment.asn = login.asn;
        if self.inputs == Inputs::All {
            enrichment.region = login.region.as_ref().map(|region| self.place(region));
            enrichment.city = login.city.as_ref().map(|city| self.place(city));
        }
        // A published log has pseudonyms for addresses, some of them private by their number: who knows a country or a
        // network of an address saw a public one.
        let is_placed = login.country.is_some() || login.asn.is_some();
        if is_placed && enrichment.address.is_some() {
            enrichment.address = Some(AddressKind::Public);
        }
        enrichment
    }

    fn place(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.places.get(name) {
            return Arc::clone(known);
        }
        let place: Arc<str> = Arc::from(name);
        if self.places.len() < PLACES_MAX {
            self.places.insert(Box::from(name), Arc::clone(&place));
        }
        place
    }
}

/// An id that is the same at each run.
fn event_id(at: Timestamp, number: u64) -> EventId {
    let [_, a, b, c, d, e, f, g] = number.to_be_bytes();
    EventId::from_parts(u64::try_from(at.as_millis()).unwrap_or(0), [0, 0, 0, a, b, c, d, e, f, g])
}

/// How a login tried to prove itself, as far as a log says: a password, and a second factor where that failed.
fn mechanisms(login: &Login<'_>) -> Vec<Mechanism> {
    let used = |kind, succeeded, failure| Mechanism {
        kind,
        succeeded: Some(succeeded),
        failure,
        provider: None,
        sent_to: None,
    };
    if login.succeeded {
        return vec![used(MechanismKind::Password, true, None)];
    }
    let code = |failure| {
        let password = used(MechanismKind::Password, true, None);
        vec![password, used(MechanismKind::OneTimeCode, false, Some(failure))]
    };
    let failure = match login.failure.as_deref() {
        Some("mfa_failed" | "bad_mfa") => return code(FailureReason::InvalidProof),
        Some("expired_mfa") => return code(FailureReason::Timeout),
        Some("bad_password") => Some(FailureReason::BadPassword),
        Some("rate_limited") => Some(FailureReason::RateLimit),
        Some(why) if is_unknown_user(why) => Some(FailureReason::UnknownUsername),
        Some(why) => Some(FailureReason::Other(cut(why, WORD_BYTES_MAX).into())),
        None if login.account.is_none() => Some(FailureReason::UnknownUsername),
        None => None,
    };
    vec![used(MechanismKind::Password, false, failure)]
}

fn agent(text: &str) -> Box<str> {
    cut(text, AGENT_BYTES_MAX).into()
}

/// The text's beginning, of at most that many bytes, whole letters only.
fn cut(text: &str, bytes_max: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or(text)
}
