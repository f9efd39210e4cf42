//! What every request may use.

use std::net::IpAddr;
use std::path::PathBuf;

use axum::body::Bytes;
use ipnet::IpNet;
use rightful_dialects::Glossary;
use rightful_store::{MasterKey, Nonces};
use tokio::sync::Semaphore;

use crate::access_tokens::AccessTokens;
use crate::alerts::Board;
use crate::applications::Applications;
use crate::backtest::jobs::Jobs;
use crate::backup::Backups;
use crate::clock::Clock;
use crate::counting::Counting;
use crate::http::origin::WithoutOrigins;
use crate::http::page_rate::PageRate;
use crate::imports::Imports;
use crate::misused::MisusedTokens;
use crate::page_keys::PageKeys;
use crate::pipeline::Pipeline;
use crate::shutdown::Shutdown;

/// The address of the other end of a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) IpAddr);

/// What every request may use.
pub(crate) struct App {
    pub(crate) pipeline: Pipeline,
    pub(crate) applications: Applications,
    /// One at a time may change an application, which is read, changed and written.
    pub(crate) office: Semaphore,
    pub(crate) without_origins: WithoutOrigins,
    pub(crate) page_rate: PageRate,
    pub(crate) access_tokens: AccessTokens,
    /// What is refused without being looked at.
    pub(crate) misused_tokens: MisusedTokens,
    pub(crate) page_keys: PageKeys,
    pub(crate) master_key: MasterKey,
    pub(crate) nonces: Nonces,
    /// Whether hooks may be private addresses.
    pub(crate) private_hooks: bool,
    pub(crate) trusted_proxies: Vec<IpNet>,
    pub(crate) body_bytes_max: usize,
    pub(crate) public_url: String,
    pub(crate) link_key: [u8; 32],
    pub(crate) glossary: Glossary,
    /// The OpenAPI document, written once: anybody may ask for it.
    pub(crate) contract: Bytes,
    /// What alerts go on.
    pub(crate) alerts: Board,
    /// Backtests that run or did.
    pub(crate) backtests: Jobs,
    /// The backup that runs, or did last.
    pub(crate) backups: Backups,
    /// Files that were brought lately.
    pub(crate) imports: Imports,
    /// What is counted for rules that are to be published.
    pub(crate) counting: Counting,
    pub(crate) shutdown: Shutdown,
    /// The data folder.
    pub(crate) data: PathBuf,
    /// When requests are received.
    pub(crate) clock: Clock,
}
