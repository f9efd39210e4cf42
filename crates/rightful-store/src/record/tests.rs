//! Laws of the stored forms: what is written reads back, old bytes read for ever, and any bytes at all read as something
//! or as an error.

mod dice;
mod others;
mod series;

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use rightful_domain::{
    AccountId, Application, ApplicationId, ApplicationMode, COARSE_CELLS, Circumstances, Conclusion, Credential,
    CredentialKind, DetailKind, Entry, EventId, Family, Feedback, FeedbackKind, FeedbackTarget, Habits, KeyDigest,
    LabelValue, Lesson, Level, Mark, MechanismKind, News, Outcome, Population, Profile, Settings, Source, StepTag, Tag,
    Timestamp, Verdict, Version, Window,
};

use self::dice::Dice;
use super::{
    Draft, Effect, Effects, Erasure, PrivateTags, ReadEntry, Row, Said, ShortSnapshot, Undecodable, decode_application,
    decode_state, encode_application, encode_state, open_private, private_bytes, tell_changes,
};
use crate::embedded::{LatestDevice, More, State};

/// The bytes of a row, as the writer makes them.
fn row_of(sequence: u64, draft: Draft, effects: &Effects) -> Vec<u8> {
    draft.finish(sequence, effects.subject, &effects.changes)
}

fn read(sequence: u64, bytes: &[u8]) -> Result<(Said<'_>, Effects), Undecodable> {
    Row::read(sequence, bytes)?.open()
}

/// The entry in the first row, with its people's data as if it were not sealed.
fn read_whole(bytes: &[u8]) -> Result<(Entry, PrivateTags, Effects), Undecodable> {
    read_whole_at(1, bytes)
}

fn read_whole_at(sequence: u64, bytes: &[u8]) -> Result<(Entry, PrivateTags, Effects), Undecodable> {
    let (Said::Entry(read_entry), effects) = read(sequence, bytes)? else { return Err(Undecodable("not an entry")) };
    let ReadEntry { mut entry, private, sealed, places } = *read_entry;
    if !sealed.is_empty() {
        open_private(&mut entry, sealed)?;
    }
    tell_changes(&mut entry, &places);
    Ok((entry, private, effects))
}

/// Golden bytes: 64 hexadecimal digits a line.
fn hex(bytes: &[u8]) -> String {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<&str> = digits.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\n") + "\n"
}

#[track_caller]
fn check_golden(name: &str, golden: &str, bytes: &[u8]) {
    assert_eq!(hex(bytes), golden, "{name}: what is written has changed: it needs a new version, and these bytes stay");
}

/// A lesson as the first versions told it.
fn old_lesson(n: u8) -> Lesson {
    let at = Timestamp::from_seconds(1_767_225_600 + i64::from(n));
    Lesson {
        account: Some(Tag::new(1)),
        device: Some(Tag::new(u64::from(n) + 100)),
        model: Some(Tag::new(7)),
        ..Lesson::new(EventId::from_bytes([n; 16]), at)
    }
}

/// A whole lesson.
fn lesson(n: u8) -> Lesson {
    let whole = Dice::full(n.into()).lesson();
    Lesson { payee: Some(Tag::new(5)), payment_method: Some(Tag::new(6)), ..whole }
}

/// Effects with that lesson, and what is bad said at that time.
fn effects(lesson: fn(u8) -> Lesson, said_at: Timestamp) -> Vec<Effect> {
    let at = Timestamp::from_seconds(1_767_225_600);
    let lesson = |n| Arc::new(lesson(n));
    vec![
        Effect::Learn(lesson(1)),
        Effect::Unlearn(lesson(2)),
        Effect::Hold { lesson: lesson(3), matures: true },
        Effect::Drop(EventId::from_bytes([4; 16])),
        Effect::RollBack { to: at, lessons: vec![lesson(5), lesson(6)] },
        Effect::Bad(Family::Device, Tag::new(8), said_at),
        Effect::NotBad(Family::Address, Tag::new(9)),
        Effect::Reported(at),
        Effect::Unreported,
        Effect::Reclaimed(at),
        Effect::ContactChanged { at, by_stranger: false },
        Effect::Concluded { lesson: Arc::new(old_lesson(10)), outcome: Outcome::Failed },
        Effect::LatestDevice(11),
        Effect::Forget,
        Effect::Unalias(Tag::new(12)),
    ]
}

