//! What can be asked beside judging: browsers' reports, what is noted of accounts, reclaiming, credentials.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rightful_dialects::{FirstEvent, Reclaim, Told, Tolerance};
use rightful_domain::{
    AccountDevice, AccountId, Application, ApplicationId, CredentialStatus, DeviceAlias, DeviceAliasKind, DeviceId,
    Dossier, Event, EventId, Feedback, FeedbackKind, FeedbackTarget, MechanismKind, Note, NoteKind, NoteTarget,
    PasswordHashes, Pii, Record, Report, ReportKey, RetryKey, SEARCH_LIMIT_MAX, Search, Takeover, Timestamp,
};
use rightful_store::{Applied, Store, StoreError};
use tokio::task::{JoinError, JoinSet};

use crate::pipeline::{Pipeline, PipelineError};
use crate::telling;

/// Accounts that are reclaimed at once: each waits for the disk, and those that wait together share one sync.
const RECLAIMS_AT_ONCE_MAX: usize = 64;
/// Pages that are looked at for an account's first event on a device: 10 000 events, more than an intruder's stay.
const PAGES_MAX: usize = 20;

/// The most names of a device, as of those that callers tell.
const DEVICE_ALIASES_MAX: usize = 8;

/// The components of a device in which two must agree to be one, as a share.
const fn likeness_min(tolerance: Tolerance) -> f32 {
    match tolerance {
        Tolerance::Strict => 0.98,
        Tolerance::Default => 0.85,
        Tolerance::Lenient => 0.7,
    }
}

/// Whether this is what somebody says who holds a link, or as much: a link is good for one answer, and for a no.
const fn is_answer_of_link(kind: &FeedbackKind) -> bool {
    matches!(
        kind,
        FeedbackKind::ConfirmedTakeover
            | FeedbackKind::ConfirmedLegitimate
            | FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::MagicLink) }
    )
}

impl Pipeline {
    /// Lets an event know what its browser has reported lately, where both name the device.
    pub(crate) async fn join_report(&self, event: &mut Event, now: Timestamp) -> Result<(), StoreError> {
        // A likeness is no name: the report may be of another that is alike.
        let Some(device) = event.device.id().filter(|_| !event.device.has_likeness_only()) else { return Ok(()) };
        let key = ReportKey::Device(device);
        let Some(report) = self.store.report(&event.application, key, now).await? else { return Ok(()) };
        event.behavior = event.behavior.take().or(report.behavior);
        event.device.time_zone = event.device.time_zone.take().or(report.device.time_zone);
        event.device.screen = event.device.screen.take().or(report.device.screen);
        Ok(())
    }

    /// Keeps what a browser says of itself.
    pub(crate) async fn report(&self, report: Report) -> Result<EventId, PipelineError> {
        let id = report.id;
        self.store.keep_report(report).await?;
        Ok(id)
    }

    /// Judges an event whose device and network a browser has reported.
    pub(crate) async fn identify(
        &self,
        token: EventId,
        tolerance: Tolerance,
        mut told: Told,
        application: &Application,
        now: Timestamp,
    ) -> Result<(Record, Option<AccountDevice>), PipelineError> {
        let deadline = Duration::from_millis(application.deadline_ms.into());
        let key = ReportKey::Token(token);
        let reported = self.store.report(&application.id, key, now);
        // Too slow to find the report is too slow to answer: without it there is no event that a fallback could be about.
        let found = tokio::time::timeout(deadline, reported).await.map_err(|_elapsed| StoreError::Busy)??;
        let report = found.ok_or(PipelineError::NoToken)?;
        told.event.network = report.network;
        told.event.device = report.device;
        told.event.behavior = report.behavior;
        let account = told.event.account.clone();
        // The token is the retry key and each call's body its own: a second call ends as a conflict before anything is
        // counted.
        let record = match self.assess_as(told, tolerance, application, now).await.map_err(PipelineError::once) {
            Ok(record) => record,
            Err(PipelineError::Spent) => self.owed_to(token, account.as_ref(), application).await?,
            Err(error) => return Err(error),
        };
        if record.sequence == 0 {
            self.owed.remember(&application.id, token, record.entry.event.id);
        }
        let sighting = record.entry.sighting;
        let device = match account.zip(sighting) {
            Some((account, sighting)) => {
                let dossier = self.store.dossier(&application.id, &account).await?;
                dossier.devices.into_iter().find(|device| device.id == sighting.id)
            }
            None => None,
        };
        Ok((record, device))
    }

