//! Moments as callers write them, and as we write them back.

use std::time::Duration;

use rightful_domain::Timestamp;

use crate::fields::Fault;
use crate::json::Node;

/// 2000-01-01T00:00:00Z, in s. Nothing that is judged happened before; what says so is in another unit, or wrong.
const PLAUSIBLE_FROM_S: i128 = 946_684_800;
/// 2100-01-01T00:00:00Z, in s.
const PLAUSIBLE_TO_S: i128 = 4_102_444_800;
/// A caller's clock may be ahead of ours by this much; beyond, its word is not taken.
const AHEAD_MAX: Duration = Duration::from_secs(5 * 60);
/// The longest moment written as text, in bytes: nanoseconds, an offset and an annotated zone.
const MOMENT_BYTES_MAX: usize = 80;
/// Units by how many of them make a second. Within the plausible years no number is plausible in two of them.
const UNITS_PER_SECOND: [i128; 4] = [1, 1_000, 1_000_000, 1_000_000_000];

const IMPLAUSIBLE: &str = "must be a moment between the years 2000 and 2100";
const NO_MOMENT: &str = "must be a Unix time (s, ms, µs or ns) or an RFC 3339 text";

/// A moment: a Unix time in s, ms, µs or ns by its magnitude, whole or not, as number or text; or RFC 3339.
pub(crate) fn moment(node: Node<'_>) -> Result<Timestamp, Fault> {
    let Some(number) = node.number() else {
        return text_moment(&node.into_text().ok_or_else(|| Fault::new(NO_MOMENT))?);
    };
    match number.as_i64() {
        Some(whole) => whole_moment(i128::from(whole)),
        None => number.as_f64().map_or_else(|| Err(Fault::new(NO_MOMENT)), fractional_moment),
    }
}

/// The same of a text alone, as in a query.
pub(crate) fn text_moment(text: &str) -> Result<Timestamp, Fault> {
    if text.len() > MOMENT_BYTES_MAX {
        return Err(Fault::new(NO_MOMENT));
    }
    if let Ok(whole) = text.parse::<i64>() {
        return whole_moment(i128::from(whole));
    }
    // `f64` also parses "inf" and "nan", which are no moments.
    if text.bytes().all(|c| c.is_ascii_digit() || c == b'.') {
        return text.parse().map_or_else(|_| Err(Fault::new(NO_MOMENT)), fractional_moment);
    }
    let moment: jiff::Timestamp = text.parse().map_err(|_| Fault::new(NO_MOMENT))?;
    plausible(i128::from(moment.as_microsecond()))
}

/// A moment as a person types it: the same, or a date, which is its first moment in UTC. None if it is neither, or outside
/// the years 2000 to 2100.
#[must_use]
pub fn moment_of(text: &str) -> Option<Timestamp> {
    let is_date = text.len() == 10 && text.contains('-') && text.bytes().all(|c| c.is_ascii_digit() || c == b'-');
    let written = if is_date { &format!("{text}T00:00:00Z") } else { text };
    text_moment(written).ok()
}

fn whole_moment(number: i128) -> Result<Timestamp, Fault> {
    let unit = UNITS_PER_SECOND
        .into_iter()
        .find(|unit| (PLAUSIBLE_FROM_S * unit..PLAUSIBLE_TO_S * unit).contains(&number))
        .ok_or_else(|| Fault::new(IMPLAUSIBLE))?;
    plausible(number * 1_000_000 / unit)
}

fn fractional_moment(number: f64) -> Result<Timestamp, Fault> {
    // Both bounds are far below 2^53, so they and their multiples compare as they should.
    let unit = UNITS_PER_SECOND
        .into_iter()
        .find(|unit| ((PLAUSIBLE_FROM_S * unit) as f64..(PLAUSIBLE_TO_S * unit) as f64).contains(&number))
        .ok_or_else(|| Fault::new(IMPLAUSIBLE))?;
    // Within the plausible years a count of µs fits 53 bits.
    plausible((number * (1_000_000.0 / unit as f64)).round() as i128)
}

fn plausible(micros: i128) -> Result<Timestamp, Fault> {
    if !(PLAUSIBLE_FROM_S * 1_000_000..PLAUSIBLE_TO_S * 1_000_000).contains(&micros) {
        return Err(Fault::new(IMPLAUSIBLE));
    }
    i64::try_from(micros).map(Timestamp::from_micros).map_err(|_| Fault::new(IMPLAUSIBLE))
}

