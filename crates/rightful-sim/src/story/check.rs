//! What was said against what was expected, and the story's text with the right sides as they turned out.

use std::fmt;

use rightful_domain::ReasonCode;
use rightful_store::Applied;

use super::judge::Judged;
use super::run::Happened;
use super::syntax::{Expectation, Story};

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

/// The steps of which something else was said than expected.
#[must_use]
pub fn differences(story: &Story, happened: &[Happened]) -> Vec<Difference> {
    let pairs = story.steps.iter().zip(happened);
    pairs
        .filter_map(|(step, happened)| {
            let expected = step.expected.as_ref().filter(|expected| !holds(expected, happened))?;
            Some(Difference { line: step.line, expected: expected.to_string(), said: said(happened) })
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
        (Expectation::Judged { verdict, present, absent }, Happened::Judged(judged)) => {
            *verdict == judged.verdict
                && present.iter().all(|reason| judged.reasons.contains(reason))
                && !absent.iter().any(|reason| judged.reasons.contains(reason))
        }
        (Expectation::Applied { released, unlearned }, Happened::Applied(applied)) => {
            released.is_none_or(|n| n == applied.n_released) && unlearned.is_none_or(|n| n == applied.n_unlearned)
        }
        (Expectation::Unknown | Expectation::Judged { .. } | Expectation::Applied { .. }, _) => false,
    }
}

/// What to write on the right side: of what was listed, what is true.
fn turned_out(expected: &Expectation, happened: &Happened) -> String {
    match (expected, happened) {
        (Expectation::Judged { present, absent, .. }, Happened::Judged(judged)) => {
            let found = |reason: &&ReasonCode| judged.reasons.contains(reason);
            Expectation::Judged {
                verdict: judged.verdict,
                present: present.iter().filter(found).copied().collect(),
                absent: absent.iter().filter(|reason| !found(reason)).copied().collect(),
            }
            .to_string()
        }
        (Expectation::Unknown | Expectation::Judged { .. } | Expectation::Applied { .. }, _) => said(happened),
    }
}

fn said(happened: &Happened) -> String {
    match happened {
        Happened::Judged(Judged { verdict, reasons, .. }) => {
            Expectation::Judged { verdict: *verdict, present: reasons.clone(), absent: Vec::new() }.to_string()
        }
        Happened::Applied(Applied { n_released, n_unlearned }) => {
            Expectation::Applied { released: Some(*n_released), unlearned: Some(*n_unlearned) }.to_string()
        }
        Happened::Noted => String::new(),
    }
}

impl fmt::Display for Expectation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("?"),
            Self::Judged { verdict, present, absent } => {
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
        let world = "people = [\"ann\"]\n[devices.phone-a]\nkind = \"phone\"\nuser_agent = \"x\"\n[places.lisbon]\nip = \"192.0.2.1\"";
        Story::parse(TEXT, &World::parse(world).expect("a fixture")).expect("a story")
    }

    fn judged(verdict: Verdict, reasons: &[ReasonCode]) -> Happened {
        Happened::Judged(Judged { event: EventId::from_bytes([0; 16]), verdict, reasons: reasons.to_vec() })
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
        let different: Vec<usize> = differences(&story(), &happened).iter().map(|difference| difference.line).collect();
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
        let told: Vec<String> = differences(&story(), &happened).iter().map(ToString::to_string).collect();
        assert_eq!(
            told[0],
            "line 2:\n  expected  allow PROFILE_DEVICE_NEW !PROFILE_FAMILIAR\n  said      trust PROFILE_FAMILIAR"
        );
        let text = rewritten(TEXT, &story(), &happened);
        assert!(text.contains("lisbon   -> trust\n") && text.contains("-> released 0 unlearned 2\n"), "{text}");
    }
}
