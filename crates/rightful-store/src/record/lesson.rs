//! The stored forms of what an event teaches: its tags, its circumstances, and what was new about it.

use rightful_domain::{
    Circumstances, Coordinates, EventId, FAILURE_CLASSES, Lesson, Level, NameContext, NameState, News, Place,
    RATED_LEVELS, Rate, StepTag, Tag, Timestamp, Version,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;

/// The first form: event, time, tags of account, device, address, model. Written where no more is needed.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredTags([u8; 16], i64, [Option<[u8; 8]>; 4]);

impl StoredTags {
    pub(crate) fn of(lesson: &Lesson) -> Self {
        let tags = [lesson.account, lesson.device, lesson.address, lesson.model];
        Self(*lesson.event.as_bytes(), lesson.at.as_micros(), tags.map(|tag| tag.map(stored_tag)))
    }

    pub(crate) fn restore(self) -> Lesson {
        let [account, device, address, model] = self.2.map(|tag| tag.map(restored_tag));
        let lesson = Lesson::new(EventId::from_bytes(self.0), Timestamp::from_micros(self.1));
        Lesson { account, device, address, model, ..lesson }
    }
}

/// The whole lesson.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredLesson {
    tags: StoredTags,
    /// Payee, payment method.
    paid: [Option<[u8; 8]>; 2],
    place: Option<StoredPlace>,
    circumstances: StoredCircumstances,
    news: Option<StoredNews>,
}

impl StoredLesson {
    pub(crate) fn of(lesson: &Lesson) -> Self {
        Self {
            tags: StoredTags::of(lesson),
            paid: [lesson.payee, lesson.payment_method].map(|tag| tag.map(stored_tag)),
            place: lesson.place.as_ref().map(StoredPlace::of),
            circumstances: StoredCircumstances::of(&lesson.circumstances),
            news: StoredNews::of(&lesson.news),
        }
    }

    pub(crate) fn restore(self) -> Result<Lesson, Undecodable> {
        let [payee, payment_method] = self.paid.map(|tag| tag.map(restored_tag));
        Ok(Lesson {
            payee,
            payment_method,
            place: self.place.map(StoredPlace::restore).transpose()?,
            circumstances: self.circumstances.restore()?,
            news: StoredNews::restored(self.news)?,
            ..self.tags.restore()
        })
    }
}

/// A tag is random, so a variable-length integer would only make it longer.
pub(crate) const fn stored_tag(tag: Tag) -> [u8; 8] {
    tag.get().to_le_bytes()
}

pub(crate) const fn restored_tag(bytes: [u8; 8]) -> Tag {
    Tag::new(u64::from_le_bytes(bytes))
}

pub(crate) const fn stored_step(tag: StepTag) -> [u8; 4] {
    tag.get().to_le_bytes()
}

pub(crate) fn restored_step(bytes: [u8; 4]) -> Result<StepTag, Undecodable> {
    StepTag::new(u32::from_le_bytes(bytes)).ok_or(Undecodable("a step without a tag"))
}

/// A version's three parts: small numbers, most of them.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredVersion(u32, u16, u16);

impl StoredVersion {
    pub(crate) const fn of(version: Version) -> Self {
        let number = version.number();
        // Each part is cut to its place in the number.
        Self((number >> 32) as u32, (number >> 16) as u16, number as u16)
    }

    pub(crate) fn restore(self) -> Version {
        Version::from_number(u64::from(self.0) << 32 | u64::from(self.1) << 16 | u64::from(self.2))
    }
}

/// Latitude and longitude in millionths of a degree, accuracy, time.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredPlace((i32, i32), Option<u16>, i64);

impl StoredPlace {
    pub(crate) const fn of(place: &Place) -> Self {
        Self(place.coordinates.microdegrees(), place.accuracy_km, place.at.as_micros())
    }

    pub(crate) fn restore(self) -> Result<Place, Undecodable> {
        let Self((latitude, longitude), accuracy_km, at) = self;
        let coordinates = Coordinates::from_microdegrees(latitude, longitude);
        let coordinates = coordinates.map_err(|_| Undecodable("not a place"))?;
        Ok(Place { coordinates, accuracy_km, at: Timestamp::from_micros(at) })
    }
}

/// Which levels there are, a bit each; their tags; versions of the system and of the browser.
#[derive(Serialize, Deserialize)]
struct StoredCircumstances(u32, Vec<[u8; 4]>, StoredVersion, StoredVersion);

impl StoredCircumstances {
    fn of(circumstances: &Circumstances) -> Self {
        let told = Level::ALL.into_iter().filter_map(|level| Some((level, circumstances.tag(level)?)));
        let (mut mask, mut tags) = (0, Vec::with_capacity(Level::COUNT));
        for (level, tag) in told {
            mask |= 1 << level.number();
            tags.push(stored_step(tag));
        }
        let [os, browser] = [circumstances.os_version, circumstances.browser_version].map(StoredVersion::of);
        Self(mask, tags, os, browser)
    }

    fn restore(self) -> Result<Circumstances, Undecodable> {
        let Self(mask, stored, os, browser) = self;
        let mut stored = stored.into_iter();
        let mut tags = [None; Level::COUNT];
        for (place, level) in tags.iter_mut().zip(Level::ALL) {
            if mask >> level.number() & 1 == 1 {
                *place = Some(restored_step(stored.next().ok_or(Undecodable("a step without a tag"))?)?);
            }
        }
        Ok(Circumstances::from_tags(tags, os.restore(), browser.restore()))
    }
}

/// What was new about an event.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredNews {
    is_first: bool,
    weight: f32,
    /// Tried, novel, newer.
    bits: [u16; 3],
    rates: [u8; RATED_LEVELS],
    cell: u8,
    /// 0 for no name, else 1 + 3 × context + state.
    name: u8,
    failures: [u8; 3],
    nats: Option<f32>,
}

impl StoredNews {
    /// None for what nobody judged.
    pub(crate) fn of(news: &News) -> Option<Self> {
        let name = |(context, state): (NameContext, NameState)| 1 + 3 * context as u8 + state as u8;
        let stored = Self {
            is_first: news.is_first,
            weight: news.weight,
            bits: [news.tried, news.novel, news.newer],
            rates: news.rates.map(Rate::number),
            cell: news.cell,
            name: news.name.map_or(0, name),
            failures: news.failures,
            nats: news.nats,
        };
        (*news != News::default()).then_some(stored)
    }

    /// What was stored, or the news of what nobody judged.
    pub(crate) fn restored(stored: Option<Self>) -> Result<News, Undecodable> {
        let Some(stored) = stored else { return Ok(News::default()) };
        let [tried, novel, newer] = stored.bits;
        if stored.failures.into_iter().any(|class| usize::from(class) >= FAILURE_CLASSES) {
            return Err(Undecodable("unknown class of failures"));
        }
        Ok(News {
            is_first: stored.is_first,
            weight: stored.weight,
            tried,
            novel,
            newer,
            rates: stored.rates.map(Rate::from_number),
            cell: stored.cell,
            name: stored.name.checked_sub(1).map(name_of).transpose()?,
            failures: stored.failures,
            nats: stored.nats,
        })
    }
}

fn name_of(number: u8) -> Result<(NameContext, NameState), Undecodable> {
    let context = NameContext::ALL.get(usize::from(number / 3));
    let state = NameState::ALL.get(usize::from(number % 3));
    context.copied().zip(state.copied()).ok_or(Undecodable("unknown number of a name"))
}