/// Effects as the first version wrote them.
fn old_effects() -> Effects {
    Effects { subject: Some(Tag::new(1)), changes: effects(old_lesson, conclusion().received_at) }
}

fn every_effect() -> Effects {
    let mut effects = effects_v2();
    effects.changes.extend(later_effects().changes);
    effects.changes.extend(latest_effects().changes);
    effects
}

/// What came after those.
fn latest_effects() -> Effects {
    Effects { subject: later_effects().subject, changes: vec![Effect::Vouched(Family::Device, Tag::new(19))] }
}

/// What came last.
fn last_effects() -> Effects {
    Effects { subject: later_effects().subject, changes: vec![Effect::Reopened] }
}

/// Effects that came later.
fn later_effects() -> Effects {
    let at = Timestamp::from_seconds(1_767_225_800);
    let changes = vec![
        Effect::Details(Dice::full(5).belongings().details.to_vec()),
        Effect::Seen { device: Tag::new(15), at, event: 16, sequence: 17 },
        Effect::Unseen(Tag::new(18)),
    ];
    Effects { subject: Some(Tag::new(1)), changes }
}

/// Effects as the second version wrote them.
fn effects_v2() -> Effects {
    let at = Timestamp::from_seconds(1_767_225_700);
    let mut changes = effects(lesson, at);
    changes.extend([
        Effect::ContactChanged { at, by_stranger: true },
        Effect::Proved(at),
        Effect::Refused(at),
        Effect::Labelled(Family::Device, Tag::new(13), at),
        Effect::Unlabelled(Family::Address, Tag::new(14), at),
    ]);
    Effects { subject: Some(Tag::new(1)), changes }
}

/// The tags of people's data in an entry.
fn private() -> PrivateTags {
    PrivateTags { details: vec![(DetailKind::Email, Tag::new(6)), (DetailKind::Password, Tag::new(7))], ..private_v3() }
}

/// The same, as the third version told them.
fn private_v3() -> PrivateTags {
    PrivateTags { payee: Some(Tag::new(4)), payment_method: Some(Tag::new(5)), ..old_private() }
}

/// The same, as the first versions told them.
fn old_private() -> PrivateTags {
    PrivateTags { username: Some(Tag::new(3)), ..PrivateTags::default() }
}

fn application() -> ApplicationId {
    ApplicationId::new("shop").unwrap()
}

fn conclusion() -> Conclusion {
    let received_at = Timestamp::from_seconds(1_767_225_601);
    let event = EventId::from_bytes([1; 16]);
    Conclusion { application: application(), event, outcome: Outcome::Succeeded, received_at }
}

fn feedback() -> Feedback {
    Feedback {
        application: application(),
        target: FeedbackTarget::Account {
            account: AccountId::new("anna").unwrap(),
            first_event: Some(EventId::from_bytes([1; 16])),
        },
        kind: FeedbackKind::ChallengePassed { mechanism: Some(MechanismKind::Other("palm".into())) },
        received_at: Timestamp::from_seconds(1_767_225_601),
    }
}

fn erasure() -> Erasure {
    Erasure {
        application: application(),
        account: AccountId::new("anna").unwrap(),
        usernames: vec![Tag::new(5)],
        received_at: Timestamp::from_seconds(1_767_225_601),
    }
}

/// A state as the first version told it: without habits.
fn old_state() -> State {
    let mut state = state_of(old_lesson, Timestamp::from_seconds(9));
    Arc::make_mut(&mut state.profile).habits = Habits::default().into();
    state
}

fn state() -> State {
    let mut state = state_v3();
    let profile = Arc::make_mut(&mut state.profile);
    lesson(2).things().for_each(|(family, tag)| profile.vouch(family, tag));
    state
}

/// A state as the third version told it: of what somebody vouched for, nothing.
fn state_v3() -> State {
    let mut state = state_v2();
    state.more.population = Some(Box::new(population(u8::MAX)));
    let standing = &mut Arc::make_mut(&mut state.profile).standing;
    standing.closed_at = Some(Timestamp::from_seconds(14));
    standing.label = Some(LabelValue::PotentiallyFraudster);
    state.more.belongings = Dice::full(3).belongings();
    state
}

