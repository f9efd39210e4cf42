//! Reading a body within its limits of size and time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use rightful_dialects::{Refusal, RefusalKind};

/// How much of a body that is too large is read and thrown away, so that its sender can read the refusal instead of
/// finding the connection reset.
const DISCARDED_BYTES_MAX: usize = 32 << 20;

/// How long a caller may take to send a body: who sends a byte a minute must not keep a connection from others.
const BODY_TIMEOUT: Duration = Duration::from_secs(30);

/// The whole body; refused if it is longer than `bytes_max`, breaks off or takes too long.
pub(crate) async fn read(body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
    let too_slow = |_elapsed| refusal(RefusalKind::Malformed, "the body did not come in time");
    tokio::time::timeout(BODY_TIMEOUT, read_whole(body, bytes_max)).await.map_err(too_slow)?
}

async fn read_whole(mut body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
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

    use super::*;

    /// A caller who has announced a body and sends none.
    struct Silence;

    impl hyper::body::Body for Silence {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            self: Pin<&mut Self>,
            _context: &mut Context<'_>,
        ) -> Poll<Option<Result<hyper::body::Frame<Bytes>, Infallible>>> {
            Poll::Pending
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_never_ends_is_refused_in_time() {
        let refused = read(Body::new(Silence), 10).await;
        assert_eq!(refused.map_err(|refusal| refusal.kind), Err(RefusalKind::Malformed));
    }
}
