//! From what Ravelin's clients tell to an event.

use std::time::Duration;

use rightful_domain::{
    AccountId, Action, App, Event, FreeFields, Mechanism, MechanismKind, Outcome, Payment, PaymentDirection, Person,
    Pii, SessionId, Source, Timestamp,
};

use super::customer::{Customer, add_method, read_customer, read_methods, read_supplier};
use super::endpoints::{EventKind, Times};
use super::login::{Beside, Login, read_login, read_mechanisms};
use super::origin::{self, Origin, read_location};
use super::payment::{Method, read_amount, read_method, read_price, read_transaction};
use super::words::{account, id_text, keep, kept_text, leave_out, outcome};
use crate::fields::{Fault, Fields};
use crate::json;
use crate::scalars::{app, at, flag, id, personal, unknown};
use crate::time::moment;
use crate::{Call, Intake, Query, Refusal, RefusalKind, Told, digest};

/// The same body within this time is the same event, told again.
const RETRY_KEPT: Duration = Duration::from_secs(60);
/// The same for history, whose import may be broken off and begun again.
const BACKFILL_RETRY_KEPT: Duration = Duration::from_secs(24 * 60 * 60);

/// Reads an event.
pub(super) fn event(call: &Call<'_>, kind: EventKind, times: Times) -> Result<Intake, Refusal> {
    let scored = is_scored(call.query, kind)?;
    let mut told = read(call, kind, Fields::new(json::parse_object(call.body)?))?;
    let kept = match times {
        Times::Now => RETRY_KEPT,
        Times::Past => BACKFILL_RETRY_KEPT,
    };
    let target = [call.route.path, call.query.0];
    let retry =
        digest::retry_of_request(call.link_key, &call.application.id, target, call.body, call.received_at, kept);
    told.retry = Some(retry);
    let told = Box::new(told);
    Ok(match times {
        Times::Past => Intake::Backfill(told),
        Times::Now if scored => Intake::Assess(told),
        Times::Now => Intake::Observe(told),
    })
}

/// Whether the caller waits for a verdict: `score=true` in the older documentation, the checkpoint's name in the newer.
///
/// Another checkpoint is refused: remembering a login in silence would leave its caller without protection.
fn is_scored(query: Query<'_>, kind: EventKind) -> Result<bool, Refusal> {
    let pairs = query.pairs()?;
    let checkpoints = kind.checkpoints();
    match pairs.iter().find(|(name, _)| name == "score").map(|(_, value)| value.as_ref()) {
        None | Some("" | "false") => Ok(false),
        Some("true") => Ok(true),
        Some(checkpoint) if checkpoints.contains(&checkpoint) => Ok(true),
        Some(_) => {
            let known: String = checkpoints.iter().map(|checkpoint| format!(" or {checkpoint},")).collect();
            let separator = if checkpoints.is_empty() { "," } else { "" };
            let detail = format!("the query parameter score must be true{separator}{known} or be left out");
            Err(Refusal { kind: RefusalKind::Malformed, detail, path: None })
        }
    }
}

/// What is read of a body, whatever it tells of.
struct Parts {
    action: Action,
    outcome: Outcome,
    account: Option<AccountId>,
    username: Option<Pii<Box<str>>>,
    mechanisms: Vec<Mechanism>,
    payment: Option<Payment>,
    person: Person,
    app: Option<App>,
    session: Option<SessionId>,
    custom: Option<FreeFields>,
}

impl Parts {
    fn new(action: Action, outcome: Outcome) -> Self {
        Self {
            action,
            outcome,
            account: None,
            username: None,
            mechanisms: Vec::new(),
            payment: None,
            person: Person::default(),
            app: None,
            session: None,
            custom: None,
        }
    }

    fn of_customer(action: Action, outcome: Outcome, customer: Customer) -> Self {
        let Customer { account, username, person } = customer;
        Self { account, username, person, ..Self::new(action, outcome) }
    }

    fn of_login(login: Login) -> Self {
        let Login { username, account, success, mechanisms, app, custom } = login;
        let parts = Self::new(Action::Login, outcome(Some(success)));
        Self { account, username: Some(username), mechanisms, app, custom, ..parts }
    }
}

