//! Puts the data sets' knowledge beside an event. Never fails, never waits for a disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rightful_domain::{AddressKind, CredentialStatus, Enrichment, Event, PasswordHashes, email_domain};
use zeroize::Zeroizing;

use crate::agent::AgentReader;
use crate::data_sets::{self, BrokenFile, DataSetInfo, DataSets, Reread, Stamps};
use crate::{EnrichError, address, credential_tag};

/// All data sets, as read when it was opened or last reloaded.
pub struct Enricher {
    folder: Option<PathBuf>,
    agents: AgentReader,
    sets: RwLock<Arc<DataSets>>,
    /// What the folder was when it was last looked at, read or not: what is broken is read once, not each minute. Held
    /// while reading, so that of two who read the later is the newer.
    seen: Mutex<Stamps>,
    seed: Zeroizing<[u8; 32]>,
}

impl Enricher {
    /// Reads the data folder; without one, nothing is known but what addresses and agents say themselves.
    ///
    /// `seed` keys the credential tags: 32 random bytes that live in memory only, new at each start.
    ///
    /// # Errors
    /// The folder or a file in it cannot be read, or a line of it is broken: whoever starts with less than what the
    /// folder is meant to say would not be protected by it, and not know. A file that is not there is no error.
    pub fn open(data: Option<&Path>, seed: [u8; 32]) -> Result<Self, EnrichError> {
        let (sets, errors) = match data {
            Some(folder) => DataSets::read(folder, data_sets::stamps(folder)?, None, Reread::All)?,
            None => (DataSets::none()?, Vec::new()),
        };
        if let Some(error) = errors.into_iter().next() {
            return Err(error);
        }
        Ok(Self {
            folder: data.map(Path::to_path_buf),
            agents: AgentReader::new(),
            seen: Mutex::new(sets.stamps().clone()),
            sets: RwLock::new(Arc::new(sets)),
            seed: Zeroizing::new(seed),
        })
    }

    /// Reads a data folder as [`Enricher::open`] does, and says of all its files what is wrong with them.
    ///
    /// # Errors
    /// The folder cannot be listed, or holds too much.
    pub fn check(folder: &Path) -> Result<Vec<EnrichError>, EnrichError> {
        DataSets::read(folder, data_sets::stamps(folder)?, None, Reread::All).map(|(_, errors)| errors)
    }

    /// Reads the whole data folder again, while events go on being enriched. Of a file that is broken, what it held
    /// before stays in use; see [`Enricher::broken_files`].
    ///
    /// # Errors
    /// The folder cannot be listed, or holds too much; what was read before then stays in use.
    pub fn reload(&self) -> Result<(), EnrichError> {
        let Some(folder) = &self.folder else { return Ok(()) };
        let mut seen = self.seen.lock();
        let stamps = data_sets::stamps(folder)?;
        seen.clone_from(&stamps);
        self.take(folder, stamps, Reread::All)
    }

    /// Reads what changed in the data folder since it was last looked at, by lengths and times of writing; true if
    /// something did. What is broken stays as it was, as with [`Enricher::reload`], and is not read again until it
    /// changes.
    ///
    /// # Errors
    /// As [`Enricher::reload`]; the same folder is an error once, unless it cannot be listed at all.
    pub fn refresh(&self) -> Result<bool, EnrichError> {
        let Some(folder) = &self.folder else { return Ok(false) };
        let mut seen = self.seen.lock();
        let stamps = data_sets::stamps(folder)?;
        if stamps == *seen {
            return Ok(false);
        }
        seen.clone_from(&stamps);
        self.take(folder, stamps, Reread::Changed).map(|()| true)
    }

    /// Reads, while `seen` is held.
    fn take(&self, folder: &Path, stamps: Stamps, reread: Reread) -> Result<(), EnrichError> {
        let before = Arc::clone(&self.sets.read());
        // What is wrong with files is kept beside them, for whoever asks.
        let (sets, _errors) = DataSets::read(folder, stamps, Some(&before), reread)?;
        *self.sets.write() = Arc::new(sets);
        Ok(())
    }

    /// The data sets in use, by file.
    #[must_use]
    pub fn data_sets(&self) -> Vec<DataSetInfo> {
        self.sets.read().infos()
    }

    /// Files of the data folder that are no data sets, or say nothing that is used.
    #[must_use]
    pub fn unused_files(&self) -> Vec<String> {
        self.sets.read().unused()
    }

    /// Files of the data folder that were broken when they were last read.
    #[must_use]
    pub fn broken_files(&self) -> Vec<BrokenFile> {
        self.sets.read().broken()
    }

    /// What is known of a credential, beside any event; false where it cannot be looked up.
    pub fn look_up(&self, username: Option<&str>, hashes: PasswordHashes) -> CredentialStatus {
        self.sets.read().breaches.status(&hashes, username).unwrap_or_default()
    }

    /// What the data sets say of an event. Consumes the password hashes, and wipes them.
    ///
    /// Only a public address is looked up: behind somebody's own router, or a carrier's, there is no geography.
    #[must_use]
    pub fn enrich(&self, event: &Event, hashes: PasswordHashes) -> Enrichment {
        let username = event.username.as_ref().map(|username| username.reveal().as_ref());
        let sets = Arc::clone(&self.sets.read());
        let kind = event.network.ip.map(address::kind_of);
        let domain = event.given_email().and_then(|address| email_domain(address.reveal()));
        let public = event.network.ip.filter(|_| kind == Some(AddressKind::Public));
        let facts = public.map(|ip| sets.about(ip)).unwrap_or_default();
        Enrichment {
            address: kind,
            agent: event.network.user_agent.as_deref().map(|agent| (*self.agents.read(agent)).clone()),
            credential: sets.breaches.status(&hashes, username),
            credential_tag: credential_tag::of(&hashes, &self.seed, &event.application, event.received_at),
            email_disposable: domain.and_then(|domain| sets.is_disposable(&domain)),
            country: facts.country,
            region: facts.region,
            city: facts.city,
            coordinates: facts.coordinates,
            accuracy_km: facts.accuracy_km,
            asn: facts.asn,
            organization: facts.organization,
            networks: facts.networks,
        }
    }
}

// The seed is secret, and the rest is too much to print.
impl std::fmt::Debug for Enricher {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Enricher").field("folder", &self.folder).finish_non_exhaustive()
    }
}
