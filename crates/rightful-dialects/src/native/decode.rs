//! From our own API's JSON to an event, a conclusion, feedback or a search.

use std::time::Duration;

use rightful_domain::{
    AccountId, Action, Behavior, CorrelationId, CountryCode, Cursor, DETAILS_PER_KIND_MAX, Device, DeviceAlias,
    DeviceAliasKind, DeviceId, Event, EventId, FailureReason, Feedback, FeedbackKind, FeedbackTarget, Location,
    Mechanism, MechanismKind, Network, Outcome, PasswordHashes, Payment, Person, Pii, ReasonCode, RetryKey,
    SEARCH_LIMIT_MAX, SEARCH_WORDS_MAX, Search, SessionId, Source, Subnet, Verdict,
};

use super::{money, words};
use crate::fields::{Fault, Fields, list_of};
use crate::json::{self, Node, unless_secret};
use crate::scalars::{
    LABEL_BYTES_MAX, account, address, app, at, count, country, custom, cut, device_id, flag, id, label, latitude,
    longitude, measure, personal, personal_told, sha256, text, text_address, unknown, user_agent, word,
};
use crate::time::{moment, text_moment};
use crate::{Call, Intake, Refusal, RefusalKind, Told, digest};

/// How long an `Idempotency-Key` is remembered.
const IDEMPOTENCY_KEPT: Duration = Duration::from_secs(24 * 60 * 60);
/// The longest `Idempotency-Key`, in characters.
const IDEMPOTENCY_KEY_BYTES_MAX: usize = 255;
/// The most mechanisms one event may name.
const MECHANISMS_MAX: usize = 32;
/// The most further names of a device.
const ALIASES_MAX: usize = 7;
/// The most fingerprint components.
const COMPONENTS_MAX: usize = 64;
/// The most parts of an address.
const ADDRESS_PARTS_MAX: usize = 32;
/// How many assessments a page holds unless asked otherwise.
const SEARCH_LIMIT_DEFAULT: u16 = 50;

/// Reads an event that is to be judged or remembered.
pub(super) fn event(call: &Call<'_>) -> Result<Told, Refusal> {
    let retry = retry(call)?;
    let mut told = read_event(call, Fields::new(json::parse_object(call.body)?))?;
    told.retry = retry;
    Ok(told)
}

fn retry(call: &Call<'_>) -> Result<Option<RetryKey>, Refusal> {
    let Some(key) = (call.header)("idempotency-key") else { return Ok(None) };
    let printable = key.bytes().all(|byte| (b' '..=b'~').contains(&byte));
    if key.is_empty() || key.len() > IDEMPOTENCY_KEY_BYTES_MAX || !printable {
        return Err(refused(format!(
            "the header idempotency-key must be 1 to {IDEMPOTENCY_KEY_BYTES_MAX} printable ASCII characters"
        )));
    }
    let until = call.received_at.plus(IDEMPOTENCY_KEPT);
    let (application, path) = (&call.application.id, call.route.path);
    Ok(Some(digest::retry_of_key(call.link_key, application, key, path, call.body, until)))
}

pub(super) fn refused(detail: String) -> Refusal {
    Refusal { kind: RefusalKind::Malformed, detail, path: None }
}

