//! Accepting connections: bounded in number and in the time a caller may take to say what it wants.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::watched::{Watch, Watched};
use crate::app::Peer;
use crate::shutdown::Shutdown;

/// How long a caller may take to send a request's head, the wait for its first byte included.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// How long a caller may take to agree on how to speak in secret.
const HANDSHAKE_TIMEOUT: Duration = Duration::from_secs(10);
/// How long requests in progress may go on after the server was asked to stop.
const GRACE: Duration = Duration::from_secs(10);
/// After the system refuses a connection (too many files, say), how long until the next is tried.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Serves until asked to stop, then lets requests in progress end.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    connections_max: usize,
    shutdown: Shutdown,
) {
    let slots = Arc::new(Semaphore::new(connections_max));
    let mut connections = JoinSet::new();
    loop {
        // Closed connections are reaped here, so that the set holds open ones only.
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = accept(&listener, &slots) => accepted,
            () = shutdown.requested() => break,
        };
        let Some((stream, peer, slot)) = accepted else { continue };
        let (tls, router, shutdown) = (tls.clone(), router.clone(), shutdown.clone());
        connections.spawn(async move {
            welcome(stream, peer, tls, router, shutdown).await;
            drop(slot);
        });
    }
    let all_ended = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(GRACE, all_ended).await.is_err() {
        tracing::warn!("some connections did not end in time and are closed");
    }
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, slot)),
        Err(error) => {
            tracing::warn!(%error, "could not accept a connection");
            tokio::time::sleep(ACCEPT_PAUSE).await;
            None
        }
    }
}

async fn welcome(stream: TcpStream, peer: SocketAddr, tls: Option<TlsAcceptor>, router: Router, shutdown: Shutdown) {
    // Answers are small and whole: waiting to fill a segment would only add latency.
    let _best_effort = stream.set_nodelay(true);
    let Some(tls) = tls else { return converse(stream, peer, router, shutdown).await };
    let agreed = tokio::select! {
        agreed = tokio::time::timeout(HANDSHAKE_TIMEOUT, tls.accept(stream)) => agreed,
        () = shutdown.requested() => return,
    };
    // Who does not agree in time, or speaks in clear, is the caller's to explain: nothing to do and nothing to log.
    if let Ok(Ok(stream)) = agreed {
        converse(stream, peer, router, shutdown).await;
    }
}

async fn converse<S>(stream: S, peer: SocketAddr, router: Router, shutdown: Shutdown)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let router = TowerToHyperService::new(router);
    let watch = Watch::default();
    let stream = Watched::new(stream, watch.clone());
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(Peer(peer.ip()));
        request.extensions_mut().insert(watch.clone());
        router.call(request)
    });
    // HTTP/1.1 alone: guessing the version waits for bytes without a limit, and an HTTP/2 connection may idle for ever.
    // Proxies speak HTTP/1.1 to what is behind them.
    let mut builder = http1::Builder::new();
    // A caller may end its side once it has said all, and still read the answer; but for a page that listens, whose end is
    // watched for.
    builder.timer(TokioTimer::new()).header_read_timeout(HEAD_TIMEOUT).half_close(true);
    let connection = builder.serve_connection(TokioIo::new(stream), service);
    tokio::pin!(connection);
    tokio::select! {
        // An error here is the caller's (a reset, a broken head): nothing to do and nothing to log.
        _ended = connection.as_mut() => return,
        () = shutdown.requested() => connection.as_mut().graceful_shutdown(),
    }
    let _ended = connection.await;
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use axum::Extension;

    use super::*;
    use crate::http::tls;
    use crate::listeners::Listeners;

    /// What a caller reads that says only this and then waits.
    async fn heard_after(said: &[u8], tls: Option<TlsAcceptor>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", axum::routing::get(|| async { "hello" }));
        let shutdown = Shutdown::new();
        let serving = tokio::spawn(serve(listener, tls, router, 1, shutdown.clone()));
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(said).await.unwrap();
        let mut heard = Vec::new();
        caller.read_to_end(&mut heard).await.unwrap();
        shutdown.request();
        serving.await.unwrap();
        String::from_utf8_lossy(&heard).into_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn who_says_nothing_is_not_waited_for() {
        for said in ["", "GET / HT", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
            assert!(!heard_after(said.as_bytes(), None).await.contains("hello"), "{said}");
        }
        assert!(heard_after(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n", None).await.contains("hello"));
    }

    /// Asks for `/` at a server of one path, which listens; gives the caller once it has heard the beginning.
    async fn listening(all: &Arc<Listeners>, shutdown: &Shutdown) -> (TcpStream, JoinSet<()>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (all, its) = (Arc::clone(all), shutdown.clone());
        let answer = async move |Extension(watch): Extension<Watch>| {
            let application = rightful_domain::ApplicationId::new("app").unwrap();
            let device = rightful_domain::AccountDeviceId::from_bytes([1; 12]);
            let heard = all.listen(&application, device, rightful_dialects::OURS, None).unwrap();
            crate::http::events::answer(heard, Some(watch), its)
        };
        let router = Router::new().route("/", axum::routing::get(answer));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, None, router, 1, shutdown.clone()));
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        let mut heard = String::new();
        while !heard.contains("retry:") {
            let mut bytes = [0; 1_024];
            let n = caller.read(&mut bytes).await.unwrap();
            heard.push_str(&String::from_utf8_lossy(&bytes[..n]));
        }
        (caller, serving)
    }

    #[tokio::test]
    async fn a_page_that_is_gone_listens_no_more() {
        let (all, shutdown) = (Arc::new(Listeners::new(1)), Shutdown::new());
        let (caller, _serving) = listening(&all, &shutdown).await;
        assert_eq!(all.n_listeners(), 1);
        drop(caller);
        // Long before the next sign of life would be sent.
        let gone = async {
            while all.n_listeners() > 0 {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), gone).await.expect("it is noticed");
    }

    #[tokio::test]
    async fn what_a_page_that_listens_says_is_read_later() {
        let (all, shutdown) = (Arc::new(Listeners::new(1)), Shutdown::new());
        let (mut caller, _serving) = listening(&all, &shutdown).await;
        caller.write_all(b"GET /other HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        assert_eq!(all.n_listeners(), 1);
        shutdown.request();
        let mut rest = String::new();
        caller.read_to_string(&mut rest).await.unwrap();
        assert_eq!(all.n_listeners(), 0);
    }

    #[tokio::test]
    async fn who_has_said_all_still_reads_the_answer() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().route("/", axum::routing::get(|| async { "hello" }));
        let mut serving = JoinSet::new();
        serving.spawn(serve(listener, None, router, 1, Shutdown::new()));
        let mut caller = TcpStream::connect(address).await.unwrap();
        caller.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        caller.shutdown().await.unwrap();
        let mut heard = String::new();
        caller.read_to_string(&mut heard).await.unwrap();
        assert!(heard.ends_with("hello"), "{heard}");
    }

    fn acceptor() -> TlsAcceptor {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tls");
        tls::acceptor(&folder.join("certificate.pem"), &folder.join("key.pem")).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn who_does_not_agree_on_a_secret_is_not_waited_for() {
        // Nothing; the head of a handshake that does not go on; a request in clear.
        for said in [&b""[..], b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nhost: x\r\n\r\n"] {
            assert!(!heard_after(said, Some(acceptor())).await.contains("hello"), "{said:?}");
        }
    }
}
