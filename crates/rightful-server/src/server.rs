//! One running server: everything it owns, how it starts and how it stops.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ipnet::IpNet;
use rightful_dialects::Glossary;
use rightful_domain::{Day, PolicySource, PolicyVersion};
use rightful_engine::{Policy, PolicyError};
use rightful_enrich::{EnrichError, Enricher};
use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey, Nonces, Store, StoreError};
use ring::digest::{SHA256, digest};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::access_tokens::AccessTokens;
use crate::aggregates;
use crate::alerts::{Activity, Alerter, Board};
use crate::app::App;
use crate::applications::Applications;
use crate::attempts::ContactIdWatch;
use crate::backtest::jobs::Jobs;
use crate::backup::Backups;
use crate::clock::{self, Clock};
use crate::config::{Config, ConfigError};
use crate::control::Control;
use crate::counting::Counting;
use crate::data_watch::DataWatch;
use crate::followers::Followers;
use crate::http::origin::WithoutOrigins;
use crate::http::page_rate::PageRate;
use crate::http::{listener, router, tls};
use crate::imports::Imports;
use crate::listeners::Listeners;
use crate::master_key::{self, MasterKeyError};
use crate::misused::MisusedTokens;
use crate::one_address::OneAddressWatch;
use crate::owed::Owed;
use crate::page_keys::{self, PageKeys};
use crate::pipeline::Pipeline;
use crate::policies::Policies;
use crate::reviewing;
use crate::shutdown::Shutdown;
use crate::telemetry::Meters;
use crate::telling::{Delivery, Poster, Schedule};
use crate::turns::Turns;

/// How often recent samples are folded into the histograms.
const FOLD_EVERY: Duration = Duration::from_secs(5);

/// How often what rules did is written down: a crash takes what was counted since.
const KEEP_COUNTS_EVERY: Duration = Duration::from_secs(30);

/// From how far behind the newest event on a clock is said to have been set back, in seconds.
const CLOCK_BEHIND_SAID_S: u64 = 60;

