//! Profiles: what a key (an account, a device, an address) has learned from events that were let through.
//!
//! Learning is a sum, so its order does not matter and it can be undone: a reclaim subtracts what the intruder taught.
//! An event that was challenged is held, and teaches nothing until it has passed.

use std::time::Duration;

use crate::habits::{CACHE_LINE_BYTES, Habits};
use crate::known_facts::KnownFacts;
use crate::{Coordinates, EventId, LabelValue, Lesson, MechanismKind, Sparse, Tag, Timestamp};

/// The most facts of one family that a profile keeps; the least recently seen go first, but for accounts, of which the
/// newest does.
pub const FACTS_MAX: usize = 64;
/// An account that was not seen for so long has left the device or the address, and makes room.
const ACCOUNT_GONE_AFTER: Duration = Duration::from_secs(30 * 86_400);
/// The most events one profile holds in quarantine; the oldest go first.
pub const HELD_MAX: usize = 64;
/// The most things one profile remembers as bad; the oldest go first.
const BAD_MAX: usize = 64;
/// The most refused challenges one profile remembers; the oldest go first.
const REFUSALS_MAX: usize = 8;

/// What a fact is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// An account.
    Account,
    /// A device.
    Device,
    /// An address.
    Address,
    /// A device's model or platform.
    Model,
    /// Whom money went to.
    Payee,
    /// What was paid with.
    PaymentMethod,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Account, Self::Device, Self::Address, Self::Model, Self::Payee, Self::PaymentMethod];
}

/// One thing that was seen on events let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    /// What.
    pub tag: Tag,
    /// First seen.
    pub first_at: Timestamp,
    /// Last seen.
    pub last_at: Timestamp,
    /// How often.
    pub n: u32,
    /// Whether somebody proved with it to be the owner.
    pub is_vouched: bool,
}

/// An event in quarantine.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// What it would teach.
    pub lesson: Lesson,
    /// Whether it is learned after [`Profile::MATURITY`] without a report.
    pub matures: bool,
}

/// Where an account stands, beside what it has learned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Standing {
    /// Since when a takeover is reported and not reclaimed; None if none is.
    pub reported_at: Option<Timestamp>,
    /// When it was last reclaimed.
    pub reclaimed_at: Option<Timestamp>,
    /// Since when the account is closed; None if it is not.
    pub closed_at: Option<Timestamp>,
    /// What a reviewer made of the account last; None if nobody did.
    pub label: Option<LabelValue>,
    /// When a contact (e-mail, phone) or a factor was last changed, or access recovered.
    pub contact_changed_at: Option<Timestamp>,
    /// Whether that was done from a device that the account did not know, or was challenged.
    pub contact_changed_by_stranger: bool,
    /// When somebody last proved to be the owner: passed a challenge, or was said to be.
    pub proved_at: Option<Timestamp>,
    /// When challenges were last failed or ignored, oldest first.
    pub refused_at: Vec<Timestamp>,
    /// Devices and addresses: when an event on them was last said to be a takeover, of any account.
    pub labelled_at: Option<Timestamp>,
    /// What an intruder used: remembered as bad, oldest first.
    pub bad: Vec<Bad>,
}

impl Standing {
    /// How long refusals belong together: somebody who asks again and again does so at once.
    pub const REFUSALS_SPAN: Duration = Duration::from_secs(10 * 60);

    /// Challenges that were failed or ignored within [`Self::REFUSALS_SPAN`] before.
    #[must_use]
    pub fn refused_lately(&self, at: Timestamp) -> usize {
        let since = at.minus(Self::REFUSALS_SPAN);
        self.refused_at.iter().filter(|refused| **refused > since && **refused <= at).count()
    }

    /// Nowhere yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            reported_at: None,
            reclaimed_at: None,
            closed_at: None,
            label: None,
            contact_changed_at: None,
            contact_changed_by_stranger: false,
            proved_at: None,
            refused_at: Vec::new(),
            labelled_at: None,
            bad: Vec::new(),
        }
    }
}

/// Something that an intruder used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bad {
    /// What it is.
    pub family: Family,
    /// Which.
    pub tag: Tag,
    /// When that was said: it matters less with time.
    pub at: Timestamp,
}

