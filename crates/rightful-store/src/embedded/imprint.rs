//! What a row leaves in the memory of the keys it touches. One place for the writer and for a restart, so that memory
//! rebuilt from the ledger is the memory that was.

use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{
    AccountDeviceId, AccountId, Action, Circumstances, DetailKind, Entry, Event, EventId, Family, KnownDetail,
    LabelValue, Lesson, Mark, MechanismKind, News, Outcome, Profile, Standing, Tag, Tagged, Teaching, Timestamp,
    Verdict,
};

use super::belongings::{Saying, Seen, account_in};
use super::disk::{Disk, corrupt_row, read_row};
use super::latest_device::{LatestDevice, SeenDevice};
use super::newcomers::{is_newcomer, is_strange, vouch_by};
use super::search::Brief;
use super::series::Countable;
use super::state::{Change, State, States};
use super::tags::{StateKey, StateKind, Tagger};
use crate::StoreError;
use crate::record::{Effect, PrivateTags, Said};

/// An event older than this when it comes enters no window; profiles, which forget nothing by the day, may learn of it.
pub(super) const TOO_OLD: Duration = Duration::from_secs(86_400);

/// What an entry leaves, beside what the writer finds out.
pub(super) struct Imprint {
    /// The account, or the username where there is none; None if the event names neither.
    pub(super) subject: Option<StateKey>,
    /// The username, where the event also names an account.
    alias: Option<Alias>,
    /// The account's tag; None if the event names none, though it may have a subject.
    pub(super) account: Option<Tag>,
    /// What it would teach; its account is the subject.
    pub(super) lesson: Arc<Lesson>,
    /// What decides whether aggregates count it.
    pub(super) countable: Countable,
    pub(super) brief: Brief,
    pub(super) correlation: Option<Tag>,
    pub(super) received_at: Timestamp,
    outcome: Outcome,
    /// Whether it counts in the windows of its subject, its device and its address.
    counts: [bool; 3],
    pub(super) teaching: Teaching,
    /// The second factors it passed, where it taught or would have.
    pub(super) proofs: Vec<MechanismKind>,
    /// It failed at a challenge that was put on the spot.
    refused: bool,
    /// It changed a contact or a factor, or recovered access.
    contact_changed: bool,
    /// It was judged to be somebody else's, or nearly.
    doubted: bool,
    latest_device: Option<SeenDevice>,
    /// The device it was seen on, where it names an account.
    seen: Option<Seen>,
    /// The details it carries of an account.
    details: Vec<(DetailKind, Tag)>,
}

/// A username, and the account it belongs to.
struct Alias {
    username: StateKey,
    account: AccountId,
    rebinds: bool,
}

impl Imprint {
    /// `private` are the tags of what may no longer be readable.
    pub(super) fn of(entry: &Entry, tagger: &Tagger, private: &PrivateTags) -> Self {
        let (event, username) = (&entry.event, private.username);
        let account = event.account.as_ref().map(|account| (account, tagger.account(account)));
        let subject = account.map(|(_, tag)| tag).or(username);
        let lesson = match tagged(entry) {
            Some(tagged) => tagged.lesson,
            None => {
                let account = event.account.as_ref();
                tagger.lesson(event, &entry.enrichment, private, News::default(), account, None)
            }
        };
        let is_fresh = event.received_at.since(event.at) <= TOO_OLD;
        let learns = entry.teaching == Teaching::Learn;
        // A name is bound to an account only by who was believed there: whoever fails at, or registers under, another's name
        // must not draw that name's next logins to an account of theirs.
        let alias = account.zip(username).filter(|_| learns).map(|((account, _), tag)| Alias {
            username: tagger.subject_key(tag),
            account: account.clone(),
            rebinds: event.action != Action::Register,
        });
        let succeeded = event.outcome == Outcome::Succeeded && entry.teaching != Teaching::Nothing;
        Self {
            subject: subject.map(|tag| tagger.subject_key(tag)),
            account: account.map(|(_, tag)| tag),
            alias,
            brief: Brief::of(entry),
            correlation: event.correlation.as_ref().map(|id| tagger.correlation(id)),
            lesson: Arc::new(Lesson { account: subject, news: news_of(entry), ..lesson }),
            countable: Countable::of(event, &entry.enrichment),
            received_at: event.received_at,
            outcome: event.outcome,
            counts: counting_keys(event).map(|counts| counts && is_fresh),
            teaching: entry.teaching,
            proofs: if succeeded { event.proofs(&entry.enrichment).cloned().collect() } else { Vec::new() },
            refused: event.vouched && event.refuses_challenge(),
            contact_changed: changes_contact(event.outcome, event),
            doubted: is_doubted(entry),
            latest_device: (learns && is_entrance(&event.action)).then(|| SeenDevice::of(event)).flatten(),
            seen: account.and_then(|_| seen_in(event, &lesson)),
            details: if account.is_some() && has_ended_well(event) { private.details.clone() } else { Vec::new() },
        }
    }