/// Why a server does not start.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StartError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    MasterKey(#[from] MasterKeyError),
    #[error("{data}: {source}")]
    Folder { data: PathBuf, source: StoreError },
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Enrich(#[from] EnrichError),
    #[error("the policy {path} cannot be read: {source}")]
    PolicyFile { path: PathBuf, source: std::io::Error },
    #[error("{path}: {source}")]
    Policy { path: PathBuf, source: rightful_engine::PolicyError },
    #[error("cannot listen on {address}: {source}")]
    Listen { address: SocketAddr, source: std::io::Error },
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    #[error("cannot wait for signals: {0}")]
    Signals(std::io::Error),
    #[error("cannot speak TLS to hooks: {0}")]
    HookTls(#[from] tokio_rustls::rustls::Error),
    #[error("cannot open the control socket: {0}")]
    Control(std::io::Error),
}

/// The policy of a file, whose version is a checksum of its text; the shipped one if the path is empty.
pub(crate) fn policy(path: &Path) -> Result<Policy, StartError> {
    if path.as_os_str().is_empty() {
        return Ok(Policy::default());
    }
    let unreadable = |source| StartError::PolicyFile { path: path.to_owned(), source };
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    policy_of(&text).map_err(|source| StartError::Policy { path: path.to_owned(), source })
}

/// The policy of a text, whose version is a checksum of it.
pub(crate) fn policy_of(text: &str) -> Result<Policy, PolicyError> {
    let checksum = digest(&SHA256, text.as_bytes());
    let number = checksum.as_ref().iter().take(4).fold(0, |number, byte| number << 8 | u32::from(*byte));
    let version = PolicyVersion { id: "file".into(), version: number.max(1) };
    let source = PolicySource { version, text: text.into() };
    Policy::parse(&source)
}

/// What a configuration names beside the data folder. Read before that is opened: what is wrong in it costs no replay, and
/// no folder and key are made for a server that does not start.
struct Named {
    policy: Policy,
    tls: Option<TlsAcceptor>,
    enricher: Enricher,
    trusted_proxies: Vec<IpNet>,
}

impl Named {
    fn read(config: &Config) -> Result<Self, StartError> {
        Ok(Self {
            policy: policy(&config.judgement.policy)?,
            tls: config.tls().map(|(certificate, key)| tls::acceptor(certificate, key)).transpose()?,
            trusted_proxies: config.trusted_proxies()?,
            enricher: Enricher::open(config.intelligence().as_deref(), clock::random())?,
        })
    }
}

/// A server that runs.
pub(crate) struct Server {
    pub(crate) app: Arc<App>,
    /// Where the API listens, with the port that was given by the system if 0 was asked for.
    pub(crate) address: SocketAddr,
    store: Arc<EmbeddedStore>,
    tasks: JoinSet<()>,
}

impl Server {
    /// Reads what the configuration names, opens the data folder, replays what a crash left, and listens.
    pub(crate) async fn start(config: &Config, metrics_are_required: bool) -> Result<Self, StartError> {
        Self::start_by(config, metrics_are_required, Arc::new(clock::now)).await
    }

    /// The same, where requests are received when this clock says. What the server does by itself goes by the real one.
    pub(crate) async fn start_by(
        config: &Config,
        metrics_are_required: bool,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let Named { policy, tls, enricher, trusted_proxies } = Named::read(config)?;
        let master_key = master_key::load(config)?;
        let begun = std::time::Instant::now();
        let data = || config.store.data.clone();
        let store = open_store(config, &master_key).map_err(|source| StartError::Folder { data: data(), source })?;
        let store = Arc::new(store);
        let took = begun.elapsed();
        let health = rightful_store::Ledger::health(&*store).await?;
        tracing::info!(ledger.sequence = health.sequence, took_ms = took.as_millis(), "opened the data folder");
        warn_of_clock(clock::behind(clock(), health.newest_at));

        let app = Arc::new(App {
            pipeline: Pipeline {
                store: Arc::clone(&store) as Arc<dyn Store>,
                enricher: Arc::new(enricher),
                policies: Policies::new(policy),
                meters: Arc::new(Meters::new()),
                one_address: OneAddressWatch::default(),
                turns: Turns::default(),
                owed: Owed::default(),
                contact_ids: ContactIdWatch::default(),
                followers: Followers::default(),
                activity: Activity::default(),
                // Each listener holds a connection: half of them stay for what is asked.
                listeners: Arc::new(Listeners::new(config.server.connections_max / 2)),
            },
            applications: Applications::default(),
            office: Semaphore::new(1),
            without_origins: WithoutOrigins::default(),
            page_rate: PageRate::new(config.pages.requests_per_minute_max, config.pages.burst_max),
            access_tokens: AccessTokens::new(&master_key, &config.public_url()),
            misused_tokens: MisusedTokens::default(),
            page_keys: PageKeys::new(
                config.store.data.join(page_keys::FILE),
                master_key.copy(),
                Nonces::from_seed(clock::random()),
            ),
            link_key: master_key.derive("rightful signed links v1"),
            master_key,
            nonces: Nonces::from_seed(clock::random()),
            private_hooks: config.hooks.allow_private_addresses,
            trusted_proxies,
            body_bytes_max: config.server.body_bytes_max,
            public_url: config.public_url(),
            glossary: glossary(),
            contract: contract().into(),
            alerts: Board::default(),
            backtests: Jobs::default(),
            backups: Backups::of(Arc::clone(&store)),
            imports: Imports::default(),
            counting: Counting::default(),
            shutdown: Shutdown::new(),
            data: config.store.data.clone(),
            clock,
        });
        app.applications.replace(app.pipeline.store.applications().await?);
        app.pipeline.policies.load_all(&*app.pipeline.store).await?;
        let mut server = Self { app, address: config.server.listen, store, tasks: JoinSet::new() };
        server.listen(config, tls, metrics_are_required).await?;
        Ok(server)
    }

    async fn listen(
        &mut self,
        config: &Config,
        tls: Option<TlsAcceptor>,
        metrics_are_required: bool,
    ) -> Result<(), StartError> {
        let app = &self.app;
        self.tasks.spawn(app.shutdown.clone().on_signal().map_err(StartError::Signals)?);
        let control = Control::bind(&config.store.data).map_err(StartError::Control)?;
        self.tasks.spawn(control.serve(Arc::clone(app)));

        if let Some(address) = config.metrics_listen()? {
            match TcpListener::bind(address).await {
                Ok(metrics) => {
                    let address = metrics.local_addr().unwrap_or(address);
                    tracing::info!(%address, "metrics are at http://{address}/metrics");
                    let router = router::metrics(Arc::clone(app));
                    self.tasks.spawn(listener::serve(
                        metrics,
                        None,
                        router,
                        METRICS_CONNECTIONS_MAX,
                        app.shutdown.clone(),
                    ));
                }
                Err(source) if metrics_are_required => return Err(StartError::Listen { address, source }),
                Err(error) => tracing::warn!(%address, %error, "metrics are off: their address cannot be listened on"),
            }
        }
        let watch = DataWatch::begin(Arc::clone(&app.pipeline.enricher), config.judgement.data_age_days_max);
        self.tasks.spawn(watch.run(app.shutdown.clone()));
        self.tasks.spawn(aggregates::run(Arc::clone(app), app.shutdown.clone()));
        let delivery = Delivery::new(Arc::clone(app), Schedule::standard(), config.hooks.allow_private_addresses)?;
        self.tasks.spawn(delivery.run(app.shutdown.clone()));
        self.tasks.spawn(reviewing::settle_decisions(Arc::clone(app), app.shutdown.clone()));
        let poster = Poster::new(config.alerts.allow_private_addresses)?;
        let alerter = Alerter::new(Arc::clone(app), config, poster)?;
        self.tasks.spawn(alerter.run(app.shutdown.clone()));
        self.tasks.spawn(fold_meters(Arc::clone(&app.pipeline.meters), app.shutdown.clone()));
        self.tasks.spawn(count_rules(Arc::clone(app)));

        let address = config.server.listen;
        let api = TcpListener::bind(address).await.map_err(|source| StartError::Listen { address, source })?;
        self.address = api.local_addr().map_err(|source| StartError::Listen { address, source })?;
        let router = router::api(Arc::clone(app), rightful_dialects::ALL);
        self.tasks.spawn(listener::serve(api, tls, router, config.server.connections_max, app.shutdown.clone()));
        Ok(())
    }

    /// Runs until told to stop, lets requests in progress end, and closes the data folder.
    pub(crate) async fn run(mut self) {
        self.app.shutdown.requested().await;
        tracing::info!("stopping");
        self.app.backtests.stop().await;
        self.app.backups.stop().await;
        while self.tasks.join_next().await.is_some() {}
        keep_counts(&self.app).await;
        self.store.close();
        tracing::info!("stopped");
    }
}

/// The engine's words, for dialects.
pub(crate) fn glossary() -> Glossary {
    Glossary { feature_names: rightful_engine::feature_names, sentences: rightful_engine::sentences }
}

fn contract() -> String {
    rightful_dialects::openapi().to_json().expect("texts, numbers and flags under textual names can always be written")
}

/// The most connections to the metrics at once.
const METRICS_CONNECTIONS_MAX: usize = 64;

/// Opens the embedded store as configured, and says what was found.
pub(crate) fn open_store(config: &Config, master_key: &MasterKey) -> Result<EmbeddedStore, StoreError> {
    let options = EmbeddedOptions {
        master_key: master_key.copy(),
        go_on_after_loss: config.store.go_on_after_loss,
        replay_max: config.store.replay_max,
        queue_max: config.store.queue_max,
        seed: clock::random(),
    };
    let (store, report) = EmbeddedStore::open(&config.store.data, options)?;
    tracing::debug!(?report, "open report");
    if let Some(loss) = &report.lost {
        let what = loss.what.join("; ");
        tracing::error!(loss.n_rows = loss.n_rows, "acknowledged data is missing; going on as told: {what}");
    }
    Ok(store)
}

/// Says that the clock was set back, if it is behind the ledger. Less than a minute is what clocks correct by themselves.
fn warn_of_clock(behind: Duration) {
    let behind_s = behind.as_secs();
    if behind_s >= CLOCK_BEHIND_SAID_S {
        tracing::warn!(
            behind_s,
            "the clock is {behind_s} s behind the newest event in the ledger: was it set back? Until it has caught up, \
             what is received is missed by exports, backtests and searches that have an end"
        );
    }
}

/// Keeps what rules did, until the server stops.
async fn count_rules(app: Arc<App>) {
    let mut ticks = tokio::time::interval(KEEP_COUNTS_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => keep_counts(&app).await,
            () = app.shutdown.requested() => return,
        }
    }
}

async fn keep_counts(app: &App) {
    let Pipeline { policies, store, .. } = &app.pipeline;
    if let Err(error) = policies.keep_counts(&**store, Day::of(clock::now())).await {
        tracing::warn!(%error, "what rules did is not kept yet");
    }
}

async fn fold_meters(meters: Arc<Meters>, shutdown: Shutdown) {
    let mut ticks = tokio::time::interval(FOLD_EVERY);
    loop {
        tokio::select! {
            _ = ticks.tick() => meters.fold(),
            () = shutdown.requested() => return,
        }
    }
}