fn read_event(call: &Call<'_>, mut body: Fields<'_>) -> Result<Told, Fault> {
    refuse_misplaced(&mut body)?;
    let mut hashes = PasswordHashes::default();
    let mechanisms = body.objects("mechanisms", MECHANISMS_MAX, |fields| read_mechanism(fields, &mut hashes))?;
    let (at, at_clamped) = at(body.optional("at", moment)?, call.received_at);
    let custom = body.optional("custom", custom)?.flatten();
    let mut event = Event {
        id: call.event_id,
        application: call.application.id.clone(),
        source: Source::Native,
        action: body.required("action", action)?,
        outcome: body.optional("outcome", outcome)?.unwrap_or(Outcome::Pending),
        account: body.optional("account", account)?,
        authenticated_account: body.optional("authenticated_account", account)?,
        username: body.optional("username", personal_told)?,
        mechanisms,
        device: body.object("device", read_device)?.unwrap_or_default(),
        network: body.object("network", read_network)?.unwrap_or_default(),
        location: body.object("location", read_location)?,
        behavior: body.object("behavior", read_behavior)?,
        payment: body.object("payment", read_payment)?,
        person: body.object("person", read_person)?.unwrap_or_default(),
        app: body.object("app", app)?,
        session: body.optional("session_id", |node| id(node, SessionId::new))?,
        correlation: body.optional("correlation_id", |node| id(node, CorrelationId::new))?,
        custom,
        unknown: None,
        incumbent_verdict: body.optional("incumbent_verdict", verdict)?,
        at,
        at_clamped,
        vouched: true,
        received_at: call.received_at,
    };
    body.unfold("unknown");
    let rest = body.rest();
    event.unknown = unknown(&rest, event.custom.as_ref())?;
    let n_unknown = rest.n_unknown().saturating_add(n_invented(&event.mechanisms));
    Ok(Told { event, hashes, retry: None, n_unknown })
}

/// What answers say at the top, and other vendors' requests too: kept as unknown, it would silently blind the judgement.
fn refuse_misplaced(body: &mut Fields<'_>) -> Result<(), Fault> {
    for (name, detail) in [("ip", "belongs in network.ip"), ("user_agent", "belongs in network.user_agent")] {
        if body.take(name).is_some() {
            return Err(Fault::new(detail).within(name));
        }
    }
    Ok(())
}

/// Words that a caller made up.
fn n_invented(mechanisms: &[Mechanism]) -> u32 {
    let invented = mechanisms.iter().map(|mechanism| {
        u32::from(matches!(mechanism.kind, MechanismKind::Other(_)))
            + u32::from(matches!(mechanism.failure, Some(FailureReason::Other(_))))
    });
    invented.sum()
}

fn action(node: Node<'_>) -> Result<Action, Fault> {
    Action::parse(&text(node)?).ok_or_else(|| Fault::new("must be a known action, or 1 to 64 letters, digits, _ and -"))
}

fn outcome(node: Node<'_>) -> Result<Outcome, Fault> {
    words::outcome(&text(node)?).ok_or_else(|| Fault::new("must be pending, succeeded or failed"))
}

fn verdict(node: Node<'_>) -> Result<Verdict, Fault> {
    Verdict::parse(&text(node)?).ok_or_else(|| Fault::new("must be trust, allow, challenge or deny"))
}

fn read_mechanism(fields: &mut Fields<'_>, hashes: &mut PasswordHashes) -> Result<Mechanism, Fault> {
    if let Some(hash) = fields.optional("password_sha256", sha256)? {
        if hashes.sha256.is_some() {
            return Err(Fault::new("may be told once only").within("password_sha256"));
        }
        hashes.sha256 = Some(hash);
    }
    let failure = fields.optional("failure_reason", text)?.filter(|reason| !reason.is_empty());
    Ok(Mechanism {
        kind: words::mechanism(&fields.required("kind", word)?),
        succeeded: fields.optional("succeeded", flag)?,
        failure: failure.map(|reason| words::failure(&reason)),
        provider: fields.optional("provider", label)?.flatten(),
        sent_to: fields.optional("sent_to", personal)?.flatten(),
    })
}

fn read_device(fields: &mut Fields<'_>) -> Result<Device, Fault> {
    let id = fields.optional("id", device_id)?.flatten();
    let others = fields.optional("aliases", device_ids)?.unwrap_or_default();
    // What a caller says is a caller's name; ours are signed, and arrive by other ways.
    let aliases = id.into_iter().chain(others).map(|id| DeviceAlias { kind: DeviceAliasKind::Vendor, id }).collect();
    Ok(Device {
        aliases,
        kind: fields.optional("type", label)?.flatten(),
        manufacturer: fields.optional("manufacturer", label)?.flatten(),
        model: fields.optional("model", label)?.flatten(),
        os: fields.optional("os", label)?.flatten(),
        browser: fields.optional("browser", label)?.flatten(),
        language: fields.optional("language", label)?.flatten(),
        time_zone: fields.optional("time_zone", label)?.flatten(),
        screen: fields.optional("screen", label)?.flatten(),
        components: fields.optional("components", components)?.unwrap_or_default(),
    })
}

