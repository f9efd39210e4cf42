//! Connections to hooks that stay open between two messages. Each goes to an address that was checked when it was made, and
//! is used for the host, port and scheme it was made for; a name that has moved since is looked up again soon enough.
//!
//! Nothing works on a connection while it waits: it is looked at when it is taken.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Waker};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use rightful_domain::LANES;
use tokio::io::{AsyncRead, AsyncWrite};

use super::address::Target;

/// How long a connection is kept that nobody uses. Receivers close theirs after a minute or so.
const IDLE_MAX: Duration = Duration::from_secs(30);
/// How long a connection is used at all, so that a name that moves is followed.
const AGE_MAX: Duration = Duration::from_secs(300);
/// The most connections that are kept to one receiver: as many as are used at once.
const PER_TARGET_MAX: usize = LANES as usize;
/// The most connections that are kept in all.
const KEPT_MAX: usize = 256;

/// What a connection runs over.
pub(super) type Socket = Box<dyn Transport>;

/// TCP, or TLS over it.
pub(super) trait Transport: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Transport for T {}

/// An open connection.
pub(super) struct Connected {
    pub(super) sender: http1::SendRequest<Full<Bytes>>,
    pub(super) connection: http1::Connection<TokioIo<Socket>, Full<Bytes>>,
    made_at: Instant,
    used_at: Instant,
}

impl Connected {
    pub(super) fn new(
        sender: http1::SendRequest<Full<Bytes>>,
        connection: http1::Connection<TokioIo<Socket>, Full<Bytes>>,
    ) -> Self {
        let now = Instant::now();
        Self { sender, connection, made_at: now, used_at: now }
    }

    fn is_fresh(&self) -> bool {
        self.used_at.elapsed() < IDLE_MAX && self.made_at.elapsed() < AGE_MAX
    }

    /// Whether the other end has not closed it, as far as is known.
    fn is_open(&mut self) -> bool {
        let mut looking = Context::from_waker(Waker::noop());
        Pin::new(&mut self.connection).poll(&mut looking).is_pending() && !self.sender.is_closed()
    }
}

/// TLS or not, host, port.
type Key = (bool, String, u16);

fn key_of(target: &Target) -> Key {
    (target.is_https, target.host.clone(), target.port)
}

/// Connections that wait to be used again.
#[derive(Default)]
pub(super) struct Pool(Mutex<BTreeMap<Key, Vec<Connected>>>);

impl Pool {
    /// One to that receiver, the one used last.
    pub(super) fn take(&self, target: &Target) -> Option<Connected> {
        let mut kept = self.0.lock();
        let of_target = kept.get_mut(&key_of(target))?;
        while let Some(mut connected) = of_target.pop() {
            if connected.is_fresh() && connected.is_open() {
                return Some(connected);
            }
        }
        None
    }

    /// Keeps one for the next message, if there is room.
    pub(super) fn keep(&self, target: &Target, connected: Connected) {
        let mut kept = self.0.lock();
        if kept.values().map(Vec::len).sum::<usize>() >= KEPT_MAX {
            return;
        }
        let of_target = kept.entry(key_of(target)).or_default();
        if of_target.len() < PER_TARGET_MAX {
            of_target.push(Connected { used_at: Instant::now(), ..connected });
        }
    }

    /// Closes those that are too old.
    pub(super) fn sweep(&self) {
        let mut kept = self.0.lock();
        for of_target in kept.values_mut() {
            of_target.retain(Connected::is_fresh);
        }
        kept.retain(|_, of_target| !of_target.is_empty());
    }
}