/// Where something was seen last, as far as that can be told: from a network that does not hide it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// About where.
    pub coordinates: Coordinates,
    /// The radius in which it probably was, in km; None where it is not told.
    pub accuracy_km: Option<u16>,
    /// When.
    pub at: Timestamp,
}

/// How many places stand between a profile and what is to be read of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// None.
    Itself,
    /// One.
    Behind,
    /// Two: there is nothing further off.
    Last,
}

impl Depth {
    /// All of them, nearest first.
    pub const ALL: [Self; 3] = [Self::Itself, Self::Behind, Self::Last];
}

/// What a key has learned.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Profile {
    /// Events learned from.
    pub n_learned: u32,
    /// The first of them.
    pub first_at: Option<Timestamp>,
    /// The last of them.
    pub last_at: Option<Timestamp>,
    /// What was seen on them.
    facts: KnownFacts,
    /// What it usually does. Accounts only.
    pub habits: Sparse<Habits>,
    /// Where it was seen last. Accounts and devices.
    pub last_place: Option<Place>,
    /// What is in quarantine, oldest first.
    pub held: Sparse<Vec<Held>>,
    /// Where the account stands; the default for devices and addresses, except for `bad`.
    pub standing: Sparse<Standing>,
}

impl Profile {
    /// After this time, an event that could not be challenged and that nobody has reported is believed.
    pub const MATURITY: Duration = Duration::from_secs(86_400);
    /// For this time after a change of contact, a proof that goes through the contact releases nothing.
    pub const CONTACT_QUARANTINE: Duration = Duration::from_secs(7 * 86_400);
    /// After so many refusals within [`Standing::REFUSALS_SPAN`], a prompt that is confirmed releases nothing: as many as
    /// make the reason of challenge fatigue.
    const REFUSALS_TIRED: usize = 3;

    /// The facts of a family, by tag.
    #[must_use]
    pub fn facts(&self, family: Family) -> &[Fact] {
        self.facts.of(family)
    }

    /// Does nothing for what is not known.
    pub(crate) fn set_vouched(&mut self, family: Family, tag: Tag) {
        if let Ok(place) = self.facts.place(family, tag)
            && let Some(fact) = self.facts.get_mut(place)
        {
            fact.is_vouched = true;
        }
    }

    /// What is known of one thing; None if it was never seen on an event let through. O(log n).
    #[must_use]
    pub fn fact(&self, family: Family, tag: Tag) -> Option<&Fact> {
        self.facts.place(family, tag).ok().and_then(|place| self.facts.get(place))
    }

    /// Reads a little of the places that the profile is kept in, for nothing but to have it near: with a million accounts
    /// all of it is far, and what is asked for at once comes at once, not one after the other as judging comes to it.
    ///
    /// What is returned means nothing. To be asked of several profiles at each depth before the next: where a place is,
    /// is said by the one before it.
    #[must_use]
    pub fn glance(&self, depth: Depth) -> u32 {
        match depth {
            Depth::Itself => self.n_learned ^ u32::from(self.last_place.is_some()) ^ u32::from(self.held.is_empty()),
            Depth::Behind => {
                let facts = self.facts.all().iter().step_by(CACHE_LINE_BYTES / size_of::<Fact>());
                facts.fold(self.habits.glance_itself(), |all, fact| all ^ fact.n)
            }
            Depth::Last => self.habits.glance_behind(),
        }
    }

    /// Learns from an event let through. Learning twice counts twice: who records an event once teaches once.
    pub fn learn(&mut self, lesson: &Lesson) {
        self.n_learned = self.n_learned.saturating_add(1);
        self.first_at = Some(self.first_at.map_or(lesson.at, |at| at.min(lesson.at)));
        self.last_at = Some(self.last_at.map_or(lesson.at, |at| at.max(lesson.at)));
        for family in Family::ALL {
            if let Some(tag) = lesson.tag(family) {
                self.see(family, Fact { tag, first_at: lesson.at, last_at: lesson.at, n: 1, is_vouched: false });
            }
        }
        if lesson.is_of_account() {
            self.habits.learn(lesson.at, &lesson.circumstances, &lesson.news);
        }
        if let Some(place) = lesson.place
            && self.last_place.is_none_or(|last| last.at <= place.at)
        {
            self.last_place = Some(place);
        }
    }