/// What accounts of so many classes did: what is said of others is counted in none.
fn population(n_classes: u8) -> Population {
    let mut population = Population::default();
    for n in 1..5 {
        let Lesson { at, circumstances, news, .. } = lesson(n);
        let cell = if news.cell < n_classes { news.cell } else { u8::MAX };
        population.learn(at, &circumstances, &News { cell, ..news });
    }
    // First visits to providers are counted among the values, and were not when these were written.
    let levels = Level::ALL.into_iter();
    let numbers = levels.clone().map(|level| level as u32);
    let tag = |n, level| lesson(n).circumstances.tag(level).map(StepTag::get);
    let tags = (1..5).flat_map(|n| levels.clone().filter_map(move |level| tag(n, level)));
    let then: BTreeSet<u32> = numbers.chain(tags).collect();
    population.values.retain(|key, _| then.contains(&key));
    population
}

/// A state as the second version told it: of an account's belongings and of types of device, nothing.
fn state_v2() -> State {
    let mut state = state_of(lesson, Timestamp::from_seconds(10));
    let profile = Arc::make_mut(&mut state.profile);
    profile.learn(&Lesson { account: None, ..lesson(4) });
    profile.remember_refusal(Timestamp::from_seconds(11));
    profile.standing.contact_changed_by_stranger = true;
    profile.standing.proved_at = Some(Timestamp::from_seconds(12));
    profile.standing.labelled_at = Some(Timestamp::from_seconds(13));
    let n_classes = u8::try_from(COARSE_CELLS).unwrap();
    let population = Population { mobility: Population::default().mobility, ..population(n_classes) };
    state.more.population = Some(Box::new(population));
    state
}

fn state_of(lesson: fn(u8) -> Lesson, bad_since: Timestamp) -> State {
    let mut profile = Profile::default();
    profile.learn(&lesson(1));
    profile.learn(&lesson(2));
    profile.hold(lesson(3), true);
    profile.remember_bad(Family::Device, Tag::new(8), bad_since);
    profile.standing.reported_at = Some(Timestamp::from_seconds(9));
    let mark = |n: u8| Mark {
        at: old_lesson(n).at,
        event: u64::from(n),
        counterparts: [Some(Tag::new(u64::from(n % 2) + 1)), None],
        outcome: Outcome::Failed,
    };
    let latest = rightful_domain::DeviceSnapshot::of(&Dice::full(1).entry().event);
    State {
        applied: 77,
        profile: Arc::new(profile),
        window: Window::restore([mark(1), mark(2), mark(3)], None),
        more: More {
            latest_device: latest.as_ref().map(LatestDevice::of),
            alias: Some(AccountId::new("anna").unwrap()),
            ..More::default()
        }
        .into(),
    }
}

#[test]
fn an_event_tells_of_its_device_what_a_snapshot_of_it_tells() {
    for n in 0..20 {
        let event = Dice::full(n).entry().event;
        let snapshot = rightful_domain::DeviceSnapshot::of(&event);
        assert_eq!(ShortSnapshot::bytes_of_event(&event), snapshot.as_ref().map(ShortSnapshot::bytes_of));
    }
}

fn an_application() -> Application {
    Application {
        id: application(),
        name: "The shop".into(),
        test: true,
        mode: ApplicationMode::Observe,
        credentials: vec![Credential {
            kind: CredentialKind::SumsubAppToken,
            public_id: "sbx:1".into(),
            secret_digest: Some(KeyDigest([3; 32])),
            sealed_secret: Some([1, 2, 3].into()),
        }],
        fallback_mild: Verdict::Allow,
        fallback_strict: Verdict::Challenge,
        deadline_ms: 500,
        created_at: Timestamp::from_seconds(1_767_225_600),
        settings: Settings::default(),
    }
}

#[test]
fn what_is_written_is_written_as_it_always_was() {
    let entry = Dice::full(1).entry_v7();
    let sealed = private_bytes(&entry).unwrap();
    let draft = Draft::entry(&entry, 0x0102_0304, &private(), &sealed);
    check_golden("entry", include_str!("golden/entry_v7.hex"), &row_of(1, draft, &Effects::default()));
    let draft = Draft::conclusion(&conclusion(), 2);
    check_golden("effects", include_str!("golden/effects_v2.hex"), &row_of(2, draft, &effects_v2()));
    let draft = Draft::conclusion(&conclusion(), 2);
    check_golden("effects", include_str!("golden/effects_v3.hex"), &row_of(2, draft, &later_effects()));
    let draft = Draft::feedback(&feedback(), 2);
    check_golden("feedback", include_str!("golden/feedback_v1.hex"), &row_of(3, draft, &Effects::default()));
    let draft = Draft::erasure(&erasure(), 2);
    check_golden("erasure", include_str!("golden/erasure_v1.hex"), &row_of(4, draft, &Effects::default()));
    let draft = Draft::conclusion(&conclusion(), 2);
    check_golden("effects", include_str!("golden/effects_v4.hex"), &row_of(2, draft, &latest_effects()));
    let draft = Draft::conclusion(&conclusion(), 2);
    check_golden("effects", include_str!("golden/effects_v5.hex"), &row_of(2, draft, &last_effects()));
    check_golden("state", include_str!("golden/state_v5.hex"), &encode_state(&state()));
}

