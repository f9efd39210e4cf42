//! Whether a program has become older: browsers and systems are updated, and one that was copied days ago is shown as it was.

use std::iter::from_fn;

/// Whether an agent string tells an older version of the program that told the one before: nothing in it is newer, and
/// something is older by a major version. None where they are not of one program.
pub(super) fn went_back(before: &str, now: &str) -> Option<bool> {
    if before == now {
        return Some(false);
    }
    let same = same_until(before, now);
    let rest = |agent| str::get(agent, same..).map(parts);
    let (mut before, mut now) = (rest(before)?, rest(now)?);
    let mut is_older = false;
    loop {
        match (before.next(), now.next()) {
            (None, None) => return Some(is_older),
            (Some(Part::Text(one)), Some(Part::Text(other))) if one == other => {}
            (Some(Part::Version(one)), Some(Part::Version(other))) => match (major(one), major(other)) {
                (Some(one), Some(other)) if one < other => return Some(false),
                // What tells a zero for its version no longer tells it.
                (Some(one), Some(other)) => is_older |= other < one && other > 0,
                (None, _) | (_, None) => return None,
            },
            (Some(_) | None, Some(_) | None) => return None,
        }
    }
}

/// How far two agent strings are the same, whole versions and whole letters. An update changes little, and late.
fn same_until(before: &str, now: &str) -> usize {
    let same = before.bytes().zip(now.bytes()).take_while(|(one, other)| one == other).count();
    let head = before.as_bytes().get(..same).unwrap_or_default();
    let is_in_version = |c: &u8| c.is_ascii_digit() || matches!(c, b'.' | b'_');
    // A version begins with a digit: points before it are text.
    let run = head.iter().rposition(|c| !is_in_version(c)).map_or(0, |last| last + 1);
    let version = (run..same).find(|place| head.get(*place).is_some_and(u8::is_ascii_digit));
    (0..=version.unwrap_or(same)).rev().find(|place| before.is_char_boundary(*place)).unwrap_or(0)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part<'a> {
    Text(&'a str),
    /// Numbers with points or underscores between them.
    Version(&'a str),
}

fn parts(agent: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = agent;
    from_fn(move || {
        let is_version = rest.bytes().next()?.is_ascii_digit();
        let is_in = |c: char| if is_version { c.is_ascii_digit() || c == '.' || c == '_' } else { !c.is_ascii_digit() };
        let (part, after) = rest.split_at(rest.find(|c| !is_in(c)).unwrap_or(rest.len()));
        rest = after;
        Some(if is_version { Part::Version(part) } else { Part::Text(part) })
    })
}

/// None for what is no version: a date or a serial number may have any length.
fn major(version: &str) -> Option<u32> {
    version.split(['.', '_']).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/";

    fn chrome(version: &str) -> String {
        format!("{CHROME}{version} Safari/537.36")
    }

    #[test]
    fn what_is_older_in_something_and_newer_in_nothing_went_back() {
        let iphone = |os: &str, browser: &str| {
            format!(
                "Mozilla/5.0 (iPhone; CPU iPhone OS {os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{browser} Mobile/15E148 Safari/604.1"
            )
        };
        for (before, now, is_older) in [
            (chrome("137.0.0.0"), chrome("131.0.0.0"), Some(true)),
            (chrome("137.0.0.0"), chrome("137.0.0.0"), Some(false)),
            (chrome("131.0.0.0"), chrome("137.0.0.0"), Some(false)),
            // A smaller number behind the point may be one that is no longer told.
            (chrome("119.0.6045.105"), chrome("119.0.0.0"), Some(false)),
            (chrome("119.0.6045.105"), chrome("0.0.0.0"), Some(false)),
            (iphone("18_1", "18.1"), iphone("17_4_1", "17.4.1"), Some(true)),
            // One that stays behind while the other is updated has been updated.
            (iphone("17_4", "18.1"), iphone("18_4", "17.1"), Some(false)),
        ] {
            assert_eq!(went_back(&before, &now), is_older, "{before} → {now}");
        }
    }

    #[test]
    fn of_another_program_nothing_is_said() {
        let edge = format!("{CHROME}131.0.0.0 Safari/537.36 Edg/131.0.0.0");
        for other in
            [edge.as_str(), "", "Shop/2.1 (Pixel 8)", "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/131.0"]
        {
            assert_eq!(went_back(&chrome("137.0.0.0"), other), None);
            assert_eq!(went_back(other, &chrome("131.0.0.0")), None);
        }
        assert_eq!(went_back("", ""), Some(false));
        assert_eq!(went_back("App/99999999999", "App/1"), None, "no version");
        assert_eq!(went_back("Äpp/3 ✓", "Äpp/2 ✓"), Some(true));
    }

    proptest::proptest! {
        #[test]
        fn nothing_goes_back_both_ways(one in ".{0,40}", other in ".{0,40}") {
            assert_ne!(went_back(&one, &one), Some(true));
            assert!(went_back(&one, &other) != Some(true) || went_back(&other, &one) != Some(true));
        }
    }
}