fn device_ids(node: Node<'_>) -> Result<Vec<DeviceId>, Fault> {
    let items = list_of(node, ALIASES_MAX)?.into_iter().enumerate();
    items.filter_map(|(index, item)| device_id(item).map_err(|fault| fault.within_item(index)).transpose()).collect()
}

/// Values under names of the caller's own.
type Named<T> = Vec<(Box<str>, T)>;

fn components(node: Node<'_>) -> Result<Named<Box<str>>, Fault> {
    named(node, COMPONENTS_MAX, |node| {
        if let Some(number) = node.number() {
            return Ok(number.to_string().into());
        }
        if let Node::Flag(flag) = node {
            return Ok(flag.to_string().into());
        }
        text(node).map(|text| cut(&text, LABEL_BYTES_MAX).into())
    })
}

fn address_parts(node: Node<'_>) -> Result<Named<Pii<Box<str>>>, Fault> {
    named(node, ADDRESS_PARTS_MAX, personal_told)
}

/// An object whose names are the caller's own, of at most `n_max` fields. Null is the same as absent.
fn named<'a, T>(node: Node<'a>, n_max: usize, read: impl Fn(Node<'a>) -> Result<T, Fault>) -> Result<Named<T>, Fault> {
    let Node::Object(members) = node else { return Err(Fault::new("must be an object")) };
    if members.len() > n_max {
        return Err(Fault::new(format!("must have at most {n_max} fields")));
    }
    let told = members.into_iter().filter(|(_, node)| *node != Node::Null);
    told.map(|(name, node)| {
        if name.len() > LABEL_BYTES_MAX {
            return Err(Fault::new(format!("must have names of at most {LABEL_BYTES_MAX} bytes")));
        }
        let told = read(unless_secret(&name, node)).map_err(|fault| fault.within(&name))?;
        Ok((Box::from(name), told))
    })
    .collect()
}

fn read_network(fields: &mut Fields<'_>) -> Result<Network, Fault> {
    Ok(Network {
        ip: fields.optional("ip", address)?,
        user_agent: fields.optional("user_agent", user_agent)?.flatten(),
        origin: fields.optional("origin", label)?.flatten(),
    })
}

fn read_location(fields: &mut Fields<'_>) -> Result<Location, Fault> {
    Ok(Location {
        country: fields.optional("country", country_code)?,
        latitude: fields.optional("latitude", latitude)?,
        longitude: fields.optional("longitude", longitude)?,
        city: fields.optional("city", label)?.flatten(),
        region: fields.optional("region", label)?.flatten(),
        address: fields.optional("address", address_parts)?.unwrap_or_default(),
    })
}

fn read_behavior(fields: &mut Fields<'_>) -> Result<Behavior, Fault> {
    Ok(Behavior {
        keys: fields.optional("keys", count)?,
        pastes: fields.optional("pastes", count)?,
        key_hold_ms: fields.optional("key_hold_ms", measure)?,
        key_flight_ms: fields.optional("key_flight_ms", measure)?,
        pointer_moves: fields.optional("pointer_moves", count)?,
        form_ms: fields.optional("form_ms", measure)?,
        interaction: None,
    })
}

fn read_payment(fields: &mut Fields<'_>) -> Result<Payment, Fault> {
    let direction = |node| words::direction(&text(node)?).ok_or_else(|| Fault::new("must be in or out"));
    Ok(Payment {
        amount: money::read(fields)?,
        method: fields.optional("method", label)?.flatten(),
        method_id: fields.optional("method_id", personal)?.flatten(),
        payee: fields.optional("payee", personal)?.flatten(),
        direction: fields.optional("direction", direction)?,
        counterparty: fields.optional("counterparty", personal)?.flatten(),
        ..Payment::default()
    })
}