    /// The judgement of a token that was only answered by the fallback, if the same is asked again.
    async fn owed_to(
        &self,
        token: EventId,
        account: Option<&AccountId>,
        application: &Application,
    ) -> Result<Record, PipelineError> {
        for event in self.owed.take(&application.id, token) {
            let found = self.store.find(&application.id, event).await?;
            if let Some(record) = found.filter(|record| record.entry.event.account.as_ref() == account) {
                return Ok(record);
            }
        }
        Err(PipelineError::Spent)
    }

    /// Gives a device that is known by its likeness alone the name by which the event's account knows it, where it is alike
    /// enough: signals drift, and whatever tells of it is to mean the same device. A device that has a name keeps it.
    pub(crate) async fn know_device(&self, event: &mut Event, tolerance: Tolerance) -> Result<(), StoreError> {
        let Some(account) = event.account.as_ref().filter(|_| event.device.has_likeness_only()) else { return Ok(()) };
        let (device, min) = (&mut event.device, likeness_min(tolerance));
        let Some(id) = self.store.alike_device(&event.application, account, device, min).await? else { return Ok(()) };
        if device.id() != Some(&id) {
            // The first of equals is its name; the others say what it is alike to.
            let known = DeviceAlias { kind: DeviceAliasKind::Likeness, id };
            device.aliases.retain(|alias| *alias != known);
            device.aliases.insert(0, known);
            device.aliases.truncate(DEVICE_ALIASES_MAX);
        }
        Ok(())
    }

    /// What data sets know of credentials.
    pub(crate) fn look_up(&self, username: Option<Pii<Box<str>>>, hashes: PasswordHashes) -> CredentialStatus {
        self.enricher.look_up(username.as_ref().map(|name| &**name.reveal()), hashes)
    }

    /// What is noted of an account.
    pub(crate) async fn dossier(
        &self,
        application: &ApplicationId,
        account: &AccountId,
    ) -> Result<Dossier, PipelineError> {
        Ok(self.store.dossier(application, account).await?)
    }

    /// What the intruder did in an account.
    pub(crate) async fn takeover(
        &self,
        application: &ApplicationId,
        account: &AccountId,
    ) -> Result<Takeover, PipelineError> {
        Ok(self.store.takeover(application, account).await?)
    }

    /// Notes something.
    pub(crate) async fn note(&self, application: &Application, note: Note) -> Result<Dossier, PipelineError> {
        let tellings = telling::of_note(application, &note);
        let dossier = self.store.note_telling(note.clone(), tellings).await?;
        self.listeners.noted(&note);
        Ok(dossier)
    }

    /// Takes what somebody who holds a link says of its event.
    ///
    /// Who says that it was not them is always heard, whatever was answered before: whoever reads the owner's mail may have
    /// been first. Who says that it was them is heard once, and not after a no.
    pub(crate) async fn answer_of_link(
        &self,
        application: &Application,
        all: Vec<Feedback>,
    ) -> Result<(u32, Applied), PipelineError> {
        let mut taken = (0, Applied::default());
        for said in all {
            let FeedbackTarget::Event(event) = said.target else { continue };
            // Of two at the same moment, the second knows what the first has said.
            let turn = RetryKey { key: *event.as_bytes(), body: [0; 16], until: said.received_at };
            let _turn = self.turns.take(Some(&turn)).await;
            let answered = self.recall(application, event).await?.feedback;
            let before = answered.iter().rev().map(|earlier| &earlier.kind).find(|kind| is_answer_of_link(kind));
            match (before, &said.kind) {
                (Some(FeedbackKind::ConfirmedTakeover), FeedbackKind::ConfirmedTakeover) => {}
                (Some(FeedbackKind::ConfirmedTakeover), _) => return Err(PipelineError::Spent),
                (Some(_), kind) if *kind != FeedbackKind::ConfirmedTakeover => {}
                (Some(_) | None, _) => taken = self.feedback(application, vec![said]).await?,
            }
        }
        Ok(taken)
    }

    /// The answer to an earlier event, this once.
    pub(crate) async fn consume(
        &self,
        application: &ApplicationId,
        event: EventId,
        now: Timestamp,
    ) -> Result<Record, PipelineError> {
        let consumed = self.store.consume(application, event, now).await;
        consumed.map_err(|error| PipelineError::once(error.into()))
    }