    /// What it does to whose memory.
    pub(super) fn changes(self, tagger: &Tagger, changes: &mut Vec<(StateKey, Op)>) {
        count(&self.lesson, self.outcome, self.counts, tagger, changes);
        self.change_standing(changes);
        if let Some(Alias { username, account, rebinds }) = self.alias {
            changes.push((username, Op::Alias { account, rebinds }));
        }
        // Before it is learned, as its standing is. Quarantine says nothing here: details are what the caller says they are.
        if let Some(subject) = self.subject.filter(|_| !self.details.is_empty()) {
            let lesson = Arc::clone(&self.lesson);
            changes.push((subject, Op::Details { details: self.details, lesson, doubted: self.doubted }));
        }
        match self.teaching {
            Teaching::Learn => learn(&self.lesson, tagger, changes),
            Teaching::Quarantine { matures } => {
                let hold = || Op::Hold { lesson: Arc::clone(&self.lesson), matures };
                changes.extend(self.subject.map(|subject| (subject, hold())));
            }
            Teaching::Nothing | Teaching::AtConclusion => {}
        }
        if let Some(subject) = self.subject.filter(|_| !self.proofs.is_empty()) {
            changes.push((subject, Op::VouchedBy { lesson: Arc::clone(&self.lesson), proofs: self.proofs }));
        }
        let latest = self.subject.zip(self.latest_device);
        changes.extend(latest.map(|(subject, device)| (subject, Op::LatestDevice(device))));
        // Nor does it here: a device was seen.
        changes.extend(self.subject.zip(self.seen).map(|(subject, seen)| (subject, Op::Seen(seen))));
    }

    /// What it does to the account's standing: before it is learned, since what it changes is judged by what was known.
    fn change_standing(&self, changes: &mut Vec<(StateKey, Op)>) {
        let Some(subject) = self.subject else { return };
        if !self.proofs.is_empty() {
            changes.push((subject, Op::ProvedBy { at: self.lesson.at, proofs: self.proofs.clone() }));
        }
        if self.refused {
            changes.push((subject, Op::Refused(self.lesson.at)));
        }
        if self.contact_changed {
            changes.push((subject, Op::ContactChangedIn { lesson: Arc::clone(&self.lesson), doubted: self.doubted }));
        }
    }
}

/// The device on which an account is seen in an event; whoever fails is not seen as its owner.
pub(super) fn seen_in(event: &Event, lesson: &Lesson) -> Option<Seen> {
    let device = lesson.device.filter(|_| event.outcome != Outcome::Failed)?;
    Some(Seen { device, at: lesson.at, event: Mark::short(lesson.event), makes_known: has_ended_well(event) })
}

/// Whether an event ended well, said by somebody who can be believed.
pub(super) const fn has_ended_well(event: &Event) -> bool {
    event.vouched && matches!(event.outcome, Outcome::Succeeded)
}

/// Whether an event counts in the windows of its subject, its device and its address. What nobody vouches for is no
/// attempt of the account's, nor of a device that is one among the account's alone: else whoever floods it would have its
/// owner challenged.
pub(super) fn counting_keys(event: &Event) -> [bool; 3] {
    [event.vouched, event.vouched || !event.device.has_likeness_only(), true]
}

/// The entry's event in tags, as recall made them.
pub(super) fn tagged(entry: &Entry) -> Option<&Tagged> {
    let tagged = entry.tagged.as_deref();
    tagged.filter(|tagged| (tagged.lesson.event, tagged.lesson.at) == (entry.event.id, entry.event.at))
}

/// What was new about an event, as it was judged.
fn news_of(entry: &Entry) -> News {
    entry.assessment.as_ref().map(|assessment| assessment.news).unwrap_or_default()
}

/// Whether an event that ended so changed how its owner is reached or recognised.
pub(super) fn changes_contact(outcome: Outcome, event: &Event) -> bool {
    outcome == Outcome::Succeeded && event.changes_contact()
}