    /// Adds what is known of one thing, as learned or as read back from storage.
    pub fn see(&mut self, family: Family, seen: Fact) {
        match self.facts.place(family, seen.tag) {
            Ok(place) => {
                if let Some(fact) = self.facts.get_mut(place) {
                    fact.first_at = fact.first_at.min(seen.first_at);
                    fact.last_at = fact.last_at.max(seen.last_at);
                    fact.n = fact.n.saturating_add(seen.n);
                    fact.is_vouched |= seen.is_vouched;
                }
            }
            Err(place) => self.facts.insert(family, place, seen),
        }
        if self.facts(family).len() > FACTS_MAX
            && let Some(tag) = self.one_too_many(family, seen.last_at)
        {
            let place = self.facts.place(family, tag);
            place.into_iter().for_each(|place| self.facts.remove(family, place));
        }
    }

    /// Which fact goes where there is one too many: the least recently seen.
    ///
    /// Of accounts, the one that came last, once nobody has left: where more than [`FACTS_MAX`] people come every day in
    /// about the same order, whoever was seen least recently is the next to come, and nobody would ever be known there. Nor
    /// can somebody drive out those who are, by coming with accounts of their own.
    fn one_too_many(&self, family: Family, now: Timestamp) -> Option<Tag> {
        let facts = self.facts(family).iter();
        let oldest = facts.clone().min_by_key(|fact| (fact.last_at, fact.tag))?;
        let goes = match family {
            Family::Account if oldest.last_at.plus(ACCOUNT_GONE_AFTER) > now => {
                facts.max_by_key(|fact| (fact.first_at, fact.tag))?
            }
            Family::Account
            | Family::Device
            | Family::Address
            | Family::Model
            | Family::Payee
            | Family::PaymentMethod => oldest,
        };
        Some(goes.tag)
    }

    /// Puts an event in quarantine.
    pub fn hold(&mut self, lesson: Lesson, matures: bool) {
        if self.held.iter().any(|held| held.lesson.event == lesson.event) {
            return;
        }
        let place = self.held.partition_point(|held| (held.lesson.at, held.lesson.event) < (lesson.at, lesson.event));
        self.held.insert(place, Held { lesson, matures });
        if self.held.len() > HELD_MAX {
            self.held.remove(0);
        }
    }

    /// What a device has left in quarantine: nothing if it is familiar, since then it was believed before or since.
    #[must_use]
    pub fn held_of(&self, device: Tag) -> Vec<&Held> {
        if self.fact(Family::Device, device).is_some() {
            return Vec::new();
        }
        self.held.iter().filter(|held| held.lesson.device == Some(device)).collect()
    }

    /// Whether passing a challenge in this way lets an event out of quarantine.
    ///
    /// A captcha proves a human, a password what an intruder has, and a word that we do not know nothing that we know
    /// of. What goes through a contact proves little within seven days of its change; and a prompt that is confirmed when
    /// others were refused just before was confirmed to have peace. `None`: the caller said that it was passed and not how,
    /// so it may have been by either.
    #[must_use]
    pub fn releases(&self, mechanism: Option<&MechanismKind>, at: Timestamp) -> bool {
        let contact_is_fresh =
            self.standing.contact_changed_at.is_some_and(|changed| at < changed.plus(Self::CONTACT_QUARANTINE));
        let is_tired = self.standing.refused_lately(at) >= Self::REFUSALS_TIRED;
        let Some(mechanism) = mechanism else { return !contact_is_fresh && !is_tired };
        let proves_owner = mechanism.is_second_factor() || mechanism.goes_through_contact();
        let is_doubtful = contact_is_fresh && mechanism.goes_through_contact() || is_tired && mechanism.is_prompt();
        proves_owner && !is_doubtful
    }

    /// Takes one event out of quarantine; None if it is not in it.
    pub fn release(&mut self, event: EventId) -> Option<Lesson> {
        let place = self.held.iter().position(|held| held.lesson.event == event)?;
        Some(self.held.remove(place).lesson)
    }

    /// Takes all events of one device out of quarantine: its user has proved to be the owner.
    pub fn release_device(&mut self, device: Tag) -> Vec<Lesson> {
        self.release_if(|held| held.lesson.device == Some(device))
    }

    /// Takes out what nobody could challenge and nobody has reported for [`Self::MATURITY`].
    pub fn release_matured(&mut self, now: Timestamp) -> Vec<Lesson> {
        if self.standing.reported_at.is_some() {
            return Vec::new();
        }
        // From its receipt, which the id says, or from its own time if that is later: what is told late must have been
        // there to be reported for as long.
        self.release_if(|held| {
            held.matures && now.since(held.lesson.at.max(held.lesson.event.received_at())) >= Self::MATURITY
        })
    }

