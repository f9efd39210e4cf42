//! From Sumsub's transactions to events.

use std::time::Duration;

use rightful_domain::{
    AccountId, Action, CorrelationId, Device, DeviceAlias, DeviceAliasKind, DeviceId, Event, Location, Mechanism,
    MechanismKind, Network, Outcome, PasswordHashes, Payment, PaymentDirection, Person, Pii, RetryKey, SessionId,
    Source,
};

use super::instrument::{Called, Instrument};
use super::{applicant, auth, currency, date, instrument, place, words};
use crate::fields::{Fault, Fields};
use crate::json::{self, Member, Node};
use crate::scalars::{
    PERSONAL_BYTES_MAX, account, address, at, country, custom, device_id, flag, id, label, personal, sha256, text,
    unknown, user_agent,
};
use crate::{Call, EventOf, Fresh, Intake, Refusal, RefusalKind, Told, digest};

/// How long a transaction's id is remembered: an id is unique for ever, and ten years are as long as books are kept.
const TXN_ID_KEPT: Duration = Duration::from_secs(10 * 366 * 24 * 60 * 60);
/// What visitors' ids begin with that we gave out; see [`mod@super::page`].
pub(super) const VISITOR_PREFIX: &str = "rf-";

/// What stands inside `applicant` in the vendor's own sample, and beside it in its schema.
const MISPLACED: [&str; 4] = ["counterparty", "info", "props", "userPlatformEventInfo"];

/// Reads a transaction of the path's applicant.
pub(super) fn submit(call: &Call<'_>) -> Result<Intake, Refusal> {
    let members = json::parse_object(call.body)?;
    let token = call.query.value("accessToken");
    let told = transaction(call, members, account_of_path(call)?)?;
    fresh(call, told, token.as_deref())
}

/// Reads a transaction in the newer form, with its options apart.
pub(super) fn submit_with_options(call: &Call<'_>) -> Result<Intake, Refusal> {
    let mut body = Fields::new(json::parse_object(call.body)?);
    let token = body.object("options", |options| {
        options.optional("async", flag)?;
        options.optional("behavioralAccessToken", text)
    })?;
    let token = token.flatten();
    let Some(Node::Object(members)) = body.take("data") else {
        return Err(Fault::new("must be an object").within("data").into());
    };
    let told = transaction(call, members, None)?;
    fresh(call, told, token.as_deref())
}

/// Whether the newer form asks for an answer before the verdict.
pub(super) fn is_async(call: &Call<'_>) -> bool {
    let Ok(members) = json::parse_object(call.body) else { return false };
    let options = Fields::new(members).object("options", |options| options.optional("async", flag));
    options.is_ok_and(|options| options.flatten() == Some(true))
}

/// Reads one line of a file.
pub(super) fn line(call: &Call<'_>, line: &[u8]) -> Result<Told, Refusal> {
    let mut body = Fields::new(json::parse_object(line)?);
    let applicant = body.optional("applicantId", text)?;
    let owner = applicant.as_deref().and_then(|id| applicant::account_of(call.link_key, &call.application.id, id));
    let Some(Node::Object(members)) = body.take("data") else {
        return Err(Fault::new("must be an object").within("data").into());
    };
    Ok(transaction(call, members, owner)?.told)
}

/// A transaction, and the session of a browser that it names.
struct Read {
    told: Told,
    session: Option<String>,
}

fn fresh(call: &Call<'_>, read: Read, token: Option<&str>) -> Result<Intake, Refusal> {
    let of_token = token.map(|token| {
        let detail = "must be an access token of ours that holds still";
        auth::session_of(call, token).ok_or_else(|| Fault::new(detail).within("accessToken"))
    });
    let session = of_token.transpose()?.or(read.session);
    let reported_as = session.and_then(|session| auth::report_name(&session));
    Ok(Intake::AssessNew(Box::new(Fresh { told: read.told, reported_as })))
}

/// The account of the path's applicant: ours, or None where the path says `-` or names an id from elsewhere.
fn account_of_path(call: &Call<'_>) -> Result<Option<AccountId>, Refusal> {
    Ok(applicant::account_of(call.link_key, &call.application.id, call.parameter("id")))
}