/// Whether an event was judged to be somebody else's, or nearly.
pub(super) fn is_doubted(entry: &Entry) -> bool {
    entry.assessment.as_ref().is_some_and(|assessment| assessment.verdict >= Verdict::Challenge)
}

/// Whether an action lets somebody in, so that its device is the account's latest.
pub(super) const fn is_entrance(action: &Action) -> bool {
    matches!(action, Action::Login | Action::Register)
}

/// One change of one key's memory.
pub(super) enum Op {
    Count(Mark),
    Conclude {
        at: Timestamp,
        event: u64,
        outcome: Outcome,
    },
    /// Learns, and holds it no longer.
    Learn(Arc<Lesson>),
    Unlearn(Arc<Lesson>),
    Hold {
        lesson: Arc<Lesson>,
        matures: bool,
    },
    Drop(EventId),
    RollBack {
        to: Timestamp,
        lessons: Vec<Arc<Lesson>>,
    },
    Bad(Family, Tag, Timestamp),
    NotBad(Family, Tag),
    Reported(Timestamp),
    Unreported,
    Reclaimed(Timestamp),
    ContactChanged {
        at: Timestamp,
        by_stranger: bool,
    },
    /// The same, by whom this lesson is of: what the account knew before it says whether that was a stranger.
    ContactChangedIn {
        lesson: Arc<Lesson>,
        doubted: bool,
    },
    Proved(Timestamp),
    /// It passed these second factors, one of which may prove its owner.
    ProvedBy {
        at: Timestamp,
        proofs: Vec<MechanismKind>,
    },
    Vouched(Family, Tag),
    /// It vouches for a device and an address, if one of these second factors proves its owner.
    VouchedBy {
        lesson: Arc<Lesson>,
        proofs: Vec<MechanismKind>,
    },
    Refused(Timestamp),
    Labelled(Timestamp),
    Unlabelled(Timestamp),
    LatestDevice(SeenDevice),
    /// It was seen on a device.
    Seen(Seen),
    /// The same, in the entry of that place.
    SeenAt(Seen, u64),
    /// These of its details were said, by whom this lesson is of: what the account knew before it says whether that was a
    /// stranger.
    Details {
        details: Vec<(DetailKind, Tag)>,
        lesson: Arc<Lesson>,
        doubted: bool,
    },
    /// Its details are these.
    DetailsAgain(Vec<KnownDetail>),
    /// The username is this account's; one that belongs to another already only if it rebinds.
    Alias {
        account: AccountId,
        rebinds: bool,
    },
    Forget,
    Closed(Option<Timestamp>),
    Reviewed(LabelValue),
    Detached(AccountDeviceId, Timestamp),
    /// The device is none of the account's any more.
    Unseen(Tag),
}

/// The keys that a lesson concerns.
pub(super) fn concerned(lesson: &Lesson, tagger: &Tagger) -> [Option<StateKey>; 3] {
    [
        lesson.account.map(|tag| tagger.subject_key(tag)),
        lesson.device.map(|tag| tagger.device_key(tag)),
        lesson.address.map(|tag| tagger.address_key(tag)),
    ]
}

/// A lesson as one of the keys that it concerns sees it: nothing is its own neighbour, and only accounts have habits.
pub(super) fn seen_by(kind: StateKind, lesson: &Lesson) -> Lesson {
    let without_habits = Lesson { circumstances: Circumstances::default(), news: News::default(), ..*lesson };
    match kind {
        StateKind::Subject => Lesson { account: None, ..*lesson },
        StateKind::Device => Lesson { device: None, ..without_habits },
        StateKind::Address => Lesson { address: None, place: None, ..without_habits },
        StateKind::Population | StateKind::Series => *lesson,
    }
}

/// The mark that an attempt leaves in the window of each key that it concerns.
pub(super) fn marks(lesson: &Lesson, outcome: Outcome) -> [Mark; 3] {
    let mark = |counterparts| Mark { at: lesson.at, event: Mark::short(lesson.event), counterparts, outcome };
    let Lesson { account, device, address, .. } = *lesson;
    [mark([device, address]), mark([account, address]), mark([account, device])]
}

fn count(lesson: &Lesson, outcome: Outcome, counts: [bool; 3], tagger: &Tagger, changes: &mut Vec<(StateKey, Op)>) {
    let keys = concerned(lesson, tagger).into_iter().zip(counts).zip(marks(lesson, outcome));
    let counting = keys.filter_map(|((key, counts), mark)| key.filter(|_| counts).map(|key| (key, Op::Count(mark))));
    changes.extend(counting);
}

