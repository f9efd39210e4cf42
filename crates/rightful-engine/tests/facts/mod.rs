//! Facts for tests: one person, one device, one address, and what is remembered of them, said in few words.

#![allow(dead_code, reason = "each test binary uses its own part of it")]

use std::sync::Arc;

use rightful_domain::{
    Action, Allowances, ApplicationId, Circumstances, Crowd, Device, Enrichment, Event, EventId, Facts, History,
    Lesson, Level, Mark, Network, Outcome, Person, Profile, Remembered, Source, StepTag, Tag, Timestamp, Version,
    Window,
};

pub(crate) const NOW: Timestamp = Timestamp::from_seconds(1_750_000_000);
pub(crate) const DAY_S: i64 = 86_400;

/// Who and what the event names.
pub(crate) const ANN: u64 = 1;
pub(crate) const LAPTOP: u64 = 10;
pub(crate) const HOME: u64 = 100;
pub(crate) const MODEL: u64 = 1_000;

/// The three keys whose attempts are counted.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    Account,
    Device,
    Address,
}

/// What is remembered, while it is being told.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scene {
    account: (Profile, Window),
    device: (Profile, Window),
    address: (Profile, Window),
    n_events: u64,
    pub(crate) enrichment: Enrichment,
    pub(crate) strange_failures_24h: u32,
    pub(crate) net_crowd: Option<Crowd>,
    pub(crate) agent_crowd: Option<Crowd>,
    pub(crate) password_crowd: Option<Crowd>,
    pub(crate) payee: Option<u64>,
}

impl Scene {
    pub(crate) fn account(&mut self) -> &mut Profile {
        &mut self.account.0
    }

    pub(crate) fn device(&mut self) -> &mut Profile {
        &mut self.device.0
    }

    pub(crate) fn address(&mut self) -> &mut Profile {
        &mut self.address.0
    }

    /// The account was let through so often, once a day, the last time so many days ago.
    #[must_use]
    pub(crate) fn used(mut self, times: u32, days_ago: i64, device: u64, address: u64) -> Self {
        for n in 0..i64::from(times) {
            let lesson = lesson(NOW_S - (days_ago + n) * DAY_S, ANN, device, address);
            self.account.0.learn(&lesson);
            let of_ann = Lesson { account: Some(Tag::new(ANN)), ..lesson };
            if device == LAPTOP {
                self.device.0.learn(&of_ann);
            }
            if address == HOME {
                self.address.0.learn(&of_ann);
            }
        }
        self
    }

    /// Another account was let through on the device and at the address, so many days ago.
    #[must_use]
    pub(crate) fn shared_with(mut self, account: u64, days_ago: i64) -> Self {
        let lesson = lesson(NOW_S - days_ago * DAY_S, account, LAPTOP, HOME);
        self.device.0.learn(&lesson);
        self.address.0.learn(&lesson);
        self
    }

    /// So many failed attempts on a key so many seconds ago, each with these two other things.
    #[must_use]
    pub(crate) fn attempts(mut self, key: Key, n: u32, seconds_ago: i64, counterparts: [u64; 2]) -> Self {
        for _ in 0..n {
            self.n_events += 1;
            let mark = Mark {
                at: Timestamp::from_seconds(NOW_S - seconds_ago),
                event: self.n_events,
                counterparts: counterparts.map(|tag| Some(Tag::new(tag))),
                outcome: Outcome::Failed,
            };
            match key {
                Key::Account => self.account.1.count(mark),
                Key::Device => self.device.1.count(mark),
                Key::Address => self.address.1.count(mark),
            };
        }
        self
    }

    /// The facts of an attempt now, itself counted.
    #[must_use]
    pub(crate) fn facts(&self, action: Action) -> Facts {
        let scene = self
            .clone()
            .attempts(Key::Account, 1, 0, [LAPTOP, HOME])
            .attempts(Key::Device, 1, 0, [ANN, HOME])
            .attempts(Key::Address, 1, 0, [ANN, LAPTOP]);
        let remembered = |(profile, window): (Profile, Window)| {
            let tally = window.tally(NOW, Timestamp::from_micros(i64::MAX));
            Some(Remembered { profile: Arc::new(profile), tally })
        };
        let history = History {
            account: remembered(scene.account),
            device: remembered(scene.device),
            address: remembered(scene.address),
            account_tag: Some(Tag::new(ANN)),
            device_tag: Some(Tag::new(LAPTOP)),
            address_tag: Some(Tag::new(HOME)),
            model_tag: Some(Tag::new(MODEL)),
            payee_tag: scene.payee.map(Tag::new),
            strange_failures_24h: scene.strange_failures_24h,
            net_crowd: scene.net_crowd,
            agent_crowd: scene.agent_crowd,
            password_crowd: scene.password_crowd,
            circumstances: circumstances(LAPTOP, HOME, &action),
            ..History::default()
        };
        Facts {
            event: event(action),
            enrichment: scene.enrichment,
            history,
            allowances: Allowances::default(),
            now: NOW,
        }
    }
}

const NOW_S: i64 = NOW.as_micros() / 1_000_000;

/// Where from and with what, so that neighbors of a device or an address are not each other.
fn circumstances(device: u64, address: u64, action: &Action) -> Circumstances {
    let mut tags = [None; Level::COUNT];
    let place = Action::KNOWN.iter().position(|known| known == action).unwrap_or(99);
    for (level, value) in [
        (Level::Country, address / 100),
        (Level::Asn, address),
        (Level::City, address),
        (Level::Net, address),
        (Level::Os, device),
        (Level::Agent, device),
        (Level::Language, device),
        (Level::TimeZone, device),
        (Level::Action, place as u64),
        (Level::Hour, 12),
    ] {
        tags[level.number()] = StepTag::new(u32::try_from(value + 1).expect("small"));
    }
    Circumstances::from_tags(tags, Version::default(), Version::default())
}

fn lesson(at_s: i64, account: u64, device: u64, address: u64) -> Lesson {
    Lesson {
        // An account is not its own neighbor: this is its lesson as it sees it.
        account: (account != ANN).then(|| Tag::new(account)),
        circumstances: circumstances(device, address, &Action::Login),
        device: Some(Tag::new(device)),
        address: Some(Tag::new(address)),
        model: Some(Tag::new(device * 100)),
        ..Lesson::new(EventId::from_parts(0, [1; 10]), Timestamp::from_seconds(at_s))
    }
}

pub(crate) fn event(action: Action) -> Event {
    Event {
        id: EventId::from_parts(0, [1; 10]),
        application: ApplicationId::new("shop").expect("an id"),
        source: Source::Native,
        action,
        outcome: Outcome::Pending,
        account: None,
        authenticated_account: None,
        username: None,
        mechanisms: vec![],
        device: Device::default(),
        network: Network::default(),
        location: None,
        behavior: None,
        payment: None,
        person: Person::default(),
        app: None,
        session: None,
        correlation: None,
        custom: None,
        unknown: None,
        incumbent_verdict: None,
        at: NOW,
        at_clamped: false,
        vouched: true,
        received_at: NOW,
    }
}
