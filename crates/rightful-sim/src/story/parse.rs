//! Text to story. Every error names its line and column, and the word that was probably meant.

use std::fmt;
use std::time::Duration;

use rightful_domain::{Action, ApplicationMode, FailureReason, FeedbackKind, MechanismKind, Outcome, ReasonCode};

use super::clauses::{clauses, proof};
use super::suggest::nearest;
use super::syntax::{Act, Deed, Door, Expectation, Repeat, Step, Story, Times, Wanted};
use super::words::{Word, Words};
use super::world::World;
use crate::campaign::CampaignKind;

/// The most often one step repeats: more would be a load test.
const REPEAT_MAX: u32 = 10_000;
/// The longest time from one repetition to the next.
const EVERY_MAX: Duration = Duration::from_secs(366 * 86_400);
/// The last day a story can reach: ten years.
const DAYS_MAX: u32 = 3_660;
/// The policy that needs no text.
const SHIPPED_POLICY: [&str; 1] = ["default"];
const MODES: [ApplicationMode; 2] = [ApplicationMode::Observe, ApplicationMode::Enforce];
const OUTCOMES: [&str; 3] = ["ok", "failed", "pending"];
/// The outcome of an attempt at a name that nobody has.
const NOBODYS_NAME: &str = "unknown";
const CHALLENGE_ENDS: [&str; 3] = ["passed", "failed", "ignored"];
const FEEDBACK_KINDS: [&str; 2] = ["takeover", "legitimate"];
/// What a step can do beside the ten actions.
const DEEDS: [&str; 6] = ["challenge", "outcome", "feedback", "reclaim", "close", "campaign"];

/// Why a text is no story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub what: String,
    /// The word that was probably meant.
    pub suggestion: Option<String>,
}

