//! What was said against what was expected, and the story's text with the right sides as they turned out.

use std::fmt;
use std::time::Duration;

use rightful_domain::{ReasonCode, Verdict};
use rightful_store::Applied;

use super::judge::Judged;
use super::run::{Attacked, Happened};
use super::syntax::{Expectation, Story, Times, Wanted};

/// One step of which something else was said than expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Its line.
    pub line: usize,
    /// What was expected, as the story writes it.
    pub expected: String,
    /// What was said, as the story would write it, with all reasons.
    pub said: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "line {}:", self.line)?;
        writeln!(f, "  expected  {}", self.expected)?;
        write!(f, "  said      {}", self.said)
    }
}

/// The steps, of those that happen at or after `since`, of which something else was said than expected.
#[must_use]
pub fn differences(story: &Story, happened: &[Happened], since: Duration) -> Vec<Difference> {
    let pairs = story.steps.iter().zip(happened);
    pairs
        .filter_map(|(step, happened)| {
            let expected = step.expected.as_ref().filter(|expected| !holds(expected, happened))?;
            let checked_at = match expected {
                Expectation::Judged { times: Times::Last, .. } => step.end(),
                _ => step.at,
            };
            let difference =
                || Difference { line: step.line, expected: expected.to_string(), said: said(expected, happened) };
            (checked_at >= since).then(difference)
        })
        .collect()
}

/// The story's text with the right sides as they turned out; what holds stays as it was written.
#[must_use]
pub fn rewritten(text: &str, story: &Story, happened: &[Happened]) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for (step, happened) in story.steps.iter().zip(happened) {
        let Some(expected) = step.expected.as_ref().filter(|expected| !holds(expected, happened)) else { continue };
        let Some(line) = step.line.checked_sub(1).and_then(|index| lines.get_mut(index)) else { continue };
        let Some(arrow) = line.find("->") else { continue };
        line.truncate(arrow);
        line.push_str("-> ");
        line.push_str(&turned_out(expected, happened));
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn holds(expected: &Expectation, happened: &Happened) -> bool {
    match (expected, happened) {
        (Expectation::Judged { .. }, Happened::Judged(all)) => first_otherwise(expected, all).is_none(),
        (Expectation::Applied { released, unlearned }, Happened::Applied(applied)) => {
            released.is_none_or(|n| n == applied.n_released) && unlearned.is_none_or(|n| n == applied.n_unlearned)
        }
        (Expectation::Stopped { percent_min }, Happened::Attacked(all)) => percent_stopped(all) >= *percent_min,
        (
            Expectation::Unknown
            | Expectation::Judged { .. }
            | Expectation::Applied { .. }
            | Expectation::Stopped { .. },
            _,
        ) => false,
    }
}

/// The first time, from 1, of which something else was said than expected.
fn first_otherwise<'a>(expected: &Expectation, all: &'a [Judged]) -> Option<(usize, &'a Judged)> {
    let Expectation::Judged { times, verdict, present, absent } = expected else { return None };
    let is_so = |judged: &Judged| {
        verdict.is_met_by(judged.verdict)
            && present.iter().all(|reason| judged.reasons.contains(reason))
            && !absent.iter().any(|reason| judged.reasons.contains(reason))
    };
    let skipped = match times {
        Times::Each => 0,
        Times::Last => all.len().saturating_sub(1),
    };
    (1..).zip(all).skip(skipped).find(|(_, judged)| !is_so(judged))
}

/// Of the attempts that the application let in, those that were challenged or denied, in a hundred, rounded down. 100 if
/// it let none in.
fn percent_stopped(all: &[Attacked]) -> u8 {
    let held = || all.iter().filter(|attacked| attacked.held);
    let stopped = held().filter(|attacked| matches!(attacked.judged.verdict, Verdict::Challenge | Verdict::Deny));
    let percent = (stopped.count() * 100).checked_div(held().count());
    percent.map_or(100, |percent| u8::try_from(percent).unwrap_or(100))
}

/// What to write on the right side: of what was listed, what is true.
fn turned_out(expected: &Expectation, happened: &Happened) -> String {
    match (expected, happened) {
        (Expectation::Judged { present, absent, .. }, Happened::Judged(all)) => {
            let Some(judged) = all.last() else { return String::new() };
            let found = |reason: &&ReasonCode| judged.reasons.contains(reason);
            Expectation::Judged {
                times: Times::Last,
                verdict: Wanted::Just(judged.verdict),
                present: present.iter().filter(found).copied().collect(),
                absent: absent.iter().filter(|reason| !found(reason)).copied().collect(),
            }
            .to_string()
        }
        (
            Expectation::Unknown
            | Expectation::Judged { .. }
            | Expectation::Applied { .. }
            | Expectation::Stopped { .. },
            _,
        ) => said(expected, happened),
    }
}