/// Names a transaction for ever.
pub(super) fn retry_of(call: &Call<'_>, txn_id: &str) -> RetryKey {
    let until = call.received_at.plus(TXN_ID_KEPT);
    digest::retry_of_key(call.link_key, &call.application.id, &format!("sumsub {txn_id}"), "txn", b"", until)
}

/// The transaction that a path names: by our id, or by the caller's.
pub(super) fn transaction_of_path(call: &Call<'_>) -> Result<EventOf, Refusal> {
    let told = call.parameter("id");
    if let Some(txn_id) = told.strip_prefix("-;data.txnId=").or_else(|| told.strip_prefix("-;externalTxnId=")) {
        return Ok(EventOf::Key(Box::new(retry_of(call, txn_id))));
    }
    rightful_domain::EventId::parse(told).map(EventOf::Id).map_err(|_| Refusal {
        kind: RefusalKind::NotFound,
        detail: "there is no such transaction".to_owned(),
        path: None,
    })
}

fn transaction(call: &Call<'_>, members: Vec<Member<'_>>, owner: Option<AccountId>) -> Result<Read, Refusal> {
    let members = hoisted(members);
    let mut kept = members.clone();
    let mut body = Fields::new(members);
    let txn_id = body.required("txnId", |node| id(node, CorrelationId::new))?;
    let kind = body.optional("type", text)?;
    let kind = words::kind(kind.as_deref())
        .ok_or_else(|| Fault::new(format!("must be one of {}", words::kinds())).within("type"))?;
    let mut hashes = PasswordHashes::default();
    let (action, outcome, mut mechanisms) = done(&mut body, kind, &mut hashes)?;
    let (at, at_clamped) = at(body.optional("txnDate", date::read)?, call.received_at);
    let mut event = Event {
        outcome,
        at,
        at_clamped,
        received_at: call.received_at,
        ..Event::new(call.event_id, call.application.id.clone(), Source::Sumsub, action, at)
    };
    let money = body.object("info", |info| read_info(info, kind))?;
    if money.is_none() && kind.is_payment() {
        return Err(Fault::new("is required").within("info").into());
    }
    let mut session = None;
    let party = body.required_object("applicant", |fields| {
        let party = read_party(call, fields)?;
        event.account = Some(match fields.optional("externalUserId", account)? {
            // Who is named twice is named alike, or one of both would be judged as the other.
            Some(account) if owner.as_ref().is_some_and(|owner| *owner != account) => {
                return Err(Fault::new("must be the user of the applicant's id").within("externalUserId"));
            }
            Some(account) => account,
            None => owner.ok_or_else(|| Fault::new("is required").within("externalUserId"))?,
        });
        session = fields.object("device", |device| read_device(device, &mut event))?.flatten();
        Ok(party)
    })?;
    let other = body.object("counterparty", |fields| {
        let party = read_party(call, fields)?;
        let user = fields.optional("externalUserId", personal)?.flatten();
        fields.take("device");
        Ok((party, user))
    })?;
    if party.passed_factor {
        mechanisms.push(passed(MechanismKind::OneTimeCode));
    }
    event.mechanisms = mechanisms;
    event.payment = money.map(|money| payment(money, &party, other.as_ref()));
    event.person = party.person;
    event.correlation = Some(txn_id.clone());
    keep(&mut event, &mut kept, &mut body, call)?;
    for name in ["zoneId", "sourceKey", "orderId"] {
        body.take(name);
    }
    let n_unknown = body.rest().n_unknown();
    let retry = Some(retry_of(call, txn_id.as_str()));
    Ok(Read { told: Told { event, hashes, retry, n_unknown }, session })
}

