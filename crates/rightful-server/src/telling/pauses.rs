//! Which receivers asked, by `Retry-After`, not to be tried for a while: a try by hand waits for that, too. What is due by
//! itself needs no look here, since its own time is put off. Known until the server stops.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use rightful_domain::{ApplicationId, Hook, Timestamp, Waiting};

use super::schedule::RETRY_AFTER_MAX;

/// What was asked: by which address, since a hook that was moved asked for nothing, and until when.
struct Pause {
    url: Box<str>,
    until: Timestamp,
}

/// The pauses that were asked for; one per hook at most.
#[derive(Default)]
pub(super) struct Pauses(Mutex<HashMap<(ApplicationId, Box<str>), Pause>>);

impl Pauses {
    /// Remembers what the receiver of a message asked for, up to [`RETRY_AFTER_MAX`]; forgets what is over.
    pub(super) fn ask(&self, waiting: &Waiting, url: Box<str>, asked: Duration, now: Timestamp) {
        let mut pauses = self.0.lock();
        pauses.retain(|_, pause| pause.until > now);
        let until = now.plus(asked.min(RETRY_AFTER_MAX));
        pauses.insert((waiting.application.clone(), waiting.telling.hook.clone()), Pause { url, until });
    }

    /// Whether a hook's receiver asked not to be tried yet.
    pub(super) fn has(&self, application: &ApplicationId, hook: &Hook, now: Timestamp) -> bool {
        let pauses = self.0.lock();
        let pause = pauses.get(&(application.clone(), hook.id.clone()));
        pause.is_some_and(|pause| pause.url == hook.url && pause.until > now)
    }
}
