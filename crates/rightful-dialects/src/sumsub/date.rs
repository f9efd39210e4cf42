//! Moments in Sumsub's spelling.

use rightful_domain::Timestamp;

use crate::fields::Fault;
use crate::json::Node;
use crate::time::text_moment;

const NO_DATE: &str = "must be a moment as yyyy-MM-dd HH:mm:ss+XXXX or in RFC 3339, with its offset from UTC, between the years \
                       2000 and 2100";
/// The furthest offset from UTC, in hours.
const OFFSET_HOURS_MAX: &str = "14";
/// The longest date, in bytes: with fractions of a second and a colon in the offset.
const DATE_BYTES_MAX: usize = 40;

/// `2022-08-10 14:49:08+0000`; also what RFC 3339 makes of it, with a `T` and a colon. Without an offset it could be
/// anywhere in a day, so it is refused.
pub(super) fn read(node: Node<'_>) -> Result<Timestamp, Fault> {
    let Node::Text(text) = node else { return Err(Fault::new(NO_DATE)) };
    let is_written_out = text.len() <= DATE_BYTES_MAX && text.contains(':') && text.contains(['+', '-', 'Z']);
    let spelled = Some(&*text).filter(|_| is_written_out).and_then(rfc3339_of);
    spelled.and_then(|spelled| text_moment(&spelled).ok()).ok_or_else(|| Fault::new(NO_DATE))
}

/// The same in RFC 3339's spelling.
fn rfc3339_of(text: &str) -> Option<String> {
    let (date, rest) = text.split_at_checked(10)?;
    let (separator, rest) = rest.split_at_checked(1)?;
    let (time, fraction_and_offset) = rest.split_at_checked(8)?;
    if !matches!(separator, " " | "T") {
        return None;
    }
    let at = fraction_and_offset.find(['+', '-', 'Z'])?;
    let (fraction, offset) = fraction_and_offset.split_at_checked(at)?;
    // No clock on Earth is further from UTC, and a minute has sixty seconds but once in years.
    if offset.get(1..3).is_some_and(|hours| hours > OFFSET_HOURS_MAX) || time.ends_with(":60") {
        return None;
    }
    let offset = match offset.len() {
        // +0100
        5 if !offset.contains(':') => format!("{}:{}", offset.get(..3)?, offset.get(3..)?),
        // +01
        3 => format!("{offset}:00"),
        _ => offset.to_owned(),
    };
    Some(format!("{date}T{time}{fraction}{offset}"))
}

/// `2022-08-10 14:49:08+0000`.
pub(super) fn seconds(at: Timestamp) -> String {
    let written = crate::time::rfc3339_seconds(at);
    format!("{}+0000", written.trim_end_matches('Z').replace('T', " "))
}

/// `2022-08-10 14:49:08.123`.
pub(super) fn milliseconds(at: Timestamp) -> String {
    let written = crate::time::rfc3339_seconds(at);
    let ms = at.as_micros().rem_euclid(1_000_000) / 1_000;
    format!("{}.{ms:03}", written.trim_end_matches('Z').replace('T', " "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(told: &str, expected: Option<i64>) {
        let at = read(Node::Text(told.to_owned().into())).ok();
        assert_eq!(at, expected.map(Timestamp::from_seconds), "{told}");
    }

    #[test]
    fn a_date_has_an_offset_or_is_refused() {
        check("2022-08-10 14:49:08+0000", Some(1_660_142_948));
        check("2022-08-10 16:49:08+0200", Some(1_660_142_948));
        check("2022-08-10 14:49:08.000+0000", Some(1_660_142_948));
        check("2022-08-10T14:49:08Z", Some(1_660_142_948));
        check("2022-08-10T16:49:08+02:00", Some(1_660_142_948));
        check("2022-08-10 15:49:08+01", Some(1_660_142_948));
        check("2022-08-11 04:49:08+1400", Some(1_660_142_948));
        check("2022-08-10 02:49:08-1200", Some(1_660_142_948));
        for other in [
            "2022-08-10 14:49:08",
            "2022-08-10",
            "10.08.2022 14:49:08+0000",
            "08/10/2022 14:49:08+0000",
            "1660142948",
            "1660142948000",
            "Wed, 10 Aug 2022 14:49:08 GMT",
            "2022-13-10 14:49:08+0000",
            "2022-08-10 25:49:08+0000",
            "1999-08-10 14:49:08+0000",
            "2022-08-10 14:49:60+0000",
            "2022-08-10 14:49:08+2500",
            "2022-08-10 14:49:08+9999",
            "2022-08-10 24:49:08+0000",
            "2022-02-29 14:49:08+0000",
            "2022-08-10 14:49+0000",
            "2022-08-10 14:49:08 +0000",
            "2022-08-10 14:49:08 UTC",
            "2100-08-10 14:49:08+0000",
            "20220810T144908Z",
            "2022-W32-3T14:49:08Z",
            "tomorrow",
            "",
            "é2022-08-10 14:49:08+0000",
        ] {
            check(other, None);
        }
    }

    #[test]
    fn a_moment_is_written_as_the_vendor_writes_it() {
        let at = Timestamp::from_micros(1_630_066_771_035_741);
        assert_eq!(seconds(at), "2021-08-27 12:19:31+0000");
        assert_eq!(milliseconds(at), "2021-08-27 12:19:31.035");
    }
}