/// When something happened, by the caller's word as far as it can be taken: the moment, and whether it was clamped.
pub(crate) fn clamped(at: Timestamp, received_at: Timestamp) -> (Timestamp, bool) {
    let latest = received_at.plus(AHEAD_MAX);
    if at > latest { (latest, true) } else { (at, false) }
}

/// RFC 3339 in UTC with as many decimals as it takes: `2021-08-27T12:19:31.035741Z`.
#[must_use]
pub fn rfc3339(at: Timestamp) -> String {
    jiff::Timestamp::from_microsecond(at.as_micros()).unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
}

/// RFC 3339 in UTC in whole seconds: `2021-08-27T12:19:31Z`.
pub(crate) fn rfc3339_seconds(at: Timestamp) -> String {
    jiff::Timestamp::from_second(at.as_micros().div_euclid(1_000_000))
        .unwrap_or(jiff::Timestamp::UNIX_EPOCH)
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, micros: Option<i64>) {
        let members = format!("{{\"at\":{json}}}");
        let mut fields = crate::fields::Fields::new(crate::json::parse_object(members.as_bytes()).expect("JSON"));
        let told = fields.required("at", moment).ok().map(Timestamp::as_micros);
        assert_eq!(told, micros, "{json}");
    }

    #[test]
    fn a_moment_is_known_by_its_magnitude() {
        check("1512828988", Some(1_512_828_988_000_000));
        check("1512828988826", Some(1_512_828_988_826_000));
        check("1512828988826123", Some(1_512_828_988_826_123));
        check("1512828988826123456", Some(1_512_828_988_826_123));
        check("1512828988.826", Some(1_512_828_988_826_000));
        check("1.512828988826e12", Some(1_512_828_988_826_000));
        check("\"1512828988826\"", Some(1_512_828_988_826_000));
        check("\"1512828988.826\"", Some(1_512_828_988_826_000));
    }

    #[test]
    fn a_moment_may_be_written_out() {
        check("\"2017-12-09T14:16:28.826Z\"", Some(1_512_828_988_826_000));
        check("\"2017-12-09T15:16:28.826+01:00\"", Some(1_512_828_988_826_000));
    }

    #[test]
    fn a_date_is_its_first_moment() {
        assert_eq!(moment_of("2021-08-27"), moment_of("2021-08-27T00:00:00Z"));
        assert_eq!(moment_of("2021-08-27").map(Timestamp::as_micros), Some(1_630_022_400_000_000));
        assert!(["2021-13-01", "1630022400", ""].map(moment_of).map(|at| at.is_some()) == [false, true, false]);
    }

    #[test]
    fn both_sides_of_the_plausible_years() {
        check("946684799", None);
        check("946684800", Some(946_684_800_000_000));
        check("4102444799999", Some(4_102_444_799_999_000));
        check("4102444800000", None);
        check("\"1999-12-31T23:59:59Z\"", None);
        check("\"2100-01-01T00:00:00Z\"", None);
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        let texts =
            ["0", "-1", "1e300", "18446744073709551615", "true", "{}", "\"\"", "\"inf\"", "\"nan\"", "\"soon\""];
        for json in texts {
            check(json, None);
        }
        check(&format!("\"{}\"", "9".repeat(10_000)), None);
    }

    #[test]
    fn a_clock_five_minutes_ahead_is_believed_and_no_more() {
        let now = Timestamp::from_seconds(1_700_000_000);
        assert_eq!(clamped(now.plus(AHEAD_MAX), now), (now.plus(AHEAD_MAX), false));
        assert_eq!(clamped(now.plus(Duration::from_secs(301)), now), (now.plus(AHEAD_MAX), true));
        assert_eq!(clamped(now.minus(Duration::from_secs(9)), now), (now.minus(Duration::from_secs(9)), false));
    }

    #[test]
    fn a_moment_is_written_in_utc() {
        let at = Timestamp::from_micros(1_630_066_771_035_741);
        assert_eq!(rfc3339(at), "2021-08-27T12:19:31.035741Z");
        assert_eq!(rfc3339_seconds(at), "2021-08-27T12:19:31Z");
    }
}
