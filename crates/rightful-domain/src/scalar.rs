//! Scalars with their units, ranges and secrets in the type.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::num::NonZeroU64;
use std::time::Duration;

/// A value outside its type's range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OutOfRange;

impl fmt::Display for OutOfRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("value out of range")
    }
}

impl std::error::Error for OutOfRange {}

/// A moment, in microseconds since 1970-01-01T00:00:00Z, leap seconds not counted. One that may be missing takes no more
/// room than one that is there: memory holds a dozen of them for each account.
///
/// Kept as microseconds since the first moment that 64 bits could tell, which itself is left out: so that moments sort as
/// their numbers do, and none of them is zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(NonZeroU64);

/// The Unix epoch, as it is kept.
const EPOCH: u64 = 1 << 63;

impl Default for Timestamp {
    /// The Unix epoch.
    fn default() -> Self {
        Self::from_micros(0)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Timestamp").field(&self.as_micros()).finish()
    }
}

impl Timestamp {
    /// From microseconds since the Unix epoch; the least number of all is taken for the one after it.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        match NonZeroU64::new(micros.cast_unsigned() ^ EPOCH) {
            Some(kept) => Self(kept),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// From milliseconds since the Unix epoch; saturates at the ends of time.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self::from_micros(millis.saturating_mul(1_000))
    }

    /// From seconds since the Unix epoch; saturates at the ends of time.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self::from_micros(seconds.saturating_mul(1_000_000))
    }

    /// Microseconds since the Unix epoch.
    #[must_use]
    pub const fn as_micros(self) -> i64 {
        (self.0.get() ^ EPOCH).cast_signed()
    }

    /// Whole milliseconds since the Unix epoch, rounded towards the past.
    #[must_use]
    pub const fn as_millis(self) -> i64 {
        self.as_micros().div_euclid(1_000)
    }

    /// How long after `earlier` this is; zero if it is not after.
    #[must_use]
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_micros(u64::try_from(self.as_micros().saturating_sub(earlier.as_micros())).unwrap_or(0))
    }

    /// This moment less `span`; saturates at the ends of time.
    #[must_use]
    pub fn minus(self, span: Duration) -> Self {
        Self::from_micros(self.as_micros().saturating_sub(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }

    /// This moment plus `span`; saturates at the ends of time.
    #[must_use]
    pub fn plus(self, span: Duration) -> Self {
        Self::from_micros(self.as_micros().saturating_add(i64::try_from(span.as_micros()).unwrap_or(i64::MAX)))
    }
}

/// Risk in `[0.00, 100.00]`, kept in hundredths: 100 × the probability of takeover at even prior.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RiskScore(u16);

impl RiskScore {
    /// From hundredths of a point, 0 to 10 000.
    pub const fn from_hundredths(hundredths: u16) -> Result<Self, OutOfRange> {
        if hundredths <= 10_000 { Ok(Self(hundredths)) } else { Err(OutOfRange) }
    }

    /// Hundredths of a point, 0 to 10 000.
    #[must_use]
    pub const fn hundredths(self) -> u16 {
        self.0
    }

    /// Points with two decimals, 0.0 to 100.0.
    #[must_use]
    pub fn points(self) -> f64 {
        f64::from(self.0) / 100.0
    }
}

impl fmt::Display for RiskScore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}", self.0 / 100, self.0 % 100)
    }
}

/// Natural logarithm of the odds of takeover. Kept beside the score so that order survives rounding.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
pub struct LogOdds(f64);

impl LogOdds {
    /// Beyond this, in nats, the probability rounds to 0 or 1 anyway.
    pub const LIMIT: f64 = 40.0;

    /// Clamped to ±[`LogOdds::LIMIT`]; what is not a number counts as no evidence.
    #[must_use]
    pub fn new(nats: f64) -> Self {
        // Adding zero makes a negative zero, the sum of no evidence, a plain one.
        if nats.is_nan() { Self(0.0) } else { Self(nats.clamp(-Self::LIMIT, Self::LIMIT) + 0.0) }
    }

    /// In nats.
    #[must_use]
    pub const fn nats(self) -> f64 {
        self.0
    }

    /// 100 × the probability, rounded to the nearest hundredth.
    #[must_use]
    pub fn score(self) -> RiskScore {
        let probability = 1.0 / (1.0 + (-self.0).exp());
        // A probability is within [0, 1], so the product is within [0, 10 000].
        RiskScore((probability * 10_000.0).round() as u16)
    }
}

/// People's data: printed as `‹pii›` everywhere, opened by a call that can be searched for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pii<T>(T);

impl<T> Pii<T> {
    /// Hides a value.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// Opens the value. Each call is a place to justify.
    pub const fn reveal(&self) -> &T {
        &self.0
    }

    /// Opens the value and gives it away.
    pub fn into_revealed(self) -> T {
        self.0
    }
}

