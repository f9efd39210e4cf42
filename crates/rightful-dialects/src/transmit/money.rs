//! Transaction data: what of it is judged. It is kept and told again as it was sent.

use rightful_domain::{Money, Payment, PaymentDirection, Pii};

use super::device::object;
use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::scalars::{LABEL_BYTES_MAX, PERSONAL_BYTES_MAX, cut};

/// The greatest amount, as documented.
const AMOUNT_MAX: f64 = 999_999_999.99;

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

/// What a server must not get wrong in it: a page's words are passed through unchecked.
pub(super) fn check(transaction: &Node<'_>) -> Result<(), Fault> {
    let Node::Object(members) = transaction else { return Err(Fault::new("must be an object")) };
    let field = |name: &str| members.iter().find(|(known, _)| known == name).map(|(_, node)| node);
    if let Some(amount) = field("amount").filter(|node| !matches!(node, Node::Null)) {
        let amount = amount.number().and_then(serde_json::Number::as_f64);
        let is_fit = amount.is_some_and(|amount| amount > 0.0 && amount <= AMOUNT_MAX);
        if !is_fit {
            return Err(Fault::new("must be a number above 0, up to 999999999.99").within("amount"));
        }
    }
    if let Some(currency) = field("currency").filter(|node| !matches!(node, Node::Null)) {
        let is_code = matches!(currency, Node::Text(text) if code(text).is_some());
        if !is_code {
            return Err(Fault::new("must be a currency of three letters").within("currency"));
        }
    }
    Ok(())
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