fn bytes_of(golden: &str) -> Vec<u8> {
    let digits: Vec<u32> = golden.chars().filter_map(|c| c.to_digit(16)).collect();
    digits.chunks(2).map(|pair| u8::try_from(pair[0] * 16 + pair[1]).unwrap()).collect()
}

#[test]
fn the_first_version_is_read_for_ever() {
    let bytes = bytes_of(include_str!("golden/entry_v1.hex"));
    assert_eq!(read_whole(&bytes), Ok((Dice::full(1).entry(), old_private(), Effects::default())));
    let bytes = bytes_of(include_str!("golden/conclusion_v1.hex"));
    let (Said::Conclusion(said), effects) = read(2, &bytes).unwrap() else { panic!("not a conclusion") };
    assert_eq!((said, effects), (conclusion(), old_effects()));
    let bytes = bytes_of(include_str!("golden/feedback_v1.hex"));
    let (Said::Feedback(said), _) = read(3, &bytes).unwrap() else { panic!("not feedback") };
    assert_eq!(said, feedback());
    let bytes = bytes_of(include_str!("golden/erasure_v1.hex"));
    let (Said::Erasure(said), _) = read(4, &bytes).unwrap() else { panic!("not an erasure") };
    assert_eq!(said, erasure());
    assert_eq!(decode_state(&bytes_of(include_str!("golden/state_v1.hex"))), Ok(old_state()));
    let bytes = bytes_of(include_str!("golden/application_v1.hex"));
    assert_eq!(decode_application(&bytes), Ok(an_application()));
}

#[test]
fn the_second_version_of_states_is_read_for_ever() {
    assert_eq!(decode_state(&bytes_of(include_str!("golden/state_v2.hex"))), Ok(state_v2()));
}

#[test]
fn the_third_version_of_states_is_read_for_ever() {
    assert_eq!(decode_state(&bytes_of(include_str!("golden/state_v3.hex"))), Ok(state_v3()));
}

#[test]
fn the_fourth_version_of_states_is_read_for_ever() {
    assert_eq!(decode_state(&bytes_of(include_str!("golden/state_v4.hex"))), Ok(state()));
}

#[test]
fn the_second_version_of_entries_is_read_for_ever() {
    let bytes = bytes_of(include_str!("golden/entry_v2.hex"));
    assert_eq!(read_whole(&bytes), Ok((Dice::full(1).entry_v2(), old_private(), Effects::default())));
}

#[test]
fn the_third_version_of_entries_is_read_for_ever() {
    let bytes = bytes_of(include_str!("golden/entry_v3.hex"));
    assert_eq!(read_whole(&bytes), Ok((Dice::full(1).entry_v3(), private_v3(), Effects::default())));
}

#[test]
fn the_fourth_version_of_entries_is_read_for_ever() {
    let bytes = bytes_of(include_str!("golden/entry_v4.hex"));
    assert_eq!(read_whole(&bytes), Ok((Dice::full(1).entry_v4(), private(), Effects::default())));
}

#[test]
fn the_fifth_version_of_entries_is_read_for_ever() {
    let bytes = bytes_of(include_str!("golden/entry_v5.hex"));
    assert_eq!(read_whole(&bytes), Ok((Dice::full(1).entry_v5(), private(), Effects::default())));
}

#[test]
fn the_sixth_version_of_entries_is_read_for_ever() {
    let bytes = bytes_of(include_str!("golden/entry_v6.hex"));
    assert_eq!(read_whole(&bytes), Ok((Dice::full(1).entry_v6(), private(), Effects::default())));
}

