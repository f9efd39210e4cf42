//! The server under soak: a child process on a folder of its own.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rightful_sim::http::{Connection, request};
use serde_json::Value;

use super::{PATIENCE, SoakError, scratch_folder};

/// When to give up on a start.
const START_MAX: Duration = Duration::from_secs(60);
/// How often to ask whether it is ready.
const ASK_EVERY: Duration = Duration::from_millis(2);
/// The file that the server's own words go to, in the folder.
const LOG_FILE: &str = "server.log";

/// A program and the folder it works in.
pub(super) struct Site {
    binary: PathBuf,
    folder: PathBuf,
}

/// The application's keys.
pub(super) struct Keys {
    /// Ours, to look.
    pub(super) api_key: String,
    /// Ravelin's, to load.
    pub(super) secret_key: String,
}

/// A running server. It is killed when dropped, too.
pub(super) struct Server {
    pub(super) address: SocketAddr,
    child: Child,
    log: PathBuf,
    started: Instant,
}

impl Site {
    /// Builds the program if none is given, and makes the folder.
    pub(super) fn prepare(binary: Option<&Path>, folder: Option<PathBuf>) -> Result<Self, SoakError> {
        let binary = match binary {
            Some(binary) => binary.to_owned(),
            None => build()?,
        };
        let folder = folder.unwrap_or_else(scratch_folder);
        fs::create_dir_all(&folder).map_err(io_error(format!("making {}", folder.display())))?;
        if fs::read_dir(&folder).is_ok_and(|mut inside| inside.next().is_some()) {
            return Err(SoakError::Usage(format!("{} is not empty", folder.display())));
        }
        Ok(Self { binary, folder })
    }

    /// Makes the application whose logins these are.
    pub(super) fn create_application(&self) -> Result<Keys, SoakError> {
        let mut command = self.command();
        let output = command.args(["app", "create", "soak", "--json", "--data"]).arg(self.data()).output();
        let output = output.map_err(io_error(format!("running {}", self.binary.display())))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            return Err(SoakError::Server(format!("no application was made: {said}")));
        }
        let keys: Value = serde_json::from_slice(&output.stdout)
            .map_err(|error| SoakError::Server(format!("the keys are not JSON: {error}")))?;
        let key = |pointer: &str| match keys.pointer(pointer).and_then(Value::as_str) {
            Some(key) => Ok(key.to_owned()),
            None => Err(SoakError::Server(format!("the keys lack {pointer}"))),
        };
        Ok(Keys { api_key: key("/native/api_key")?, secret_key: key("/ravelin/secret_key")? })
    }

    /// Starts the server on a free port; it is not ready yet.
    pub(super) fn start(&self) -> Result<Server, SoakError> {
        let address = free_address().map_err(io_error("finding a free port".into()))?;
        let log = self.folder.join(LOG_FILE);
        let words = append_to(&log).map_err(io_error(format!("opening {}", log.display())))?;
        let errors = words.try_clone().map_err(io_error(format!("opening {}", log.display())))?;
        let mut command = self.command();
        command.arg("serve").arg("--data").arg(self.data()).args(["--listen", &address.to_string()]);
        command.stdin(Stdio::null()).stdout(words).stderr(errors);
        let started = Instant::now();
        let child = command.spawn().map_err(io_error(format!("starting {}", self.binary.display())))?;
        Ok(Server { address, child, log, started })
    }

    /// Removes the folder with all that is in it.
    pub(super) fn remove(&self) -> Result<(), SoakError> {
        fs::remove_dir_all(&self.folder).map_err(io_error(format!("removing {}", self.folder.display())))
    }

    fn data(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// The program with the settings that a soak needs beside the defaults.
    fn command(&self) -> Command {
        let mut command = Command::new(&self.binary);
        // A slow disk must not turn into fallback answers: those are given without being remembered, and say so.
        command.env("RIGHTFUL_JUDGEMENT__DEADLINE_MS", "60000");
        command.env("RIGHTFUL_SERVER__METRICS_LISTEN", "").env("RIGHTFUL_LOG__LEVEL", "warn");
        command
    }
}

impl Server {
    /// Waits for the first "ready"; how long it took from the start of the process.
    pub(super) async fn wait_until_ready(&mut self) -> Result<Duration, SoakError> {
        let mut connection = Connection::new(self.address, PATIENCE)?;
        let question = request("GET", "/health/ready", &[], b"");
        while self.started.elapsed() < START_MAX {
            if connection.exchange(&question).await.is_ok_and(|answer| answer.status == 200) {
                return Ok(self.started.elapsed());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed(&format!("ended with {status} before it was ready")));
            }
            tokio::time::sleep(ASK_EVERY).await;
        }
        Err(self.failed(&format!("was not ready after {} s", START_MAX.as_secs())))
    }

    /// Kills it at once: SIGKILL, without a chance to tidy up.
    pub(super) fn kill(mut self) -> Result<(), SoakError> {
        if let Ok(Some(status)) = self.child.try_wait() {
            return Err(self.failed(&format!("ended by itself with {status}")));
        }
        self.child.kill().and_then(|()| self.child.wait()).map_err(io_error("killing the server".into()))?;
        Ok(())
    }

    fn failed(&self, what: &str) -> SoakError {
        SoakError::Server(format!("the server {what}; its words are in {}", self.log.display()))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may be dead already, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn build() -> Result<PathBuf, SoakError> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut command = Command::new(cargo);
    command.args(["build", "--locked", "--release", "--package", "rightful-server", "--bin", "rightful"]);
    let status = command.current_dir(&root).status().map_err(io_error("building the server".into()))?;
    if !status.success() {
        return Err(SoakError::Server("the server cannot be built".into()));
    }
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    Ok(target.join("release").join("rightful"))
}

/// An address that nobody listens on now. Somebody else could take it before the server does; then the start fails.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

fn io_error(what: String) -> impl FnOnce(io::Error) -> SoakError {
    |source| SoakError::Io { what, source }
}
