//! A small HTTP/1.1 client for this machine alone: one keep-alive connection, one request at a time.
//!
//! It costs little, since it shares its cores with the server it asks. It speaks to loopback addresses only, so that no
//! test and no demo can ever load somebody else's machine.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// The longest status line with headers that is read, in bytes.
pub const HEAD_BYTES_MAX: usize = 32 * 1024;
/// The longest body that is read, in bytes.
pub const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// What is read at a time, in bytes.
const READ_BYTES: usize = 16 * 1024;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is another machine's.
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    /// No connection.
    #[error("cannot connect")]
    Connect(#[source] std::io::Error),
    /// The connection broke before the whole answer was there.
    #[error("the connection broke")]
    Broken(#[source] std::io::Error),
    /// The answer took too long.
    #[error("no answer in time")]
    Timeout,
    /// The answer is not HTTP, or exceeds a limit.
    #[error("the answer cannot be read: {0}")]
    Malformed(&'static str),
}

/// A request, written out and ready to send again and again.
#[must_use]
pub fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\n").into_bytes();
    for (name, value) in headers {
        bytes.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
    }
    bytes.extend_from_slice(format!("content-length: {}\r\n\r\n", body.len()).as_bytes());
    bytes.extend_from_slice(body);
    bytes
}

/// The body of a request that [`request`] wrote; empty if there is none.
#[must_use]
pub fn body_of(request: &[u8]) -> &[u8] {
    find(request, b"\r\n\r\n").and_then(|end| request.get(end + 4..)).unwrap_or_default()
}

/// One keep-alive connection.
pub struct Connection {
    address: SocketAddr,
    patience: Duration,
    stream: Option<TcpStream>,
    /// What has been read; an answer's head, then its body.
    buffer: Vec<u8>,
    /// A chunked answer's body, put together.
    joined: Vec<u8>,
}

/// An answer, as long as the next has not been asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Answer<'a> {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: &'a [u8],
}

impl Connection {
    /// A connection that opens when it is first used. `patience` bounds each answer.
    pub fn new(address: SocketAddr, patience: Duration) -> Result<Self, HttpError> {
        if !address.ip().to_canonical().is_loopback() {
            return Err(HttpError::NotLoopback(address));
        }
        Ok(Self { address, patience, stream: None, buffer: Vec::with_capacity(READ_BYTES), joined: Vec::new() })
    }

    /// Sends a request and reads its whole answer. After an error, the next call opens a new connection.
    pub async fn exchange(&mut self, request: &[u8]) -> Result<Answer<'_>, HttpError> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.connect().await?,
        };
        let read = read_answer(&mut stream, request, &mut self.buffer, &mut self.joined);
        let shape = timeout(self.patience, read).await.map_err(|_| HttpError::Timeout)??;
        if shape.keep_alive {
            self.stream = Some(stream);
        }
        let body = match shape.body {
            Body::Plain { start, end } => self.buffer.get(start..end).unwrap_or_default(),
            Body::Chunked => &self.joined,
        };
        Ok(Answer { status: shape.status, body })
    }

    async fn connect(&self) -> Result<TcpStream, HttpError> {
        let connecting = timeout(self.patience, TcpStream::connect(self.address));
        let stream = connecting.await.map_err(|_| HttpError::Timeout)?.map_err(HttpError::Connect)?;
        stream.set_nodelay(true).map_err(HttpError::Connect)?;
        Ok(stream)
    }
}

/// Where an answer lies in the buffers.
struct Shape {
    status: u16,
    keep_alive: bool,
    body: Body,
}

enum Body {
    Plain { start: usize, end: usize },
    Chunked,
}

/// How an answer says how long its body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Length(usize),
    Chunked,
    UntilClosed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Head {
    status: u16,
    keep_alive: bool,
    framing: Framing,
    /// Bytes of the head, its empty line included.
    length: usize,
}