impl fmt::Display for StoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.what)?;
        match &self.suggestion {
            Some(suggestion) => write!(f, "; did you mean {suggestion:?}?"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for StoryError {}

impl Story {
    /// Reads a story; every name in it must be in the world.
    pub fn parse(text: &str, world: &World) -> Result<Self, StoryError> {
        let mut story = Self { policy: String::new(), mode: ApplicationMode::Enforce, steps: Vec::new() };
        let mut lines = (1..).zip(text.lines()).peekable();
        while let Some((number, line)) = lines.next() {
            let mut words = Words::new(number, line);
            let Some(first) = words.peek().filter(|word| !word.text.starts_with('#')) else { continue };
            match first.text {
                "policy" | "mode" => story.set(&mut words)?,
                _ => story.tell(&mut words, first, world)?,
            }
            words.end()?;
            if line.trim_end() == "policy" {
                let is_inside = |(_, line): &(usize, &str)| line.starts_with([' ', '\t']) || line.trim().is_empty();
                while let Some((_, line)) = lines.next_if(is_inside) {
                    story.policy.extend([line.trim(), "\n"]);
                }
            }
        }
        Ok(story)
    }

    fn set(&mut self, words: &mut Words<'_>) -> Result<(), StoryError> {
        let setting = words.next("a setting")?;
        if setting.text == "policy" {
            if words.peek().is_some() {
                let name = words.next("its name")?;
                words.choose(name, "policy", SHIPPED_POLICY)?;
            }
        } else {
            let value = words.next("its value")?;
            let name = words.choose(value, "mode", MODES.map(ApplicationMode::as_str))?;
            self.mode = MODES.into_iter().find(|mode| mode.as_str() == name).unwrap_or(self.mode);
        }
        Ok(())
    }

    fn tell(&mut self, words: &mut Words<'_>, first: Word<'_>, world: &World) -> Result<(), StoryError> {
        let is_meanwhile = first.text == "meanwhile";
        if is_meanwhile {
            words.literal("meanwhile")?;
        }
        let step = step(words, world)?;
        let before = self.steps.last().filter(|_| is_meanwhile).map(|before| before.at);
        let not_before = before.or_else(|| self.steps.iter().map(Step::end).max());
        if not_before.is_some_and(|before| before > step.at) {
            return Err(words.wrong(first, "time goes back here"));
        }
        self.steps.push(step);
        Ok(())
    }
}

fn step(words: &mut Words<'_>, world: &World) -> Result<Step, StoryError> {
    let line = words.line;
    let at = moment(words)?;
    let repeat = repeat(words)?;
    let names = Names { world, repeats: repeat.times > 1 };
    let verb = words.next("an action")?;
    let deed = match verb.text {
        "challenge" => challenge(words, &names)?,
        "outcome" => outcome(words, &names)?,
        "feedback" => feedback(words, &names)?,
        "reclaim" => reclaim(words, &names)?,
        "close" => close(words, &names)?,
        "campaign" => campaign(words)?,
        _ => Deed::Act(Box::new(act(verb, words, &names)?)),
    };
    let expected = expectation(words, &deed)?;
    Ok(Step { line, at, repeat, deed, expected })
}

/// `[+2d] 09:30[:15[.250]]`.
fn moment(words: &mut Words<'_>) -> Result<Duration, StoryError> {
    let mut word = words.next("a time")?;
    let mut days = 0;
    if let Some(rest) = word.text.strip_prefix('+') {
        let n = rest.strip_suffix('d').and_then(|n| n.parse().ok()).filter(|n| *n <= DAYS_MAX);
        days = n.ok_or_else(|| words.wrong(word, format!("days are written like +2d, up to {DAYS_MAX}")))?;
        word = words.next("a time")?;
    }
    let time = clock(word.text).ok_or_else(|| words.wrong(word, "a time is written like 09:30 or 09:30:15.250"))?;
    Ok(Duration::from_secs(u64::from(days) * 86_400) + time)
}

fn clock(text: &str) -> Option<Duration> {
    let mut parts = text.split(':');
    let two_digits = |part: &str| (part.len() == 2).then(|| part.parse::<u64>().ok()).flatten();
    let hours = two_digits(parts.next()?).filter(|hours| *hours < 24)?;
    let minutes = two_digits(parts.next()?).filter(|minutes| *minutes < 60)?;
    let seconds = match parts.next() {
        Some(seconds) => duration_of(seconds).filter(|seconds| *seconds < Duration::from_secs(60))?,
        None => Duration::ZERO,
    };
    parts.next().is_none().then(|| Duration::from_secs(hours * 3_600 + minutes * 60) + seconds)
}

/// `15` or `0.25`, in seconds, to the millisecond.
fn duration_of(seconds: &str) -> Option<Duration> {
    let (whole, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) || fraction.len() > 3 {
        return None;
    }
    let millis = format!("{fraction:0<3}").parse().ok()?;
    Some(Duration::from_secs(whole.parse().ok()?) + Duration::from_millis(millis))
}

/// `[N times every 2s|5min|1h|1d|2w]`.
fn repeat(words: &mut Words<'_>) -> Result<Repeat, StoryError> {
    let Some(count) = words.peek().filter(|word| word.text.bytes().all(|c| c.is_ascii_digit())) else {
        return Ok(Repeat::ONCE);
    };
    words.next("a number")?;
    let times = count.text.parse().ok().filter(|times| (1..=REPEAT_MAX).contains(times));
    let times = times.ok_or_else(|| words.wrong(count, format!("a step repeats 1 to {REPEAT_MAX} times")))?;
    words.literal("times")?;
    words.literal("every")?;
    let word = words.next("a time span")?;
    let units = [("min", 60), ("s", 1), ("h", 3_600), ("d", 86_400), ("w", 7 * 86_400)];
    let span = units.into_iter().find_map(|(unit, n)| duration_of(word.text.strip_suffix(unit)?)?.checked_mul(n));
    let every = span.filter(|span| *span <= EVERY_MAX);
    let every =
        every.ok_or_else(|| words.wrong(word, "a time span is written like 0.5s, 5min, 1h, 1d or 2w, up to 366d"))?;
    Ok(Repeat { times, every })
}

fn act(verb: Word<'_>, words: &mut Words<'_>, names: &Names<'_>) -> Result<Act, StoryError> {
    let known = Action::KNOWN.iter().map(Action::as_str).chain(DEEDS);
    let verb = words.choose(verb, "action", known)?;
    // Whatever is spelled like a known action is an action.
    let action = Action::parse(verb).unwrap_or(Action::Login);
    let word = words.next("an outcome")?;
    let is_nobodys = word.text == NOBODYS_NAME;
    let outcome = if is_nobodys { Outcome::Failed } else { parse_outcome(words, word)? };
    let word = words.next("an account")?;
    let door = match word.text.strip_prefix('@') {
        Some(name) => Door::Username(names.person(words, Word { text: name, ..word })?),
        None if is_nobodys => return Err(words.wrong(word, "a name that nobody has is written with @")),
        None => Door::Account(names.person(words, word)?),
    };
    let word = words.next("a device")?;
    let device = names.device(words, word)?;
    let word = words.next("a place")?;
    let place = names.place(words, word)?;
    let said = clauses(words)?;
    Ok(Act {
        action,
        outcome,
        failure: is_nobodys.then_some(FailureReason::UnknownUsername),
        door,
        device,
        place,
        proofs: said.proofs.unwrap_or_else(|| vec![MechanismKind::Password]),
        password: said.password,
        payment: said.payment,
        session: said.session,
        email: said.email,
        details: said.details,
        cookie: said.cookie.map(|device| names.device_named(words, &device)).transpose()?,
    })
}

fn parse_outcome(words: &Words<'_>, word: Word<'_>) -> Result<Outcome, StoryError> {
    Ok(match words.choose(word, "outcome", OUTCOMES)? {
        "ok" => Outcome::Succeeded,
        "failed" => Outcome::Failed,
        _ => Outcome::Pending,
    })
}

fn challenge(words: &mut Words<'_>, names: &Names<'_>) -> Result<Deed, StoryError> {
    let word = words.next("how the challenge ended")?;
    let end = words.choose(word, "end of a challenge", CHALLENGE_ENDS)?;
    let (who, device) = who_and_device(words, names)?;
    let mechanism = match words.peek() {
        Some(word) if word.text == "by" => {
            words.literal("by")?;
            let word = words.next("a proof")?;
            Some(proof(words, word)?)
        }
        Some(_) | None => None,
    };
    let kind = match end {
        "passed" => FeedbackKind::ChallengePassed { mechanism },
        "failed" => FeedbackKind::ChallengeFailed,
        _ => FeedbackKind::ChallengeIgnored,
    };
    Ok(Deed::Challenge { kind, who, device })
}

fn outcome(words: &mut Words<'_>, names: &Names<'_>) -> Result<Deed, StoryError> {
    let word = words.next("how it ended")?;
    let outcome = parse_outcome(words, word)?;
    if outcome == Outcome::Pending {
        return Err(words.wrong(word, "what is pending has not ended"));
    }
    let (who, device) = who_and_device(words, names)?;
    Ok(Deed::Outcome { outcome, who, device })
}

fn feedback(words: &mut Words<'_>, names: &Names<'_>) -> Result<Deed, StoryError> {
    let word = words.next("what it was")?;
    let kind = match words.choose(word, "feedback", FEEDBACK_KINDS)? {
        "takeover" => FeedbackKind::ConfirmedTakeover,
        _ => FeedbackKind::ConfirmedLegitimate,
    };
    let word = words.next("an account")?;
    let who = names.person(words, word)?;
    let device = match words.peek() {
        Some(word) if word.text != "->" => {
            words.next("a device")?;
            Some(names.device(words, word)?)
        }
        Some(_) | None => None,
    };
    Ok(Deed::Feedback { kind, who, device })
}

fn reclaim(words: &mut Words<'_>, names: &Names<'_>) -> Result<Deed, StoryError> {
    let word = words.next("an account")?;
    let who = names.person(words, word)?;
    let since = match words.peek() {
        Some(word) if word.text == "since" => {
            words.literal("since")?;
            Some(moment(words)?)
        }
        Some(_) | None => None,
    };
    Ok(Deed::Reclaim { who, since })
}

fn close(words: &mut Words<'_>, names: &Names<'_>) -> Result<Deed, StoryError> {
    let word = words.next("an account")?;
    Ok(Deed::Close { who: names.person(words, word)? })
}

fn campaign(words: &mut Words<'_>) -> Result<Deed, StoryError> {
    let word = words.next("a campaign")?;
    let name = words.choose(word, "campaign", CampaignKind::ALL.map(CampaignKind::as_str))?;
    let kind = CampaignKind::parse(name).ok_or_else(|| words.unknown(word, "campaign", None))?;
    Ok(Deed::Campaign(kind))
}

fn who_and_device(words: &mut Words<'_>, names: &Names<'_>) -> Result<(String, String), StoryError> {
    let word = words.next("an account")?;
    let who = names.person(words, word)?;
    let word = words.next("a device")?;
    Ok((who, names.device(words, word)?))
}

/// `[-> …]`: `?`, or what the deed can be answered with.
fn expectation(words: &mut Words<'_>, deed: &Deed) -> Result<Option<Expectation>, StoryError> {
    if words.peek().is_none() {
        return Ok(None);
    }
    words.literal("->")?;
    let first = words.next("what is expected")?;
    if first.text == "?" {
        return Ok(Some(Expectation::Unknown));
    }
    match deed {
        Deed::Act(_) => judged(first, words).map(Some),
        Deed::Challenge { .. } | Deed::Feedback { .. } | Deed::Reclaim { .. } => applied(first, words).map(Some),
        Deed::Campaign(_) => stopped(first, words).map(Some),
        Deed::Outcome { .. } => Err(words.wrong(first, "nothing is said of an outcome")),
        Deed::Close { .. } => Err(words.wrong(first, "nothing is said of a closed account")),
    }
}

/// `stopped 90%`.
fn stopped(first: Word<'_>, words: &mut Words<'_>) -> Result<Expectation, StoryError> {
    words.choose(first, "effect", ["stopped"])?;
    let word = words.next("how many in a hundred")?;
    let percent = word.text.strip_suffix('%').and_then(|n| n.parse().ok()).filter(|percent| *percent <= 100);
    let percent_min = percent.ok_or_else(|| words.wrong(word, "a share is written like 90%"))?;
    Ok(Expectation::Stopped { percent_min })
}

/// `[always] allow PROFILE_DEVICE_NEW !PROFILE_FAMILIAR`.
fn judged(first: Word<'_>, words: &mut Words<'_>) -> Result<Expectation, StoryError> {
    let (times, first) = match first.text {
        "always" => (Times::Each, words.next("a verdict")?),
        _ => (Times::Last, first),
    };
    let name = words.choose(first, "verdict", Wanted::ALL.map(Wanted::as_str))?;
    let verdict = Wanted::ALL.into_iter().find(|wanted| wanted.as_str() == name).unwrap_or(Wanted::Pass);
    let (mut present, mut absent) = (Vec::new(), Vec::new());
    while words.peek().is_some() {
        let word = words.next("a reason")?;
        match word.text.strip_prefix('!') {
            Some(name) => absent.push(reason(words, Word { text: name, ..word })?),
            None => present.push(reason(words, word)?),
        }
    }
    Ok(Expectation::Judged { times, verdict, present, absent })
}

fn reason(words: &Words<'_>, word: Word<'_>) -> Result<ReasonCode, StoryError> {
    ReasonCode::parse(word.text).ok_or_else(|| {
        let known = ReasonCode::ALL.iter().map(|code| code.as_str());
        words.unknown(word, "reason", nearest(word.text, known))
    })
}

fn applied(first: Word<'_>, words: &mut Words<'_>) -> Result<Expectation, StoryError> {
    let (mut released, mut unlearned) = (None, None);
    let mut next = Some(first);
    while let Some(word) = next {
        let what = words.choose(word, "effect", ["released", "unlearned"])?;
        let number = words.next("a number")?;
        let n = number.text.parse().map_err(|_| words.wrong(number, "this is no number"))?;
        match what {
            "released" => released = Some(n),
            _ => unlearned = Some(n),
        }
        next = words.peek();
        if next.is_some() {
            words.next("an effect")?;
        }
    }
    Ok(Expectation::Applied { released, unlearned })
}

/// The names a step may use.
struct Names<'a> {
    world: &'a World,
    repeats: bool,
}

impl Names<'_> {
    fn person(&self, words: &Words<'_>, word: Word<'_>) -> Result<String, StoryError> {
        let known = self.world.has_person(&self.example(words, word)?);
        self.known(words, word, ("person", known, self.world.nearest_person(word.text)))
    }

    fn device(&self, words: &Words<'_>, word: Word<'_>) -> Result<String, StoryError> {
        let known = self.world.device(&self.example(words, word)?).is_some();
        self.known(words, word, ("device", known, self.world.nearest_device(word.text)))
    }

    /// As [`Names::device`], of a word that a clause has read.
    fn device_named(&self, words: &Words<'_>, name: &str) -> Result<String, StoryError> {
        self.device(words, Word { text: name, ..words.last() })
    }

    fn place(&self, words: &Words<'_>, word: Word<'_>) -> Result<String, StoryError> {
        let known = self.world.address(&self.example(words, word)?).is_some();
        self.known(words, word, ("place", known, self.world.nearest_place(word.text)))
    }

    fn known(
        &self,
        words: &Words<'_>,
        word: Word<'_>,
        (what, is_known, nearest): (&str, bool, Option<&str>),
    ) -> Result<String, StoryError> {
        if is_known { Ok(word.text.to_owned()) } else { Err(words.unknown(word, what, nearest)) }
    }

    /// The name as it is the first time.
    fn example(&self, words: &Words<'_>, word: Word<'_>) -> Result<String, StoryError> {
        if word.text.contains('#') && !self.repeats {
            return Err(words.wrong(word, "# stands for the number of a repetition, and this step does not repeat"));
        }
        Ok(word.text.replace('#', "1"))
    }
}

