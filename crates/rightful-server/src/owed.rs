//! Answers that are still owed: who completed a token and got the fallback may ask once more, although the judgement that
//! came too late was written down and consumed the token.

use std::collections::VecDeque;

use parking_lot::Mutex;
use rightful_domain::{ApplicationId, EventId};

/// Answers that are owed at once; beyond, the oldest are forgotten, and asking again is a conflict as ever.
const OWED_MAX: usize = 1_024;

/// Tokens that were answered by the fallback, each with the event that may have been written down for it.
#[derive(Debug, Default)]
pub(crate) struct Owed {
    all: Mutex<VecDeque<(ApplicationId, EventId, EventId)>>,
}

impl Owed {
    /// The fallback was answered to a token.
    pub(crate) fn remember(&self, application: &ApplicationId, token: EventId, event: EventId) {
        let mut all = self.all.lock();
        if all.len() >= OWED_MAX {
            all.pop_front();
        }
        all.push_back((application.clone(), token, event));
    }

    /// The events that may have been written down for a token; no longer owed after this. Looks at all that is owed.
    pub(crate) fn take(&self, application: &ApplicationId, token: EventId) -> Vec<EventId> {
        let mut events = Vec::new();
        self.all.lock().retain(|(its_application, its_token, event)| {
            let is_it = its_application == application && *its_token == token;
            if is_it {
                events.push(*event);
            }
            !is_it
        });
        events
    }
}
