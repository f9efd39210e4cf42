//! Random operations on the embedded store and on a plain map, which must answer alike, restarts included.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use proptest::prelude::*;
use rightful_domain::{
    AccountId, Conclusion, Enrichment, Event, EventId, Family, Feedback, FeedbackKind, FeedbackTarget, Habits, Level,
    Outcome, Search, Span, Timestamp, Verdict,
};
use rightful_store::conformance::{judged, login};
use rightful_store::{EmbeddedOptions, EmbeddedStore, Ledger, MasterKey, Memory, Recorded};

const ACCOUNTS: [&str; 3] = ["anna", "berta", "clara"];
const DEVICES: [&str; 3] = ["phone", "laptop", "tablet"];
/// Who passed a challenge by a way that is not said may have confirmed a prompt to have peace.
const PASSED_SOMEHOW: FeedbackKind = FeedbackKind::ChallengePassed { mechanism: None };
/// Refusals within ten minutes, which all of these events are, that make it worthless; the most that are remembered.
const REFUSALS_TIRED: usize = 3;
const REFUSALS_MAX: usize = 8;

#[derive(Debug, Clone)]
enum Operation {
    /// Recall and record a new event.
    Attempt {
        account: usize,
        device: usize,
        outcome: Outcome,
        verdict: Verdict,
    },
    /// Record an event again.
    Again(prop::sample::Index),
    Conclude(prop::sample::Index, Outcome),
    Say(prop::sample::Index, FeedbackKind),
    Restart {
        close: bool,
    },
}

fn operations() -> impl Strategy<Value = Vec<Operation>> {
    let outcome = || prop_oneof![Just(Outcome::Pending), Just(Outcome::Succeeded), Just(Outcome::Failed)];
    let verdict = prop_oneof![3 => Just(Verdict::Allow), 2 => Just(Verdict::Challenge), 1 => Just(Verdict::Deny)];
    let kind = prop_oneof![
        Just(FeedbackKind::ConfirmedTakeover),
        Just(FeedbackKind::ConfirmedLegitimate),
        Just(PASSED_SOMEHOW),
        Just(FeedbackKind::ChallengePassed { mechanism: Some(rightful_domain::MechanismKind::Recaptcha) }),
        Just(FeedbackKind::ChallengeFailed),
        Just(FeedbackKind::ChallengeIgnored),
    ];
    let attempt = (0..3_usize, 0..3_usize, outcome(), verdict)
        .prop_map(|(account, device, outcome, verdict)| Operation::Attempt { account, device, outcome, verdict });
    let ended = prop_oneof![Just(Outcome::Succeeded), Just(Outcome::Failed)];
    let operation = prop_oneof![
        6 => attempt,
        1 => any::<prop::sample::Index>().prop_map(Operation::Again),
        3 => (any::<prop::sample::Index>(), ended).prop_map(|(event, outcome)| Operation::Conclude(event, outcome)),
        3 => (any::<prop::sample::Index>(), kind).prop_map(|(event, kind)| Operation::Say(event, kind)),
        1 => any::<bool>().prop_map(|close| Operation::Restart { close }),
    ];
    proptest::collection::vec(operation, 1..60)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Nowhere,
    Awaited,
    Held,
    Learned,
    Revoked,
}

/// What the plain map keeps of an event.
struct Known {
    event: Event,
    verdict: Verdict,
    concluded: Option<Outcome>,
    said: Vec<FeedbackKind>,
    place: Place,
}

/// Where an event that was judged so and ended so belongs.
const fn belongs(verdict: Verdict, outcome: Outcome) -> Place {
    match (outcome, verdict) {
        (Outcome::Pending, _) => Place::Awaited,
        (Outcome::Failed, _) | (Outcome::Succeeded, Verdict::Deny) => Place::Nowhere,
        (Outcome::Succeeded, Verdict::Trust | Verdict::Allow) => Place::Learned,
        (Outcome::Succeeded, Verdict::Challenge) => Place::Held,
    }
}

impl Known {
    fn outcome(&self) -> Outcome {
        self.concluded.unwrap_or(self.event.outcome)
    }

    fn is_reported(&self) -> bool {
        let last = self
            .said
            .iter()
            .rev()
            .find(|kind| matches!(kind, FeedbackKind::ConfirmedTakeover | FeedbackKind::ConfirmedLegitimate));
        last == Some(&FeedbackKind::ConfirmedTakeover)
    }

    /// `is_tired`: somebody refused so many challenges on the account just before that passing one proves nothing.
    fn is_vouched_for(&self, is_tired: bool) -> bool {
        let vouches =
            |kind: &FeedbackKind| *kind == FeedbackKind::ConfirmedLegitimate || *kind == PASSED_SOMEHOW && !is_tired;
        !self.is_reported() && self.said.iter().any(vouches)
    }

