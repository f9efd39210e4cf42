//! What can be asked beside judging: browsers' reports, what is noted of accounts, reclaiming, credentials.

use rightful_dialects::{FirstEvent, Reclaim, Told, Tolerance};
use rightful_domain::{
    AccountDevice, AccountId, Application, ApplicationId, CredentialStatus, Device, DeviceAlias, DeviceAliasKind,
    Dossier, Event, EventId, Feedback, FeedbackKind, FeedbackTarget, Note, NoteKind, NoteTarget, PasswordHashes, Pii,
    Record, Report, ReportKey, SEARCH_LIMIT_MAX, Search, Takeover, Timestamp,
};
use rightful_store::StoreError;

use crate::pipeline::{Pipeline, PipelineError};

/// The components of a device in which two must agree to be one, as a share.
const fn likeness_min(tolerance: Tolerance) -> f32 {
    match tolerance {
        Tolerance::Strict => 0.98,
        Tolerance::Default => 0.85,
        Tolerance::Lenient => 0.7,
    }
}

impl Pipeline {
    /// Lets an event know what its browser has reported lately, where both name the device.
    pub(crate) async fn join_report(&self, event: &mut Event, now: Timestamp) -> Result<(), StoreError> {
        let Some(device) = event.device.id() else { return Ok(()) };
        let key = ReportKey::Device(device.clone());
        let Some(report) = self.store.report(&event.application, &key, now).await? else { return Ok(()) };
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
        let key = ReportKey::Token(token);
        let report = self.store.report(&application.id, &key, now).await?.ok_or(StoreError::NotFound { id: token })?;
        told.event.network = report.network;
        told.event.device = match &told.event.account {
            Some(account) => self.known_device(&application.id, account, report.device, tolerance).await?,
            None => report.device,
        };
        told.event.behavior = report.behavior;
        let account = told.event.account.clone();
        let record = self.assess(told, application, now).await?;
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

    /// The device under the name by which the account knows it, where it is alike enough.
    async fn known_device(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        mut device: Device,
        tolerance: Tolerance,
    ) -> Result<Device, StoreError> {
        let alike = self.store.alike_device(application, account, &device, likeness_min(tolerance)).await?;
        if let Some(id) = alike.filter(|id| device.id() != Some(id)) {
            device.aliases.retain(|alias| alias.kind != DeviceAliasKind::Likeness);
            device.aliases.insert(0, DeviceAlias { kind: DeviceAliasKind::Likeness, id });
        }
        Ok(device)
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
    pub(crate) async fn note(&self, note: Note) -> Result<Dossier, PipelineError> {
        Ok(self.store.note(note).await?)
    }

    /// The answer to an earlier event, this once.
    pub(crate) async fn consume(
        &self,
        application: &ApplicationId,
        event: EventId,
        now: Timestamp,
    ) -> Result<Record, PipelineError> {
        Ok(self.store.consume(application, event, now).await?)
    }

    /// Gives accounts back to their owners.
    pub(crate) async fn reclaim(
        &self,
        application: &ApplicationId,
        all: Vec<Reclaim>,
        now: Timestamp,
    ) -> Result<u32, PipelineError> {
        let mut n_accounts = 0;
        for Reclaim { account, first, closed } in all {
            let first_event = self.first_of(application, &account, &first).await?;
            let target = FeedbackTarget::Account { account: account.clone(), first_event };
            let feedback =
                Feedback { application: application.clone(), target, kind: FeedbackKind::Reclaimed, received_at: now };
            self.store.apply_feedback(feedback).await?;
            if closed {
                let about = NoteTarget::Account(account);
                let note = Note { application: application.clone(), about, kind: NoteKind::Closed, received_at: now };
                self.store.note(note).await?;
            }
            n_accounts += 1;
        }
        Ok(n_accounts)
    }

    /// The earliest of the events named that is the account's.
    async fn first_of(
        &self,
        application: &ApplicationId,
        account: &AccountId,
        named: &[FirstEvent],
    ) -> Result<Option<EventId>, StoreError> {
        let mut earliest: Option<(Timestamp, EventId)> = None;
        for first in named {
            let found = match first {
                FirstEvent::Event(event) => self.store.find(application, *event).await?,
                FirstEvent::Device(device) => {
                    let search = Search {
                        account: Some(account.clone()),
                        device: Some(device.clone()),
                        limit: SEARCH_LIMIT_MAX,
                        application: application.clone(),
                        subnet: None,
                        from: None,
                        to: None,
                        cursor: None,
                    };
                    self.store.search(&search).await?.records.pop()
                }
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
}
