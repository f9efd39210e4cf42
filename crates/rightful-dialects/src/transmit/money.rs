//! Transaction data: what of it is judged. It is kept and told again as it was sent.

use rightful_domain::{Money, Payment, PaymentDirection, Pii};

use super::device::object;
use crate::fields::{Fault, Fields};
use crate::json::{Member, Node};
use crate::scalars::{LABEL_BYTES_MAX, PERSONAL_BYTES_MAX, cut};

/// The greatest amount, as documented.
const AMOUNT_MAX: f64 = 999_999_999.99;

/// The members that are judged.
const JUDGED: [&str; 6] = ["amount", "currency", "type", "method", "payer", "payee"];

/// Money out of transaction data; what cannot be read of it is passed over.
pub(super) fn payment(transaction: Node<'_>) -> Option<Payment> {
    let Node::Object(members) = transaction else { return None };
    let mut told = Fields::new(members);
    let amount = told.take("amount").and_then(|node| ten_thousandths(&node));
    let currency = told.take("currency").and_then(Node::into_text);
    let direction = match told.take("type").and_then(Node::into_text).as_deref() {
        Some("top_up" | "refund" | "loan") => PaymentDirection::In,
        Some(_) | None => PaymentDirection::Out,
    };
    let method = told.take("method").and_then(Node::into_text);
    Some(Payment {
        amount: amount
            .zip(currency.as_deref().and_then(code))
            .map(|(ten_thousandths, currency)| Money { ten_thousandths, currency }),
        method: method.map(|method| cut(&method, LABEL_BYTES_MAX).into()),
        method_id: party(&mut told, "payer"),
        payee: party(&mut told, "payee"),
        direction: Some(direction),
        ..Payment::default()
    })
}

/// A transaction with nothing but what [`payment`] reads.
pub(super) fn judged_alone(transaction: Node<'_>) -> Node<'_> {
    let Node::Object(mut members) = transaction else { return transaction };
    members.retain(|(name, _)| JUDGED.contains(&name.as_ref()));
    Node::Object(members)
}

/// What a server must not get wrong in it: a page's words are passed through unchecked.
pub(super) fn check(transaction: &Node<'_>) -> Result<(), Fault> {
    let told = members(transaction)?;
    check_each(
        told,
        &[
            ("amount", "must be a number above 0, up to 999999999.99", |node| ten_thousandths(node).is_some()),
            ("currency", "must be a currency of three letters", |node| node.text().and_then(code).is_some()),
            ("type", "must be one of the documented types", |node| is_one_of(node, &TYPES)),
            ("method", "must be one of bank_account, wire, card, p2p, wallet", |node| is_one_of(node, &METHODS)),
            ("reason", "must be a text of 1 to 200 characters", |node| {
                node.text().is_some_and(|reason| (1..=REASON_CHARACTERS_MAX).contains(&reason.chars().count()))
            }),
            ("transactionDate", "must be a moment in s or ms", |node| node.number().is_some()),
        ],
    )?;
    for name in ["payer", "payee"] {
        let Some(party) = field(told, name) else { continue };
        check_party(party).map_err(|fault| fault.within(name))?;
    }
    let Some(avs) = field(told, "avs") else { return Ok(()) };
    let avs = members(avs).map_err(|fault| fault.within("avs"))?;
    let is_level: Check = |node| is_one_of(node, &["none", "postal", "street", "full", "unknown"]);
    check_each(avs, &[("matchLevel", "must be one of none, postal, street, full, unknown", is_level)])
        .map_err(|fault| fault.within("avs"))
}

/// That a transaction which is to be judged by itself says how much it is about.
pub(super) fn check_told(transaction: &Node<'_>) -> Result<(), Fault> {
    match ["amount", "currency"]
        .into_iter()
        .find(|name| members(transaction).is_ok_and(|told| field(told, name).is_none()))
    {
        Some(missing) => Err(Fault::new("is required").within(missing)),
        None => Ok(()),
    }
}

/// The longest reason, as documented.
const REASON_CHARACTERS_MAX: usize = 200;
/// What a transaction may be, as documented.
const TYPES: [&str; 12] = [
    "purchase",
    "bill_payment",
    "mobile_recharge",
    "money_transfer",
    "credit_transfer",
    "credit_redemption",
    "top_up",
    "withdrawal",
    "investment",
    "loan",
    "refund",
    "other",
];
/// How it may be paid, as documented.
const METHODS: [&str; 5] = ["bank_account", "wire", "card", "p2p", "wallet"];

/// Whether a value is what its member may be.
type Check = fn(&Node<'_>) -> bool;

fn check_each(told: &[Member<'_>], checks: &[(&str, &'static str, Check)]) -> Result<(), Fault> {
    for (name, message, is_fit) in checks {
        if field(told, name).is_some_and(|node| !is_fit(node)) {
            return Err(Fault::new(*message).within(name));
        }
    }
    Ok(())
}

fn check_party(party: &Node<'_>) -> Result<(), Fault> {
    let told = members(party)?;
    check_each(
        told,
        &[("accountCountryCode", "must be a country of two letters", |node| {
            node.text().is_some_and(|code| code.len() == 2 && code.bytes().all(|c| c.is_ascii_alphabetic()))
        })],
    )?;
    let Some(card) = field(told, "card") else { return Ok(()) };
    let card = members(card).map_err(|fault| fault.within("card"))?;
    check_each(
        card,
        &[
            ("bin", "must be the first 6 to 8 digits", |node| has_digits(node, 6, 8)),
            ("last4", "must be the last 4 digits", |node| has_digits(node, 4, 4)),
        ],
    )
    .map_err(|fault| fault.within("card"))
}

fn members<'a, 'text>(node: &'a Node<'text>) -> Result<&'a [Member<'text>], Fault> {
    if let Node::Object(members) = node { Ok(members) } else { Err(Fault::new("must be an object")) }
}