fn read(call: &Call<'_>, kind: EventKind, mut body: Fields<'_>) -> Result<Told, Fault> {
    let mut beside = Beside::default();
    let at = body.required("timestamp", moment)?;
    let is_login = kind == EventKind::Login;
    // Each client has one form of a login and sends it to either path.
    let parts = if is_login && (body.has("login") || call.route.path.starts_with("/v3/") && !body.has("username")) {
        Parts::of_login(body.required_object("login", |login| read_login(login, &mut beside))?)
    } else if is_login && body.has("username") && body.has("authenticationMechanism") {
        Parts::of_login(read_login(&mut body, &mut beside)?)
    } else {
        read_parts(kind, &mut body, &mut beside)?
    };
    let origin = origin::read(&mut body)?;
    let rest = body.rest();
    let unknown = match unknown(&rest, parts.custom.as_ref()) {
        Err(fault) if is_login => return Err(fault),
        // Orders may be long, and nothing of what is left decides: it is left out rather than refused.
        Err(_) => None,
        Ok(unknown) => unknown,
    };
    let n_unknown = rest.n_unknown().saturating_add(beside.n_invented);
    let event = Event { unknown, ..event_of(call, at, parts, origin) };
    Ok(Told { event, hashes: beside.hashes, retry: None, n_unknown })
}

fn event_of(call: &Call<'_>, told_at: Timestamp, parts: Parts, origin: Origin) -> Event {
    let (at, at_clamped) = at(Some(told_at), call.received_at);
    Event {
        id: call.event_id,
        application: call.application.id.clone(),
        source: Source::Ravelin,
        action: parts.action,
        outcome: parts.outcome,
        account: parts.account,
        authenticated_account: None,
        username: parts.username,
        mechanisms: parts.mechanisms,
        device: origin.device,
        network: origin.network,
        location: origin.location,
        behavior: None,
        payment: parts.payment,
        person: parts.person,
        app: parts.app,
        session: parts.session,
        correlation: None,
        unknown: None,
        custom: parts.custom,
        incumbent_verdict: None,
        at,
        at_clamped,
        vouched: true,
        received_at: call.received_at,
    }
}

/// Reads what stands beside the time and the device.
fn read_parts(kind: EventKind, body: &mut Fields<'_>, beside: &mut Beside) -> Result<Parts, Fault> {
    let event_type = kept_text(body, "eventType");
    let session = body.optional("tempCustomerId", |node| id(id_text(node), SessionId::new))?;
    let customer_id = body.optional("customerId", account)?;
    let parts = match kind {
        EventKind::Login => read_old_login(body)?,
        EventKind::Registration => read_registration(body, beside)?,
        EventKind::Customer => read_details(body, event_type.as_deref())?,
        EventKind::Supplier => read_supplier_details(body)?,
        EventKind::Order => read_order_event(body)?,
        EventKind::Checkout => read_checkout(body)?,
        EventKind::PaymentMethod => read_method_event(body)?,
        EventKind::PreTransaction => read_payment(body, Outcome::Pending)?,
        EventKind::Transaction => read_payment(body, Outcome::Succeeded)?,
        EventKind::Redemption => read_redemption(body)?,
        EventKind::Voucher => read_voucher(body)?,
        EventKind::Chargeback => read_chargeback(body)?,
    };
    let parts = Parts { account: parts.account.or(customer_id), session, ..parts };
    let is_nobody = parts.account.is_none() && parts.session.is_none();
    match whose(kind) {
        Some((object, name)) if is_nobody && parts.username.is_none() => {
            let fault = Fault::new("is required").within(name);
            Err(if object.is_empty() { fault } else { fault.within(object) })
        }
        Some(_) | None => Ok(parts),
    }
}

/// Where an event says whose it is, if it must.
const fn whose(kind: EventKind) -> Option<(&'static str, &'static str)> {
    match kind {
        EventKind::Customer => Some(("customer", "customerId")),
        EventKind::Supplier => Some(("supplier", "supplierId")),
        EventKind::Login
        | EventKind::Order
        | EventKind::Checkout
        | EventKind::PaymentMethod
        | EventKind::PreTransaction
        | EventKind::Transaction
        | EventKind::Redemption => Some(("", "customerId")),
        EventKind::Registration | EventKind::Voucher | EventKind::Chargeback => None,
    }
}

/// The deprecated form of a login, which is told of after it succeeded.
fn read_old_login(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let success = body.optional("success", flag)?;
    let username = body.optional("username", personal)?.flatten();
    Ok(Parts { username, ..Parts::new(Action::Login, outcome(success)) })
}

