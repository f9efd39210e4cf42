//! Browsers' reports: on disk, unsynced, for half an hour.
//!
//! Which there are is known in RAM, so that asking for one that nobody made, as the road of every login does, costs no
//! read; where nobody has reported at all, it costs one load.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use fjall::Keyspace;
use parking_lot::Mutex;
use rightful_domain::{ApplicationId, EventId, FreeFields, REPORT_KEPT, Report, ReportKey, Tag, Timestamp};

use super::disk::failed;
use super::tags::{Tagger, Taggers};
use crate::record::{Undecodable, decode_report, encode_report};
use crate::{MasterKey, Nonces, StoreError};

/// The most reports of an application that are kept; of more, the oldest go.
const REPORTS_MAX: usize = 200_000;
/// The longest report, in bytes as stored. One that only grows too long together with earlier ones replaces them.
const REPORT_BYTES_MAX: usize = 64 * 1024;
/// The most components of a device's reports together; see [`rightful_domain::Device::components`].
const COMPONENTS_MAX: usize = 64;

/// A report's place: by its token, or by its device's tag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Place {
    Token(EventId),
    Device(Tag),
}

impl Place {
    fn key(self, application: u32) -> Vec<u8> {
        let mut key = application.to_be_bytes().to_vec();
        match self {
            Self::Token(id) => {
                key.push(b't');
                key.extend_from_slice(id.as_bytes());
            }
            Self::Device(tag) => {
                key.push(b'd');
                key.extend_from_slice(&tag.get().to_be_bytes());
            }
        }
        key
    }

    /// The application and the place of a key; None if it is none of ours.
    fn of_key(key: &[u8]) -> Option<(u32, Self)> {
        let (application, rest) = key.split_first_chunk::<4>()?;
        let place = match rest.split_first()? {
            (b't', id) => Self::Token(EventId::from_bytes(id.try_into().ok()?)),
            (b'd', tag) => Self::Device(Tag::new(u64::from_be_bytes(tag.try_into().ok()?))),
            _ => return None,
        };
        Some((u32::from_be_bytes(*application), place))
    }
}

/// Which reports an application has.
#[derive(Default)]
struct Kept {
    received_at: HashMap<Place, Timestamp>,
    /// In the order in which they came; what came again since is skipped.
    order: VecDeque<(Timestamp, Place)>,
}

/// Browsers' reports.
pub(super) struct Reports {
    disk: Keyspace,
    master: MasterKey,
    nonces: Arc<Nonces>,
    by_application: Mutex<HashMap<u32, Kept>>,
    n_kept: AtomicUsize,
}

fn corrupt(cause: Undecodable) -> StoreError {
    StoreError::Corrupt { what: format!("a browser's report: {}", cause.0) }
}

fn is_over(received_at: Timestamp, now: Timestamp) -> bool {
    now.since(received_at) >= REPORT_KEPT && now > received_at
}

impl Reports {
    /// Finds out which there are; O(reports).
    pub(super) fn open(disk: Keyspace, master: MasterKey, nonces: Arc<Nonces>) -> Result<Self, StoreError> {
        let mut found = Vec::new();
        for guard in disk.iter() {
            let (key, value) = guard.into_inner().map_err(failed)?;
            // What does not read back was not synced, and is not missed.
            if let (Some(place), Ok((report, _))) = (Place::of_key(&key), decode_report(&value)) {
                found.push((report.received_at, place));
            } else {
                disk.remove(key).map_err(failed)?;
            }
        }
        found.sort_unstable_by_key(|(received_at, _)| *received_at);
        let mut by_application: HashMap<u32, Kept> = HashMap::new();
        let n_kept = AtomicUsize::new(found.len());
        for (received_at, (application, place)) in found {
            let kept = by_application.entry(application).or_default();
            kept.received_at.insert(place, received_at);
            kept.order.push_back((received_at, place));
        }
        Ok(Self { disk, master, nonces, by_application: Mutex::new(by_application), n_kept })
    }

    /// Keeps a report; one that was kept before changes nothing.
    pub(super) fn keep(&self, taggers: &Taggers, report: Report) -> Result<(), StoreError> {
        let tagger = taggers.of(&report.application);
        // A likeness is no name: what one browser reports is not of all that are alike.
        let named = report.device.id().filter(|_| !report.device.has_likeness_only());
        let device = named.map(|device| Place::Device(tagger.device(device)));
        let (token, now) = (Place::Token(report.id), report.received_at);
        let sealed = report.said.as_ref().map(|said| self.master.seal(said.as_json().as_bytes(), &self.nonces));
        let bytes = encode_report(&report, sealed.as_deref());
        // What is said of one attempt is said under its token, and not of the device.
        let report = Report { said: None, ..report };
        if bytes.len() > REPORT_BYTES_MAX {
            return Err(StoreError::TooMuch { what: "the report is too long" });
        }
        let mut by_application = self.by_application.lock();
        let kept = by_application.entry(tagger.short).or_default();
        self.sweep_one(tagger.short, kept, now)?;
        if kept.received_at.contains_key(&token) {
            return Ok(());
        }
        self.put(tagger.short, kept, token, now, bytes)?;
        if let Some(device) = device {
            let merged = self.merged(&tagger, kept, device, report)?;
            let until = merged.received_at;
            self.put(tagger.short, kept, device, until, encode_report(&merged, None))?;
        }
        Ok(())
    }

