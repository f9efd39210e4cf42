//! A real server in a real process on a free port, and a plain client to talk to it.

#![allow(dead_code, reason = "each test binary uses its own part of the kit")]

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A server on a data folder of its own.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) data: PathBuf,
    metrics: String,
    log: Option<std::thread::JoinHandle<String>>,
}

/// An answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) content_type: String,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error} in {:?}", self.text))
    }
}

/// The binary under test.
pub(crate) fn rightful() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rightful"));
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command
}

/// Makes an application in a folder, whether or not a server runs on it.
pub(crate) fn create_app(data: &Path, more: &[&str]) -> Value {
    // A fallback where a machine is busy would be another story.
    let mut command = rightful();
    command.env("RIGHTFUL_JUDGEMENT__DEADLINE_MS", "60000");
    let output = command.args(["app", "create", "shop", "--json", "--data"]).arg(data).args(more).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

impl Server {
    /// Starts on a folder and waits until it listens.
    pub(crate) fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Starts with further variables of the environment.
    pub(crate) fn start_with(data: &Path, environment: &[(&str, &str)]) -> Self {
        let mut child = rightful()
            .args(["serve", "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0", "--data"])
            .arg(data)
            .envs(environment.iter().copied())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let (mut said, mut metrics) = (String::new(), String::new());
        let address = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the server ended before it listened:\n{said}") };
            if let Some((_, address)) = line.split_once("listening on http")
                && let Some((_, address)) = address.split_once("://")
            {
                break address.split_whitespace().next().unwrap().parse().unwrap();
            }
            if let Some((_, url)) = line.split_once("metrics are at ") {
                url.split_whitespace().next().unwrap().clone_into(&mut metrics);
            }
            said.push_str(&line);
            said.push('\n');
        };
        // Read on, so that the server never waits for us to.
        let log = std::thread::spawn(move || lines.map_while(Result::ok).fold(said, |log, line| log + &line + "\n"));
        Self { child, address, data: data.to_owned(), metrics, log: Some(log) }
    }

    /// Stops it, and says all that it has logged.
    pub(crate) fn stop_and_read_log(mut self) -> String {
        self.signal("TERM");
        self.child.wait().unwrap();
        self.log.take().unwrap().join().unwrap()
    }

    /// As a power cut would.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As an operator would; true if it ended well.
    pub(crate) fn stop(mut self) -> bool {
        self.signal("TERM");
        self.child.wait().unwrap().success()
    }

    /// Sends a signal by its name without SIG.
    pub(crate) fn signal(&self, name: &str) {
        let done = Command::new("kill").args([&format!("-{name}"), &self.child.id().to_string()]).status().unwrap();
        assert!(done.success());
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// What Prometheus would read.
    pub(crate) fn metrics(&self) -> String {
        answer(agent().get(&self.metrics).call()).text
    }

    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let mut request = agent().post(self.url(path));
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send(body.as_ref()))
    }

    /// With any method.
    pub(crate) fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = ureq::http::Request::builder().method(method).uri(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let any = ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build();
        answer(ureq::Agent::from(any).run(request.body(body.to_owned()).unwrap()))
    }

    pub(crate) fn put(&self, path: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Answer {
        let mut request = agent().put(self.url(path)).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.send(body.as_ref()))
    }

    pub(crate) fn delete(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().delete(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.call())
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = agent().get(self.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        answer(request.call())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended_already = self.child.kill();
        let _ended_already = self.child.wait();
    }
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).build().into()
}

fn answer(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Answer {
    let mut response = response.unwrap();
    let content_type =
        response.headers().get("content-type").map_or_else(String::new, |value| value.to_str().unwrap().to_owned());
    Answer { status: response.status().as_u16(), content_type, text: response.body_mut().read_to_string().unwrap() }
}
