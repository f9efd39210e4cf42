//! From Ravelin's login to an event.

use std::time::Duration;

use rightful_domain::{
    AccountId, Action, App, Device, DeviceAlias, DeviceAliasKind, Event, FreeFields, Location, Mechanism,
    MechanismKind, Network, Outcome, PasswordHashes, Person, Pii, Source,
};

use super::reasons;
use crate::fields::{Fault, Fields, object_of};
use crate::json::{self, Node};
use crate::scalars::{
    WORD_BYTES_MAX, account, address, app, at, country, custom, cut, device_id, flag, label, latitude, longitude,
    personal, personal_told, sha256, text, unknown, user_agent,
};
use crate::time::moment;
use crate::{Call, Intake, Query, Refusal, RefusalKind, Told, digest};

/// The same body within this time is the same login, told again.
const RETRY_KEPT: Duration = Duration::from_secs(60);
/// The most mechanisms one login may name.
const MECHANISMS_MAX: usize = 32;
/// What a mechanism is called that has an empty name.
const UNNAMED: &str = "unnamed";

/// Reads a login.
pub(super) fn login(call: &Call<'_>) -> Result<Intake, Refusal> {
    let scored = is_scored(call.query)?;
    let mut told = read(call, Fields::new(json::parse_object(call.body)?))?;
    let target = [call.route.path, call.query.0];
    let retry =
        digest::retry_of_request(call.link_key, &call.application.id, target, call.body, call.received_at, RETRY_KEPT);
    told.retry = Some(retry);
    Ok(if scored { Intake::Assess(Box::new(told)) } else { Intake::Observe(Box::new(told)) })
}

/// Whether the caller waits for a verdict: `score=true` in the older documentation, the checkpoint's name in the newer.
///
/// Another checkpoint is refused: remembering a login in silence would leave its caller without protection.
fn is_scored(query: Query<'_>) -> Result<bool, Refusal> {
    let pairs = query.pairs()?;
    match pairs.iter().find(|(name, _)| name == "score").map(|(_, value)| value.as_ref()) {
        Some("true" | "login") => Ok(true),
        None | Some("" | "false") => Ok(false),
        Some(_) => Err(Refusal {
            kind: RefusalKind::Malformed,
            detail: "the query parameter score must be true or login, or be left out".to_owned(),
            path: None,
        }),
    }
}

/// What a body may say twice, or beside the event.
#[derive(Default)]
struct Beside {
    hashes: PasswordHashes,
    n_invented: u32,
}

fn read(call: &Call<'_>, mut body: Fields<'_>) -> Result<Told, Fault> {
    let mut beside = Beside::default();
    let moment = body.required("timestamp", moment)?;
    let login = body.required_object("login", |login| read_login(login, &mut beside))?;
    let own_location = body.take("location");
    let origin = body.object("device", |device| read_device(device, own_location.as_ref()))?.unwrap_or_default();
    let location = match own_location {
        Some(own) => Some(body.object_taken("location", own, read_location)?),
        None => origin.location,
    };
    let rest = body.rest();
    let (at, at_clamped) = at(Some(moment), call.received_at);
    let event = Event {
        id: call.event_id,
        application: call.application.id.clone(),
        source: Source::Ravelin,
        action: Action::Login,
        outcome: if login.success { Outcome::Succeeded } else { Outcome::Failed },
        account: login.account,
        authenticated_account: None,
        username: Some(login.username),
        mechanisms: login.mechanisms,
        device: origin.device,
        network: origin.network,
        location,
        behavior: None,
        payment: None,
        person: Person::default(),
        app: login.app,
        session: None,
        correlation: None,
        unknown: unknown(&rest, login.custom.as_ref())?,
        custom: login.custom,
        incumbent_verdict: None,
        at,
        at_clamped,
        received_at: call.received_at,
    };
    let n_unknown = rest.n_unknown().saturating_add(beside.n_invented);
    Ok(Told { event, hashes: beside.hashes, retry: None, n_unknown })
}

/// The `login` object.
struct Login {
    username: Pii<Box<str>>,
    account: Option<AccountId>,
    success: bool,
    mechanisms: Vec<Mechanism>,
    app: Option<App>,
    custom: Option<FreeFields>,
}

fn read_login(login: &mut Fields<'_>, beside: &mut Beside) -> Result<Login, Fault> {
    Ok(Login {
        username: login.required("username", personal_told)?,
        account: login.optional("customerId", account)?,
        success: login.required("success", flag)?,
        mechanisms: login.required_object("authenticationMechanism", |all| read_mechanisms(all, beside))?,
        app: login.object("app", app)?,
        custom: login.optional("custom", custom)?.flatten(),
    })
}

fn read_mechanisms(all: &mut Fields<'_>, beside: &mut Beside) -> Result<Vec<Mechanism>, Fault> {
    if all.len() > MECHANISMS_MAX {
        return Err(Fault::new(format!("must have at most {MECHANISMS_MAX} mechanisms")));
    }
    let mut mechanisms = Vec::with_capacity(all.len());
    all.each(|name, node| {
        if node == Node::Null {
            return Ok(Node::Taken);
        }
        let (mechanism, rest) = match reasons::mechanism(name) {
            Some(kind) => object_of(node, |fields| read_mechanism(fields, kind, beside))?,
            None => invented_mechanism(name, node, beside),
        };
        mechanisms.push(mechanism);
        Ok(rest)
    })?;
    if mechanisms.is_empty() { Err(Fault::new("must name at least one mechanism")) } else { Ok(mechanisms) }
}

