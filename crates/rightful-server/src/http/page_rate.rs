//! How fast one address may call what pages call: anybody may, so somebody will.
//!
//! A bucket of tokens for each address and application, in a table of a fixed size. What has been quiet for long is
//! forgotten, which only fills its bucket.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use rightful_domain::ApplicationId;
use tokio::time::Instant;

/// Buckets of each of two generations: the older goes when the younger is full.
const BUCKETS_MAX: usize = 32_768;

/// None while it is not known yet which application a page is of.
type Key = (IpAddr, Option<ApplicationId>);

/// A limit, and how far each address is from it.
#[derive(Debug)]
pub(crate) struct PageRate {
    /// Tokens that come back in a second; none where there is no limit.
    per_second: f64,
    burst: f64,
    buckets: Mutex<Generations>,
    was_said: AtomicBool,
}

#[derive(Debug, Default)]
struct Generations {
    younger: HashMap<Key, Bucket>,
    older: HashMap<Key, Bucket>,
}

#[derive(Debug, Clone, Copy)]
struct Bucket {
    tokens: f64,
    at: Instant,
}

impl PageRate {
    /// So many requests a minute, and so many at once; 0 for no limit.
    pub(crate) fn new(per_minute: u32, burst: u32) -> Self {
        Self {
            per_second: f64::from(per_minute) / 60.0,
            burst: f64::from(burst),
            buckets: Mutex::default(),
            was_said: AtomicBool::new(false),
        }
    }

    /// Takes one request of an address in; else how long to wait for the next.
    pub(crate) fn take(&self, ip: IpAddr, application: &ApplicationId) -> Result<(), Duration> {
        self.take_of(ip, Some(application))
    }

    /// The same, of a request that does not say its application before it is opened, which costs more than reading it.
    pub(crate) fn take_unnamed(&self, ip: IpAddr) -> Result<(), Duration> {
        self.take_of(ip, None)
    }

    fn take_of(&self, ip: IpAddr, application: Option<&ApplicationId>) -> Result<(), Duration> {
        if self.per_second == 0.0 {
            return Ok(());
        }
        let now = Instant::now();
        let mut buckets = self.buckets.lock();
        let bucket = buckets.of((subscriber(ip), application.cloned()), Bucket { tokens: self.burst, at: now });
        let refilled = bucket.tokens + now.duration_since(bucket.at).as_secs_f64() * self.per_second;
        *bucket = Bucket { tokens: refilled.min(self.burst), at: now };
        if bucket.tokens >= 1.0 {
            bucket.tokens -= 1.0;
            return Ok(());
        }
        let wait = Duration::from_secs_f64((1.0 - bucket.tokens) / self.per_second);
        drop(buckets);
        self.say();
        Err(wait)
    }

    fn say(&self) {
        if !self.was_said.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                "pages of one address call too often and are told to wait; if all come through your proxy, name it in \
                 server.trusted_proxies (said once)"
            );
        }
    }
}

impl Generations {
    fn of(&mut self, key: Key, new: Bucket) -> &mut Bucket {
        if !self.younger.contains_key(&key) {
            if self.younger.len() >= BUCKETS_MAX {
                self.older = std::mem::take(&mut self.younger);
            }
            let known = self.older.remove(&key).unwrap_or(new);
            self.younger.insert(key.clone(), known);
        }
        self.younger.entry(key).or_insert(new)
    }
}

/// A /64 is one subscriber; counting single IPv6 addresses would let anybody rotate for free.
pub(crate) fn subscriber(ip: IpAddr) -> IpAddr {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.into(),
        IpAddr::V6(v6) => Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64)).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn application(name: &str) -> ApplicationId {
        ApplicationId::new(name).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_passes_and_then_as_many_as_come_back() {
        let (rate, ip, shop) = (PageRate::new(60, 3), "192.0.2.1".parse().unwrap(), application("a"));
        for _ in 0..3 {
            assert_eq!(rate.take(ip, &shop), Ok(()));
        }
        assert_eq!(rate.take(ip, &shop), Err(Duration::from_secs(1)));
        assert_eq!(rate.take(ip, &application("b")), Ok(()), "another application's is another's");
        tokio::time::advance(Duration::from_millis(999)).await;
        assert!(rate.take(ip, &shop).is_err());
        tokio::time::advance(Duration::from_millis(2)).await;
        assert_eq!(rate.take(ip, &shop), Ok(()));
        assert!(rate.take(ip, &shop).is_err());
    }

    #[test]
    fn neighbors_of_one_subscriber_share_and_zero_is_no_limit() {
        let (rate, shop) = (PageRate::new(60, 1), application("a"));
        assert_eq!(rate.take("2001:db8::1".parse().unwrap(), &shop), Ok(()));
        assert!(rate.take("2001:db8::2".parse().unwrap(), &shop).is_err());
        assert_eq!(rate.take("2001:db8:0:1::2".parse().unwrap(), &shop), Ok(()));
        let none = PageRate::new(0, 0);
        assert!((0..100).all(|_| none.take("192.0.2.1".parse().unwrap(), &shop).is_ok()));
    }

    #[test]
    fn the_table_does_not_grow_beyond_its_size() {
        let (rate, shop) = (PageRate::new(60, 1), application("a"));
        for n in 0..(3 * BUCKETS_MAX as u32) {
            let _first_of_its_address = rate.take(std::net::Ipv4Addr::from_bits(n).into(), &shop);
        }
        let buckets = rate.buckets.lock();
        assert!(buckets.younger.len() <= BUCKETS_MAX && buckets.older.len() <= BUCKETS_MAX);
    }
}