    /// All that a device has reported lately, with what it reports now.
    fn merged(&self, tagger: &Tagger, kept: &Kept, device: Place, report: Report) -> Result<Report, StoreError> {
        let earlier = if kept.received_at.contains_key(&device) { self.read(tagger, device)? } else { None };
        let Some(mut merged) = earlier.filter(|earlier| !is_over(earlier.received_at, report.received_at)) else {
            return Ok(report);
        };
        merged.merge(report.clone());
        let n_too_many = merged.device.components.len().saturating_sub(COMPONENTS_MAX);
        merged.device.components.drain(..n_too_many);
        Ok(if encode_report(&merged, None).len() > REPORT_BYTES_MAX { report } else { merged })
    }

    fn put(
        &self,
        application: u32,
        kept: &mut Kept,
        place: Place,
        received_at: Timestamp,
        bytes: Vec<u8>,
    ) -> Result<(), StoreError> {
        self.disk.insert(place.key(application), bytes).map_err(failed)?;
        if kept.received_at.insert(place, received_at).is_none() {
            self.n_kept.fetch_add(1, Ordering::AcqRel);
        }
        kept.order.push_back((received_at, place));
        Ok(())
    }

    /// Removes what is over, and the oldest of what is too much.
    fn sweep_one(&self, application: u32, kept: &mut Kept, now: Timestamp) -> Result<(), StoreError> {
        while let Some((received_at, place)) = kept.order.front().copied() {
            let is_latest = kept.received_at.get(&place) == Some(&received_at);
            if is_latest && !is_over(received_at, now) && kept.received_at.len() < REPORTS_MAX {
                break;
            }
            kept.order.pop_front();
            if is_latest {
                kept.received_at.remove(&place);
                self.n_kept.fetch_sub(1, Ordering::AcqRel);
                self.disk.remove(place.key(application)).map_err(failed)?;
            }
        }
        Ok(())
    }

    /// Removes what is over, of applications that report no more as well.
    pub(super) fn sweep(&self, now: Timestamp) -> Result<(), StoreError> {
        if self.n_kept.load(Ordering::Acquire) == 0 {
            return Ok(());
        }
        let mut by_application = self.by_application.lock();
        for (application, kept) in by_application.iter_mut() {
            self.sweep_one(*application, kept, now)?;
        }
        Ok(())
    }

    /// A report that is not over at that time.
    pub(super) fn get(
        &self,
        taggers: &Taggers,
        application: &ApplicationId,
        key: ReportKey<'_>,
        now: Timestamp,
    ) -> Result<Option<Report>, StoreError> {
        if self.n_kept.load(Ordering::Acquire) == 0 {
            return Ok(None);
        }
        let tagger = taggers.of(application);
        let Some(place) = self.place_of(&tagger, key) else { return Ok(None) };
        let report = self.read(&tagger, place)?;
        Ok(report.filter(|report| report.application == *application && !is_over(report.received_at, now)))
    }

    /// Where a report is; None if there is none.
    fn place_of(&self, tagger: &Tagger, key: ReportKey<'_>) -> Option<Place> {
        let by_application = self.by_application.lock();
        let kept = by_application.get(&tagger.short).filter(|kept| !kept.received_at.is_empty())?;
        let place = match key {
            ReportKey::Token(id) => Place::Token(id),
            ReportKey::Device(device) => Place::Device(tagger.device(device)),
        };
        kept.received_at.contains_key(&place).then_some(place)
    }

    fn read(&self, tagger: &Tagger, place: Place) -> Result<Option<Report>, StoreError> {
        let bytes = self.disk.get(place.key(tagger.short)).map_err(failed)?;
        let Some(bytes) = bytes else { return Ok(None) };
        let (mut report, sealed) = decode_report(&bytes).map_err(corrupt)?;
        if let Some(sealed) = sealed {
            let unreadable = || StoreError::Corrupt { what: "what a browser's report says of an attempt".to_owned() };
            let said = self.master.open(sealed).map_err(|_| unreadable())?;
            let text = std::str::from_utf8(&said).map_err(|_| unreadable())?;
            report.said = Some(FreeFields::new(text).ok_or_else(unreadable)?);
        }
        Ok(Some(report))
    }
}