/// The vendor's sample has what belongs beside the applicant inside of it.
fn hoisted(mut members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let is_told = |members: &[Member<'_>], name: &str| members.iter().any(|(told, _)| told == name);
    let mut moved = Vec::new();
    let free: Vec<&str> = MISPLACED.into_iter().filter(|name| !is_told(&members, name)).collect();
    if let Some((_, Node::Object(applicant))) = members.iter_mut().find(|(name, _)| name == "applicant") {
        let (misplaced, rest) = std::mem::take(applicant).into_iter().partition(|(name, _)| free.contains(&&**name));
        (moved, *applicant) = (misplaced, rest);
    }
    members.extend(moved);
    members
}

/// What was done, how it ended, and how somebody proved to be the owner.
///
/// Whoever asks about money goes on if it is approved and is not heard of again: so it has succeeded, unless it is held or
/// refused.
fn done(
    body: &mut Fields<'_>,
    kind: words::Kind,
    hashes: &mut PasswordHashes,
) -> Result<(Action, Outcome, Vec<Mechanism>), Fault> {
    let direction = |info: Option<&Node<'_>>, name: &str| match info {
        Some(Node::Object(members)) => members.iter().find(|(told, _)| told == name).and_then(|(_, node)| match node {
            Node::Text(text) => Some(text.to_string()),
            _ => None,
        }),
        _ => None,
    };
    if kind == words::Kind::UserPlatformEvent {
        return body.required_object("userPlatformEventInfo", |info| platform_event(info, hashes));
    }
    let info = body.take("info");
    let (way, sub) = (direction(info.as_ref(), "direction"), direction(info.as_ref(), "type"));
    if let Some(info) = info {
        body.put("info", info);
    }
    Ok((words::action(kind, way.as_deref(), sub.as_deref()), Outcome::Succeeded, Vec::new()))
}

fn platform_event(
    info: &mut Fields<'_>,
    hashes: &mut PasswordHashes,
) -> Result<(Action, Outcome, Vec<Mechanism>), Fault> {
    let told = info.required("type", text)?;
    let (action, outcome) =
        words::platform_event(&told).ok_or_else(|| Fault::new(words::NO_PLATFORM_EVENT).within("type"))?;
    // Of another digest than SHA-256, nothing can be known; it is kept nowhere.
    let hash = info.optional("passwordHash", |node| Ok(sha256(node).ok()))?.flatten();
    let proves_password = matches!(action, Action::Login);
    let mut mechanisms = Vec::new();
    if proves_password || hash.is_some() {
        let succeeded = Some(outcome == Outcome::Succeeded);
        mechanisms.push(Mechanism { succeeded, ..passed(MechanismKind::Password) });
    }
    hashes.sha256 = hash;
    if info.optional("twoFaUsed", flag)? == Some(true) && outcome == Outcome::Succeeded {
        mechanisms.push(passed(MechanismKind::OneTimeCode));
    }
    Ok((action, outcome, mechanisms))
}

const fn passed(kind: MechanismKind) -> Mechanism {
    Mechanism { kind, succeeded: Some(true), failure: None, provider: None, sent_to: None }
}

/// The money, and its way.
struct Moved {
    money: currency::Told,
    direction: Option<PaymentDirection>,
}

fn read_info(info: &mut Fields<'_>, kind: words::Kind) -> Result<Moved, Fault> {
    for name in ["type", "paymentDetails", "paymentTxnId", "fingerprint", "mcc", "cryptoParams"] {
        info.take(name);
    }
    if !kind.is_payment() && !info.has("amount") {
        return Ok(Moved { money: (None, None), direction: None });
    }
    let direction = |node| match &*text(node)? {
        "in" => Ok(PaymentDirection::In),
        "out" => Ok(PaymentDirection::Out),
        _ => Err(Fault::new("must be in or out")),
    };
    let direction = match kind.is_payment() {
        true => Some(info.required("direction", direction)?),
        false => info.optional("direction", direction)?,
    };
    Ok(Moved { money: currency::money(info)?, direction })
}

/// Somebody in a transaction.
struct Party {
    person: Person,
    method: Option<Box<str>>,
    instrument: Option<Instrument>,
    passed_factor: bool,
}