fn read_registration(body: &mut Fields<'_>, beside: &mut Beside) -> Result<Parts, Fault> {
    let customer = match body.object("customer", read_customer)? {
        Some(customer) => customer,
        None => body.object("supplier", read_supplier)?.unwrap_or_default(),
    };
    let parts = Parts::of_customer(Action::Register, Outcome::Succeeded, customer);
    body.required_object("registration", |fields| {
        let success = fields.optional("success", flag)?;
        let read = |all: &mut Fields<'_>| read_mechanisms(all, beside);
        let mechanisms = fields.object("registrationMechanism", read)?.unwrap_or_default();
        let username = fields.optional("username", personal)?.flatten();
        let app = fields.object("app", app)?;
        keep(fields, &["guestAccount", "marketingEmailsEnabled", "custom"]);
        let mut person = parts.person;
        // The first password: whoever changes it later changes this one.
        person.password_changed = mechanisms.iter().any(|mechanism| mechanism.kind == MechanismKind::Password);
        let username = username.or(parts.username);
        Ok(Parts { outcome: outcome(success), mechanisms, username, app, person, ..parts })
    })
}

/// Words of an `eventType` that tell of another password, or another way to sign in. The field is the caller's own.
const PASSWORD_WORD: &str = "password";
const FACTOR_WORDS: [&str; 5] = ["passkey", "mfa", "2fa", "factor", "authenticator"];

fn read_details(body: &mut Fields<'_>, event_type: Option<&str>) -> Result<Parts, Fault> {
    let mut customer = body.required_object("customer", read_customer)?;
    for method in read_methods(body)? {
        add_method(&mut customer.person, &method);
    }
    let event_type = event_type.unwrap_or("").to_ascii_lowercase();
    customer.person.password_changed = event_type.contains(PASSWORD_WORD);
    let is_auth = customer.person.password_changed || FACTOR_WORDS.iter().any(|word| event_type.contains(word));
    let action = if is_auth { Action::AccountAuthChange } else { Action::AccountDetailsChange };
    Ok(Parts::of_customer(action, Outcome::Succeeded, customer))
}

fn read_supplier_details(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let supplier = body.required_object("supplier", read_supplier)?;
    Ok(Parts::of_customer(Action::AccountDetailsChange, Outcome::Succeeded, supplier))
}

/// Takes in an order: what it costs, where it goes, and whether it came to anything.
fn read_order(body: &mut Fields<'_>, parts: Parts) -> Result<Parts, Fault> {
    let mut parts = parts;
    let order = body.object("order", |order| {
        leave_out(order, &["items"]);
        let payment = read_price(order)?;
        let goes_to = order.object("to", read_location)?;
        let app = order.object("app", app)?;
        let stage = order.object("status", |status| Ok(kept_text(status, "stage")))?.flatten();
        keep(order, &ORDER_FIELDS);
        Ok((payment, goes_to, app, stage))
    });
    let Some((payment, goes_to, app, stage)) = order? else { return Ok(parts) };
    parts.payment = Some(payment);
    parts.app = app;
    parts.person.delivery_address = goes_to.map(Box::new).or(parts.person.delivery_address);
    if stage.is_some_and(|stage| matches!(&*stage.to_ascii_lowercase(), "failed" | "cancelled" | "canceled")) {
        parts.outcome = Outcome::Failed;
    }
    Ok(parts)
}

/// What else the clients tell of an order.
const ORDER_FIELDS: [&str; 12] = [
    "orderId",
    "email",
    "from",
    "country",
    "market",
    "marketCity",
    "custom",
    "creationTime",
    "executionTime",
    "category",
    "status",
    "seller",
];

fn read_order_event(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let customer = body.object("customer", read_customer)?.unwrap_or_default();
    let parts = read_order(body, Parts::of_customer(Action::Checkout, Outcome::Succeeded, customer))?;
    read_method_told(body, parts).map(|(parts, _)| parts)
}

fn read_checkout(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let parts = read_order_event(body)?;
    read_transaction_told(body, parts)
}

fn read_payment(body: &mut Fields<'_>, ended: Outcome) -> Result<Parts, Fault> {
    keep(body, &["orderId"]);
    let (parts, _) = read_method_told(body, Parts::new(Action::Transaction, ended))?;
    read_transaction_told(body, parts)
}