/// A member that is told and not null.
fn field<'a, 'text>(told: &'a [Member<'text>], name: &str) -> Option<&'a Node<'text>> {
    let (_, node) = told.iter().find(|(known, _)| known == name)?;
    (!matches!(node, Node::Null)).then_some(node)
}

fn is_one_of(node: &Node<'_>, all: &[&str]) -> bool {
    node.text().is_some_and(|text| all.contains(&text))
}

fn has_digits(node: &Node<'_>, min: usize, max: usize) -> bool {
    node.text().is_some_and(|text| (min..=max).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_digit()))
}

/// Who a party is: its account, or as much as is told of it.
fn party(told: &mut Fields<'_>, name: &str) -> Option<Pii<Box<str>>> {
    let mut party = object(told.take(name));
    let mut text = |name: &str| party.take(name).and_then(Node::into_text).filter(|text| !text.is_empty());
    let account = text("accountNumber").or_else(|| text("accountId"));
    let (bank, branch, called) = (text("bankIdentifier"), text("branchIdentifier"), text("name"));
    let parts: Vec<&str> = match &account {
        Some(account) => [bank.as_deref(), branch.as_deref(), Some(account.as_ref())].into_iter().flatten().collect(),
        None => called.as_deref().into_iter().collect(),
    };
    let whole = parts.join("/");
    (!whole.is_empty()).then(|| Pii::new(cut(&whole, PERSONAL_BYTES_MAX).into()))
}

fn ten_thousandths(node: &Node<'_>) -> Option<i64> {
    let amount = node.number().and_then(serde_json::Number::as_f64)?;
    let is_fit = amount > 0.0 && amount <= AMOUNT_MAX;
    // At most 10^13, which both types hold exactly.
    is_fit.then(|| (amount * 10_000.0).round() as i64)
}

fn code(text: &str) -> Option<[u8; 3]> {
    let mut code: [u8; 3] = text.as_bytes().try_into().ok()?;
    code.make_ascii_uppercase();
    code.iter().all(u8::is_ascii_uppercase).then_some(code)
}