fn read_party(call: &Call<'_>, fields: &mut Fields<'_>) -> Result<Party, Fault> {
    let names = ["fullName", "firstName", "lastName"];
    let [full, first, last] = names.map(|name| fields.optional(name, personal));
    let (full, first, last) = (full?.flatten(), first?.flatten(), last?.flatten());
    let parts = [first, last].into_iter().flatten().map(|part| part.reveal().to_string()).collect::<Vec<_>>();
    let name = full.or_else(|| (!parts.is_empty()).then(|| Pii::new(parts.join(" ").into())));
    let email = fields.optional("email", personal)?.flatten();
    let phone = fields.optional("phone", personal)?.flatten();
    let home = fields.object("address", read_address)?;
    let residence = fields.optional("residenceCountry", text)?.and_then(|told| country(&told));
    let bank = fields.object("institutionInfo", |bank| {
        for name in ["name", "address", "internalId"] {
            bank.take(name);
        }
        bank.optional("code", text)
    })?;
    let bank = bank.flatten();
    let paid = fields.object("paymentMethod", |method| read_method(call, method, bank.as_deref()))?;
    let (method, instrument, passed_factor) = paid.unwrap_or_default();
    for name in words::PARTY_KEPT {
        fields.take(name);
    }
    let country = residence.or_else(|| home.as_ref().and_then(|home| home.country));
    let person = Person { email, phone, name, country, billing_address: home.map(Box::new), ..Person::default() };
    Ok(Party { person, method, instrument, passed_factor })
}

fn read_address(fields: &mut Fields<'_>) -> Result<Location, Fault> {
    let mut location = Location {
        country: fields.optional("country", text)?.and_then(|told| country(&told)),
        city: fields.optional("town", label)?.flatten(),
        region: fields.optional("state", label)?.flatten(),
        ..Location::default()
    };
    for name in words::ADDRESS_LINES {
        let line = fields.optional(name, personal)?.flatten();
        location.address.extend(line.map(|line| (name.into(), line)));
    }
    Ok(location)
}

/// The kind of method, what it is known again by, and whether a second factor was passed with it.
type Method = (Option<Box<str>>, Option<Instrument>, bool);

fn read_method(call: &Call<'_>, fields: &mut Fields<'_>, bank: Option<&str>) -> Result<Method, Fault> {
    let kind = fields.optional("type", label)?.flatten();
    let mut known = None;
    for name in ["accountId", "accountIdHash", "fingerprint"] {
        let told = fields.optional(name, text)?.filter(|told| !told.is_empty());
        if told.as_ref().is_some_and(|told| told.len() > PERSONAL_BYTES_MAX) {
            return Err(Fault::new(format!("must be at most {PERSONAL_BYTES_MAX} bytes")).within(name));
        }
        let called = Called::of(kind.as_deref());
        known = known.or_else(|| told.map(|told| instrument::of(call, &told, called, bank)));
    }
    let factor = fields.optional("2faUsed", flag)?;
    fields.optional("3dsUsed", flag)?;
    for name in ["subType", "issuingCountry", "memo"] {
        fields.take(name);
    }
    Ok((kind, known, factor == Some(true)))
}

/// What is paid with is the applicant's own instrument; whom it goes to is the counterparty's, or the counterparty.
fn payment(moved: Moved, own: &Party, other: Option<&(Party, Option<Pii<Box<str>>>)>) -> Payment {
    let Moved { money: (amount, told_currency), direction } = moved;
    let instrument = |party: &Party| party.instrument.as_ref().map(|known| Pii::new(Box::from(&*known.id)));
    let counterparty = other.and_then(|(party, user)| user.clone().or_else(|| party.person.name.clone()));
    let theirs = other.and_then(|(party, _)| instrument(party));
    let payee = (direction == Some(PaymentDirection::Out)).then(|| theirs.or_else(|| counterparty.clone())).flatten();
    let valid = |party: &Party| party.instrument.as_ref().and_then(|known| known.is_valid);
    Payment {
        amount,
        method: own.method.clone(),
        method_id: instrument(own),
        payee_valid: other.filter(|_| direction == Some(PaymentDirection::Out)).and_then(|(party, _)| valid(party)),
        payee,
        direction,
        counterparty,
        told_currency,
        method_valid: valid(own),
    }
}