    fn release_if(&mut self, released: impl Fn(&Held) -> bool) -> Vec<Lesson> {
        if self.held.is_empty() {
            return Vec::new();
        }
        let (out, held): (Vec<Held>, Vec<Held>) = std::mem::take(&mut *self.held).into_iter().partition(released);
        self.held = held.into();
        out.into_iter().map(|held| held.lesson).collect()
    }

    /// Unlearns one event, as if it had never been let through, as far as sums go: a time between first and last
    /// stays where it was.
    pub fn unlearn(&mut self, lesson: &Lesson) {
        self.n_learned = self.n_learned.saturating_sub(1);
        if lesson.is_of_account() {
            self.habits.unlearn(lesson.at, &lesson.circumstances, &lesson.news);
        }
        if self.last_place.is_some_and(|last| last.at == lesson.at) {
            self.last_place = None;
        }
        for family in Family::ALL {
            let Some(tag) = lesson.tag(family) else { continue };
            if let Ok(place) = self.facts.place(family, tag)
                && let Some(fact) = self.facts.get_mut(place)
            {
                fact.n = fact.n.saturating_sub(1);
                if fact.n == 0 {
                    self.facts.remove(family, place);
                }
            }
        }
    }

    /// Goes back to before `to`: unlearns `lessons` (those learned since), forgets what was first seen since, drops
    /// what is in quarantine since, and remembers nothing as seen later than `to`.
    pub fn roll_back(&mut self, to: Timestamp, lessons: &[Lesson]) {
        for lesson in lessons.iter().filter(|lesson| lesson.at >= to) {
            self.unlearn(lesson);
        }
        self.forget_since(to);
        self.held.retain(|held| held.lesson.at < to);
        self.last_at = self.last_at.map(|at| at.min(to));
        self.last_place = self.last_place.filter(|place| place.at < to);
        if self.n_learned == 0 || self.first_at.is_some_and(|at| at >= to) {
            (self.n_learned, self.first_at, self.last_at) = (0, None, None);
            self.habits = Sparse::default();
        }
    }

    /// Forgets the facts that were first seen since, and that the others were seen since.
    fn forget_since(&mut self, to: Timestamp) {
        let known = |fact: &Fact| (fact.first_at < to).then(|| Fact { last_at: fact.last_at.min(to), ..*fact });
        self.facts = self.facts.filtered(known);
    }

    /// Remembers something as an intruder's. What is remembered already keeps the later time.
    pub fn remember_bad(&mut self, family: Family, tag: Tag, at: Timestamp) {
        let bad = &mut self.standing.bad;
        if let Some(known) = bad.iter_mut().find(|bad| (bad.family, bad.tag) == (family, tag)) {
            known.at = known.at.max(at);
            return;
        }
        bad.push(Bad { family, tag, at });
        if bad.len() > BAD_MAX {
            bad.remove(0);
        }
    }

    /// Whether something is remembered as an intruder's, and since when.
    #[must_use]
    pub fn bad(&self, family: Family, tag: Tag) -> Option<&Bad> {
        self.standing.bad.iter().find(|bad| (bad.family, bad.tag) == (family, tag))
    }

    /// Whether something is remembered as an intruder's.
    #[must_use]
    pub fn is_bad(&self, family: Family, tag: Tag) -> bool {
        self.bad(family, tag).is_some()
    }

    /// Remembers that a challenge was failed or ignored.
    pub fn remember_refusal(&mut self, at: Timestamp) {
        let refused = &mut self.standing.refused_at;
        refused.insert(refused.partition_point(|other| *other <= at), at);
        if refused.len() > REFUSALS_MAX {
            refused.remove(0);
        }
    }

    /// True if there is nothing to remember, so that nothing need be stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Lesson {
    /// Whether this is the lesson as an account sees it: nothing is its own neighbour.
    #[must_use]
    pub const fn is_of_account(&self) -> bool {
        self.account.is_none()
    }