fn learn(lesson: &Arc<Lesson>, tagger: &Tagger, changes: &mut Vec<(StateKey, Op)>) {
    let keys = concerned(lesson, tagger).into_iter().flatten();
    // What belongs to no account says nothing of accounts.
    let population = lesson.account.map(|_| tagger.population_key());
    changes.extend(keys.chain(population).map(|key| (key, Op::Learn(Arc::clone(lesson)))));
}

fn unlearn(lesson: &Arc<Lesson>, tagger: &Tagger, changes: &mut Vec<(StateKey, Op)>) {
    let keys = concerned(lesson, tagger).into_iter().flatten();
    changes.extend(keys.map(|key| (key, Op::Unlearn(Arc::clone(lesson)))));
}

/// What a row's effects do to whose memory. `subject` is whom the row is about.
pub(super) fn changes_of(
    effects: Vec<Effect>,
    subject: Option<StateKey>,
    tagger: &Tagger,
    disk: Option<&Disk>,
    changes: &mut Vec<(StateKey, Op)>,
) -> Result<(), StoreError> {
    for effect in effects {
        let op = match effect {
            Effect::Learn(lesson) => {
                learn(&lesson, tagger, changes);
                continue;
            }
            Effect::Unlearn(lesson) => {
                unlearn(&lesson, tagger, changes);
                continue;
            }
            Effect::Concluded { lesson, outcome } => {
                conclude(&lesson, outcome, tagger, changes);
                continue;
            }
            Effect::RollBack { to, lessons } => {
                for lesson in &lessons {
                    let others = concerned(lesson, tagger).into_iter().skip(1).flatten();
                    changes.extend(others.map(|key| (key, Op::Unlearn(Arc::clone(lesson)))));
                }
                Op::RollBack { to, lessons }
            }
            Effect::Unalias(tag) => {
                changes.push((tagger.subject_key(tag), Op::Forget));
                continue;
            }
            Effect::Details(details) => Op::DetailsAgain(details),
            Effect::LatestDevice(sequence) => match disk.map(|disk| snapshot_at(disk, sequence)).transpose()?.flatten()
            {
                Some(device) => Op::LatestDevice(device),
                None => continue,
            },
            Effect::Hold { lesson, matures } => Op::Hold { lesson, matures },
            Effect::Drop(event) => Op::Drop(event),
            Effect::Bad(family, tag, at) => Op::Bad(family, tag, at),
            Effect::NotBad(family, tag) => Op::NotBad(family, tag),
            Effect::Reported(at) => Op::Reported(at),
            Effect::Unreported => Op::Unreported,
            Effect::Reclaimed(at) => Op::Reclaimed(at),
            Effect::Labelled(family, tag, at) => {
                changes.extend(thing_key(family, tag, tagger).map(|key| (key, Op::Labelled(at))));
                continue;
            }
            Effect::Unlabelled(family, tag, at) => {
                changes.extend(thing_key(family, tag, tagger).map(|key| (key, Op::Unlabelled(at))));
                continue;
            }
            Effect::ContactChanged { at, by_stranger } => Op::ContactChanged { at, by_stranger },
            Effect::Proved(at) => Op::Proved(at),
            Effect::Vouched(family, tag) => Op::Vouched(family, tag),
            Effect::Refused(at) => Op::Refused(at),
            Effect::Forget => Op::Forget,
            Effect::Closed(at) => Op::Closed(Some(at)),
            Effect::Reopened => Op::Closed(None),
            Effect::Reviewed(label) => Op::Reviewed(label),
            Effect::Detached(device, at) => Op::Detached(device, at),
            Effect::Unseen(device) => Op::Unseen(device),
            Effect::Seen { device, at, event, sequence } => {
                Op::SeenAt(Seen { device, at, event, makes_known: true }, sequence)
            }
        };
        changes.extend(subject.map(|subject| (subject, op)));
    }
    Ok(())
}

/// The key of a device or an address; None for what has no memory of its own.
fn thing_key(family: Family, tag: Tag, tagger: &Tagger) -> Option<StateKey> {
    match family {
        Family::Device => Some(tagger.device_key(tag)),
        Family::Address => Some(tagger.address_key(tag)),
        Family::Account | Family::Model | Family::Payee | Family::PaymentMethod => None,
    }
}