async fn read_answer(
    stream: &mut TcpStream,
    request: &[u8],
    buffer: &mut Vec<u8>,
    joined: &mut Vec<u8>,
) -> Result<Shape, HttpError> {
    buffer.clear();
    stream.write_all(request).await.map_err(HttpError::Broken)?;
    let head = read_head(stream, buffer).await?;
    let start = head.length;
    let body = match head.framing {
        Framing::Length(length) => {
            let end = start + length;
            while buffer.len() < end {
                read_more(stream, buffer).await?;
            }
            Body::Plain { start, end }
        }
        Framing::Chunked => {
            read_chunks(stream, buffer, start, joined).await?;
            Body::Chunked
        }
        Framing::UntilClosed => {
            while read_some(stream, buffer).await? > 0 {
                check_body_size(buffer.len() - start)?;
            }
            Body::Plain { start, end: buffer.len() }
        }
    };
    Ok(Shape { status: head.status, keep_alive: head.keep_alive && head.framing != Framing::UntilClosed, body })
}

/// Reads up to the end of the first head that is final: interim ones (1xx) are skipped.
async fn read_head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Head, HttpError> {
    loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            let head = parse_head(buffer.get(..end + 4).unwrap_or_default())?;
            if head.status >= 200 {
                return Ok(head);
            }
            buffer.drain(..end + 4);
            continue;
        }
        if buffer.len() > HEAD_BYTES_MAX {
            return Err(HttpError::Malformed("the head is too long"));
        }
        read_more(stream, buffer).await?;
    }
}

fn parse_head(bytes: &[u8]) -> Result<Head, HttpError> {
    let text = std::str::from_utf8(bytes).map_err(|_| HttpError::Malformed("the head is not text"))?;
    let mut lines = text.split("\r\n");
    let status_line = lines.next().unwrap_or_default();
    let version = status_line.get(..9).unwrap_or_default();
    let status = status_line.get(9..12).and_then(|digits| digits.parse::<u16>().ok());
    let status = status.ok_or(HttpError::Malformed("the status line has no status"))?;
    let mut keep_alive = match version {
        "HTTP/1.1 " => true,
        "HTTP/1.0 " => false,
        _ => return Err(HttpError::Malformed("the version is not HTTP/1")),
    };
    let mut framing = Framing::UntilClosed;
    for line in lines.take_while(|line| !line.is_empty()) {
        let (name, value) = line.split_once(':').ok_or(HttpError::Malformed("a header has no colon"))?;
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") && framing != Framing::Chunked {
            let length: usize = value.parse().map_err(|_| HttpError::Malformed("the length is no number"))?;
            check_body_size(length)?;
            framing = Framing::Length(length);
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            framing = Framing::Chunked;
        } else if name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close") {
            keep_alive = false;
        }
    }
    if matches!(status, 100..200 | 204 | 304) {
        framing = Framing::Length(0);
    }
    Ok(Head { status, keep_alive, framing, length: bytes.len() })
}

async fn read_chunks(
    stream: &mut TcpStream,
    buffer: &mut Vec<u8>,
    start: usize,
    joined: &mut Vec<u8>,
) -> Result<(), HttpError> {
    joined.clear();
    let mut at = start;
    loop {
        let line_end = read_line_end(stream, buffer, at).await?;
        let line = std::str::from_utf8(buffer.get(at..line_end).unwrap_or_default()).unwrap_or_default();
        let digits = line.split(';').next().unwrap_or_default().trim();
        let size =
            usize::from_str_radix(digits, 16).map_err(|_| HttpError::Malformed("a chunk's size is no number"))?;
        check_body_size(joined.len().saturating_add(size))?;
        at = line_end + 2;
        if size == 0 {
            return read_trailers(stream, buffer, at).await;
        }
        while buffer.len() < at + size + 2 {
            read_more(stream, buffer).await?;
        }
        joined.extend_from_slice(buffer.get(at..at + size).unwrap_or_default());
        at += size + 2;
    }
}

/// Reads up to the empty line after the last chunk.
async fn read_trailers(stream: &mut TcpStream, buffer: &mut Vec<u8>, mut at: usize) -> Result<(), HttpError> {
    loop {
        let line_end = read_line_end(stream, buffer, at).await?;
        if line_end == at {
            return Ok(());
        }
        at = line_end + 2;
    }
}

async fn read_line_end(stream: &mut TcpStream, buffer: &mut Vec<u8>, from: usize) -> Result<usize, HttpError> {
    loop {
        let rest = buffer.get(from..).unwrap_or_default();
        if let Some(end) = find(rest, b"\r\n") {
            return Ok(from + end);
        }
        if rest.len() > HEAD_BYTES_MAX {
            return Err(HttpError::Malformed("a line between chunks is too long"));
        }
        read_more(stream, buffer).await?;
    }
}

