//! Money and ways to pay, in Ravelin's words: amounts in a currency's smallest unit, methods by their ids.

use rightful_domain::{Location, Money, Payment, PaymentDirection, Pii};

use super::origin::read_location;
use super::words::{id_text, keep, kept_text, leave_out};
use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::scalars::{flag, label, personal};

/// Currencies without a smaller unit (ISO 4217).
const WHOLE: [&[u8; 3]; 16] = [
    b"BIF", b"CLP", b"DJF", b"GNF", b"ISK", b"JPY", b"KMF", b"KRW", b"PYG", b"RWF", b"UGX", b"VND", b"VUV", b"XAF",
    b"XOF", b"XPF",
];
/// Currencies whose unit is a thousand of the smallest (ISO 4217).
const THOUSANDTHS: [&[u8; 3]; 7] = [b"BHD", b"IQD", b"JOD", b"KWD", b"LYD", b"OMR", b"TND"];

/// A way to pay.
#[derive(Default)]
pub(super) struct Method {
    /// `card`, `paypal`… as told.
    pub(super) kind: Option<Box<str>>,
    /// Of the card or account itself where told, else of its registration.
    pub(super) id: Option<Pii<Box<str>>>,
    /// Where its bills go.
    pub(super) billing_address: Option<Box<Location>>,
    /// Whether it could be registered.
    pub(super) is_registered: Option<bool>,
    /// Whether it can be used.
    pub(super) is_usable: bool,
}

/// Reads a way to pay. A card's number, or its ciphertext, is neither needed nor kept.
pub(super) fn read_method(fields: &mut Fields<'_>) -> Result<Method, Fault> {
    leave_out(fields, &["pan", "cvv", "cardCiphertext", "aesKeyCiphertext"]);
    let registration = fields.optional("paymentMethodId", |node| personal(id_text(node)))?.flatten();
    let instrument = fields.optional("instrumentId", |node| personal(id_text(node)))?.flatten();
    let is_active = fields.optional("active", flag)?.unwrap_or(true);
    let is_banned = fields.optional("banned", flag)?.unwrap_or(false);
    let method = Method {
        kind: fields.optional("methodType", label)?.flatten(),
        id: instrument.or(registration),
        billing_address: fields.object("billingAddress", read_location)?.map(Box::new),
        is_registered: fields.optional("successfulRegistration", flag)?,
        is_usable: is_active && !is_banned,
    };
    keep(fields, &METHOD_FIELDS);
    Ok(method)
}

/// What else the clients tell of a way to pay.
const METHOD_FIELDS: [&str; 18] = [
    "nickName",
    "registrationTime",
    "nameOnCard",
    "cardBin",
    "cardLastFour",
    "cardType",
    "expiryMonth",
    "expiryYear",
    "prepaidCard",
    "issuer",
    "countryIssued",
    "email",
    "custom",
    "eWallet",
    "scheme",
    "transferType",
    "algorithm",
    "keyIndex",
];

/// Reads what an order costs, and to whom it goes.
pub(super) fn read_price(fields: &mut Fields<'_>) -> Result<Payment, Fault> {
    let currency = kept_text(fields, "currency");
    let amount = minor_units(fields, "price").and_then(|minor| money(minor, currency.as_deref()?));
    let payee = fields.optional("sellerId", |node| personal(id_text(node)))?.flatten();
    Ok(Payment { amount, payee, direction: Some(PaymentDirection::Out), ..Payment::default() })
}

/// A transaction: its money, and how it ended.
pub(super) struct Transaction {
    pub(super) amount: Option<Money>,
    pub(super) direction: PaymentDirection,
    pub(super) success: Option<bool>,
}

/// Reads a transaction: what is debited goes out, what is credited comes in.
pub(super) fn read_transaction(fields: &mut Fields<'_>) -> Result<Transaction, Fault> {
    let currency = kept_text(fields, "currency");
    let [debit, credit] = ["debit", "credit"].map(|name| minor_units(fields, name));
    let (minor, direction) = match (debit, credit) {
        (None | Some(0), Some(credit)) if credit > 0 => (Some(credit), PaymentDirection::In),
        (debit, credit) => (debit.or(credit), PaymentDirection::Out),
    };
    let success = fields.optional("success", flag)?;
    keep(fields, &TRANSACTION_FIELDS);
    Ok(Transaction { amount: minor.and_then(|minor| money(minor, currency.as_deref()?)), direction, success })
}

/// What else the clients tell of a transaction.
const TRANSACTION_FIELDS: [&str; 12] = [
    "transactionId",
    "email",
    "gateway",
    "custom",
    "authCode",
    "declineCode",
    "gatewayReference",
    "avsResultCode",
    "cvvResultCode",
    "type",
    "time",
    "3ds",
];

/// Reads an amount under one of its names: of a voucher, of a dispute.
pub(super) fn read_amount(fields: &mut Fields<'_>, name: &str) -> Option<Money> {
    let currency = kept_text(fields, "currency");
    minor_units(fields, name).and_then(|minor| money(minor, currency.as_deref()?))
}

/// A count of smallest units. One that is none is kept and not used: no money is missed for it.
fn minor_units(fields: &mut Fields<'_>, name: &str) -> Option<i64> {
    let told = fields.take(name)?;
    let minor = match told.number() {
        // A whole number may be written as `1000.0`; those of money are far below 2^53.
        Some(number) => number.as_i64().or_else(|| {
            let whole = number.as_f64().filter(|value| value.fract() == 0.0 && value.abs() < 9e15);
            whole.map(|value| value as i64)
        }),
        None => None,
    };
    let minor = minor.filter(|minor| *minor >= 0);
    fields.put(name, Node::Kept(Box::new(told)));
    minor
}

/// An amount of smallest units; None for what is no currency, or more than there is.
fn money(minor: i64, currency: &str) -> Option<Money> {
    let mut code: [u8; 3] = currency.as_bytes().try_into().ok()?;
    code.make_ascii_uppercase();
    if !code.iter().all(u8::is_ascii_uppercase) {
        return None;
    }
    let ten_thousandths_each = if WHOLE.contains(&&code) {
        10_000
    } else if THOUSANDTHS.contains(&&code) {
        10
    } else {
        100
    };
    Some(Money { ten_thousandths: minor.checked_mul(ten_thousandths_each)?, currency: code })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(minor: i64, currency: &str, expected: Option<i64>) {
        assert_eq!(money(minor, currency).map(|money| money.ten_thousandths), expected, "{minor} {currency}");
    }

    #[test]
    fn an_amount_is_counted_in_its_currency_s_smallest_unit() {
        check(4_675, "GBP", Some(467_500));
        check(4_675, "gbp", Some(467_500));
        check(4_675, "JPY", Some(46_750_000));
        check(4_675, "KWD", Some(46_750));
        check(i64::MAX, "EUR", None);
        check(1, "EURO", None);
        check(1, "E1R", None);
    }
}
