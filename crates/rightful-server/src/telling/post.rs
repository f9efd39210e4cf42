//! One HTTP request to one hook: no redirect is followed, and the answer's body is thrown away.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use rightful_domain::{Timestamp, TryFailure};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::address::{AddressError, Target};
use super::pool::{Connected, Pool};

/// How long a receiver may take in all, from looking its name up to its answer's head, unless its vendor says otherwise.
pub(crate) const DEADLINE: Duration = Duration::from_secs(15);
/// How long the rest of an answer may take, where its connection is to be used again.
const REST_DEADLINE: Duration = Duration::from_secs(1);
/// The longest answer that is read to the end for that, in bytes.
const REST_BYTES_MAX: usize = 64 * 1024;
/// As we call ourselves.
const AGENT: &str = concat!("Rightful/", env!("CARGO_PKG_VERSION"));

/// Why a request was not answered. Says nothing of its content.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PostError {
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("the hook did not answer in time")]
    Deadline,
    #[error("the hook cannot be connected to: {0}")]
    Connect(std::io::Error),
    #[error("the hook cannot be spoken to in TLS: {0}")]
    Tls(std::io::Error),
    #[error("the connection to the hook broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("the request to the hook cannot be made")]
    Malformed,
}

impl PostError {
    /// In a word.
    pub(super) const fn failure(&self) -> TryFailure {
        match self {
            Self::Address(AddressError::Malformed | AddressError::Port) | Self::Malformed => TryFailure::BadAddress,
            Self::Address(AddressError::Unknown) => TryFailure::UnknownHost,
            Self::Address(AddressError::Private) => TryFailure::PrivateAddress,
            Self::Deadline => TryFailure::Timeout,
            Self::Connect(_) => TryFailure::NoConnection,
            Self::Tls(_) => TryFailure::Tls,
            Self::Broken(_) => TryFailure::Broken,
        }
    }
}

/// What a hook answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<RetryAfter>,
}

/// How long a hook asks us to wait (RFC 9110, 10.2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    For(Duration),
    Until(Timestamp),
}

impl RetryAfter {
    fn read(headers: &HeaderMap) -> Option<Self> {
        let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Self::For(Duration::from_secs(seconds)));
        }
        let at = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
        Some(Self::Until(Timestamp::from_seconds(at.as_second())))
    }

    /// As a span from now on.
    pub(super) fn from(self, now: Timestamp) -> Duration {
        match self {
            Self::For(span) => span,
            Self::Until(at) => at.since(now),
        }
    }
}

/// What is posted.
pub(crate) struct Letter {
    pub(crate) url: Box<str>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Vec<u8>,
    /// How long the receiver may take in all.
    pub(crate) deadline: Duration,
}

/// The addresses that a name stands for.
pub(super) type Resolving = Pin<Box<dyn Future<Output = std::io::Result<Vec<SocketAddr>>> + Send>>;
/// Looks a name up.
pub(super) type Resolve = Arc<dyn Fn(String, u16) -> Resolving + Send + Sync>;

/// Posts letters.
pub(crate) struct Poster {
    tls: TlsConnector,
    allows_private: bool,
    resolve: Resolve,
    pool: Pool,
}