    /// What this lesson says of a family.
    #[must_use]
    pub const fn tag(&self, family: Family) -> Option<Tag> {
        match family {
            Family::Account => self.account,
            Family::Device => self.device,
            Family::Address => self.address,
            Family::Model => self.model,
            Family::Payee => self.payee,
            Family::PaymentMethod => self.payment_method,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lesson(n: u8, at: i64, device: u64) -> Lesson {
        Lesson {
            device: Some(Tag::new(device)),
            address: Some(Tag::new(100 + device % 3)),
            ..Lesson::new(EventId::from_parts(0, [n; 10]), Timestamp::from_seconds(at))
        }
    }

    fn lessons() -> impl Strategy<Value = Vec<Lesson>> {
        proptest::collection::vec((0_u8..255, 0_i64..10_000, 1_u64..8), 0..60)
            .prop_map(|all| all.into_iter().map(|(n, at, device)| lesson(n, at, device)).collect())
    }

    fn taught(lessons: &[Lesson]) -> Profile {
        let mut profile = Profile::default();
        for lesson in lessons {
            profile.learn(lesson);
        }
        profile
    }

    #[test]
    fn a_profile_is_small() {
        // With the two counts of an `Arc` a class of what allocators give. A million accounts have five million profiles.
        assert!(size_of::<Profile>() <= 96 && size_of::<Fact>() <= 32, "{}", size_of::<Profile>());
        assert!(size_of::<Standing>() <= 112 && size_of::<Habits>() <= 208);
    }

    proptest! {
        #[test]
        fn the_order_of_lessons_does_not_matter(lessons in lessons()) {
            let backwards: Vec<Lesson> = lessons.iter().rev().copied().collect();
            prop_assert_eq!(taught(&lessons), taught(&backwards));
        }

        #[test]
        fn a_profile_never_counts_more_than_it_was_taught(lessons in lessons()) {
            let profile = taught(&lessons);
            for fact in profile.facts(Family::Device) {
                let naive = lessons.iter().filter(|lesson| lesson.device == Some(fact.tag)).count();
                prop_assert_eq!(fact.n as usize, naive);
            }
        }

        #[test]
        fn rolling_back_leaves_what_was_learned_before(lessons in lessons(), to in 0_i64..10_000) {
            let to = Timestamp::from_seconds(to);
            let before: Vec<Lesson> = lessons.iter().filter(|lesson| lesson.at < to).copied().collect();
            let mut rolled = taught(&lessons);
            rolled.roll_back(to, &lessons);
            let clean = taught(&before);
            prop_assert_eq!(rolled.n_learned, clean.n_learned);
            for family in Family::ALL {
                let counts = |profile: &Profile| -> Vec<_> {
                    profile.facts(family).iter().map(|fact| (fact.tag, fact.first_at, fact.n)).collect()
                };
                prop_assert_eq!(counts(&rolled), counts(&clean));
            }
        }
    }

    #[test]
    fn what_is_held_teaches_nothing_until_released() {
        let mut profile = Profile::default();
        profile.hold(lesson(1, 10, 5), false);
        profile.hold(lesson(1, 10, 5), false);
        assert_eq!((profile.held.len(), profile.fact(Family::Device, Tag::new(5))), (1, None));
        assert_eq!(profile.release_matured(Timestamp::from_seconds(10_000_000)), vec![]);
        assert_eq!(profile.release_device(Tag::new(5)), vec![lesson(1, 10, 5)]);
        assert!(profile.is_empty());
    }

    #[test]
    fn what_could_not_be_challenged_matures_unless_a_takeover_is_reported() {
        let late = Timestamp::from_seconds(10).plus(Profile::MATURITY);
        let mut profile = Profile::default();
        profile.hold(lesson(1, 10, 5), true);
        assert_eq!(profile.release_matured(late.minus(Duration::from_micros(1))), vec![]);
        profile.standing.reported_at = Some(late);
        assert_eq!(profile.release_matured(late), vec![]);
        profile.standing.reported_at = None;
        assert_eq!(profile.release_matured(late), vec![lesson(1, 10, 5)]);
    }

    #[test]
    fn what_is_told_late_matures_no_sooner_than_seven_days_after_it_was_told() {
        let told = Timestamp::from_seconds(1_700_000_000);
        let mut late = lesson(1, 10, 5);
        late.event = EventId::from_parts(1_700_000_000_000, [1; 10]);
        let mut profile = Profile::default();
        profile.hold(late, true);
        assert_eq!(profile.release_matured(told.plus(Profile::MATURITY).minus(Duration::from_micros(1))), vec![]);
        assert_eq!(profile.release_matured(told.plus(Profile::MATURITY)), vec![late]);
    }

    #[test]
    fn what_an_intruder_has_and_what_nobody_knows_release_nothing() {
        let (profile, at) = (Profile::default(), Timestamp::from_seconds(1_000_000));
        for (mechanism, releases) in [
            (MechanismKind::Password, false),
            (MechanismKind::Social, false),
            (MechanismKind::Other("hcaptcha".into()), false),
            (MechanismKind::MagicLink, true),
            (MechanismKind::Passkey, true),
        ] {
            assert_eq!(profile.releases(Some(&mechanism), at), releases, "{mechanism:?}");
        }
    }

    #[test]
    fn a_captcha_never_releases_and_a_fresh_contact_does_not() {
        let mut profile = Profile::default();
        let at = Timestamp::from_seconds(1_000_000);
        assert!(profile.releases(None, at));
        for no_proof in [MechanismKind::Recaptcha, MechanismKind::Password, MechanismKind::Other("captcha".into())] {
            assert!(!profile.releases(Some(&no_proof), at), "{no_proof:?}");
        }
        assert!(profile.releases(Some(&MechanismKind::SmsCode), at));
        profile.standing.contact_changed_at = Some(at.minus(Duration::from_secs(60)));
        assert!(!profile.releases(Some(&MechanismKind::SmsCode), at));
        assert!(profile.releases(Some(&MechanismKind::U2f), at));
        assert!(profile.releases(Some(&MechanismKind::SmsCode), at.plus(Profile::CONTACT_QUARANTINE)));
    }

    #[test]
    fn a_prompt_confirmed_after_three_refusals_within_ten_minutes_releases_nothing() {
        let mut profile = Profile::default();
        let minute = |n: i64| Timestamp::from_seconds(1_000_000 + n * 60);
        profile.remember_refusal(minute(0));
        profile.remember_refusal(minute(3));
        assert!(profile.releases(Some(&MechanismKind::PushNotification), minute(7)));
        profile.remember_refusal(minute(6));
        for (mechanism, at, releases) in [
            (Some(MechanismKind::PushNotification), minute(7), false),
            (None, minute(7), false),
            (Some(MechanismKind::OneTimeCode), minute(7), true),
            (Some(MechanismKind::Passkey), minute(7), true),
            (Some(MechanismKind::PushNotification), minute(5), true),
            (Some(MechanismKind::PushNotification), minute(10), true),
        ] {
            assert_eq!(profile.releases(mechanism.as_ref(), at), releases, "{mechanism:?} {at:?}");
        }
    }

    #[test]
    fn the_least_recently_seen_fact_goes_first() {
        let mut profile = Profile::default();
        for n in 0..=FACTS_MAX as u64 {
            profile.learn(&lesson(1, n as i64, n + 1));
        }
        assert_eq!(profile.facts(Family::Device).len(), FACTS_MAX);
        assert_eq!(profile.fact(Family::Device, Tag::new(1)), None);
    }

    #[test]
    fn a_crowd_that_comes_every_day_is_known_and_makes_room_for_the_next() {
        const DAY: i64 = 86_400;
        let mut address = Profile::default();
        let mut come = |day: i64, accounts: std::ops::Range<u64>| {
            for n in accounts {
                let at = Timestamp::from_seconds(day * DAY + n as i64);
                let fact = Fact { tag: Tag::new(n), first_at: at, last_at: at, n: 1, is_vouched: false };
                address.see(Family::Account, fact);
            }
            let of_today = |fact: &&Fact| fact.first_at >= Timestamp::from_seconds(day * DAY);
            let facts = address.facts(Family::Account);
            (facts.len(), facts.iter().filter(of_today).count())
        };
        let most = FACTS_MAX as u64;
        assert_eq!(come(0, 0..2 * most), (FACTS_MAX, FACTS_MAX));
        assert_eq!(come(1, 0..2 * most), (FACTS_MAX, 0));
        // Strangers drive nobody out, until those who were there have been gone for long.
        assert_eq!(come(2, 1_000..1_000 + 2 * most), (FACTS_MAX, 0));
        assert_eq!(come(40, 1_000..1_000 + 2 * most), (FACTS_MAX, FACTS_MAX));
    }
}
