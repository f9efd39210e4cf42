//! The control socket: commands that touch a running server's data go through it, since one process owns the folder.
//!
//! A Unix socket in the data folder, mode 0600: who may write there owns the data anyway. One JSON object in, one out.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rightful_store::StoreError;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use crate::app::App;
use crate::clock;
use crate::provisioning::{self, Keys, NewApplication, ProvisioningError};

/// The socket's name in the data folder.
const SOCKET: &str = "control.sock";
/// The longest command, in bytes.
const COMMAND_BYTES_MAX: u64 = 64 * 1024;
/// How long a command may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// What can be asked of a running server.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command {
    /// Make an application.
    AppCreate(NewApplication),
}

/// What it answers.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The application is there; its keys.
    Created(Box<Keys>),
    /// It could not be done.
    Failed(String),
}

/// Why there is no new application.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateError {
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The listening end.
pub(crate) struct Control {
    listener: UnixListener,
    path: PathBuf,
}

impl Control {
    /// Listens in a data folder that this process has locked: a socket left by a crash is replaced.
    pub(crate) fn bind(data: &Path) -> std::io::Result<Self> {
        let path = data.join(SOCKET);
        let _left_by_a_crash = std::fs::remove_file(&path);
        let folder = std::fs::File::open(data)?;
        let listener = UnixListener::bind(short(&folder))?;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600))?;
        Ok(Self { listener, path })
    }

    /// Answers commands, one connection at a time, until the server stops.
    pub(crate) async fn serve(self, app: Arc<App>) {
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted,
                () = app.shutdown.requested() => break,
            };
            let Ok((stream, _)) = accepted else { continue };
            match tokio::time::timeout(TIMEOUT, converse(&app, stream)).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::warn!(%error, "a control connection failed"),
                Err(_elapsed) => tracing::warn!("a control connection took too long"),
            }
        }
        let _already_gone = std::fs::remove_file(&self.path);
    }
}

/// A socket's path may have 107 bytes at most, a data folder's any number: the folder is named by its open handle.
fn short(folder: &std::fs::File) -> PathBuf {
    use std::os::fd::AsRawFd;
    PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", folder.as_raw_fd()))
}

async fn converse(app: &App, stream: UnixStream) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(reading.take(COMMAND_BYTES_MAX)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(Command::AppCreate(new)) => match create(app, &new).await {
            Ok(keys) => Answer::Created(Box::new(keys)),
            Err(error) => Answer::Failed(error.to_string()),
        },
        Err(error) => Answer::Failed(format!("not a command: {error}")),
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    writing.write_all(&text).await
}

async fn create(app: &App, new: &NewApplication) -> Result<Keys, CreateError> {
    let (application, keys) = provisioning::provision(new, &app.master_key, &app.nonces, clock::now())?;
    app.pipeline.store.create_application(application).await?;
    app.applications.replace(app.pipeline.store.applications().await?);
    Ok(keys)
}

/// Sends a command to the server that runs on a data folder; None if none does.
pub(crate) fn send(data: &Path, command: &Command) -> std::io::Result<Option<Answer>> {
    let Ok(folder) = std::fs::File::open(data) else { return Ok(None) };
    let Ok(mut stream) = BlockingStream::connect(short(&folder)) else { return Ok(None) };
    stream.set_read_timeout(Some(TIMEOUT))?;
    let mut text = serde_json::to_vec(command)?;
    text.push(b'\n');
    stream.write_all(&text)?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line)?;
    Ok(Some(serde_json::from_str(&line)?))
}