impl<T> fmt::Debug for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹pii›")
    }
}

impl<T> fmt::Display for Pii<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹pii›")
    }
}

/// A country: ISO 3166-1, two or three capital letters as the caller gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CountryCode([u8; 3]);

impl CountryCode {
    /// Two or three ASCII letters, in any case.
    pub fn new(text: &str) -> Result<Self, OutOfRange> {
        let mut code = [b' '; 3];
        if !(2..=3).contains(&text.len()) || !text.bytes().all(|c| c.is_ascii_alphabetic()) {
            return Err(OutOfRange);
        }
        for (to, from) in code.iter_mut().zip(text.bytes()) {
            *to = from.to_ascii_uppercase();
        }
        Ok(Self(code))
    }

    /// The letters, in capitals.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("").trim_end()
    }
}

/// The unit in which addresses are counted: an IPv4 address, or an IPv6 /64.
///
/// A /64 is one subscriber; counting single IPv6 addresses would let an attacker rotate for free. IPv4-mapped IPv6
/// is IPv4, as it is the same machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subnet(IpAddr);

impl Subnet {
    /// The subnet that an address belongs to.
    #[must_use]
    pub fn of(ip: IpAddr) -> Self {
        match ip.to_canonical() {
            IpAddr::V4(v4) => Self(IpAddr::V4(v4)),
            IpAddr::V6(v6) => {
                let [a, b, c, d, ..] = v6.segments();
                Self(IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0)))
            }
        }
    }

    /// The first address of the subnet.
    #[must_use]
    pub const fn first(self) -> IpAddr {
        self.0
    }

    /// Sixteen bytes that are equal if and only if the subnets are.
    #[must_use]
    pub fn octets(self) -> [u8; 16] {
        match self.0 {
            IpAddr::V4(v4) => Ipv4Addr::to_ipv6_mapped(&v4).octets(),
            IpAddr::V6(v6) => v6.octets(),
        }
    }
}

impl fmt::Display for Subnet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(v4) => write!(f, "{v4}"),
            IpAddr::V6(v6) => write!(f, "{v6}/64"),
        }
    }
}

/// A keyed 64-bit hash of an identifier: enough to tell values apart inside one key's memory, useless outside it.
///
/// The key is the application's, held by the store, so a tag read from a disk names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(NonZeroU64);

impl Tag {
    /// From a hash; zero, which would be nothing, becomes one.
    #[must_use]
    pub const fn new(hash: u64) -> Self {
        match NonZeroU64::new(hash) {
            Some(hash) => Self(hash),
            None => Self(NonZeroU64::MIN),
        }
    }

    /// The hash.
    #[must_use]
    pub const fn get(self) -> u64 {
        self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_the_probability_in_hundredths() {
        for (nats, score) in
            [(0.0, "50.00"), (40.0, "100.00"), (-40.0, "0.00"), (2.197_225, "90.00"), (f64::NAN, "50.00")]
        {
            assert_eq!(LogOdds::new(nats).score().to_string(), score, "{nats}");
        }
    }

    #[test]
    fn people_are_never_printed() {
        assert_eq!(format!("{:?} {}", Pii::new("anna@example.com"), Pii::new("anna")), "‹pii› ‹pii›");
    }

    #[test]
    fn an_ipv6_neighbour_is_the_same_subscriber_and_a_mapped_address_is_ipv4() {
        let subnet = |text: &str| Subnet::of(text.parse().expect("an address"));
        assert_eq!(subnet("2001:db8:1:2::1"), subnet("2001:db8:1:2:ffff::9"));
        assert_ne!(subnet("2001:db8:1:2::1"), subnet("2001:db8:1:3::1"));
        assert_eq!(subnet("::ffff:192.0.2.7"), subnet("192.0.2.7"));
    }

    #[test]
    fn time_saturates_instead_of_wrapping() {
        assert_eq!(Timestamp::from_seconds(i64::MAX).as_micros(), i64::MAX);
        assert_eq!(Timestamp::from_seconds(1).since(Timestamp::from_seconds(2)), Duration::ZERO);
        assert_eq!(Timestamp::from_micros(i64::MIN).minus(Duration::MAX).as_micros(), i64::MIN + 1);
    }

    #[test]
    fn moments_sort_as_their_numbers_do_and_a_missing_one_takes_no_room() {
        let micros = [i64::MIN + 1, -1_000_000, -1, 0, 1, 1_767_225_600_000_000, i64::MAX];
        let moments = micros.map(Timestamp::from_micros);
        assert!(moments.is_sorted() && moments.map(Timestamp::as_micros) == micros);
        assert_eq!((Timestamp::default().as_micros(), format!("{:?}", moments[2])), (0, "Timestamp(-1)".to_owned()));
        assert_eq!(size_of::<Option<Timestamp>>(), 8);
    }
}