/// Reads the device; gives the session of a browser that has reported itself, where the page was told our name for it.
fn read_device(fields: &mut Fields<'_>, event: &mut Event) -> Result<Option<String>, Fault> {
    let (mut aliases, mut session) = (Vec::new(), None);
    for name in ["deviceBindingId", "fingerprint"] {
        let Some(told) = fields.optional(name, device_id)?.flatten() else { continue };
        match told.as_str().strip_prefix(VISITOR_PREFIX) {
            Some(ours) => session = Some(ours.to_owned()),
            None => aliases.push(alias(told)),
        }
    }
    event.device =
        Device { aliases, language: fields.optional("acceptLang", language)?.flatten(), ..Device::default() };
    event.network = Network {
        ip: fields
            .object("ipInfo", |info| {
                for name in ["country", "countryCode", "countryCode2", "countryCode3", "lat", "lon", "city", "asn"] {
                    info.take(name);
                }
                info.optional("ip", address)
            })?
            .flatten(),
        user_agent: fields.optional("userAgent", user_agent)?.flatten(),
        origin: None,
    };
    event.session = fields.optional("sessionId", |node| id(node, SessionId::new))?;
    let mut location = fields.object("address", read_address)?;
    if let Some((latitude, longitude)) = fields.optional("coords", place::read)?.flatten() {
        let place = location.get_or_insert_default();
        (place.latitude, place.longitude) = (Some(latitude), Some(longitude));
    }
    event.location = location;
    fields.take("sessionAgeMs");
    Ok(session)
}

fn alias(id: DeviceId) -> DeviceAlias {
    DeviceAlias { kind: DeviceAliasKind::Vendor, id }
}

/// The first language that a browser asks for.
fn language(node: Node<'_>) -> Result<Option<Box<str>>, Fault> {
    let told = label(node)?;
    Ok(told.and_then(|told| told.split([',', ';']).next().map(|first| first.trim().into())))
}

/// Keeps the transaction as it was told, but for what must not be kept in clear: with it the answer to a later question is
/// the same as to the first. What rules may read stands apart, as the caller's own fields.
fn keep(event: &mut Event, kept: &mut Vec<Member<'_>>, body: &mut Fields<'_>, call: &Call<'_>) -> Result<(), Fault> {
    let mut own: Vec<Member<'_>> = Vec::new();
    for name in words::PASSED_THROUGH {
        if let Some(node) = body.optional(name, |node| object(node))? {
            own.push((name.into(), node));
        }
    }
    if let Some(Node::Object(props)) = body.optional("props", object)? {
        let is_text =
            |(_, node): &Member<'_>| matches!(node, Node::Text(_) | Node::Number(_) | Node::Flag(_) | Node::Null);
        if !props.iter().all(is_text) {
            return Err(Fault::new("must be texts").within("props"));
        }
        own.extend(props.into_iter().filter(|(name, _)| !words::PASSED_THROUGH.contains(&&**name)));
    }
    kept.retain(|(name, _)| name != "props" && !words::PASSED_THROUGH.contains(&&**name));
    for name in ["applicant", "counterparty"] {
        if let Some((_, Node::Object(party))) = kept.iter_mut().find(|(told, _)| told == name) {
            hide_instrument(party, call);
        }
    }
    event.custom = custom(Node::Object(own))?;
    let told = Node::Object(vec![("data".into(), Node::Object(std::mem::take(kept)))]);
    event.unknown = unknown(&told, event.custom.as_ref())?;
    Ok(())
}

fn hide_instrument(party: &mut [Member<'_>], call: &Call<'_>) {
    let Some((_, Node::Object(method))) = party.iter_mut().find(|(name, _)| name == "paymentMethod") else { return };
    let kind = method.iter().find(|(name, _)| name == "type").and_then(|(_, node)| match node {
        Node::Text(kind) => Some(&**kind),
        _ => None,
    });
    let called = Called::of(kind);
    for (name, node) in method {
        if let Node::Text(told) = node
            && matches!(&**name, "accountId" | "accountIdHash" | "fingerprint")
            && let Some(shown) = instrument::of(call, told, called, None).shown
        {
            *node = Node::Text(shown.into());
        }
    }
}

fn object(node: Node<'_>) -> Result<Node<'_>, Fault> {
    if matches!(node, Node::Object(_)) { Ok(node) } else { Err(Fault::new("must be an object")) }
}
