//! Server-sent events: an answer that goes on until the page leaves, falls behind, or the server stops.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::Response;
use hyper::body::Frame;
use tokio::time::{Instant, Interval, MissedTickBehavior};

use super::watched::{Watch, Watching};
use crate::listeners::Listener;
use crate::shutdown::Shutdown;

/// How often something is sent, so that neither a proxy nor we take a silent line for a dead one.
pub(super) const KEEP_ALIVE: Duration = Duration::from_secs(20);
/// How long one answer goes on; the browser then asks again by itself, and its key and origin are looked at again.
pub(super) const LISTENING_MAX: Duration = Duration::from_secs(60 * 60);
/// The first words: a browser that was let go comes again after 10 s.
const WELCOME: &[u8] = b": listening\nretry: 10000\n\n";
const STILL_HERE: &[u8] = b": still here\n\n";
/// Asks a proxy to pass each message on as it comes.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

struct Events {
    listener: Listener,
    is_welcome: bool,
    keep_alive: Interval,
    end: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// Held, not read: while it is, a page that is gone ends the connection, and with it this.
    _watching: Option<Watching>,
}

/// The answer to a page that listens.
pub(crate) fn answer(listener: Listener, watch: Option<Watch>, shutdown: Shutdown) -> Response {
    let mut keep_alive = tokio::time::interval_at(Instant::now() + KEEP_ALIVE, KEEP_ALIVE);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let end = Box::pin(async move {
        // Either is the end.
        let _stops_or_lasted = tokio::time::timeout(LISTENING_MAX, shutdown.requested()).await;
    });
    let watching = watch.map(Watch::begin);
    dressed(Body::new(Events { listener, is_welcome: false, keep_alive, end, _watching: watching }))
}

/// The answer to who asks only what listening would answer.
pub(crate) fn head() -> Response {
    dressed(Body::empty())
}

/// An answer that goes on.
pub(super) fn dressed(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    response
}

/// One message as an event: each of its lines is a line of data.
fn event(message: &str) -> Bytes {
    let mut text = String::with_capacity(message.len() + 16);
    for line in message.split(['\n', '\r']) {
        text.push_str("data: ");
        text.push_str(line);
        text.push('\n');
    }
    text.push('\n');
    text.into()
}

impl hyper::body::Body for Events {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let events = self.get_mut();
        let send = |bytes: Bytes| Poll::Ready(Some(Ok(Frame::data(bytes))));
        if !std::mem::replace(&mut events.is_welcome, true) {
            return send(Bytes::from_static(WELCOME));
        }
        match events.listener.poll_heard(context) {
            Poll::Ready(Some(message)) => return send(event(&message)),
            Poll::Ready(None) => return Poll::Ready(None),
            Poll::Pending => {}
        }
        if events.end.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        match events.keep_alive.poll_tick(context) {
            Poll::Ready(_) => send(Bytes::from_static(STILL_HERE)),
            Poll::Pending => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_several_lines_is_one_event() {
        assert_eq!(event(r#"{"action":"logout"}"#), "data: {\"action\":\"logout\"}\n\n");
        assert_eq!(event("a\nevent: b"), "data: a\ndata: event: b\n\n");
    }
}
