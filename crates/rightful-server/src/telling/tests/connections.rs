//! Connections to receivers: kept, made anew, and only to what was checked.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::*;

/// A receiver that counts connections, gives each the same answer as often as said, and then closes it.
struct Counting {
    address: SocketAddr,
    n_connections: Arc<AtomicUsize>,
    n_requests: Arc<AtomicUsize>,
    _serving: JoinSet<()>,
}

impl Counting {
    async fn new(answer: &'static str, n_per_connection: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (n_connections, n_requests) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
        let (connections, requests) = (Arc::clone(&n_connections), Arc::clone(&n_requests));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut open = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.fetch_add(1, Ordering::SeqCst);
                open.spawn(serve(stream, answer, n_per_connection, Arc::clone(&requests)));
            }
        });
        Self { address, n_connections, n_requests, _serving: serving }
    }

    fn counted(&self) -> (usize, usize) {
        (self.n_connections.load(Ordering::SeqCst), self.n_requests.load(Ordering::SeqCst))
    }
}

async fn serve(mut stream: TcpStream, answer: &'static str, n_max: usize, n_requests: Arc<AtomicUsize>) {
    let mut read = Vec::new();
    for _ in 0..n_max {
        while !is_whole(&read) {
            if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                return;
            }
        }
        read.clear();
        n_requests.fetch_add(1, Ordering::SeqCst);
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

/// Whether a request is all there.
fn is_whole(read: &[u8]) -> bool {
    let text = String::from_utf8_lossy(read).to_ascii_lowercase();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok()).unwrap_or(0);
    body.len() >= length
}

async fn send_three(receiver: &Counting) -> (usize, usize) {
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &format!("http://{}/", receiver.address))]).await;
    let delivery = bench.delivery(9, true);
    for n in 1..=3 {
        bench.challenge(n).await;
    }
    for _ in 1..=3 {
        delivery.send(bench.first().await).await;
    }
    assert_eq!(bench.app.pipeline.store.next_due().await.unwrap(), None, "all are taken");
    receiver.counted()
}

const OK: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

#[tokio::test]
async fn a_connection_is_used_again() {
    let receiver = Counting::new(OK, 9).await;
    assert_eq!(send_three(&receiver).await, (1, 3));
}

#[tokio::test]
async fn a_connection_that_is_closed_is_made_anew_and_nothing_is_lost() {
    let says_so = Counting::new("HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n", 1).await;
    assert_eq!(send_three(&says_so).await, (3, 3));
    let says_nothing = Counting::new(OK, 1).await;
    assert_eq!(send_three(&says_nothing).await, (3, 3));
}

#[tokio::test]
async fn a_long_answer_counts_and_its_connection_is_not_used_again() {
    let endless = Counting::new("HTTP/1.1 200 OK\r\ncontent-length: 999999999\r\n\r\nok", 1).await;
    assert_eq!(send_three(&endless).await, (3, 3));
}

#[tokio::test]
async fn the_address_that_was_looked_up_is_the_one_that_is_connected_to() {
    let mut receiver = Receiver::new(Vec::new()).await;
    let address: SocketAddr = receiver.url.strip_prefix("http://").unwrap().split('/').next().unwrap().parse().unwrap();
    let n_asked = Arc::new(AtomicUsize::new(0));
    let asked = Arc::clone(&n_asked);
    // Whoever asks a second time is led elsewhere.
    let resolve: crate::telling::post::Resolve = Arc::new(move |host, port| {
        assert_eq!(host, "hooks.example");
        let ip = if asked.fetch_add(1, Ordering::SeqCst) == 0 { "127.0.0.1" } else { "127.0.0.2" };
        Box::pin(async move { Ok(vec![SocketAddr::new(ip.parse().unwrap(), port)]) })
    });
    let url = format!("http://hooks.example:{}/hook", address.port());
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &url)]).await;
    bench.challenge(1).await;
    bench.delivery(1, true).resolving(resolve).send(bench.first().await).await;
    assert_eq!(receiver.next().await.header("host"), format!("hooks.example:{}", address.port()));
    assert_eq!(n_asked.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_name_that_turns_private_is_not_connected_to() {
    let mut receiver = Receiver::new(Vec::new()).await;
    let port = receiver.url.rsplit_once(':').unwrap().1.split('/').next().unwrap().to_owned();
    let resolve: crate::telling::post::Resolve =
        Arc::new(|_, port| Box::pin(async move { Ok(vec![SocketAddr::new("127.0.0.1".parse().unwrap(), port)]) }));
    let bench = Bench::new(vec![hook("a", HookStyle::Standard, &format!("http://hooks.example:{port}/hook"))]).await;
    bench.challenge(1).await;
    bench.delivery(1, false).resolving(resolve).send(bench.first().await).await;
    assert!(receiver.received.try_recv().is_err());
    let lines = bench.app.pipeline.store.tries(&bench.application.id, "a", None, 9).await.unwrap();
    let private = rightful_domain::TryEnd::Failed(rightful_domain::TryFailure::PrivateAddress);
    assert_eq!(lines.iter().map(|line| line.tried.ended).collect::<Vec<_>>(), [private]);
}
