//! Who follows an application, or takes its events away: how many there may be, and how they hear that there is more.
//!
//! Nobody is handed anything: each reads the ledger from the place where it is, so that who is slow is behind and nothing
//! else, and a login does no more for them than to say that the ledger has grown.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use rightful_domain::ApplicationId;
use tokio::sync::watch;

/// Followers of one application: dashboards and collectors, not customers.
const FOLLOWERS_PER_APPLICATION_MAX: usize = 8;
/// Followers in all: each reads the ledger for itself.
const FOLLOWERS_MAX: usize = 32;
/// Exports of one application at once.
const EXPORTS_PER_APPLICATION_MAX: usize = 2;
/// Exports in all: each keeps a thread and the disk busy.
const EXPORTS_MAX: usize = 4;

/// All of them.
#[derive(Debug)]
pub(crate) struct Followers {
    grew: watch::Sender<()>,
    following: Arc<Places>,
    exporting: Arc<Places>,
}

/// One that follows; its place is free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Follower {
    /// Changes when the ledger has grown, or may have.
    pub(crate) grew: watch::Receiver<()>,
    _place: Place,
}

/// There are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMany;

#[derive(Debug)]
struct Places {
    total_max: usize,
    per_application_max: usize,
    taken: Mutex<HashMap<ApplicationId, usize>>,
}

/// A place; free again when this is dropped.
#[derive(Debug)]
pub(crate) struct Place {
    places: Arc<Places>,
    application: ApplicationId,
}

impl Default for Followers {
    fn default() -> Self {
        let places = |total_max, per_application_max| {
            Arc::new(Places { total_max, per_application_max, taken: Mutex::default() })
        };
        Self {
            grew: watch::Sender::new(()),
            following: places(FOLLOWERS_MAX, FOLLOWERS_PER_APPLICATION_MAX),
            exporting: places(EXPORTS_MAX, EXPORTS_PER_APPLICATION_MAX),
        }
    }
}

impl Followers {
    /// The ledger has grown.
    pub(crate) fn wake(&self) {
        self.grew.send_replace(());
    }

    /// How many follow.
    pub(crate) fn n_followers(&self) -> usize {
        self.following.taken.lock().values().sum()
    }

    /// Begins to follow.
    pub(crate) fn follow(&self, application: &ApplicationId) -> Result<Follower, TooMany> {
        let place = take(&self.following, application)?;
        Ok(Follower { grew: self.grew.subscribe(), _place: place })
    }

    /// Begins an export.
    pub(crate) fn export(&self, application: &ApplicationId) -> Result<Place, TooMany> {
        take(&self.exporting, application)
    }
}

fn take(places: &Arc<Places>, application: &ApplicationId) -> Result<Place, TooMany> {
    let mut taken = places.taken.lock();
    let n_of_application = taken.get(application).copied().unwrap_or(0);
    if n_of_application >= places.per_application_max || taken.values().sum::<usize>() >= places.total_max {
        return Err(TooMany);
    }
    *taken.entry(application.clone()).or_default() += 1;
    drop(taken);
    Ok(Place { places: Arc::clone(places), application: application.clone() })
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken.lock();
        if let Some(n) = taken.get_mut(&self.application) {
            *n -= 1;
            if *n == 0 {
                taken.remove(&self.application);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_follower_is_gone() {
        let all = Followers::default();
        let application = |n: usize| ApplicationId::new(format!("app{n}")).unwrap();
        let mut held: Vec<_> =
            (0..FOLLOWERS_PER_APPLICATION_MAX).map(|_| all.follow(&application(0)).unwrap()).collect();
        assert_eq!(all.follow(&application(0)).map(|_| ()), Err(TooMany));
        for n in FOLLOWERS_PER_APPLICATION_MAX..FOLLOWERS_MAX {
            held.push(all.follow(&application(n)).unwrap());
        }
        assert_eq!(all.follow(&application(99)).map(|_| ()), Err(TooMany), "in all");
        assert!(all.export(&application(0)).is_ok(), "exports have places of their own");
        held.swap_remove(0);
        assert!(all.follow(&application(0)).is_ok());
        held.clear();
        assert_eq!((all.n_followers(), all.following.taken.lock().len()), (0, 0));
    }
}
