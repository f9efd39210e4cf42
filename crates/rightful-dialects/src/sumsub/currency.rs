//! Amounts and currencies: decimal, never through binary fractions, and of money that exists.

use rightful_domain::{CURRENCY_BYTES_MAX, Money};

use crate::fields::{Fault, Fields};
use crate::json::Node;
use crate::scalars::text;

/// Digits behind the point that are kept; what is finer, as of crypto currencies, is cut off.
const DECIMALS_MAX: usize = 4;

const NO_AMOUNT: &str = "must be a number from 0 to 922337203685477, and no text";
const NO_CURRENCY: &str = "must be a currency of ISO 4217 in capitals, or any ticker where currencyType is crypto";

/// Tickers that mean one thing only, also where nothing says that they are a crypto currency's. None is a code of ISO 4217.
const TICKERS: [&str; 14] =
    ["ADA", "AVAX", "BCH", "BNB", "BTC", "DAI", "DOGE", "ETH", "LTC", "SOL", "TRX", "USDC", "USDT", "XRP"];

/// The currencies of ISO 4217, with those withdrawn since 2015 that old transactions name.
const CODES: &str = "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN \
                     BYR BZD CAD CDF CHF CLF CLP CNY COP CRC CUC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP \
                     GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HRK HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS \
                     KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LTL LYD MAD MDL MGA MKD MMK MNT MOP MRO MRU MUR \
                     MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF \
                     SAR SBD SCR SDG SEK SGD SHP SLE SLL SOS SRD SSP STD STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD \
                     TWD TZS UAH UGX USD UYU UZS VED VEF VES VND VUV WST XAF XCD XCG XDR XOF XPF YER ZAR ZMW ZWG ZWL";

/// An amount as far as it can be compared, and the currency that it moves in where that is another.
pub(super) type Told = (Option<Money>, Option<Box<str>>);

/// What is told of the money in a transaction, as far as currencies of one kind can be compared: in the application's own
/// currency where that is told, else as it is, unless it is a crypto currency.
pub(super) fn money(info: &mut Fields<'_>) -> Result<Told, Fault> {
    let is_crypto = match info.optional("currencyType", text)?.as_deref() {
        // The vendor's own samples leave it out beside such tickers.
        None => info.get("currencyCode").and_then(Node::text).is_some_and(|code| TICKERS.contains(&code)),
        Some("fiat") => false,
        Some("crypto") => true,
        Some(_) => return Err(Fault::new("must be fiat or crypto").within("currencyType")),
    };
    let amount = info.required("amount", amount)?;
    let (currency, code) = match is_crypto {
        true => (None, info.required("currencyCode", ticker)?),
        false => {
            let code = info.required("currencyCode", currency)?;
            (Some(code), code.iter().copied().map(char::from).collect())
        }
    };
    let in_default = info.optional("amountInDefaultCurrency", self::amount)?;
    let default_currency = info.optional("defaultCurrencyCode", self::currency)?;
    let told = in_default.zip(default_currency).or_else(|| Some(amount).zip(currency));
    let money = told.map(|(ten_thousandths, currency)| Money { ten_thousandths, currency });
    let is_other = money.is_none_or(|money| money.currency != *code.as_bytes());
    Ok((money, is_other.then(|| code.into())))
}

fn amount(node: Node<'_>) -> Result<i64, Fault> {
    let number = node.number().ok_or_else(|| Fault::new(NO_AMOUNT))?;
    ten_thousandths(&number.to_string()).ok_or_else(|| Fault::new(NO_AMOUNT))
}

/// From how a number prints: with as few digits as tell it apart, or with an exponent where it is very large or small.
fn ten_thousandths(text: &str) -> Option<i64> {
    if text.contains(['e', 'E']) {
        // Below what is kept, or beyond what any account holds.
        return text.parse().ok().filter(|number: &f64| (0.0..0.000_1).contains(number)).map(|_| 0);
    }
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let decimals = decimals.get(..DECIMALS_MAX.min(decimals.len()))?;
    let is_digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if whole.is_empty() || !is_digits(whole) || !is_digits(decimals) {
        return None;
    }
    format!("{whole}{decimals:0<DECIMALS_MAX$}").parse().ok()
}

fn currency(node: Node<'_>) -> Result<[u8; 3], Fault> {
    let text = text(node)?;
    let code: Option<[u8; 3]> = text.as_bytes().try_into().ok();
    let known = code.filter(|_| CODES.split_ascii_whitespace().any(|known| *known == *text));
    known.ok_or_else(|| Fault::new(NO_CURRENCY))
}

/// In capitals: `usdt` and `USDT` are one.
fn ticker(node: Node<'_>) -> Result<String, Fault> {
    let text = text(node)?;
    let is_one = (1..=CURRENCY_BYTES_MAX).contains(&text.len()) && text.bytes().all(|c| c.is_ascii_alphanumeric());
    if is_one { Ok(text.to_ascii_uppercase()) } else { Err(Fault::new("must be the ticker of a currency")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_exact_to_four_decimals() {
        for (text, expected) in [
            ("101.42", Some(1_014_200)),
            ("0", Some(0)),
            ("0.0", Some(0)),
            ("0.00012345", Some(1)),
            ("1e-7", Some(0)),
            ("1e300", None),
            ("-1", None),
            ("-0.5", None),
            ("922337203685477.5807", Some(i64::MAX)),
            ("922337203685478", None),
            ("", None),
        ] {
            assert_eq!(ten_thousandths(text), expected, "{text}");
        }
    }

    #[test]
    fn a_ticker_needs_no_word_that_it_is_one() {
        for ticker in TICKERS {
            assert_eq!(currency(Node::Text(ticker.into())).ok(), None, "{ticker} is a currency of ISO 4217");
        }
    }

    #[test]
    fn only_money_that_exists_is_taken() {
        let read = |code: &'static str| currency(Node::Text(code.into())).ok();
        assert_eq!(read("GBP"), Some(*b"GBP"));
        for code in ["XXX", "ZZZ", "gbp", "EURO", "", "é€"] {
            assert_eq!(read(code), None, "{code}");
        }
    }
}