#[cfg(test)]
mod tests {
    use rightful_domain::Verdict;

    use super::*;

    fn world() -> World {
        World::parse(
            r#"
            people = ["ann", "customer-#"]
            [devices.phone-a]
            kind = "phone"
            user_agent = "x"
            [places.lisbon]
            range = "192.0.2.0/24"
            [places.botnet]
            range = "3ffe:b000::/36"
            "#,
        )
        .expect("a fixture")
    }

    fn parse(text: &str) -> Result<Story, StoryError> {
        Story::parse(text, &world())
    }

    #[test]
    fn a_step_says_when_what_who_where_and_what_is_expected() {
        let text = "# why\n\npolicy default\n+1d 09:20:05.5  login failed  ann phone-a lisbon with password+u2f -> challenge PROFILE_DEVICE_NEW !PROFILE_FAMILIAR\n";
        let story = parse(text).expect("a story");
        let [step] = &story.steps[..] else { panic!("one step") };
        assert_eq!((step.line, step.at), (4, Duration::from_millis((86_400 + 9 * 3_600 + 20 * 60 + 5) * 1_000 + 500)));
        let act = Act {
            action: Action::Login,
            outcome: Outcome::Failed,
            failure: None,
            door: Door::Account("ann".into()),
            device: "phone-a".into(),
            place: "lisbon".into(),
            proofs: vec![MechanismKind::Password, MechanismKind::U2f],
            password: None,
            payment: None,
            session: None,
            email: None,
            details: super::super::syntax::Details::default(),
            cookie: None,
        };
        assert_eq!(step.deed, Deed::Act(Box::new(act)));
        let expected = Expectation::Judged {
            times: Times::Last,
            verdict: Wanted::Just(Verdict::Challenge),
            present: vec![ReasonCode::ProfileDeviceNew],
            absent: vec![ReasonCode::ProfileFamiliar],
        };
        assert_eq!(step.expected, Some(expected));
    }