    /// `device_is_held`: the account's profile holds its device in quarantine.
    fn conclude(&mut self, outcome: Outcome, device_is_held: bool, is_tired: bool) {
        if self.concluded == Some(outcome) {
            return;
        }
        self.concluded = Some(outcome);
        let belongs = match belongs(self.verdict, outcome) {
            Place::Learned if device_is_held => Place::Held,
            place => place,
        };
        self.place = match (self.place, belongs) {
            (Place::Revoked, _) => Place::Revoked,
            (Place::Learned, Place::Held) => Place::Learned,
            (Place::Awaited | Place::Nowhere, Place::Held) if self.is_vouched_for(is_tired) => Place::Learned,
            (_, belongs) => belongs,
        };
    }

    fn passes(&self, kind: &FeedbackKind, is_tired: bool) -> bool {
        *kind == PASSED_SOMEHOW && !is_tired && self.place == Place::Held
    }

    fn is_neighbor_of(&self, other: &Event) -> bool {
        self.event.account == other.account && self.event.device == other.device
    }

    /// Whether it was said at all: what was said last and moves nothing is not written again.
    fn say(&mut self, kind: FeedbackKind, is_tired: bool) -> bool {
        let before = self.place;
        match &kind {
            FeedbackKind::ConfirmedTakeover => self.place = Place::Revoked,
            FeedbackKind::ConfirmedLegitimate if self.outcome() == Outcome::Succeeded => self.place = Place::Learned,
            kind if self.passes(kind, is_tired) => self.place = Place::Learned,
            _ => {}
        }
        let is_news = self.said.last() != Some(&kind) || self.place != before;
        if is_news {
            self.said.push(kind);
        }
        is_news
    }
}

struct Agreement {
    dir: tempfile::TempDir,
    store: EmbeddedStore,
    runtime: tokio::runtime::Runtime,
    /// By number of the event.
    known: BTreeMap<u64, Known>,
    /// Challenges that were failed or ignored, by account: when, in that order.
    refused: BTreeMap<AccountId, Vec<Timestamp>>,
}

fn open(dir: &std::path::Path) -> EmbeddedStore {
    EmbeddedStore::open(dir, EmbeddedOptions::new(MasterKey::from_bytes([7; 32]), [9; 32])).unwrap().0
}