/// What was said, in full; of a step that repeats, the first time that is otherwise than expected, or the last.
fn said(expected: &Expectation, happened: &Happened) -> String {
    match happened {
        Happened::Judged(all) => {
            let otherwise = first_otherwise(expected, all).or_else(|| (1..).zip(all).last());
            let Some((nth, Judged { verdict, reasons, .. })) = otherwise else { return String::new() };
            let (verdict, present) = (Wanted::Just(*verdict), reasons.clone());
            let said = Expectation::Judged { times: Times::Last, verdict, present, absent: Vec::new() };
            if nth == all.len() { said.to_string() } else { format!("{said} (time {nth} of {})", all.len()) }
        }
        Happened::Applied(Applied { n_released, n_unlearned }) => {
            Expectation::Applied { released: Some(*n_released), unlearned: Some(*n_unlearned) }.to_string()
        }
        Happened::Attacked(all) => Expectation::Stopped { percent_min: percent_stopped(all) }.to_string(),
        Happened::Noted => String::new(),
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("?"),
            Self::Stopped { percent_min } => write!(f, "stopped {percent_min}%"),
            Self::Judged { times, verdict, present, absent } => {
                if *times == Times::Each {
                    f.write_str("always ")?;
                }
                f.write_str(verdict.as_str())?;
                present.iter().try_for_each(|reason| write!(f, " {}", reason.as_str()))?;
                absent.iter().try_for_each(|reason| write!(f, " !{}", reason.as_str()))
            }
            Self::Applied { released, unlearned } => {
                let effects = [("released", released), ("unlearned", unlearned)];
                let told: Vec<String> =
                    effects.iter().filter_map(|(what, n)| n.map(|n| format!("{what} {n}"))).collect();
                f.write_str(&told.join(" "))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use rightful_domain::{EventId, Verdict};

    use super::super::world::World;
    use super::*;

    const TEXT: &str = "\
# a comment with -> in it
09:00 login ok ann phone-a lisbon   -> allow PROFILE_DEVICE_NEW !PROFILE_FAMILIAR
09:01 login ok ann phone-a lisbon
09:02 login ok ann phone-a lisbon   -> ?
09:03 reclaim ann                   -> unlearned 1
";

    fn story() -> Story {
        let world = "people = [\"ann\"]\n[devices.phone-a]\nkind = \"phone\"\nuser_agent = \"x\"\n[places.lisbon]\nrange = \"192.0.2.0/24\"";
        Story::parse(TEXT, &World::parse(world).expect("a fixture")).expect("a story")
    }

    fn judged(verdict: Verdict, reasons: &[ReasonCode]) -> Happened {
        Happened::Judged(vec![Judged {
            event: EventId::from_bytes([0; 16]),
            verdict,
            reasons: reasons.to_vec(),
            rules: vec![],
        }])
    }

    #[test]
    fn what_holds_is_no_difference_and_is_not_rewritten() {
        use ReasonCode::{IpActionVelocity, ProfileDeviceNew};
        let happened = [
            judged(Verdict::Allow, &[ProfileDeviceNew, IpActionVelocity]),
            judged(Verdict::Deny, &[]),
            judged(Verdict::Allow, &[ProfileDeviceNew, IpActionVelocity]),
            Happened::Applied(Applied { n_released: 3, n_unlearned: 1 }),
        ];
        let different: Vec<usize> =
            differences(&story(), &happened, Duration::ZERO).iter().map(|difference| difference.line).collect();
        assert_eq!(different, [4], "only the question is open");
        let answered = TEXT.replace("-> ?", "-> allow PROFILE_DEVICE_NEW IP_ACTION_VELOCITY");
        assert_eq!(rewritten(TEXT, &story(), &happened), answered);
    }

    #[test]
    fn what_does_not_hold_is_told_in_full_and_rewritten_to_what_is_true_of_it() {
        let happened = [
            judged(Verdict::Trust, &[ReasonCode::ProfileFamiliar]),
            judged(Verdict::Trust, &[]),
            judged(Verdict::Trust, &[]),
            Happened::Applied(Applied { n_released: 0, n_unlearned: 2 }),
        ];
        let told: Vec<String> =
            differences(&story(), &happened, Duration::ZERO).iter().map(ToString::to_string).collect();
        assert_eq!(
            told[0],
            "line 2:\n  expected  allow PROFILE_DEVICE_NEW !PROFILE_FAMILIAR\n  said      trust PROFILE_FAMILIAR"
        );
        let text = rewritten(TEXT, &story(), &happened);
        assert!(text.contains("lisbon   -> trust\n") && text.contains("-> released 0 unlearned 2\n"), "{text}");
    }

    #[test]
    fn what_is_always_so_is_so_each_time_and_a_campaign_is_counted_by_who_got_in() {
        let one = |verdict| Judged { event: EventId::from_bytes([0; 16]), verdict, reasons: vec![], rules: vec![] };
        let expected = |times| Expectation::Judged { times, verdict: Wanted::Pass, present: vec![], absent: vec![] };
        let all = Happened::Judged([Verdict::Allow, Verdict::Challenge, Verdict::Allow].map(one).to_vec());
        assert!(holds(&expected(Times::Last), &all) && !holds(&expected(Times::Each), &all));
        assert_eq!(said(&expected(Times::Each), &all), "challenge (time 2 of 3)");

        let attacked = |held, verdict| Attacked { held, judged: one(verdict) };
        let all = [
            attacked(false, Verdict::Allow),
            attacked(true, Verdict::Deny),
            attacked(true, Verdict::Allow),
            attacked(true, Verdict::Challenge),
        ];
        assert_eq!((percent_stopped(&all), percent_stopped(&[])), (66, 100));
        let happened = Happened::Attacked(all.to_vec());
        assert!(holds(&Expectation::Stopped { percent_min: 66 }, &happened));
        assert!(!holds(&Expectation::Stopped { percent_min: 67 }, &happened));
    }
}