fn read_person(fields: &mut Fields<'_>) -> Result<Person, Fault> {
    Ok(Person {
        email: fields.optional("email", personal)?.flatten(),
        phone: fields.optional("phone", personal)?.flatten(),
        name: fields.optional("name", personal)?.flatten(),
        country: fields.optional("country", country_code)?,
        delivery_address: fields.object("delivery_address", read_location)?.map(Box::new),
        billing_address: fields.object("billing_address", read_location)?.map(Box::new),
        payment_methods: fields.optional("payment_methods", details)?.unwrap_or_default(),
        social_accounts: fields.optional("social_accounts", details)?.unwrap_or_default(),
        password_changed: fields.optional("password_changed", flag)?.unwrap_or(false),
    })
}

/// Values of one kind that an account may have many of.
fn details(node: Node<'_>) -> Result<Vec<Pii<Box<str>>>, Fault> {
    let items = list_of(node, DETAILS_PER_KIND_MAX)?.into_iter().enumerate();
    items.map(|(index, item)| personal_told(item).map_err(|fault| fault.within_item(index))).collect()
}

fn country_code(node: Node<'_>) -> Result<CountryCode, Fault> {
    country(&text(node)?).ok_or_else(|| Fault::new("must be a country's two or three letters"))
}

/// The event of the path. One that is no UUID is no event of ours.
pub(super) fn event_of_path(call: &Call<'_>) -> Result<EventId, Refusal> {
    EventId::parse(call.parameter("id")).map_err(|_| Refusal {
        kind: RefusalKind::NotFound,
        detail: "there is no event of this id".to_owned(),
        path: None,
    })
}

/// Reads how an earlier event ended.
pub(super) fn conclusion(call: &Call<'_>) -> Result<Intake, Refusal> {
    let event = event_of_path(call)?;
    let mut body = Fields::new(json::parse_object(call.body)?);
    let ended = |node| match outcome(node)? {
        Outcome::Pending => Err(Fault::new("must be succeeded or failed")),
        ended @ (Outcome::Succeeded | Outcome::Failed) => Ok(ended),
    };
    Ok(Intake::Conclude { event, outcome: body.required("outcome", ended)? })
}

/// Reads what somebody says of an event or an account.
pub(super) fn feedback(call: &Call<'_>) -> Result<Intake, Refusal> {
    let (target, kind) = read_feedback(&mut Fields::new(json::parse_object(call.body)?))?;
    let application = call.application.id.clone();
    Ok(Intake::Feedback(vec![Feedback { application, target, kind, received_at: call.received_at }]))
}

fn read_feedback(body: &mut Fields<'_>) -> Result<(FeedbackTarget, FeedbackKind), Fault> {
    let mechanism = body.optional("mechanism", word)?.map(|word| words::mechanism(&word));
    let is_of_mechanism = mechanism.is_some();
    let kind = body.required("kind", |node| {
        feedback_kind(&text(node)?, mechanism)
            .ok_or_else(|| Fault::new(format!("must be one of {}", words::FEEDBACK.join(", "))))
    })?;
    if is_of_mechanism && !matches!(kind, FeedbackKind::ChallengePassed { .. }) {
        return Err(Fault::new("belongs to challenge_passed alone").within("mechanism"));
    }
    let target = read_target(body)?;
    let is_of_challenge = match kind {
        FeedbackKind::ChallengePassed { .. } | FeedbackKind::ChallengeFailed | FeedbackKind::ChallengeIgnored => true,
        FeedbackKind::ConfirmedTakeover | FeedbackKind::ConfirmedLegitimate | FeedbackKind::Reclaimed => false,
    };
    if is_of_challenge && !matches!(target, FeedbackTarget::Event(_)) {
        return Err(Fault::new("is required, since a challenge belongs to one event").within("event_id"));
    }
    Ok((target, kind))
}

fn feedback_kind(word: &str, mechanism: Option<MechanismKind>) -> Option<FeedbackKind> {
    let all = [
        FeedbackKind::ConfirmedTakeover,
        FeedbackKind::ConfirmedLegitimate,
        FeedbackKind::ChallengePassed { mechanism },
        FeedbackKind::ChallengeFailed,
        FeedbackKind::ChallengeIgnored,
        FeedbackKind::Reclaimed,
    ];
    all.into_iter().find(|kind| kind.as_str() == word)
}

