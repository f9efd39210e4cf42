//! What each application is judged by: the server's policy file, and after it the rules that the application has published.
//!
//! Compiled once for each publishing, and swapped under a lock that a login holds for as long as it takes to count one
//! more holder. A published version that cannot be read any more (a name was dropped, or the file took one of its rules'
//! names) never leaves an application without rules in silence: the newest earlier version that can be read judges
//! instead, or the file alone where none can, and the log and `GET /v1/rules` say so.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rightful_dialects::RuleTitle;
use rightful_domain::{
    ApplicationId, Day, Entry, PolicySource, PolicyVersion, RuleBookVersion, RuleCounted, RuleCounts,
};
use rightful_engine::Policy;
use rightful_store::{Store, StoreError};

use crate::rule_tallies::Tallies;

/// Published versions that are tried, newest first, until one can be read.
const TRIED_MAX: u32 = 5;

/// What an application is judged by now.
pub(crate) struct InEffect {
    pub(crate) policy: Arc<Policy>,
    /// The published version in it; None for the file alone.
    pub(crate) number: Option<u32>,
    /// Why it is not the version that was published last.
    pub(crate) fault: Option<String>,
    tallies: Tallies,
}

impl InEffect {
    fn new(policy: Arc<Policy>, number: Option<u32>, fault: Option<String>) -> Self {
        let tallies = Tallies::of(policy.rules());
        Self { policy, number, fault, tallies }
    }

    /// Counts what its rules made of an entry.
    pub(crate) fn count(&self, entry: &Entry) {
        if let Some(assessment) = &entry.assessment {
            self.tallies.count(&self.policy, &entry.event.action, assessment);
        }
    }
}

/// What all applications are judged by.
pub(crate) struct Policies {
    file: Arc<Policy>,
    current: RwLock<HashMap<ApplicationId, Arc<InEffect>>>,
    /// What was replaced, and may have counted what is not kept yet.
    replaced: Mutex<Vec<(ApplicationId, Arc<InEffect>)>>,
}

/// A book as the engine reads it. Its version tells the file's and its own: `default-1+rules`, version 3.
pub(crate) fn book(file: &Policy, text: &str, number: u32) -> PolicySource {
    let PolicyVersion { id, version } = file.version();
    let version = PolicyVersion { id: format!("{id}-{version}+rules").into(), version: number };
    PolicySource { version, text: text.into() }
}

impl Policies {
    /// The file's rules for all.
    pub(crate) fn new(file: Policy) -> Self {
        Self { file: Arc::new(file), current: RwLock::default(), replaced: Mutex::default() }
    }

    /// The server's own policy.
    pub(crate) fn file(&self) -> &Policy {
        &self.file
    }

    /// What an application is judged by.
    pub(crate) fn of(&self, application: &ApplicationId) -> Arc<InEffect> {
        if let Some(found) = self.current.read().get(application) {
            return Arc::clone(found);
        }
        // Nothing of its own was ever published.
        let mut current = self.current.write();
        let alone = || Arc::new(InEffect::new(Arc::clone(&self.file), None, None));
        Arc::clone(current.entry(application.clone()).or_insert_with(alone))
    }

    /// What people call a rule that an application is judged by; None if there is none of that name.
    pub(crate) fn title_of(&self, application: &ApplicationId, name: &str) -> Option<RuleTitle> {
        let in_effect = self.of(application);
        let rule = in_effect.policy.rules().find(name)?;
        Some(RuleTitle {
            title: rule.title.as_ref().unwrap_or(&rule.name).to_string(),
            origin: rule.origin.as_ref().map(|origin| (origin.vendor.to_string(), origin.id.to_string())),
        })
    }

    /// Reads what applications have published.
    pub(crate) async fn load_all(&self, store: &dyn Store) -> Result<(), StoreError> {
        for application in store.applications().await? {
            self.load(store, &application.id).await?;
        }
        Ok(())
    }

    /// Reads what an application has published, and judges by it from now on.
    pub(crate) async fn load(&self, store: &dyn Store, application: &ApplicationId) -> Result<(), StoreError> {
        let book = store.rule_book(application).await?;
        let Some(newest) = book.in_effect() else { return Ok(()) };
        let in_effect = match self.read(newest) {
            Ok(policy) => InEffect::new(policy, Some(newest.number), None),
            Err(fault) => {
                let in_effect = self.last_good(store, application, newest.number, fault).await?;
                tracing::error!(
                    application = application.as_str(),
                    version = newest.number,
                    judging_by = in_effect.number,
                    "the published rules cannot be read any more: {}",
                    in_effect.fault.as_deref().unwrap_or_default()
                );
                in_effect
            }
        };
        let before = self.current.write().insert(application.clone(), Arc::new(in_effect));
        self.replaced.lock().extend(before.map(|before| (application.clone(), before)));
        Ok(())
    }

    fn read(&self, version: &RuleBookVersion) -> Result<Arc<Policy>, String> {
        let book = book(&self.file, &version.text.text, version.number);
        self.file.with_book(&book).map(Arc::new).map_err(|fault| fault.to_string())
    }

    async fn last_good(
        &self,
        store: &dyn Store,
        application: &ApplicationId,
        newest: u32,
        fault: String,
    ) -> Result<InEffect, StoreError> {
        for number in (newest.saturating_sub(TRIED_MAX).max(1)..newest).rev() {
            let Some(version) = store.rule_book_version(application, number).await? else { break };
            if let Ok(policy) = self.read(&version) {
                return Ok(InEffect::new(policy, Some(number), Some(fault)));
            }
        }
        Ok(InEffect::new(Arc::clone(&self.file), None, Some(fault)))
    }

    /// Keeps what rules did since the last time. What cannot be kept is counted again the next time.
    pub(crate) async fn keep_counts(&self, store: &dyn Store, day: Day) -> Result<(), StoreError> {
        let mut all: Vec<(ApplicationId, Arc<InEffect>)> = std::mem::take(&mut *self.replaced.lock());
        let still_held: Vec<_> = all.iter().filter(|(_, held)| Arc::strong_count(held) > 1).cloned().collect();
        self.replaced.lock().extend(still_held);
        let n_replaced = all.len();
        all.extend(self.current.read().iter().map(|(id, current)| (id.clone(), Arc::clone(current))));
        for (n, (application, in_effect)) in all.iter().enumerate() {
            let counts: Vec<(RuleCounted, RuleCounts)> = in_effect.tallies.take(in_effect.policy.rules(), day);
            if counts.is_empty() {
                continue;
            }
            if let Err(error) = store.add_rule_counts(application, counts.clone()).await {
                in_effect.tallies.put_back(&counts);
                self.replaced.lock().extend(all.iter().take(n_replaced).skip(n).cloned());
                return Err(error);
            }
        }
        Ok(())
    }
}