async fn read_more(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<(), HttpError> {
    match read_some(stream, buffer).await? {
        0 => Err(HttpError::Broken(std::io::ErrorKind::UnexpectedEof.into())),
        _ => Ok(()),
    }
}

async fn read_some(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<usize, HttpError> {
    buffer.reserve(READ_BYTES);
    stream.read_buf(buffer).await.map_err(HttpError::Broken)
}

fn check_body_size(length: usize) -> Result<(), HttpError> {
    if length <= BODY_BYTES_MAX { Ok(()) } else { Err(HttpError::Malformed("the body is too long")) }
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|window| window == needle)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(5);

    /// Answers each request on one connection with the next of `answers`, in pieces of `piece` bytes; closes after the last,
    /// or after one that says so.
    async fn scripted(answers: Vec<&'static [u8]>, piece: usize) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            stream.set_nodelay(true).expect("an option");
            for answer in answers {
                let mut seen = Vec::new();
                while find(&seen, b"\r\n\r\n").is_none() {
                    stream.read_buf(&mut seen).await.expect("a request");
                }
                for part in answer.chunks(piece) {
                    stream.write_all(part).await.expect("an open connection");
                    tokio::task::yield_now().await;
                }
                if find(answer, b"connection: close").is_some() {
                    break;
                }
            }
        });
        address
    }

    async fn check(answer: &'static [u8], status: u16, body: &[u8]) {
        for piece in [1, 7, 4096] {
            let address = scripted(vec![answer, b"HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nnext"], piece).await;
            let mut connection = Connection::new(address, PATIENCE).expect("loopback");
            let got = connection.exchange(&request("GET", "/", &[], b"")).await.expect("an answer");
            assert_eq!(got, Answer { status, body }, "in pieces of {piece}");
            if connection.stream.is_some() {
                let next = connection.exchange(&request("GET", "/", &[], b"")).await.expect("an answer");
                assert_eq!(next.body, b"next", "nothing of the first answer is left over");
            }
        }
    }

    #[tokio::test]
    async fn an_answer_is_read_however_it_is_framed_and_cut() {
        check(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", 200, b"hi").await;
        check(b"HTTP/1.1 204 No Content\r\n\r\n", 204, b"").await;
        check(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n", 404, b"").await;
        let chunked =
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nt: u\r\n\r\n";
        check(chunked, 200, b"abc0123456789").await;
        check(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nuntil the end", 200, b"until the end").await;
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        for answer in [
            &b"SSH-2.0-x\r\n\r\n"[..],
            b"HTTP/1.1 xyz\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
        ] {
            let mut connection = Connection::new(scripted(vec![answer], 4096).await, PATIENCE).expect("loopback");
            let got = connection.exchange(&request("GET", "/", &[], b"")).await;
            assert!(matches!(got, Err(HttpError::Malformed(_))), "{got:?}");
        }
        let cut = scripted(vec![b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhi"], 4096).await;
        let mut connection = Connection::new(cut, PATIENCE).expect("loopback");
        let got = connection.exchange(&request("GET", "/", &[], b"")).await;
        assert!(matches!(got, Err(HttpError::Broken(_))), "{got:?}");
    }

    #[test]
    fn only_this_machine_is_ever_asked() {
        for address in ["127.0.0.1:1", "127.9.9.9:1", "[::1]:1", "[::ffff:127.0.0.1]:1"] {
            assert!(Connection::new(address.parse().expect("an address"), PATIENCE).is_ok(), "{address}");
        }
        for address in ["192.0.2.1:1", "10.0.0.1:1", "0.0.0.0:1", "[2001:db8::1]:1"] {
            let refused = Connection::new(address.parse().expect("an address"), PATIENCE);
            assert!(matches!(refused, Err(HttpError::NotLoopback(_))), "{address}");
        }
    }

    #[test]
    fn a_requests_body_is_found_again() {
        let written =
            request("POST", "/v3/login?score=true", &[("authorization", "token sk_x")], b"{\"a\":\"\r\n\r\n\"}");
        assert_eq!(body_of(&written), b"{\"a\":\"\r\n\r\n\"}");
        assert!(
            written
                .starts_with(b"POST /v3/login?score=true HTTP/1.1\r\nhost: localhost\r\nauthorization: token sk_x\r\n")
        );
    }
}