fn conclude(lesson: &Lesson, outcome: Outcome, tagger: &Tagger, changes: &mut Vec<(StateKey, Op)>) {
    let (at, event) = (lesson.at, Mark::short(lesson.event));
    let keys = concerned(lesson, tagger).into_iter().flatten();
    changes.extend(keys.map(|key| (key, Op::Conclude { at, event, outcome })));
}

fn snapshot_at(disk: &Disk, sequence: u64) -> Result<Option<SeenDevice>, StoreError> {
    let Some(bytes) = disk.row(sequence)? else { return Ok(None) };
    let (said, _) = read_row(sequence, &bytes)?.open().map_err(corrupt_row(sequence))?;
    Ok(match said {
        Said::Entry(read) => SeenDevice::of(&read.entry.event),
        Said::Conclusion(_) | Said::Feedback(_) | Said::Erasure(_) | Said::Note(_) | Said::Consumption(_) => None,
    })
}

/// Lets each key's memory take in what a row changed, if it has not yet.
pub(super) fn apply(states: &States, sequence: u64, mut changes: Vec<(StateKey, Op)>) -> Result<(), StoreError> {
    // Stable: what a row does to one key is done in the row's order.
    changes.sort_by_key(|(key, _)| *key);
    let mut changes = changes.into_iter().peekable();
    while let Some((key, op)) = changes.next() {
        states.with(key, |state| {
            let is_news = state.applied < sequence;
            if is_news {
                take_in(key.kind, state, op, sequence);
            }
            while let Some((_, op)) = changes.next_if(|(next, _)| *next == key) {
                if is_news {
                    take_in(key.kind, state, op, sequence);
                }
            }
            state.applied = state.applied.max(sequence);
            ((), if is_news { Change::Changed } else { Change::Same })
        })?;
    }
    Ok(())
}

/// `sequence` is the row that says it.
fn take_in(kind: StateKind, state: &mut State, op: Op, sequence: u64) {
    match op {
        Op::Learn(lesson) if kind == StateKind::Population => {
            let population = state.more.population.get_or_insert_default();
            population.learn(lesson.at, &lesson.circumstances, &lesson.news);
        }
        Op::Count(mark) => {
            state.window.count(mark);
        }
        Op::Conclude { at, event, outcome } => {
            state.window.conclude(at, event, outcome);
        }
        Op::LatestDevice(device) => {
            // Events may come out of order; the latest is the one that happened last.
            match &mut state.more.latest_device {
                Some(latest) if latest.at() > device.at => {}
                Some(latest) => latest.become_of(&device),
                None => state.more.latest_device = Some(LatestDevice::from(&device)),
            }
        }
        Op::Seen(seen) => state.more.belongings.see(&seen, sequence),
        Op::SeenAt(seen, sequence) => state.more.belongings.see(&seen, sequence),
        Op::Unseen(device) => state.more.belongings.unsee(device),
        Op::Details { details, lesson, doubted } => learn_details(state, &details, &lesson, doubted, sequence),
        Op::DetailsAgain(details) => state.more.belongings.details = details.into(),
        Op::RollBack { to, lessons } => {
            state.more.belongings.rolled_back_to = Some(to);
            take_in_profile(kind, Arc::make_mut(&mut state.profile), Op::RollBack { to, lessons });
        }
        Op::Alias { account, rebinds } => {
            let alias = state.more.alias.as_ref();
            if alias.is_none() || (rebinds && alias != Some(&account)) {
                state.more.alias = Some(account);
            }
        }
        Op::Detached(id, at) => {
            if let Some(device) = state.more.belongings.device_mut(account_in(id), id) {
                device.detached_at = Some(at);
            }
        }
        Op::Forget => {
            *state = State { applied: state.applied, ..State::default() };
        }
        op => take_in_profile(kind, Arc::make_mut(&mut state.profile), op),
    }
}

/// Nothing is written to, and no room made, where all is known.
fn learn_details(state: &mut State, details: &[(DetailKind, Tag)], lesson: &Lesson, doubted: bool, sequence: u64) {
    for (kind, tag) in details {
        if !state.more.belongings.has(*kind, *tag) {
            let said = saying(&state.profile, lesson, doubted);
            state.more.belongings.learn(*kind, *tag, sequence, said);
        }
    }
}

/// Who says details in an event, to an account that knows so much: whoever came lately may not be the owner.
pub(super) fn saying(profile: &Profile, lesson: &Lesson, doubted: bool) -> Saying {
    let since = lesson.at.minus(Profile::CONTACT_QUARANTINE);
    let is_doubted = is_newcomer(profile, lesson, doubted, since);
    Saying { at: lesson.at, is_doubted, is_known: profile.n_learned > 0 }
}