#[test]
fn before_entries_said_whose_words_a_rule_was_written_in_its_name_did() {
    let named = |name: &str, origin: Option<Source>| {
        let mut entry = Dice::full(1).entry_v6();
        let judged = entry.assessment.as_mut().unwrap();
        judged.rules.truncate(1);
        (judged.rules[0].rule, judged.rules[0].origin) = (name.into(), origin);
        entry
    };
    let origin = |version: u8, entry: &Entry| {
        let mut bytes = row_of(1, Draft::entry(entry, 9, &private(), &[]), &Effects::default());
        bytes.truncate(bytes.len() - super::CHECKSUM_BYTES);
        bytes[0] = version;
        if version < super::ENTRY_VERSION {
            // The last part of an entry, empty, stands before a row's subject and its effects.
            assert_eq!(bytes.split_off(bytes.len() - 3), [0, 0, 0]);
            bytes.extend([0, 0]);
        }
        let (entry, ..) = read_whole(&with_checksum(1, bytes)).unwrap();
        entry.assessment.unwrap().rules[0].origin
    };
    assert_eq!(origin(6, &named("sumsub-night-1a2b", None)), Some(Source::Sumsub));
    assert_eq!(origin(6, &named("night", None)), None);
    assert_eq!(origin(7, &named("sumsub-night-1a2b", None)), None, "since then it says so itself");
    assert_eq!(origin(7, &named("night", Some(Source::Sumsub))), Some(Source::Sumsub));
}

#[test]
fn what_is_written_today_reads_back() {
    let bytes = bytes_of(include_str!("golden/entry_v7.hex"));
    assert_eq!(read_whole(&bytes), Ok((Dice::full(1).entry_v7(), private(), Effects::default())));
    let bytes = bytes_of(include_str!("golden/effects_v2.hex"));
    assert_eq!(read(2, &bytes).unwrap().1, effects_v2());
    let bytes = bytes_of(include_str!("golden/effects_v3.hex"));
    assert_eq!(read(2, &bytes).unwrap().1, later_effects());
    let bytes = bytes_of(include_str!("golden/effects_v4.hex"));
    assert_eq!(read(2, &bytes).unwrap().1, latest_effects());
    let bytes = bytes_of(include_str!("golden/effects_v5.hex"));
    assert_eq!(read(2, &bytes).unwrap().1, last_effects());
    assert_eq!(decode_state(&bytes_of(include_str!("golden/state_v4.hex"))), Ok(state()));
}

#[test]
fn a_row_in_the_place_of_another_does_not_read() {
    let bytes = row_of(5, Draft::conclusion(&conclusion(), 2), &Effects::default());
    assert!(read(5, &bytes).is_ok());
    assert_eq!(read(6, &bytes).err(), Some(Undecodable("checksum does not match")));
}

/// The row's checksum made right, so that decoding gets to see what lies behind it.
fn with_checksum(sequence: u64, mut bytes: Vec<u8>) -> Vec<u8> {
    let checksum = super::checksum(sequence, &bytes);
    bytes.extend_from_slice(&checksum.to_le_bytes());
    bytes
}

#[test]
fn a_habit_of_money_is_kept_with_the_others() {
    let tags = Level::ALL.map(|level| StepTag::new(level.number() as u32 + 1));
    let circumstances = Circumstances::from_tags(tags, Version::default(), Version::default());
    let lesson = Lesson { account: None, circumstances, ..Dice::new(1).lesson() };
    let mut state = State::default();
    Arc::make_mut(&mut state.profile).learn(&lesson);
    Arc::make_mut(&mut state.profile).hold(lesson, false);
    assert_eq!(state.profile.habits.steps().count(), Level::COUNT);
    assert_eq!(decode_state(&encode_state(&state)), Ok(state));
}