    /// Gives accounts back to their owners, many at once; what is said of one account twice is done in that order. Ends at
    /// the first that cannot be done: all may then be told again, since repeating it changes nothing.
    pub(crate) async fn reclaim(
        &self,
        application: &ApplicationId,
        all: Vec<Reclaim>,
        now: Timestamp,
    ) -> Result<u32, PipelineError> {
        let n_accounts = u32::try_from(all.len()).unwrap_or(u32::MAX);
        let mut by_account: BTreeMap<AccountId, Vec<Reclaim>> = BTreeMap::new();
        for reclaim in all {
            by_account.entry(reclaim.account.clone()).or_default().push(reclaim);
        }
        let mut under_way = JoinSet::new();
        for reclaims in by_account.into_values() {
            if under_way.len() >= RECLAIMS_AT_ONCE_MAX
                && let Some(done) = under_way.join_next().await
            {
                ended(done)?;
            }
            under_way.spawn(reclaim_one(Arc::clone(&self.store), application.clone(), reclaims, now));
        }
        while let Some(done) = under_way.join_next().await {
            ended(done)?;
        }
        Ok(n_accounts)
    }
}

/// What became of one account. A task ends early only if it panicked, since none is stopped while somebody waits for it.
fn ended(done: Result<Result<(), StoreError>, JoinError>) -> Result<(), StoreError> {
    done.unwrap_or_else(|error| Err(StoreError::Unavailable { source: Box::new(error) }))
}

/// Gives one account back, as often as it was said.
async fn reclaim_one(
    store: Arc<dyn Store>,
    application: ApplicationId,
    reclaims: Vec<Reclaim>,
    now: Timestamp,
) -> Result<(), StoreError> {
    for Reclaim { account, first, closed } in reclaims {
        let first_event = first_of(&*store, &application, &account, &first).await?;
        let target = FeedbackTarget::Account { account: account.clone(), first_event };
        let kind = FeedbackKind::Reclaimed;
        store.apply_feedback(Feedback { application: application.clone(), target, kind, received_at: now }).await?;
        if closed {
            let about = NoteTarget::Account(account);
            let note = Note { application: application.clone(), about, kind: NoteKind::Closed, received_at: now };
            store.note(note).await?;
        }
    }
    Ok(())
}

