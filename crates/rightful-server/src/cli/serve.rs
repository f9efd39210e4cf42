//! `rightful serve`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Args;

use super::CommandError;
use crate::config::Config;
use crate::server::Server;
use crate::telemetry;

/// Run the server.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// The data folder
    #[arg(long)]
    data: Option<PathBuf>,
    /// Where the API listens
    #[arg(long)]
    listen: Option<SocketAddr>,
    /// Where metrics are served; "" for nowhere
    #[arg(long, value_name = "METRICS_LISTEN", value_parser = address_or_none)]
    metrics_listen: Option<String>,
    /// The configuration file
    #[arg(long)]
    config: Option<PathBuf>,
}

impl Serve {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let mut config = super::load(self.config)?;
        let metrics_are_named = self.metrics_listen.is_some();
        let metrics_default = Config::load(None, []).map(|defaults| defaults.server.metrics_listen).unwrap_or_default();
        if let Some(data) = self.data {
            config.store.data = data;
        }
        if let Some(listen) = self.listen {
            config.server.listen = listen;
        }
        if let Some(metrics) = self.metrics_listen {
            config.server.metrics_listen = metrics;
        }
        telemetry::start_logging(&config.log);
        // An address that the operator chose must work; the default may be taken by another server of ours.
        let metrics_are_required = metrics_are_named || config.server.metrics_listen != metrics_default;
        runtime()?.block_on(serve(config, metrics_are_required))
    }
}

/// As the setting is written: an address with its port, or nothing.
fn address_or_none(text: &str) -> Result<String, String> {
    if text.is_empty() || text.parse::<SocketAddr>().is_ok() {
        return Ok(text.to_owned());
    }
    Err("must be an address with a port, like 127.0.0.1:9464, or nothing".into())
}

async fn serve(config: Config, metrics_are_required: bool) -> Result<(), CommandError> {
    let server = Server::start(&config, metrics_are_required).await?;
    if server.app.applications.all().is_empty() {
        let data = config.store.data.display();
        tracing::info!(
            "there is no application yet: `rightful app create NAME --data {data}` makes one and prints its keys"
        );
    }
    tracing::info!(address = %server.address, version = env!("CARGO_PKG_VERSION"), "listening on {}://{}", config.scheme(), server.address);
    server.run().await;
    Ok(())
}

/// The runtime of a server.
pub(super) fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_name("rightful").build()
}
