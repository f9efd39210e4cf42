//! One HTTP request to one hook: no redirect is followed, and of the answer only the head is read.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderName, HeaderValue, Method, Request, header};
use http_body_util::Full;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{self, ClientConfig, RootCertStore};

use super::address::{AddressError, Target};

/// How long a receiver may take in all, from looking its name up to its answer.
const DEADLINE: Duration = Duration::from_secs(15);
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
    #[error("the connection to the hook broke: {0}")]
    Broken(#[from] hyper::Error),
    #[error("the request to the hook cannot be made")]
    Malformed,
}

/// What a hook answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// How long it asked us to wait. Only spans are read, not dates.
    pub(crate) retry_after: Option<Duration>,
}

/// What is posted.
pub(crate) struct Letter {
    pub(crate) url: Box<str>,
    pub(crate) headers: Vec<(HeaderName, String)>,
    pub(crate) body: Vec<u8>,
}

/// Posts letters.
#[derive(Clone)]
pub(crate) struct Poster {
    tls: TlsConnector,
    allows_private: bool,
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
        Ok(Self { tls: TlsConnector::from(Arc::new(config)), allows_private })
    }

    /// Posts a letter, within the deadline.
    pub(crate) async fn post(&self, letter: Letter) -> Result<Answer, PostError> {
        tokio::time::timeout(DEADLINE, self.exchange(letter)).await.map_err(|_elapsed| PostError::Deadline)?
    }

    async fn exchange(&self, letter: Letter) -> Result<Answer, PostError> {
        let target = Target::read(&letter.url)?;
        let addresses = target.look_up(self.allows_private).await?;
        let stream = TcpStream::connect(&*addresses).await.map_err(PostError::Connect)?;
        let request = request(&target, letter)?;
        if !target.is_https {
            return converse(stream, request).await;
        }
        let name = ServerName::try_from(target.host.clone()).map_err(|_| AddressError::Malformed)?;
        converse(self.tls.connect(name, stream).await.map_err(PostError::Connect)?, request).await
    }
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

async fn converse<S>(stream: S, request: Request<Full<Bytes>>) -> Result<Answer, PostError>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let answered = async {
        let response = sender.send_request(request).await?;
        let retry_after = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = retry_after.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
        Ok(Answer { status: response.status().as_u16(), retry_after })
    };
    tokio::pin!(connection, answered);
    let ended = tokio::select! {
        answer = &mut answered => return answer,
        ended = &mut connection => ended,
    };
    // An answer that came before the end counts.
    match (answered.await, ended) {
        (Err(_), Err(error)) => Err(PostError::Broken(error)),
        (answer, _) => answer,
    }
}
