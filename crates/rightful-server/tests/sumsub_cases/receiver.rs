//! A receiver of webhooks on a port of its own.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::mpsc::{Receiver as Inbox, Sender, channel};
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use ring::hmac;
use serde_json::Value;

/// How long a message may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// A message as it came.
pub(crate) struct Message {
    pub(crate) path: String,
    headers: Vec<(String, String)>,
    raw: Vec<u8>,
}

impl Message {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(told, _)| told == name).map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.raw).unwrap()
    }

    pub(crate) fn kind(&self) -> String {
        self.json()["type"].as_str().unwrap().to_owned()
    }

    /// Whether its digest is that of its body under a secret.
    pub(crate) fn is_signed(&self, algorithm: hmac::Algorithm, secret: &str) -> bool {
        let digest = hmac::sign(&hmac::Key::new(algorithm, secret.as_bytes()), &self.raw);
        super::hex(digest.as_ref()) == self.header("x-payload-digest")
    }
}

/// Listens until the test ends.
pub(crate) struct Receiver {
    pub(crate) url: String,
    inbox: std::sync::Mutex<Inbox<Message>>,
    status: Arc<AtomicU16>,
}

impl Receiver {
    pub(crate) fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (outbox, inbox) = channel();
        let status = Arc::new(AtomicU16::new(200));
        let answered = Arc::clone(&status);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (outbox, answered) = (outbox.clone(), Arc::clone(&answered));
                std::thread::spawn(move || serve(stream, &outbox, &answered));
            }
        });
        Self { url, inbox: std::sync::Mutex::new(inbox), status }
    }

    /// What it answers from now on.
    pub(crate) fn answers(&self, status: u16) {
        self.status.store(status, Ordering::SeqCst);
    }

    /// The next message.
    #[track_caller]
    pub(crate) fn next(&self) -> Message {
        let inbox = self.inbox.lock().unwrap_or_else(PoisonError::into_inner);
        inbox.recv_timeout(PATIENCE).expect("a message comes")
    }

    /// The next so many messages.
    #[track_caller]
    pub(crate) fn take(&self, n: usize) -> Vec<Message> {
        (0..n).map(|_| self.next()).collect()
    }
}

fn serve(stream: TcpStream, outbox: &Sender<Message>, status: &AtomicU16) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut writer = stream;
    loop {
        let mut first = String::new();
        if reader.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let path = first.split(' ').nth(1).unwrap_or("").to_owned();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.push((name.to_ascii_lowercase(), value.to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length").map_or("0", |(_, value)| value);
        let mut raw = vec![0; length.parse().unwrap()];
        reader.read_exact(&mut raw).unwrap();
        let answer = format!("HTTP/1.1 {} Told\r\ncontent-length: 0\r\n\r\n", status.load(Ordering::SeqCst));
        if outbox.send(Message { path, headers, raw }).is_err() || writer.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