fn read_mechanism(fields: &mut Fields<'_>, kind: MechanismKind, beside: &mut Beside) -> Result<Mechanism, Fault> {
    let hashes = &mut beside.hashes;
    if kind == MechanismKind::Password {
        hashes.sha256 = fields.optional("passwordHashed", sha256)?;
        hashes.sha1_sha256 = fields.optional("passwordSHA1SHA256", sha256)?;
        hashes.email_password_sha256 = fields.optional("emailPasswordSHA256", sha256)?;
    }
    let failure = fields.optional("failureReason", text)?.filter(|reason| !reason.is_empty());
    let failure = failure.map(|reason| reasons::failure(&reason));
    if matches!(failure, Some(rightful_domain::FailureReason::Other(_))) {
        beside.n_invented += 1;
    }
    let transport = fields.optional("transport", label)?.flatten();
    let by_email = transport.as_deref() == Some("email");
    // A link goes to one of them, as the transport says; the vendor's own sample gives only the other.
    let contacts = if by_email { ["email", "phoneNumber"] } else { ["phoneNumber", "email"] };
    let mut sent_to = None;
    for contact in contacts {
        if sent_to.is_none() {
            sent_to = fields.optional(contact, personal)?.flatten();
        }
    }
    Ok(Mechanism {
        kind,
        succeeded: fields.optional("success", flag)?,
        failure,
        provider: fields.optional("socialProvider", label)?.flatten().or(transport),
        sent_to,
    })
}

/// A mechanism that Ravelin does not name: what can be read of it is, and nothing about it is refused.
fn invented_mechanism<'a>(name: &str, node: Node<'a>, beside: &mut Beside) -> (Mechanism, Node<'a>) {
    beside.n_invented += 1;
    let name = if name.is_empty() { UNNAMED } else { cut(name, WORD_BYTES_MAX) };
    let kind = MechanismKind::Other(name.into());
    let mut mechanism = Mechanism { kind, succeeded: None, failure: None, provider: None, sent_to: None };
    let Node::Object(members) = node else { return (mechanism, Node::Kept(Box::new(node))) };
    let mut fields = Fields::new(members);
    match fields.take("success") {
        Some(Node::Flag(success)) => mechanism.succeeded = Some(success),
        Some(other) => fields.put("success", other),
        None => {}
    }
    match fields.take("failureReason") {
        Some(Node::Text(reason)) if !reason.is_empty() => mechanism.failure = Some(reasons::failure(&reason)),
        Some(other) => fields.put("failureReason", other),
        None => {}
    }
    (mechanism, fields.rest())
}

/// The `device` object: device, network, and where it says it is.
#[derive(Default)]
struct Origin {
    device: Device,
    network: Network,
    location: Option<Location>,
}

fn read_device(fields: &mut Fields<'_>, own_location: Option<&Node<'_>>) -> Result<Origin, Fault> {
    let mut origin = Origin::default();
    let id = fields.optional("deviceId", device_id)?.flatten();
    origin.device.aliases.extend(id.map(|id| DeviceAlias { kind: DeviceAliasKind::Vendor, id }));
    origin.network.ip = fields.optional("ipAddress", address)?;
    origin.network.user_agent = fields.optional("userAgent", user_agent)?.flatten();
    let device = &mut origin.device;
    device.language = fields.optional("language", label)?.flatten();
    device.model = fields.optional("model", label)?.flatten();
    device.os = fields.optional("os", label)?.flatten();
    device.kind = fields.optional("type", label)?.flatten();
    device.manufacturer = fields.optional("manufacturer", label)?.flatten();
    device.browser = fields.optional("browser", label)?.flatten();
    device.screen = fields.optional("screenResolution", label)?.flatten();
    for (name, component) in [("javascriptEnabled", "javascript_enabled"), ("cookiesEnabled", "cookies_enabled")] {
        let enabled = fields.optional(name, flag)?;
        device.components.extend(enabled.map(|enabled| (component.into(), enabled.to_string().into())));
    }
    origin.location = read_device_location(fields, own_location)?;
    Ok(origin)
}

/// Where the device says it is: the event's location if the event says none; else kept beside it, unless it is the same.
fn read_device_location(fields: &mut Fields<'_>, own: Option<&Node<'_>>) -> Result<Option<Location>, Fault> {
    let Some(theirs) = fields.take("location") else { return Ok(None) };
    if own == Some(&theirs) {
        return Ok(None);
    }
    if own.is_none() {
        return fields.object_taken("location", theirs, read_location).map(Some);
    }
    fields.object_taken("location", theirs.clone(), read_location)?;
    fields.put("location", Node::Kept(Box::new(theirs)));
    Ok(None)
}

/// What is finer than a city: kept as people's data, under Ravelin's names.
const ADDRESS_FIELDS: [&str; 9] = [
    "postalCode",
    "addresseeName",
    "street1",
    "street2",
    "neighbourhood",
    "zone",
    "poBoxNumber",
    "locationId",
    "geohash",
];

fn read_location(fields: &mut Fields<'_>) -> Result<Location, Fault> {
    let mut location = Location {
        latitude: fields.optional("latitude", latitude)?,
        longitude: fields.optional("longitude", longitude)?,
        city: fields.optional("city", label)?.flatten(),
        region: fields.optional("region", label)?.flatten(),
        ..Location::default()
    };
    if let Some(told) = fields.optional("country", personal)?.flatten() {
        location.country = country(told.reveal());
        // A country in words is no reason to leave a login unjudged.
        if location.country.is_none() {
            location.address.push(("country".into(), told));
        }
    }
    for name in ADDRESS_FIELDS {
        let told = fields.optional(name, personal)?.flatten();
        location.address.extend(told.map(|told| (name.into(), told)));
    }
    if let Some(custom) = fields.take("custom") {
        fields.put("custom", Node::Kept(Box::new(custom)));
    }
    Ok(location)
}
