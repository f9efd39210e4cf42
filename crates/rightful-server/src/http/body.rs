//! Reading a body within its limit.

use axum::body::{Body, Bytes};
use http_body_util::BodyExt;
use rightful_dialects::{Refusal, RefusalKind};

/// How much of a body that is too large is read and thrown away, so that its sender can read the refusal instead of
/// finding the connection reset.
const DISCARDED_BYTES_MAX: usize = 32 << 20;

/// The whole body; refused if it is longer than `bytes_max` or breaks off.
pub(crate) async fn read(mut body: Body, bytes_max: usize) -> Result<Bytes, Refusal> {
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
