//! Amounts of money: decimal, exact, never through binary fractions.

use rightful_domain::Money;

use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::scalars::text;

/// Ten-thousandths of a unit: as many decimals as the finest ISO 4217 currency has.
const DECIMALS_MAX: usize = 4;

const NO_AMOUNT: &str = "must be a decimal number, zero or more, with at most four decimals";

/// The amount and its currency; None where neither is told.
pub(super) fn read(fields: &mut Fields<'_>) -> Result<Option<Money>, Fault> {
    let amount = fields.optional("amount", amount)?;
    let currency = fields.optional("currency", currency)?;
    match (amount, currency) {
        (Some(ten_thousandths), Some(currency)) => Ok(Some(Money { ten_thousandths, currency })),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Fault::new("is required with an amount").within("currency")),
        (None, Some(_)) => Err(Fault::new("is required with a currency").within("amount")),
    }
}

/// As a decimal text, without trailing zeros beyond the point.
pub(super) fn amount_text(money: Money) -> String {
    let whole = money.ten_thousandths / 10_000;
    let fraction = (money.ten_thousandths % 10_000).unsigned_abs();
    let sign = if money.ten_thousandths < 0 && whole == 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{fraction:04}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn amount(node: Node<'_>) -> Result<i64, Fault> {
    // A number is printed with as few digits as tell it apart, so 19.99 is 19.99 again.
    let digits = match node.number() {
        Some(number) => ten_thousandths(&number.to_string()),
        None => node.into_text().and_then(|text| ten_thousandths(&text)),
    };
    digits.ok_or_else(|| Fault::new(NO_AMOUNT))
}

fn ten_thousandths(text: &str) -> Option<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let is_digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    // `1.0` is how a number prints that was sent as `1.0` or `1e0`.
    let decimals = decimals.trim_end_matches('0');
    if whole.is_empty() || !is_digits(whole) || !is_digits(decimals) || decimals.len() > DECIMALS_MAX {
        return None;
    }
    format!("{whole}{decimals:0<width$}", width = DECIMALS_MAX).parse().ok()
}

fn currency(node: Node<'_>) -> Result<[u8; 3], Fault> {
    let mut code: Option<[u8; 3]> = text(node)?.as_bytes().try_into().ok();
    if let Some(code) = &mut code {
        code.make_ascii_uppercase();
    }
    let code = code.filter(|code| code.iter().all(u8::is_ascii_uppercase));
    code.ok_or_else(|| Fault::new("must be a currency's three letters"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact() {
        for (text, expected) in [
            ("19.99", Some(199_900)),
            ("0.0001", Some(1)),
            ("007", Some(70_000)),
            ("1.0", Some(10_000)),
            ("1.50000", Some(15_000)),
            ("0.00001", None),
            ("922337203685477.5807", Some(i64::MAX)),
            ("922337203685477.5808", None),
            ("-1", None),
            ("+1", None),
            ("1e3", None),
            (".5", None),
            ("", None),
            ("1.2.3", None),
            ("١", None),
        ] {
            assert_eq!(ten_thousandths(text), expected, "{text}");
        }
    }

    #[test]
    fn an_amount_reads_back_as_it_is_written() {
        for ten_thousandths_told in [0, 1, 10_000, 199_900, i64::MAX] {
            let money = Money { ten_thousandths: ten_thousandths_told, currency: *b"EUR" };
            assert_eq!(ten_thousandths(&amount_text(money)), Some(ten_thousandths_told));
        }
        assert_eq!(amount_text(Money { ten_thousandths: -5_000, currency: *b"EUR" }), "-0.5");
    }
}
