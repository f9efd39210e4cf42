//! Memory: what is remembered, durably, and how it is found again.
//!
//! SQL and key layouts appear nowhere but here. The traits say intents; `embedded` keeps them in one folder on disk.

mod error;
mod store;

pub use error::{BoxError, StoreError};
pub use store::{Applied, Ledger, Memory, Office, Recorded, Store, StoreHealth};
