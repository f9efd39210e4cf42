//! Notices a proxy that hides everybody: when all traffic comes from one private address, the callers send their own
//! proxy's address instead of the person's, and every address-based finding is worthless.

use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use parking_lot::Mutex;

/// After this many events from one private address and no other, the operator is told.
const EVENTS_BEFORE_WARNING: u32 = 50;

/// Watches the addresses of events until it has seen two, or has warned.
#[derive(Debug, Default)]
pub(crate) struct OneAddressWatch {
    settled: AtomicBool,
    seen: Mutex<Option<(IpAddr, u32)>>,
}

impl OneAddressWatch {
    /// Sees one event's address. One relaxed load once settled.
    pub(crate) fn see(&self, ip: Option<IpAddr>) {
        let Some(ip) = ip else { return };
        if self.settled.load(Ordering::Relaxed) {
            return;
        }
        let mut seen = self.seen.lock();
        let (first, n) = seen.get_or_insert((ip, 0));
        if *first != ip || !is_private(ip) {
            self.settled.store(true, Ordering::Relaxed);
            return;
        }
        *n += 1;
        if *n == EVENTS_BEFORE_WARNING {
            self.settled.store(true, Ordering::Relaxed);
            tracing::warn!(
                n_events = *n,
                "all events so far come from one private address: send the person's address, not your proxy's \
                 (see docs/operations.md, Proxies)"
            );
        }
    }
}

fn is_private(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(v4) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}
