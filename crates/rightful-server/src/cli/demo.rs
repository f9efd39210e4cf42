//! `rightful demo`: a server, an application, and a simulated shop's last hours played before one's eyes.
//!
//! Everything is real but the people: the same server, the same store, logins over HTTP in Ravelin's shape. Stopped and
//! started again, it goes on with what it remembers.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;
use rightful_domain::{Timestamp, Verdict};
use rightful_sim::campaign::CampaignKind;
use rightful_sim::http::{Connection, request};
use rightful_sim::shop::{self, Ink, SimulatedEvent, Tally};
use serde_json::Value;

use super::{CommandError, app, serve};
use crate::config::Config;
use crate::provisioning::Keys;
use crate::server::Server;
use crate::{clock, telemetry};

/// The file in the data folder in which a demo keeps its application's keys, to go on with after a restart.
const KEYS_FILE: &str = "demo-keys.json";
/// How far back the shop's story begins.
const STORY_BEGINS_BEFORE: Duration = Duration::from_secs(20 * 3_600);
/// How often the tally is drawn anew on a terminal.
const REDRAW_EVERY: Duration = Duration::from_millis(250);
/// How often a line is written where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(5);
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The width of the tally without a terminal's own, in columns.
const WIDTH: usize = 78;

/// Watch a simulated shop being attacked, and try a login of your own.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The data folder
    #[arg(long, default_value = "demo-data")]
    data: PathBuf,
    /// Where the API listens
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// How many customers the shop has
    #[arg(long, default_value_t = 3_000, value_parser = clap::value_parser!(u32).range(1..=200_000))]
    customers: u32,
    /// How many hours of the shop pass in one hour, until the story has caught up with the present
    #[arg(long, default_value_t = 240.0, value_parser = speed)]
    speed: f64,
    /// Tell the same story again
    #[arg(long)]
    seed: Option<u64>,
    /// Stop after so many seconds instead of at Ctrl-C
    #[arg(long)]
    seconds: Option<u64>,
    /// Print one JSON line per login instead of a tally
    #[arg(long)]
    json: bool,
}

fn speed(text: &str) -> Result<f64, String> {
    let speed: f64 = text.parse().map_err(|_| "must be a number".to_owned())?;
    if (1.0..=100_000.0).contains(&speed) { Ok(speed) } else { Err("must be between 1 and 100000".into()) }
}

impl Demo {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut config = super::load(None)?;
        config.store.data.clone_from(&self.data);
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        // The tally is what there is to see; the log speaks only if something is wrong.
        config.log.level = "warn".into();
        telemetry::start_logging(&config.log);
        serve::runtime()?.block_on(self.play(config))
    }

    async fn play(self, config: Config) -> Result<(), CommandError> {
        let keys = keys(&config).await?;
        let server = Server::start(&config, false).await?;
        let address = server.address;
        let stop = server.app.shutdown.clone();
        let running = tokio::spawn(server.run());
        if !self.json {
            super::print(&introduction(address, &self.data, &keys))?;
        }
        let story = async {
            match self.seconds {
                Some(seconds) => {
                    let told = tokio::time::timeout(Duration::from_secs(seconds), self.tell(address, &keys)).await;
                    told.unwrap_or(Ok(()))
                }
                None => self.tell(address, &keys).await,
            }
        };
        let told = tokio::select! {
            told = story => told,
            () = stop.requested() => Ok(()),
        };
        stop.request();
        running.await?;
        told
    }

    /// Plays the shop's story, login by login, as fast as asked and never ahead of the clock.
    async fn tell(&self, address: SocketAddr, keys: &Keys) -> Result<(), CommandError> {
        let authorization = format!("token {}", keys.ravelin.secret_key);
        let mut shop = Connection::new(address, PATIENCE)?;
        let mut board = Board::new(self.json);
        let seed = self.seed.unwrap_or_else(|| u64::from_le_bytes(clock::random()));
        let begun = tokio::time::Instant::now();
        let mut at = clock::now().minus(STORY_BEGINS_BEFORE);
        let mut elapsed = Duration::ZERO;
        for event in shop::traffic(seed, self.customers as usize) {
            at = at.plus(event.after);
            elapsed += event.after;
            tokio::time::sleep_until(begun + elapsed.div_f64(self.speed)).await;
            let ahead = at.since(clock::now());
            tokio::time::sleep(ahead).await;
            let verdict = sign_in(&mut shop, &authorization, &event, at).await?;
            board.show(&event, verdict)?;
        }
        Ok(())
    }
}

