//! The control socket: commands that touch a running server's data go through it, since one process owns the folder.
//!
//! A Unix socket in the data folder, mode 0600: who may write there owns the data anyway. One JSON object in, one out.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as BlockingStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};

use rightful_domain::{Application, ApplicationId, EventId};

use crate::aggregates;
use crate::app::App;
use crate::backtest::jobs::TooManyBacktests;
use crate::clock;
use crate::desk::{Answer, Command, Desk, DeskError, by_command_line};

/// The socket's name in the data folder.
const SOCKET: &str = "control.sock";
/// The longest command, in bytes: ten thousand lines of a list, or a policy. Who may send one owns the data anyway.
const COMMAND_BYTES_MAX: u64 = 16 << 20;
/// How long a command may take.
const TIMEOUT: Duration = Duration::from_secs(10);

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

async fn converse(app: &Arc<App>, stream: UnixStream) -> std::io::Result<()> {
    let (reading, mut writing) = stream.into_split();
    let mut line = String::new();
    tokio::io::BufReader::new(reading.take(COMMAND_BYTES_MAX)).read_line(&mut line).await?;
    let answer = match serde_json::from_str(&line) {
        Ok(command) => {
            // By itself: who asks may go, or be too slow, and what was begun is still done to its end.
            let app = Arc::clone(app);
            let done = tokio::spawn(async move { carry_out(&app, &command).await });
            match done.await {
                Ok(Ok(answer)) => answer,
                Ok(Err(error)) => Answer::Failed(error.to_string()),
                Err(_panicked) => Answer::Failed("it could not be done: the log says why".to_owned()),
            }
        }
        Err(error) => Answer::Failed(format!("not a command: {error}")),
    };
    let mut text = serde_json::to_vec(&answer)?;
    text.push(b'\n');
    writing.write_all(&text).await
}

/// Does what is asked, and lets all requests know.
pub(crate) async fn carry_out(app: &App, command: &Command) -> Result<Answer, DeskError> {
    if let Command::AlertsShow = command {
        return Ok(Answer::Alerts(app.alerts.firing()));
    }
    if let Some(answer) = on_backtests(app, command).await? {
        return Ok(answer);
    }
    if let Some(answer) = on_backups(app, command).await? {
        return Ok(answer);
    }
    let store = &*app.pipeline.store;
    let desk = Desk::of(app);
    if let Command::ExportPage(_) | Command::Audit { .. } = command {
        // They change nothing, and take their time.
        return desk.carry_out(command, clock::now()).await;
    }
    // Never closed, so this is a turn in any case.
    let _turn = app.office.acquire().await;
    let done = desk.carry_out(command, clock::now()).await;
    // Also if it failed: what is written down is what holds, a key that was revoked above all.
    let applications = store.applications().await.inspect_err(|error| {
        tracing::error!(%error, "applications could not be read after a change: what was changed holds from the next start on");
    })?;
    for new in applications.iter().filter(|its| app.applications.find(&its.id).is_none()) {
        // Before its keys are known, so that rules miss nothing. What fails is tried again, and said, in the background.
        drop(aggregates::ensure_in_force(app, &new.id).await);
    }
    app.applications.replace(applications);
    done
}

/// Begins or shows a backup; None if something else is asked for.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else is asked is the desk's")]
async fn on_backups(app: &App, command: &Command) -> Result<Option<Answer>, DeskError> {
    let place = match command {
        Command::BackupBegin { place } => {
            app.backups.begin(place, &app.data, by_command_line(clock::now())).await?;
            place
        }
        Command::BackupLook { place } => place,
        _ => return Ok(None),
    };
    Ok(Some(Answer::Backup(app.backups.look(place)?)))
}

/// Begins, shows or stops a backtest; None if something else is asked for.
#[expect(clippy::wildcard_enum_match_arm, reason = "whatever else is asked is the desk's")]
async fn on_backtests(app: &App, command: &Command) -> Result<Option<Answer>, DeskError> {
    let of = |application: &str| -> Result<Arc<Application>, DeskError> {
        let found = ApplicationId::new(application).ok().and_then(|id| app.applications.find(&id));
        found.ok_or_else(|| DeskError::NoApplication(application.to_owned()))
    };
    let job = match command {
        Command::BacktestBegin { application, asked } => {
            let plan = asked.plan(Application::clone(&*of(application)?), clock::now())?;
            let id = clock::event_id(clock::now());
            let begun = app.backtests.begin(id, plan, Arc::clone(&app.pipeline.store)).await;
            begun.map(Some).map_err(|TooManyBacktests| DeskError::BacktestsRunning)?
        }
        Command::BacktestLook { application, id } => {
            let id = EventId::parse(id).ok();
            id.zip(of(application).ok()).and_then(|(id, application)| app.backtests.look(&application.id, id))
        }
        Command::BacktestCancel { application, id } => {
            let id = EventId::parse(id).ok();
            id.zip(of(application).ok()).and_then(|(id, application)| app.backtests.cancel(&application.id, id))
        }
        _ => return Ok(None),
    };
    let job = job.ok_or(DeskError::NoBacktest)?;
    Ok(Some(Answer::Backtest(Box::new(rightful_dialects::backtest_body(&job)))))
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