/// Takes in how it is paid: one way, by what it is or by its id, or several; and the first of them.
fn read_method_told(body: &mut Fields<'_>, parts: Parts) -> Result<(Parts, Method), Fault> {
    let mut parts = parts;
    let by_id = body.optional("paymentMethodId", |node| personal(id_text(node)))?.flatten();
    let mut methods = Vec::from_iter(body.object("paymentMethod", read_method)?);
    methods.extend(read_methods(body)?);
    for method in &methods {
        add_method(&mut parts.person, method);
    }
    let n_methods = methods.len();
    let first = methods.into_iter().next().unwrap_or_default();
    if by_id.is_some() || n_methods > 0 {
        let payment = parts.payment.get_or_insert_default();
        payment.method.clone_from(&first.kind);
        payment.method_id = first.id.clone().or(by_id);
    }
    Ok((parts, first))
}

/// Takes in a transaction, or the last of several: how it ended is how the event ended.
fn read_transaction_told(body: &mut Fields<'_>, parts: Parts) -> Result<Parts, Fault> {
    let mut parts = parts;
    let one = body.object("transaction", read_transaction)?;
    let all = body.objects("transactions", TRANSACTIONS_MAX, read_transaction)?;
    let Some(last) = all.into_iter().next_back().or(one) else { return Ok(parts) };
    let payment = parts.payment.get_or_insert_default();
    payment.amount = last.amount.or(payment.amount);
    payment.direction = Some(last.direction);
    if let Some(success) = last.success {
        parts.outcome = outcome(Some(success));
    }
    Ok(parts)
}

/// The most transactions of one event.
const TRANSACTIONS_MAX: usize = 64;

fn read_method_event(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let (mut parts, method) = read_method_told(body, Parts::new(Action::AccountDetailsChange, Outcome::Succeeded))?;
    // Only of a way that is registered: with each payment, the bills of a known one would change the account's.
    parts.person.billing_address = method.billing_address;
    Ok(Parts { outcome: outcome(method.is_registered), ..parts })
}

fn read_redemption(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let parts = Parts::new(Action::CreditsChange, Outcome::Succeeded);
    let read = |fields: &mut Fields<'_>| {
        let amount = read_amount(fields, "value");
        let method_id = fields.optional("paymentMethodId", |node| personal(id_text(node)))?.flatten();
        let success = fields.optional("success", flag)?;
        keep(fields, &VOUCHER_FIELDS);
        let direction = Some(PaymentDirection::In);
        Ok((Payment { amount, method: Some("voucher".into()), method_id, direction, ..Payment::default() }, success))
    };
    let Some((payment, success)) = body.object("voucherRedemption", read)? else { return Ok(parts) };
    Ok(Parts { payment: Some(payment), outcome: outcome(success), ..parts })
}

/// A voucher is made for who refers others; told in an object, or without one.
fn read_voucher(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let read = |fields: &mut Fields<'_>| {
        let amount = read_amount(fields, "value");
        let account = fields.optional("referrerId", account)?;
        keep(fields, &VOUCHER_FIELDS);
        Ok((amount, account))
    };
    let (amount, account) = if body.has("voucher") { body.required_object("voucher", read)? } else { read(body)? };
    let payment = Payment { amount, method: Some("voucher".into()), ..Payment::default() };
    Ok(Parts { account, payment: Some(payment), ..Parts::new(Action::CreditsChange, Outcome::Succeeded) })
}

/// What else the clients tell of a voucher.
const VOUCHER_FIELDS: [&str; 11] = [
    "voucherId",
    "voucherCode",
    "referrerId",
    "expiry",
    "voucherType",
    "referralValue",
    "creationTime",
    "redemptionTime",
    "failureSource",
    "failureReason",
    "custom",
];

/// A dispute is no attempt of anybody's on an account: it is remembered as it is told.
fn read_chargeback(body: &mut Fields<'_>) -> Result<Parts, Fault> {
    let amount = body.object("chargeback", |fields| {
        let amount = read_amount(fields, "amount");
        keep(fields, &CHARGEBACK_FIELDS);
        Ok(amount)
    });
    keep(body, &["orderId"]);
    let payment = amount?.flatten().map(|amount| Payment { amount: Some(amount), ..Payment::default() });
    Ok(Parts { payment, ..Parts::new(Action::Custom("chargeback".into()), Outcome::Succeeded) })
}

/// What else the clients tell of a dispute.
const CHARGEBACK_FIELDS: [&str; 9] = [
    "chargebackId",
    "gateway",
    "gatewayReference",
    "reason",
    "status",
    "disputeTime",
    "liabilityShifted",
    "nonFraud",
    "custom",
];