fn take_in_profile(kind: StateKind, profile: &mut Profile, op: Op) {
    match op {
        Op::Learn(lesson) => {
            profile.release(lesson.event);
            profile.learn(&seen_by(kind, &lesson));
        }
        Op::Unlearn(lesson) => profile.unlearn(&seen_by(kind, &lesson)),
        Op::Hold { lesson, matures } => profile.hold(*lesson, matures),
        Op::Drop(event) => {
            profile.release(event);
        }
        Op::RollBack { to, lessons } => {
            let lessons: Vec<Lesson> = lessons.iter().map(|lesson| seen_by(kind, lesson)).collect();
            profile.roll_back(to, &lessons);
        }
        Op::Count(_)
        | Op::Conclude { .. }
        | Op::LatestDevice(_)
        | Op::Seen(_)
        | Op::SeenAt(..)
        | Op::Details { .. }
        | Op::DetailsAgain(_)
        | Op::Alias { .. }
        | Op::Detached(..)
        | Op::Unseen(_)
        | Op::Forget => {}
        op => take_in_standing(profile, op),
    }
}

fn take_in_standing(profile: &mut Profile, op: Op) {
    match op {
        Op::ContactChangedIn { lesson, doubted } => {
            let by_stranger = is_strange(profile, &lesson, doubted);
            change_contact(&mut profile.standing, lesson.at, by_stranger);
        }
        Op::ContactChanged { at, by_stranger } => change_contact(&mut profile.standing, at, by_stranger),
        Op::ProvedBy { at, proofs } => {
            if proofs.iter().any(|proof| profile.releases(Some(proof), at)) {
                profile.standing.proved_at = profile.standing.proved_at.max(Some(at));
            }
        }
        Op::Proved(at) => profile.standing.proved_at = profile.standing.proved_at.max(Some(at)),
        Op::Vouched(family, tag) => profile.vouch(family, tag),
        Op::VouchedBy { lesson, proofs } => vouch_by(profile, &lesson, &proofs),
        Op::Refused(at) => profile.remember_refusal(at),
        Op::Labelled(at) => profile.standing.labelled_at = profile.standing.labelled_at.max(Some(at)),
        // What somebody said of it later stands.
        Op::Unlabelled(at) => profile.standing.labelled_at = profile.standing.labelled_at.filter(|said| *said > at),
        Op::Bad(family, tag, at) => profile.remember_bad(family, tag, at),
        Op::NotBad(family, tag) => profile.standing.bad.retain(|bad| (bad.family, bad.tag) != (family, tag)),
        Op::Reported(at) => {
            profile.standing.reported_at.get_or_insert(at);
        }
        Op::Unreported => profile.standing.reported_at = None,
        Op::Closed(at) => profile.standing.closed_at = at,
        Op::Reviewed(label) => profile.standing.label = Some(label),
        Op::Reclaimed(at) => {
            profile.standing.reclaimed_at = Some(at);
            profile.standing.reported_at = None;
        }
        Op::Count(_)
        | Op::Conclude { .. }
        | Op::Learn(_)
        | Op::Unlearn(_)
        | Op::Hold { .. }
        | Op::Drop(_)
        | Op::RollBack { .. }
        | Op::LatestDevice(_)
        | Op::Seen(_)
        | Op::SeenAt(..)
        | Op::Details { .. }
        | Op::DetailsAgain(_)
        | Op::Alias { .. }
        | Op::Detached(..)
        | Op::Unseen(_)
        | Op::Forget => {}
    }
}

/// Notes a change of contact. What a stranger changed stays a stranger's while it is fresh and nobody has proved to be the
/// owner: else the stranger, known by then, need only change it twice.
fn change_contact(standing: &mut Standing, at: Timestamp, by_stranger: bool) {
    let before = standing.contact_changed_at;
    let is_fresh = before.is_some_and(|before| at < before.plus(Profile::CONTACT_QUARANTINE));
    let is_open = standing.contact_changed_by_stranger && is_fresh && standing.proved_at < before;
    if before.is_none_or(|before| before <= at) {
        standing.contact_changed_at = Some(at);
        standing.contact_changed_by_stranger = by_stranger || is_open;
    } else {
        standing.contact_changed_by_stranger |= by_stranger;
    }
}
