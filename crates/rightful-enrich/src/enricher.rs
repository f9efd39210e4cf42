//! Puts the data sets' knowledge beside an event. Never fails, never waits for a disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use rightful_domain::{Enrichment, Event, PasswordHashes};
use zeroize::Zeroizing;

use crate::agent::AgentReader;
use crate::breach::BreachIndex;
use crate::{EnrichError, address, credential_tag};

/// All data sets, as read when it was opened or last reloaded.
pub struct Enricher {
    folder: Option<PathBuf>,
    agents: AgentReader,
    breaches: RwLock<Arc<BreachIndex>>,
    seed: Zeroizing<[u8; 32]>,
}

impl Enricher {
    /// Reads the data folder; without one, nothing is known but what addresses and agents say themselves.
    ///
    /// `seed` keys the credential tags: 32 random bytes that live in memory only, new at each start.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read, or a line of it is broken. A file that is not there is no error.
    pub fn open(data: Option<&Path>, seed: [u8; 32]) -> Result<Self, EnrichError> {
        Ok(Self {
            folder: data.map(Path::to_path_buf),
            agents: AgentReader::new(),
            breaches: RwLock::new(Arc::new(read_breaches(data)?)),
            seed: Zeroizing::new(seed),
        })
    }

    /// Reads the data folder again, while events go on being enriched.
    ///
    /// # Errors
    /// As [`Enricher::open`]; what was read before then stays in use.
    pub fn reload(&self) -> Result<(), EnrichError> {
        let breaches = Arc::new(read_breaches(self.folder.as_deref())?);
        *self.breaches.write() = breaches;
        Ok(())
    }

    /// What the data sets say of an event. Consumes the password hashes, and wipes them.
    #[must_use]
    pub fn enrich(&self, event: &Event, hashes: PasswordHashes) -> Enrichment {
        let username = event.username.as_ref().map(|username| username.reveal().as_ref());
        let breaches = Arc::clone(&self.breaches.read());
        Enrichment {
            address: event.network.ip.map(address::kind_of),
            agent: event.network.user_agent.as_deref().map(|agent| (*self.agents.read(agent)).clone()),
            credential: breaches.status(&hashes, username),
            credential_tag: credential_tag::of(&hashes, &self.seed, &event.application, event.received_at),
        }
    }
}

// The seed is secret, and the rest is too much to print.
impl std::fmt::Debug for Enricher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enricher").field("folder", &self.folder).finish_non_exhaustive()
    }
}

fn read_breaches(folder: Option<&Path>) -> Result<BreachIndex, EnrichError> {
    folder.map_or_else(|| Ok(BreachIndex::default()), BreachIndex::read)
}