fn read_target(body: &mut Fields<'_>) -> Result<FeedbackTarget, Fault> {
    let event_id = |node| EventId::parse(&text(node)?).map_err(|invalid| Fault::new(invalid.to_string()));
    let event = body.optional("event_id", event_id)?;
    let account = body.optional("account", account)?;
    let first_event = body.optional("first_event_id", event_id)?;
    match (event, account) {
        (Some(event), None) if first_event.is_none() => Ok(FeedbackTarget::Event(event)),
        (Some(_), None) => Err(Fault::new("belongs to account alone").within("first_event_id")),
        (None, Some(account)) => Ok(FeedbackTarget::Account { account, first_event }),
        (Some(_), Some(_)) => Err(Fault::new("must not be told beside event_id").within("account")),
        (None, None) => Err(Fault::new("is required, or account").within("event_id")),
    }
}

/// Reads a search.
pub(super) fn search(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut search = Search::of(call.application.id.clone(), SEARCH_LIMIT_DEFAULT);
    each_parameter(call, |name, value| set_condition(&mut search, name, value))?;
    Ok(Intake::Search(search))
}

/// Reads each parameter of the query, once.
pub(super) fn each_parameter(
    call: &Call<'_>,
    mut read: impl FnMut(&str, &str) -> Result<(), Fault>,
) -> Result<(), Refusal> {
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in call.query.pairs()? {
        if seen.iter().any(|known| *known == name) {
            return Err(refused(format!("the query parameter {} is given twice", shown(&name))));
        }
        read(&name, &value).map_err(|fault| {
            let Refusal { detail, .. } = Refusal::from(fault);
            refused(format!("the query parameter {} {detail}", shown(&name)))
        })?;
        seen.push(name.into_owned());
    }
    Ok(())
}

fn set_condition(search: &mut Search, name: &str, value: &str) -> Result<(), Fault> {
    let invalid = |invalid: rightful_domain::InvalidId| Fault::new(invalid.to_string());
    match name {
        "account" => search.account = Some(AccountId::new(value).map_err(invalid)?),
        "device" => search.device = Some(DeviceId::new(value).map_err(invalid)?),
        "ip" => search.subnet = Some(Subnet::of(text_address(value)?)),
        "verdict" => search.verdicts = listed(value, "must be trust, allow, challenge or deny", Verdict::parse)?,
        "action" => search.actions = listed(value, "must be actions", Action::parse)?,
        "reason" => {
            search.reasons = listed(value, "must be reasons, as /v1/assessments spells them", ReasonCode::parse)?
        }
        "from" => search.from = Some(text_moment(value)?),
        "to" => search.to = Some(text_moment(value)?),
        "limit" => search.limit = limit(value)?,
        "cursor" => {
            let sequence = value.parse().map_err(|_| Fault::new("must be a next_cursor as it was answered"))?;
            search.cursor = Some(Cursor(sequence));
        }
        _ => return Err(Fault::new("is not known here")),
    }
    Ok(())
}

/// Words with commas between.
pub(super) fn listed<T>(value: &str, what: &'static str, read: fn(&str) -> Option<T>) -> Result<Vec<T>, Fault> {
    let words: Vec<T> = value.split(',').map(read).collect::<Option<_>>().ok_or_else(|| Fault::new(what))?;
    let is_short = words.len() <= SEARCH_WORDS_MAX;
    if is_short { Ok(words) } else { Err(Fault::new(format!("must be at most {SEARCH_WORDS_MAX}"))) }
}

fn limit(value: &str) -> Result<u16, Fault> {
    let limit = value.parse().ok().filter(|limit| (1..=SEARCH_LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| Fault::new(format!("must be a whole number from 1 to {SEARCH_LIMIT_MAX}")))
}

/// A parameter's name, as far as it can be one.
fn shown(name: &str) -> String {
    crate::path::path_text(std::iter::once(crate::path::Step::Name(name.to_owned())))
}
