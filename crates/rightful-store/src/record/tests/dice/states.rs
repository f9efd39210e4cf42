//! What a store keeps of accounts, devices and everybody together.

use std::sync::Arc;

use rightful_domain::{
    AccountId, Circumstances, Coordinates, DetailKind, Doubt, Family, KnownDetail, LabelValue, Lesson, Level, Mark,
    NameContext, NameState, News, Outcome, Place, Population, Profile, Rate, StepTag, Tag, Timestamp, Version, Window,
};

use super::Dice;
use crate::embedded::{Belongings, KnownDevice, LatestDevice, More, State};

impl Dice {
    pub(in crate::record::tests) fn details(&mut self) -> Vec<(DetailKind, Tag)> {
        self.some(4, |dice| (dice.of::<DetailKind>(8), dice.tag()))
    }

    pub(super) fn news(&mut self) -> News {
        News {
            is_first: self.flag(),
            weight: (self.below(10) + 1) as f32 / 10.0,
            tried: self.roll() as u16,
            novel: self.roll() as u16,
            newer: self.roll() as u16,
            rates: std::array::from_fn(|_| Rate::from_number(self.roll() as u8)),
            cell: self.roll() as u8,
            name: self.maybe(|dice| (NameContext::ALL[dice.below(3) as usize], NameState::ALL[dice.below(3) as usize])),
            failures: [(); 3].map(|()| self.below(5) as u8),
            nats: self.maybe(|dice| dice.float() as f32),
        }
    }

    pub(super) fn circumstances(&mut self) -> Circumstances {
        let tags = Level::ALL.map(|level| {
            // Golden bytes are older than the later steps, which have their own test.
            if level > Level::Amount {
                return None;
            }
            // Few values, so that some come back.
            let value = self.below(20) as u32 + 1;
            let tag = if level == Level::Hour { value } else { value.wrapping_mul(0x9E37_79B9) };
            self.maybe(|_| StepTag::new(tag).unwrap())
        });
        let version = |dice: &mut Self| Version::parse(&format!("{}.{}", dice.below(200), dice.below(7)));
        Circumstances::from_tags(tags, version(self), version(self))
    }

    pub(in crate::record::tests) fn lesson(&mut self) -> Lesson {
        let seconds = 1_767_225_600 + self.below(10_000_000).cast_signed();
        Lesson {
            account: self.maybe(Self::tag),
            device: self.maybe(|dice| Tag::new(dice.below(9) + 1)),
            address: self.maybe(Self::tag),
            model: self.maybe(Self::tag),
            payee: self.maybe(Self::tag),
            payment_method: self.maybe(Self::tag),
            place: self.maybe(|dice| Place {
                coordinates: Coordinates::from_microdegrees(dice.below(9_000) as i32, 7).unwrap(),
                accuracy_km: dice.maybe(|dice| dice.roll() as u16),
                at: Timestamp::from_seconds(seconds),
            }),
            circumstances: self.circumstances(),
            news: self.news(),
            ..Lesson::new(self.event_id(), Timestamp::from_seconds(seconds))
        }
    }

    pub(super) fn population(&mut self, n: usize) -> Population {
        let mut population = Population::default();
        for _ in 0..n {
            let news = News { cell: self.below(16) as u8, ..self.news() };
            population.learn(
                Timestamp::from_seconds(self.below(1_000_000).cast_signed()),
                &self.circumstances(),
                &news,
            );
        }
        population
    }

    /// A state that has learned and counted about `n` times.
    pub(in crate::record::tests) fn state(&mut self, n: usize) -> State {
        let mut profile = Profile::default();
        let mut window = Window::default();
        for _ in 0..n {
            match self.below(4) {
                0 => profile.learn(&Lesson { account: None, ..self.lesson() }),
                1 => {
                    let matures = self.flag();
                    profile.hold(self.lesson(), matures);
                }
                2 => profile.remember_bad(Family::Device, self.tag(), self.at()),
                _ => {}
            }
            window.count(Mark {
                at: Timestamp::from_seconds(1_767_225_600 + self.below(1_000_000).cast_signed()),
                event: self.roll(),
                counterparts: [self.maybe(|dice| Tag::new(dice.below(9) + 1)), self.maybe(Self::tag)],
                outcome: self.of::<Outcome>(3),
            });
        }
        for family in Family::ALL {
            let vouched: Vec<Tag> = profile.facts(family).iter().map(|fact| fact.tag).filter(|_| self.flag()).collect();
            vouched.into_iter().for_each(|tag| profile.vouch(family, tag));
        }
        profile.standing.reported_at = self.maybe(Self::at);
        profile.standing.contact_changed_at = self.maybe(Self::at);
        profile.standing.contact_changed_by_stranger = self.flag();
        profile.standing.proved_at = self.maybe(Self::at);
        profile.standing.labelled_at = self.maybe(Self::at);
        profile.standing.closed_at = self.maybe(Self::at);
        profile.standing.label = self.maybe(|dice| dice.of::<LabelValue>(5));
        profile.remember_refusal(self.at());
        State {
            applied: self.roll(),
            profile: Arc::new(profile),
            window,
            more: More {
                latest_device: self.maybe(|dice| LatestDevice::of(&dice.snapshot())),
                alias: self.maybe(|dice| AccountId::new(dice.text()).unwrap()),
                population: self.maybe(|dice| Box::new(dice.population(n))),
                belongings: self.maybe(Self::belongings).unwrap_or_default(),
            }
            .into(),
        }
    }

    pub(in crate::record::tests) fn belongings(&mut self) -> Belongings {
        Belongings {
            devices: self
                .some(4, |dice| KnownDevice {
                    tag: dice.tag(),
                    first_at: dice.at(),
                    last_at: dice.at(),
                    first_event: dice.maybe(Self::roll),
                    is_claim: dice.flag(),
                    sequence: dice.below(1_000),
                    detached_at: dice.maybe(Self::at),
                })
                .into(),
            details: self
                .some(4, |dice| KnownDetail {
                    kind: dice.of::<DetailKind>(8),
                    tag: dice.tag(),
                    sequence: dice.below(1_000),
                    doubt: dice.maybe(|dice| Doubt { at: dice.at(), trusted: dice.maybe(|dice| dice.below(1_000)) }),
                })
                .into(),
            rolled_back_to: self.maybe(Self::at),
        }
    }
}
