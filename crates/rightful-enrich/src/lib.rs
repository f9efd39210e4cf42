//! Data sets: what the world knows of an address, an agent, a credential. The only crate that opens intelligence files.
//!
//! Enriching never fails and never waits: files are read when the enricher is opened or told to reload. What is not
//! known stays unknown, which is no evidence of anything.

mod address;
mod agent;
mod breach;
mod credential_tag;
mod data_sets;
mod disposable;
mod enricher;
mod error;
mod geo;
mod lines;
mod network;
mod ranges;
mod record;

pub use breach::{BREACHED_PASSWORDS_FILE, BREACHED_USERNAMES_FILE};
pub use data_sets::{BrokenFile, DataSetInfo, DataSetKind};
pub use enricher::Enricher;
pub use error::{BadLine, EnrichError};
pub use lines::ENTRIES_MAX;
