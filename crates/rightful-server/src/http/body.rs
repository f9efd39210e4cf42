//! Reading a body within its limits of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use rightful_dialects::{Refusal, RefusalKind};

/// How much of a body that is too large is read and thrown away, so that its sender can read the refusal instead of
/// finding the connection reset.
const DISCARDED_BYTES_MAX: usize = 32 << 20;

/// How long a caller may take to send a body, from its head on; and a body that is too large, to be thrown away. Else
/// callers that send a byte now and then hold all connections.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole body; refused if it is longer than `bytes_max`, breaks off, or takes longer than 30 s.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    let in_time = tokio::time::timeout(BODY_TIMEOUT, read_at_leisure(body, bytes_max)).await;
    in_time.unwrap_or_else(|_elapsed| Err(refusal(RefusalKind::Malformed, "the body did not arrive in time")))
}

async fn read_at_leisure(mut body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    let mut first: Option<Bytes> = None;
    let mut rest: Vec<u8> = Vec::new();
    let mut n_bytes = 0;
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| refusal(RefusalKind::Malformed, "the body broke off"))?;
        let Ok(data) = frame.into_data() else { continue };
        n_bytes += data.len();
        if n_bytes > bytes_max {
            discard(body, n_bytes).await;
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

async fn discard(mut body: Body, already: usize) {
    let mut n_bytes = already;
    while n_bytes < DISCARDED_BYTES_MAX {
        let Some(Ok(frame)) = body.frame().await else { return };
        n_bytes += frame.data_ref().map_or(0, Bytes::len);
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

    #[tokio::test]
    async fn both_sides_of_the_limit() {
        assert_eq!(read(Body::from(vec![b' '; 16]), 16).await.map(|body| body.len()), Ok(16));
        let refusal = read(Body::from(vec![b' '; 17]), 16).await.unwrap_err();
        assert_eq!(refusal.kind, RefusalKind::TooLarge);
    }
}