/// One login over HTTP, as a shop's backend would send it; the verdict as Ravelin spells it.
async fn sign_in(
    shop: &mut Connection,
    authorization: &str,
    event: &SimulatedEvent,
    at: Timestamp,
) -> Result<Verdict, CommandError> {
    let body = event.ravelin_login_body(at.as_millis()).to_string();
    let headers = [("authorization", authorization), ("content-type", "application/json")];
    let answer = shop.exchange(&request("POST", "/v3/login?score=true", &headers, body.as_bytes())).await?;
    let said: Value = serde_json::from_slice(answer.body)?;
    match said.pointer("/data/ato/action").and_then(Value::as_str) {
        Some("PERMIT") => Ok(Verdict::Allow),
        Some("WARN") => Ok(Verdict::Challenge),
        Some("BLOCK") => Ok(Verdict::Deny),
        _ => Err(format!("the server answered {} {said}", answer.status).into()),
    }
}

/// Where the tally is drawn.
struct Board {
    tally: Tally,
    json: bool,
    terminal: bool,
    n_lines: usize,
    drawn: std::time::Instant,
}

impl Board {
    fn new(json: bool) -> Self {
        let terminal = std::io::stdout().is_terminal() && !json;
        Self { tally: Tally::default(), json, terminal, n_lines: 0, drawn: std::time::Instant::now() }
    }

    fn show(&mut self, event: &SimulatedEvent, verdict: Verdict) -> Result<(), CommandError> {
        self.tally.count(event, verdict);
        if self.json {
            let line = serde_json::json!({
                "verdict": verdict.as_str(),
                "description": event.description,
                "attack": event.attack.map(CampaignKind::title),
            });
            return super::print(&line.to_string());
        }
        let pause = if self.terminal { REDRAW_EVERY } else { LINE_EVERY };
        if self.drawn.elapsed() < pause {
            return Ok(());
        }
        self.drawn = std::time::Instant::now();
        if self.terminal { self.draw() } else { super::print(&self.tally.line()) }
    }

    fn draw(&mut self) -> Result<(), CommandError> {
        let ink = if std::env::var_os("NO_COLOR").is_some() { Ink::Plain } else { Ink::Color };
        let picture = self.tally.render(WIDTH, ink);
        // Up to where the last picture began, and away with it.
        let over = if self.n_lines > 0 { format!("\x1b[{}A\x1b[J", self.n_lines) } else { String::new() };
        self.n_lines = picture.lines().count();
        super::print(&format!("{over}{}", picture.trim_end()))
    }
}

/// The demo's own application: made at the first start, found again at the next.
async fn keys(config: &Config) -> Result<Keys, CommandError> {
    let path = config.store.data.join(KEYS_FILE);
    if let Ok(text) = std::fs::read_to_string(&path) {
        return Ok(serde_json::from_str(&text)?);
    }
    let config = config.clone();
    let keys = tokio::task::spawn_blocking(move || {
        let new = app::new_application(&config, "demo".into(), false, false);
        app::create(&config, new).map_err(|error| error.to_string())
    })
    .await??;
    write_private(&path, &serde_json::to_string_pretty(&keys)?)?;
    Ok(keys)
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::os::unix::fs::OpenOptionsExt;
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())
}

fn introduction(address: SocketAddr, data: &Path, keys: &Keys) -> String {
    format!(
        r#"Rightful is listening on http://{address} and remembers in {data}.

Try a login of your own, in Ravelin's shape:

  curl -s 'http://{address}/v3/login?score=true' \
    -H 'Authorization: token {secret}' \
    -H 'Content-Type: application/json' \
    -d '{{"timestamp":'$(date +%s000)',
         "login":{{"username":"you@example.com","customerId":"you","success":true,
                  "authenticationMechanism":{{"password":{{"success":true}}}}}},
         "device":{{"deviceId":"my-phone","ipAddress":"192.0.2.44"}}}}'

See what was judged of it, and why:

  curl -s 'http://{address}/v1/assessments?account=you' -H 'Authorization: Bearer {api_key}'

Send the login three times, then as a stranger's: another deviceId, another ipAddress, and beside them
"userAgent":"HeadlessChrome/120.0.0.0".

Now a shop's last {hours} hours, attacks among them. Ctrl-C stops.

"#,
        data = data.display(),
        secret = keys.ravelin.secret_key,
        api_key = keys.native.api_key,
        hours = STORY_BEGINS_BEFORE.as_secs() / 3_600,
    )
}