impl Agreement {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = open(dir.path());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        Self { dir, store, runtime, known: BTreeMap::new(), refused: BTreeMap::new() }
    }

    fn perform(&mut self, operation: Operation) {
        match operation {
            Operation::Attempt { account, device, outcome, verdict } => {
                self.attempt(ACCOUNTS[account], DEVICES[device], outcome, verdict);
            }
            Operation::Again(place) => {
                let Some(known) = self.pick(place) else { return };
                let entry = judged(&known.event, known.verdict);
                let id = known.event.id;
                match self.runtime.block_on(self.store.record(entry)).unwrap() {
                    Recorded::Repeated(record) => assert_eq!(record.entry.event.id, id),
                    Recorded::New { .. } => panic!("an event was recorded twice"),
                }
            }
            Operation::Conclude(place, outcome) => {
                let Some(device_is_held) = self.pick(place).map(|known| known.event.id).map(|id| self.is_held(id))
                else {
                    return;
                };
                let is_tired = self.is_tired(place);
                let Some(known) = self.pick(place) else { return };
                known.conclude(outcome, device_is_held, is_tired);
                let (application, event, received_at) =
                    (known.event.application.clone(), known.event.id, known.event.received_at);
                let conclusion = Conclusion { application, event, outcome, received_at };
                let record = self.runtime.block_on(self.store.conclude(conclusion)).unwrap();
                assert_eq!(record.outcome(), outcome);
            }
            Operation::Say(place, kind) => {
                let is_tired = self.is_tired(place);
                let Some(known) = self.pick(place) else { return };
                let (event, passes) = (known.event.clone(), known.passes(&kind, is_tired));
                let is_news = known.say(kind.clone(), is_tired);
                if passes {
                    self.release_device_of(event.id);
                }
                if is_news && matches!(kind, FeedbackKind::ChallengeFailed | FeedbackKind::ChallengeIgnored) {
                    self.refuse(&event);
                }
                let Some(known) = self.pick(place) else { return };
                let (application, received_at) = (known.event.application.clone(), known.event.received_at);
                let target = FeedbackTarget::Event(known.event.id);
                let feedback = Feedback { application, target, kind, received_at };
                self.runtime.block_on(self.store.apply_feedback(feedback)).unwrap();
            }
            Operation::Restart { close } => self.restart(close),
        }
    }

    fn pick(&mut self, place: prop::sample::Index) -> Option<&mut Known> {
        let n = self.known.len();
        (n > 0).then(|| self.known.values_mut().nth(place.index(n)).unwrap())
    }

    /// Whether so many challenges were refused on the account of an event, before it, that passing one proves nothing.
    fn is_tired(&mut self, place: prop::sample::Index) -> bool {
        let Some(event) = self.pick(place).map(|known| known.event.clone()) else { return false };
        let refused = event.account.and_then(|account| self.refused.get(&account));
        let before = |refused: &&Timestamp| **refused <= event.received_at;
        refused.is_some_and(|refused| refused.iter().filter(before).count() >= REFUSALS_TIRED)
    }

    fn refuse(&mut self, event: &Event) {
        let refused = self.refused.entry(event.account.clone().unwrap()).or_default();
        refused.push(event.received_at);
        refused.sort_unstable();
        if refused.len() > REFUSALS_MAX {
            refused.remove(0);
        }
    }

    fn event(&self, id: EventId) -> Event {
        self.known.values().find(|known| known.event.id == id).unwrap().event.clone()
    }

    /// Whether the device of an event is in quarantine on its account.
    fn is_held(&self, id: EventId) -> bool {
        let event = self.event(id);
        let mut places = self.known.values().filter(|known| known.is_neighbor_of(&event)).map(|known| known.place);
        places.clone().all(|place| place != Place::Learned) && places.any(|place| place == Place::Held)
    }

    /// Who passes a challenge frees all that the device has left in quarantine on the account.
    fn release_device_of(&mut self, id: EventId) {
        let event = self.event(id);
        for known in self.known.values_mut().filter(|known| known.is_neighbor_of(&event)) {
            if known.place == Place::Held {
                known.place = Place::Learned;
            }
        }
    }

    fn restart(&mut self, close: bool) {
        if close {
            self.store.close();
        }
        // A store must be gone before its folder is opened again.
        let elsewhere = tempfile::tempdir().unwrap();
        drop(std::mem::replace(&mut self.store, open(elsewhere.path())));
        self.store = open(self.dir.path());
    }

    fn attempt(&mut self, account: &str, device: &str, outcome: Outcome, verdict: Verdict) {
        let n = self.known.len() as u64;
        let mut event = login(n, account, device, "192.0.2.1");
        event.outcome = outcome;
        let history =
            self.runtime.block_on(self.store.recall(&event, &Enrichment::default(), event.received_at)).unwrap();
        let remembered = history.account.unwrap();
        let tally = remembered.tally.span(Span::Hour);
        let same = |known: &&Known| known.event.account == event.account;
        let before = self.known.values().filter(same).count() as u32;
        let failed = self.known.values().filter(same).filter(|known| known.outcome() == Outcome::Failed).count() as u32;
        assert_eq!((tally.attempts, tally.failures), (before + 1, failed + u32::from(outcome == Outcome::Failed)));
        let learned = self.known.values().filter(same).filter(|known| known.place == Place::Learned);
        let on_device = learned.clone().filter(|known| known.event.device == event.device).count() as u32;
        let profile = &remembered.profile;
        let seen = history.device_tag.and_then(|tag| profile.fact(Family::Device, tag)).map_or(0, |fact| fact.n);
        assert_eq!((profile.n_learned, seen), (learned.clone().count() as u32, on_device), "account {account}");
        // What was unlearned left nothing, within rounding: all events lie within minutes.
        let unit = Habits::unit(event.at);
        let weight_of = |level| {
            let tag = history.circumstances.tag(level).unwrap();
            profile.habits.weight_of(level, tag).unwrap_or(0.0) / unit
        };
        for (level, n) in [(Level::Device, on_device), (Level::Action, profile.n_learned)] {
            assert!((weight_of(level) - n as f32).abs() < 0.01, "account {account}: {level:?}, {n}");
        }
        assert!((profile.habits.weight / unit - profile.n_learned as f32).abs() < 0.01, "account {account}");
        let of_device = self.known.values().filter(|known| known.event.device == event.device);
        let learned = of_device.filter(|known| known.place == Place::Learned).count() as u32;
        assert_eq!(history.device.unwrap().profile.n_learned, learned, "device {device}");
        self.runtime.block_on(self.store.record(judged(&event, verdict))).unwrap();
        let place = belongs(verdict, outcome);
        self.known.insert(n, Known { event, verdict, concluded: None, said: Vec::new(), place });
    }

    fn check_search(&self) {
        for account in ACCOUNTS.map(|name| AccountId::new(name).unwrap()) {
            let of_account = |known: &&Known| known.event.account.as_ref() == Some(&account);
            let expected: Vec<_> = self.known.values().filter(of_account).rev().collect();
            let search =
                Search { account: Some(account.clone()), ..Search::of(login(0, "a", "b", "").application, 100) };
            let page = self.runtime.block_on(self.store.search(&search)).unwrap();
            assert_eq!(page.records.len(), expected.len());
            for (record, known) in page.records.iter().zip(expected) {
                assert_eq!(record.entry, judged(&known.event, known.verdict));
                assert_eq!(record.outcome(), known.outcome());
                let said: Vec<_> = record.feedback.iter().map(|said| said.kind.clone()).collect();
                assert_eq!(said, known.said);
            }
        }
    }
}

proptest! {
    // Each case is a store of its own: sixteen where others have 256, and more where more are asked for.
    #![proptest_config(ProptestConfig {
        cases: ProptestConfig::default().cases.div_ceil(16),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn the_store_and_a_plain_map_answer_alike(operations in operations()) {
        let mut agreement = Agreement::new();
        for operation in operations {
            agreement.perform(operation);
        }
        for account in ACCOUNTS {
            for device in DEVICES {
                agreement.attempt(account, device, Outcome::Failed, Verdict::Allow);
            }
        }
        agreement.check_search();
        agreement.restart(false);
        agreement.check_search();
    }
}