    #[test]
    fn every_other_deed_can_be_told() {
        let story = parse(
            "mode observe
             09:00 30 times every 0.5s login pending @customer-# phone-a botnet-#
             10:00 outcome ok ann phone-a
             10:01 challenge passed ann phone-a by recaptcha -> released 0
             10:01 challenge ignored ann phone-a
             10:02 feedback takeover ann -> unlearned 2 released 1
             10:02 feedback legitimate ann phone-a -> ?
             10:03 reclaim ann since 09:00",
        )
        .expect("a story");
        assert_eq!(story.mode, ApplicationMode::Observe);
        assert_eq!(story.length(), Duration::from_secs(10 * 3_600 + 180));
        assert_eq!(story.steps[0].repeat, Repeat { times: 30, every: Duration::from_millis(500) });
        assert_eq!(story.steps[0].end(), Duration::from_millis(9 * 3_600_000 + 14_500));
        let effects: Vec<_> = story.steps.iter().map(|step| step.expected.clone()).collect();
        assert_eq!(effects[2], Some(Expectation::Applied { released: Some(0), unlearned: None }));
        assert_eq!(effects[4], Some(Expectation::Applied { released: Some(1), unlearned: Some(2) }));
        assert_eq!(effects[5], Some(Expectation::Unknown));
        let since = Some(Duration::from_secs(9 * 3_600));
        assert_eq!(story.steps[6].deed, Deed::Reclaim { who: "ann".into(), since });
    }

