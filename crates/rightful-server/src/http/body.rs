//! Reading a body within its limits of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use rightful_dialects::{Refusal, RefusalKind};
use tokio::time::Instant;

/// How much of a body that is too large is read and thrown away, so that its sender can read the refusal instead of
/// finding the connection reset.
const DISCARDED_BYTES_MAX: usize = 32 << 20;

/// How long a caller may take to send a body, from its head on. Else callers that send a byte now and then hold all
/// connections.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);
/// Each so many bytes that have come give it a second more: a long list from far away is slow, and goes on.
const BYTES_PER_SECOND_MIN: usize = 64 << 10;

/// The whole body; refused if it is longer than `bytes_max`, breaks off, or takes longer than 30 s and a second for each
/// 64 KiB of it.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    let mut arriving = Arriving { body, begun: Instant::now(), n_bytes: 0 };
    let mut first: Option<Bytes> = None;
    let mut rest: Vec<u8> = Vec::new();
    while let Some(data) = arriving.next().await? {
        if arriving.n_bytes > bytes_max {
            arriving.discard().await;
            return Err(refusal(RefusalKind::TooLarge, &format!("the body is larger than {bytes_max} bytes")));
        }
        match &first {
            // Nearly every body is one frame: it is handed on as it came.
            None if rest.is_empty() => first = Some(data),
            None => rest.extend_from_slice(&data),
            Some(begun) => {
                rest = Vec::with_capacity(begun.len() + data.len());
                rest.extend_from_slice(begun);
                rest.extend_from_slice(&data);
                first = None;
            }
        }
    }
    Ok(first.unwrap_or_else(|| rest.into()))
}

/// A body on its way.
struct Arriving {
    body: Body,
    begun: Instant,
    n_bytes: usize,
}

impl Arriving {
    /// What comes next; None at the end.
    async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        loop {
            // At most a few hundred seconds: bodies are bounded, and so is what is thrown away.
            let more = Duration::from_secs((self.n_bytes / BYTES_PER_SECOND_MIN) as u64);
            let frame = tokio::time::timeout_at(self.begun + BODY_TIMEOUT + more, self.body.frame()).await;
            let late = |_elapsed| refusal(RefusalKind::Malformed, "the body did not arrive in time");
            let Some(frame) = frame.map_err(late)? else { return Ok(None) };
            let frame = frame.map_err(|_| refusal(RefusalKind::Malformed, "the body broke off"))?;
            if let Ok(data) = frame.into_data() {
                self.n_bytes += data.len();
                return Ok(Some(data));
            }
        }
    }

    /// Who sends what nobody reads is given no more time for sending it.
    async fn discard(mut self) {
        let until = self.begun + BODY_TIMEOUT;
        let all = async { while self.n_bytes < DISCARDED_BYTES_MAX && matches!(self.next().await, Ok(Some(_))) {} };
        // Late or at its end: the refusal goes out.
        let _elapsed = tokio::time::timeout_at(until, all).await;
    }
}

fn refusal(kind: RefusalKind, detail: &str) -> Refusal {
    Refusal { kind, detail: detail.into(), path: None }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use hyper::body::Frame;

    use super::*;

    /// Never ends and says nothing.
    struct Silence;

    impl hyper::body::Body for Silence {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_does_not_come_is_not_waited_for() {
        let begun = tokio::time::Instant::now();
        let refusal = read(Body::new(Silence), 1_024).await.unwrap_err();
        assert_eq!((refusal.kind, begun.elapsed() >= BODY_TIMEOUT), (RefusalKind::Malformed, true));
    }

    /// Parts of the same size, ten seconds apart.
    struct Trickle {
        part: Bytes,
        n_left: usize,
        clock: tokio::time::Interval,
    }

    impl hyper::body::Body for Trickle {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            std::task::ready!(self.clock.poll_tick(context));
            let Some(n_left) = self.n_left.checked_sub(1) else { return Poll::Ready(None) };
            self.n_left = n_left;
            Poll::Ready(Some(Ok(Frame::data(self.part.clone()))))
        }
    }

    fn trickle(n_bytes: usize) -> Body {
        let clock = tokio::time::interval(Duration::from_secs(10));
        Body::new(Trickle { part: vec![b' '; n_bytes].into(), n_left: 8, clock })
    }

    #[tokio::test(start_paused = true)]
    async fn a_long_body_may_take_its_time_as_long_as_it_comes() {
        let refusal = read(trickle(1), 1 << 20).await.unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::Malformed);
        let slow = BYTES_PER_SECOND_MIN * 10;
        assert_eq!(read(trickle(slow), 8 << 20).await.map(|body| body.len()), Ok(8 * slow));
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_thrown_away_gets_no_more_time() {
        let begun = Instant::now();
        let refusal = read(trickle(BYTES_PER_SECOND_MIN * 10), 0).await.unwrap_err();
        assert_eq!((refusal.kind, begun.elapsed()), (RefusalKind::TooLarge, BODY_TIMEOUT));
    }

    #[tokio::test]
    async fn both_sides_of_the_limit() {
        assert_eq!(read(Body::from(vec![b' '; 16]), 16).await.map(|body| body.len()), Ok(16));
        let refusal = read(Body::from(vec![b' '; 17]), 16).await.unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::TooLarge);
    }
}
