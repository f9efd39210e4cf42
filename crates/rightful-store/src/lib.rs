//! Memory: what is remembered, durably, and how it is found again.
//!
//! SQL and key layouts appear nowhere but here. The traits say intents; `embedded` keeps them in one folder on disk.

mod aggregates;
#[cfg(feature = "conformance")]
pub mod conformance;
mod embedded;
mod error;
#[cfg(feature = "conformance")]
mod faults;
mod lists;
mod record;
mod scan;
mod seal;
mod store;

pub use aggregates::{Aggregates, Backfill, KeptAggregate};
pub use embedded::{
    BackedUp, BackupError, BackupFolder, BackupProgress, EmbeddedOptions, EmbeddedStore, Loss, OpenReport, QUEUE_MAX,
    REPLAY_MAX, Rehearsal, WatchBackup,
};
pub use error::{BoxError, StoreError};
#[cfg(feature = "conformance")]
pub use faults::{Faulty, Slow};
pub use lists::Lists;
pub use scan::{Extent, Scan, ScanDepth, Visit};
pub use seal::{MasterKey, Nonces, SealError};
pub use store::{Applied, CaseAsked, Cases, Ledger, Memory, Office, Outbox, Recorded, Store, StoreHealth};