    #[test]
    fn a_policy_of_its_own_is_told_inside_the_story() {
        let text =
            "policy\n  [lists]\n  allow_addresses = [\"{lisbon}\", \"{nowhere}\"]\n\n09:00 login ok ann phone-a lisbon";
        let story = parse(text).expect("a story");
        assert_eq!(story.steps.len(), 1);
        assert_eq!(story.policy_text(&world()).trim(), "[lists]\nallow_addresses = [\"192.0.2.0/24\", \"{nowhere}\"]");
        assert!(parse("policy default\n09:00 login ok ann phone-a lisbon").expect("a story").policy.is_empty());
    }

    #[test]
    fn what_happens_meanwhile_happens_between() {
        let story = parse(
            "09:00 3 times every 1d login ok ann phone-a lisbon -> always allow
             meanwhile 12:00 2 times every 1d login ok customer-# phone-a botnet-#
             +4d 09:00 40 times every 1min campaign password_spray -> stopped 90%",
        )
        .expect("a story");
        let order: Vec<_> = story.in_order().into_iter().take(6).map(|(_, step, nth)| (step, nth)).collect();
        assert_eq!(order, [(0, 0), (1, 0), (0, 1), (1, 1), (0, 2), (2, 0)]);
        assert!(matches!(story.steps[0].expected, Some(Expectation::Judged { times: Times::Each, .. })));
        assert_eq!(story.steps[2].deed, Deed::Campaign(CampaignKind::PasswordSpray));
        assert_eq!(story.steps[2].expected, Some(Expectation::Stopped { percent_min: 90 }));
    }