impl Poster {
    /// One that trusts whom this machine trusts.
    pub(crate) fn new(allows_private: bool) -> Result<Self, rustls::Error> {
        let mut roots = RootCertStore::empty();
        let found = rustls_native_certs::load_native_certs();
        let (n_trusted, _) = roots.add_parsable_certificates(found.certs);
        if n_trusted == 0 {
            tracing::warn!(
                "this machine trusts no certificate: hooks that speak TLS cannot be told (see SSL_CERT_FILE)"
            );
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
        let config = versions.with_root_certificates(roots).with_no_client_auth();
        let resolve: Resolve =
            Arc::new(|host, port| Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) }));
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), allows_private, resolve, pool: Pool::default() })
    }

    /// The same, with a resolver of one's own.
    #[cfg(test)]
    pub(super) fn resolving(self, resolve: Resolve) -> Self {
        Self { resolve, ..self }
    }

    /// Posts a letter, within the deadline.
    pub(crate) async fn post(&self, letter: Letter) -> Result<Answer, PostError> {
        let (target, deadline) = (Target::read(&letter.url)?, letter.deadline);
        let request = request(&target, letter)?;
        let exchanged = tokio::time::timeout(deadline, self.exchange(&target, request)).await;
        let (answer, left) = exchanged.map_err(|_elapsed| PostError::Deadline)??;
        if let Some((connected, body)) = left
            && let Ok(Some(connected)) = tokio::time::timeout(REST_DEADLINE, drained(connected, body)).await
        {
            self.pool.keep(&target, connected);
        }
        Ok(answer)
    }

    /// Closes connections that nobody has used for a while.
    pub(crate) fn sweep(&self) {
        self.pool.sweep();
    }

    async fn exchange(&self, target: &Target, request: Request<Full<Bytes>>) -> Result<Exchanged, PostError> {
        if let Some(connected) = self.pool.take(target) {
            // Who closes a connection that nobody uses may do it just now. Whether the message arrived is then not known:
            // it is sent once more, under the same id.
            if let Ok(exchanged) = converse(connected, request.clone()).await {
                return Ok(exchanged);
            }
        }
        let connected = self.connect(target).await?;
        converse(connected, request).await
    }

    /// Connects to one of the addresses that were checked, and to no other: the name is not looked up again.
    async fn connect(&self, target: &Target) -> Result<Connected, PostError> {
        let addresses = target.look_up(self.allows_private, &self.resolve).await?;
        let stream = TcpStream::connect(&*addresses).await.map_err(PostError::Connect)?;
        if !target.is_https {
            return handshake(Box::new(stream)).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| AddressError::Malformed)?;
        handshake(Box::new(self.tls.connect(name, stream).await.map_err(PostError::Tls)?)).await
    }
}

async fn handshake(socket: super::pool::Socket) -> Result<Connected, PostError> {
    let (sender, connection) = http1::handshake(TokioIo::new(socket)).await?;
    Ok(Connected::new(sender, connection))
}

fn request(target: &Target, letter: Letter) -> Result<Request<Full<Bytes>>, PostError> {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(&target.path)
        .header(header::HOST, &target.authority)
        .header(header::USER_AGENT, AGENT)
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in &letter.headers {
        let mut value = HeaderValue::from_str(value).map_err(|_| PostError::Malformed)?;
        value.set_sensitive(true);
        request = request.header(name, value);
    }
    request.body(Full::new(Bytes::from(letter.body))).map_err(|_| PostError::Malformed)
}

/// An answer, and the connection with what is still to come of it; None if the connection has ended.
type Exchanged = (Answer, Option<(Connected, Incoming)>);

async fn converse(mut connected: Connected, request: Request<Full<Bytes>>) -> Result<Exchanged, PostError> {
    let (response, goes_on) = {
        let Connected { sender, connection, .. } = &mut connected;
        let answered = async {
            sender.ready().await?;
            sender.send_request(request).await
        };
        tokio::pin!(answered);
        tokio::select! {
            response = &mut answered => (response?, true),
            // An answer that came before the end counts.
            ended = connection => match (answered.await, ended) {
                (Err(_), Err(error)) => return Err(PostError::Broken(error)),
                (response, _) => (response?, false),
            },
        }
    };
    let answer = Answer { status: response.status().as_u16(), retry_after: RetryAfter::read(response.headers()) };
    Ok((answer, goes_on.then(|| (connected, response.into_body()))))
}

/// A connection that can be used again; None if it cannot.
async fn drained(mut connected: Connected, mut body: Incoming) -> Option<Connected> {
    let Connected { sender, connection, .. } = &mut connected;
    let rest = async {
        let mut n_bytes = 0;
        while let Some(frame) = body.frame().await {
            n_bytes += frame.ok()?.data_ref().map_or(0, Bytes::len);
            if n_bytes > REST_BYTES_MAX {
                return None;
            }
        }
        sender.ready().await.ok()
    };
    let is_ready = tokio::select! {
        ready = rest => ready.is_some(),
        _ended = connection => false,
    };
    is_ready.then_some(connected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<u64>) {
        let mut headers = HeaderMap::new();
        headers.insert(header::RETRY_AFTER, text.parse().unwrap());
        let now = Timestamp::from_seconds(784_111_777 - 60);
        assert_eq!(RetryAfter::read(&headers).map(|after| after.from(now).as_secs()), expected, "{text}");
    }

    #[test]
    fn a_receiver_says_how_long_or_until_when() {
        check("120", Some(120));
        check(" 0 ", Some(0));
        check("Sun, 06 Nov 1994 08:49:37 GMT", Some(60));
        check("Sun, 06 Nov 1994 08:40:00 GMT", Some(0));
        for wrong in ["-1", "soon", "1.5", "", "18446744073709551616"] {
            check(wrong, None);
        }
    }
}