/// The earliest of the events named that is the account's.
async fn first_of(
    store: &dyn Store,
    application: &ApplicationId,
    account: &AccountId,
    named: &[FirstEvent],
) -> Result<Option<EventId>, StoreError> {
    let mut earliest: Option<(Timestamp, EventId)> = None;
    for first in named {
        let found = match first {
            FirstEvent::Event(event) => store.find(application, *event).await?,
            FirstEvent::Device(device) => first_on(store, application, account, device).await?,
        };
        let event = found.map(|record| record.entry.event).filter(|event| event.account.as_ref() == Some(account));
        let told = event.map(|event| (event.at, event.id));
        earliest = match (earliest, told) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
    Ok(earliest.map(|(_, event)| event))
}

/// The account's first event on a device.
async fn first_on(
    store: &dyn Store,
    application: &ApplicationId,
    account: &AccountId,
    device: &DeviceId,
) -> Result<Option<Record>, StoreError> {
    let mut search = Search {
        account: Some(account.clone()),
        device: Some(device.clone()),
        ..Search::of(application.clone(), SEARCH_LIMIT_MAX)
    };
    let mut oldest = None;
    // Newest first: the last of the last page.
    for _ in 0..PAGES_MAX {
        let mut page = store.search(&search).await?;
        oldest = page.records.pop().or(oldest);
        search.cursor = page.next;
        if search.cursor.is_none() {
            break;
        }
    }
    Ok(oldest)
}

#[cfg(test)]
mod tests {
    use rightful_domain::{Action, CredentialKind, Device, Network, Outcome, RetryKey, Source, Teaching};

    use super::*;
    use crate::clock;
    use crate::config::Config;
    use crate::desk::{Command, Desk};
    use crate::pipeline::Asked;
    use crate::provisioning::NewApplication;
    use crate::server::Server;

    /// A server's insides with one application.
    async fn server(folder: &tempfile::TempDir) -> (Server, Application) {
        let mut config = Config::load(None, []).unwrap();
        config.store.data = folder.path().join("data");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        config.server.metrics_listen = String::new();
        let server = Server::start(&config, false).await.unwrap();
        let app = &server.app;
        let store = &*app.pipeline.store;
        let desk = Desk {
            store,
            master_key: &app.master_key,
            nonces: &app.nonces,
            private_hooks: false,
            policies: &app.pipeline.policies,
        };
        let new = NewApplication {
            name: "shop".into(),
            test: false,
            observe: false,
            deadline_ms: 5_000,
            fallback_mild: "allow".into(),
            fallback_strict: "challenge".into(),
        };
        desk.carry_out(&Command::AppCreate(new), clock::now()).await.unwrap();
        let application = store.applications().await.unwrap().remove(0);
        assert!(application.credentials.iter().any(|key| key.kind == CredentialKind::RuptClient));
        (server, application)
    }

    fn told(application: &Application, account: &str, at: Timestamp, retry: Option<RetryKey>) -> Told {
        let event = Event {
            outcome: Outcome::Succeeded,
            account: Some(AccountId::new(account).unwrap()),
            ..Event::new(clock::event_id(at), application.id.clone(), Source::Native, Action::Login, at)
        };
        Told { event, hashes: PasswordHashes::default(), retry, n_unknown: 0 }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_thousand_accounts_are_reclaimed_in_one_go_and_again() {
        let folder = tempfile::tempdir().unwrap();
        let (server, application) = server(&folder).await;
        let all: Vec<Reclaim> = (0..1_000)
            .map(|n| Reclaim {
                account: AccountId::new(format!("account {}", n % 999)).unwrap(),
                first: Vec::new(),
                closed: n == 0,
            })
            .collect();
        let pipeline = &server.app.pipeline;
        for _ in 0..2 {
            assert_eq!(pipeline.reclaim(&application.id, all.clone(), clock::now()).await.unwrap(), 1_000);
        }
        let dossier = pipeline.dossier(&application.id, &AccountId::new("account 0").unwrap()).await.unwrap();
        assert!(dossier.closed_at.is_some());
    }

    #[tokio::test]
    async fn history_is_believed_and_spends_nothing_of_the_budget() {
        let folder = tempfile::tempdir().unwrap();
        let (server, application) = server(&folder).await;
        let now = clock::now();
        let long_ago = now.minus(Duration::from_secs(90 * 24 * 60 * 60));
        let record = server
            .app
            .pipeline
            .judge(told(&application, "ann", long_ago, None), &application, Asked::Long, now)
            .await
            .unwrap();
        let assessment = record.entry.assessment.unwrap();
        assert_eq!((record.entry.teaching, assessment.news.nats, assessment.answered), (Teaching::Learn, None, None));
        assert_eq!(record.entry.tellings, []);
    }

    #[tokio::test]
    async fn a_token_identifies_once_and_a_foreign_one_never() {
        let folder = tempfile::tempdir().unwrap();
        let (server, application) = server(&folder).await;
        let (pipeline, now) = (&server.app.pipeline, clock::now());
        let token = clock::event_id(now);
        let report = Report {
            id: token,
            application: application.id.clone(),
            device: Device::default(),
            network: Network::default(),
            behavior: None,
            opened_at: None,
            received_at: now,
            said: None,
        };
        pipeline.report(report).await.unwrap();
        let identify = async |token: EventId, body: u8| {
            let until = now.plus(Duration::from_secs(3_600));
            let retry = RetryKey { key: *token_key(token), body: [body; 16], until };
            let told = told(&application, "ann", now, Some(retry));
            pipeline.identify(token, Tolerance::Default, told, &application, now).await.map(|(record, _)| record)
        };
        assert!(matches!(identify(clock::event_id(now), 0).await, Err(PipelineError::NoToken)));
        let (one, other) = tokio::join!(identify(token, 1), identify(token, 2));
        let is_spent = |result: &Result<Record, PipelineError>| matches!(result, Err(PipelineError::Spent));
        assert!(one.is_ok() ^ other.is_ok() && is_spent(&one) ^ is_spent(&other), "{one:?} {other:?}");
        assert!(is_spent(&identify(token, 3).await));
        // As if it had been answered by the fallback, and written down too late.
        let event = one.or(other).unwrap().entry.event.id;
        pipeline.owed.remember(&application.id, token, event);
        assert_eq!(identify(token, 4).await.unwrap().entry.event.id, event);
        assert!(is_spent(&identify(token, 5).await));
        let late = now.plus(rightful_domain::REPORT_KEPT + Duration::from_secs(1));
        let told = told(&application, "ann", now, None);
        let expired = pipeline.identify(token, Tolerance::Default, told, &application, late).await;
        assert!(matches!(expired, Err(PipelineError::NoToken)));
    }

    fn token_key(token: EventId) -> Box<[u8; 16]> {
        Box::new(*token.as_bytes())
    }
}