#[test]
fn what_money_is_known_by_costs_an_account_few_bytes() {
    let stored = |with_money: bool| {
        let mut state = State::default();
        for n in 0..50_u32 {
            let tag = |level: Level| match level {
                Level::Currency | Level::Direction if !with_money => None,
                // Two currencies, two ways.
                Level::Currency | Level::Direction => StepTag::new(n % 2 + 1),
                _ => StepTag::new(level.number() as u32 + 1),
            };
            let circumstances = Circumstances::from_tags(Level::ALL.map(tag), Version::default(), Version::default());
            Arc::make_mut(&mut state.profile).learn(&Lesson { account: None, circumstances, ..Dice::new(1).lesson() });
        }
        encode_state(&state).len()
    };
    let grown = stored(true) - stored(false);
    assert!(grown <= 32, "{grown}");
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back(seed in any::<u64>(), sequence in any::<u64>()) {
        let mut dice = Dice::new(seed);
        let entry = dice.entry_v7();
        let tags = PrivateTags { username: None, payee: None, payment_method: None, details: dice.details() };
        let private = private_bytes(&entry);
        let sealed = private.as_ref().map_or(&[][..], |bytes| bytes.as_slice());
        let bytes = row_of(sequence, Draft::entry(&entry, 9, &tags, sealed), &every_effect());
        prop_assert_eq!(read_whole_at(sequence, &bytes), Ok((entry, tags, every_effect())));
    }

    #[test]
    fn a_flipped_bit_is_found(seed in any::<u64>(), place in any::<prop::sample::Index>(), bit in 0_u8..8) {
        let entry = Dice::new(seed).entry_v7();
        let mut bytes = row_of(1, Draft::entry(&entry, 9, &PrivateTags::default(), &[]), &Effects::default());
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        prop_assert!(read(1, &bytes).is_err());
    }

    #[test]
    fn any_bytes_read_as_something_or_as_an_error(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = read(1, &bytes).is_ok();
        let _ = decode_state(&bytes).is_ok();
        let _ = decode_application(&bytes).is_ok();
        let _ = open_private(&mut Dice::full(1).entry(), &bytes).is_ok();
        for version in super::ROW_VERSION..=super::ENTRY_VERSION {
            let mut row = vec![version];
            row.extend_from_slice(&bytes);
            let _ = read(1, &with_checksum(1, row)).is_ok();
        }
        for version in [1, 2, 3] {
            let mut record = vec![version];
            record.extend_from_slice(&bytes);
            record.extend_from_slice(&crc32fast::hash(&record).to_le_bytes());
            let _ = decode_state(&record).is_ok();
            let _ = decode_application(&record).is_ok();
        }
    }

    #[test]
    fn a_damaged_row_with_a_right_checksum_reads_as_something_or_as_an_error(
        seed in any::<u64>(), flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let entry = Dice::new(seed).entry_v7();
        let mut bytes = row_of(1, Draft::entry(&entry, 9, &PrivateTags::default(), &[1, 2, 3]), &every_effect());
        bytes.truncate(bytes.len() - super::CHECKSUM_BYTES);
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        let _ = read(1, &with_checksum(1, bytes)).is_ok();
    }

    #[test]
    fn a_damaged_state_with_a_right_checksum_reads_as_something_or_as_an_error(
        seed in any::<u64>(), flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let mut bytes = encode_state(&Dice::new(seed).state(20));
        bytes.truncate(bytes.len() - super::CHECKSUM_BYTES);
        for (place, byte) in flips {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        bytes.extend_from_slice(&crc32fast::hash(&bytes).to_le_bytes());
        let _ = decode_state(&bytes).is_ok();
    }

    #[test]
    fn what_is_learned_and_unlearned_leaves_what_was_before(seed in any::<u64>(), n in 0_usize..8) {
        let mut dice = Dice::new(seed);
        let lesson = |dice: &mut Dice| Lesson { account: None, ..dice.lesson() };
        let mut profile = Profile::default();
        (0..n).for_each(|_| profile.learn(&lesson(&mut dice)));
        let before = profile.clone();
        let strange = lesson(&mut dice);
        profile.learn(&strange);
        profile.unlearn(&strange);
        let unit = Habits::unit(strange.at);
        prop_assert!((profile.habits.weight - before.habits.weight).abs() < 0.001 * unit);
        let steps = |profile: &Profile| profile.habits.steps().map(|(level, habit)| (level, habit.tag)).collect();
        let (kept, known): (Vec<_>, Vec<_>) = (steps(&profile), steps(&before));
        prop_assert_eq!(kept, known);
        for ((_, one), (_, other)) in profile.habits.steps().zip(before.habits.steps()) {
            prop_assert!((one.weight - other.weight).abs() < 0.001 * unit, "{:?} {:?}", one, other);
        }
    }

    #[test]
    fn a_state_reads_back(seed in any::<u64>(), n in 0_usize..200) {
        let mut dice = Dice::new(seed);
        let state = dice.state(n);
        prop_assert_eq!(decode_state(&encode_state(&state)), Ok(state));
    }
}