    #[test]
    fn a_step_may_say_more() {
        let story = parse(
            "09:00 withdraw ok ann phone-a lisbon with password+u2f hunter2 pays 19.99 EUR to rent by card-1 session s email a@b
             09:01 3 times every 1s login unknown @customer-# phone-a lisbon with password guess-#",
        )
        .expect("a story");
        let [Deed::Act(withdraw), Deed::Act(guess)] = [&story.steps[0].deed, &story.steps[1].deed] else { panic!() };
        assert_eq!((withdraw.password.as_deref(), withdraw.session.as_deref()), (Some("hunter2"), Some("s")));
        let pays = withdraw.payment.as_ref().expect("money");
        assert_eq!((pays.amount.ten_thousandths, pays.amount.currency), (199_900, *b"EUR"));
        assert_eq!((pays.payee.as_deref(), pays.method.as_deref()), (Some("rent"), Some("card-1")));
        assert_eq!((guess.outcome, guess.failure.clone()), (Outcome::Failed, Some(FailureReason::UnknownUsername)));
        assert_eq!(guess.password.as_deref(), Some("guess-#"));
    }

    #[track_caller]
    fn check(text: &str, error: &str) {
        assert_eq!(parse(text).expect_err(text).to_string(), error, "{text}");
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_a_story_or_an_error(lines in proptest::collection::vec(line(), 0..6)) {
            let _ = parse(&lines.join("\n"));
        }
    }

    /// Words of the language in any order, and others.
    fn line() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let word = prop_oneof![
            proptest::sample::select(vec![
                "09:00",
                "+3d",
                "23:59:59.999",
                "99999999999999999999h",
                "10000",
                "times",
                "every",
                "24h",
                "login",
                "ok",
                "failed",
                "ann",
                "@customer-#",
                "phone-a",
                "lisbon",
                "->",
                "allow",
                "!PROFILE_FAMILIAR",
                "?",
                "with",
                "by",
                "since",
                "reclaim",
                "close",
                "challenge",
                "released",
                "policy",
                "meanwhile",
                "always",
                "pays",
                "19.99",
                "EUR",
                "campaign",
                "password_spray",
                "stopped",
                "90%",
                "mode",
                "#",
            ])
            .prop_map(str::to_owned),
            ".{0,8}",
        ];
        proptest::collection::vec(word, 0..9).prop_map(|words| words.join(" "))
    }

    #[test]
    fn an_error_says_where_and_what_was_meant() {
        check("09:00 logn ok ann phone-a lisbon", "line 1, column 7: unknown action \"logn\"; did you mean \"login\"?");
        check("\n9:00 login ok ann phone-a lisbon", "line 2, column 1: a time is written like 09:30 or 09:30:15.250");
        check("09:00 login ok bob phone-a lisbon", "line 1, column 16: unknown person \"bob\"");
        check(
            "09:00 login ok ann phone-b lisbon",
            "line 1, column 20: unknown device \"phone-b\"; did you mean \"phone-a\"?",
        );
        check(
            "09:00 login ok ann phone-a lisbn",
            "line 1, column 28: unknown place \"lisbn\"; did you mean \"lisbon\"?",
        );
        check("09:00 login ok ann phone-a", "line 1, column 27: a place is missing");
        check("09:00 login ok ann phone-a -> allow", "line 1, column 28: a place is missing");
        check(
            "09:00 login ok ann phone-a lisbon -> allow PROFILE_DEVICE_NEU",
            "line 1, column 44: unknown reason \"PROFILE_DEVICE_NEU\"; did you mean \"PROFILE_DEVICE_NEW\"?",
        );
        check(
            "09:00 login ok customer-# phone-a lisbon",
            "line 1, column 16: # stands for the number of a repetition, and this step does not repeat",
        );
        check("09:00 login ok ann phone-a lisbon allow", "line 1, column 35: here \"->\" is expected");
        check("09:00 outcome ok ann phone-a -> allow", "line 1, column 33: nothing is said of an outcome");
        check(
            "09:00 5 times every 1min login ok ann phone-a lisbon\n09:03 login ok ann phone-a lisbon",
            "line 2, column 1: time goes back here",
        );
        check(
            "09:00 2 times every 99999999999999999h login ok ann phone-a lisbon",
            "line 1, column 21: a time span is written like 0.5s, 5min, 1h, 1d or 2w, up to 366d",
        );
        check("09:00 login unknown ann phone-a lisbon", "line 1, column 21: a name that nobody has is written with @");
        check(
            "09:00 login ok ann phone-a lisbon pays 1.23456 EUR",
            "line 1, column 40: an amount is written like 120 or 19.99",
        );
        check("09:00 campaign spray", "line 1, column 16: unknown campaign \"spray\"");
        check("09:00 campaign password_spray -> stopped 101%", "line 1, column 42: a share is written like 90%");
        check("policy defaults", "line 1, column 8: unknown policy \"defaults\"; did you mean \"default\"?");
        check("mode enforce please", "line 1, column 14: this is too much");
    }
}
