//! `BEHAVIOR_SUSPICIOUS_MOVEMENT`: a mouse clicks where it did not move to, or moves as no hand does.
//!
//! - Threat: tools that click on elements, and tools that draw a line to them first.
//! - Known false alarms: speech and eye trackers place the pointer, so a pointer that jumps is held against nobody without
//!   a driver. Keys and switches move it along the axes, so of lines two have to lie along none. A hand with a ruler.
//! - Measured on the sessions of the Balabit Mouse Dynamics Challenge (Fülöp et al. 2016; 921 sessions of people at remote
//!   desktops, mostly sampled more coarsely than browsers do, cut into 29 994 visits of three clicks): nobody, neither
//!   by jumps (of single far clicks, 5 of 51 198 are) nor by lines (of long strokes, 0.7 % are straight). Of 2 000
//!   made-up bots of four clicks each: 99.7 % of those whose pointer jumps, as Playwright's does by default; 98 % or more
//!   of those that draw lines of five steps and more, at constant speed or not; none of those that bow or tremble.
//! - Source: that data set, which is for research and not shipped; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use super::driver;
use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, is_on_own_device, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::BehaviorSuspiciousMovement,
    title: "the pointer moved as no hand moves it",
    explains: "Before each click the pointer jumped to its place, or it moved along nothing but lines as straight as a \
               ruler's.",
    sees: "Clicks of a mouse. At least two of them 100 px or more from where the pointer was, all of them reached in one \
           move, and a sign of a driver in the browser itself; or at least two strokes of 100 px or more, all of them \
           within 1.5 px of the line between their ends, and two along no axis.",
    never: "Fingers and pens on a screen, and clicks by keys; pointers that speech or eyes place, in a browser that \
            nothing drives; lines along an axis, as keys and switches draw them; clicks whose moves are not all told; a \
            device that the account knows.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Behavior,
    role: Role::Evidence,
    evidence: &["movement", "jumps", "straight_strokes"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.behavior_suspicious_movement;
    if is_on_own_device(features) {
        return None;
    }
    let interaction = &features.interaction;
    let enough = |n: u32, min: f64| f64::from(n) >= min;
    let (clicks, jumps) = interaction.far_clicks.zip(interaction.jumps)?;
    let (strokes, straight) = interaction.strokes.zip(interaction.straight_strokes)?;
    let slanted = interaction.slanted_strokes?;
    let has_jumped = enough(jumps, thresholds.jumps_min.get()) && jumps == clicks && driver(features).is_some();
    let has_drawn = enough(slanted, thresholds.lines_min.get()) && straight == strokes;
    let movement = match (has_jumped, has_drawn) {
        (true, _) => "jumps",
        (false, true) => "lines",
        (false, false) => return None,
    };
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![text("movement", movement), count("jumps", jumps), count("straight_strokes", straight)],
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::driven;
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Interaction, Novelty};

    fn moved((clicks, jumps): (u32, u32), (strokes, straight, slanted): (u32, u32, u32)) -> Features {
        let interaction = Interaction {
            far_clicks: Some(clicks),
            jumps: Some(jumps),
            strokes: Some(strokes),
            straight_strokes: Some(straight),
            slanted_strokes: Some(slanted),
            ..Interaction::default()
        };
        Features { interaction, ..Features::default() }
    }

    #[test]
    fn fires_on_a_pointer_that_jumps_in_a_driven_browser() {
        check(&DETECTOR, &driven(Some(1), moved((2, 2), (0, 0, 0))), true);
        check(&DETECTOR, &driven(Some(1), moved((1, 1), (0, 0, 0))), false);
        check(&DETECTOR, &driven(Some(1), moved((3, 2), (0, 0, 0))), false);
        for hints in [Some(0), None] {
            check(&DETECTOR, &driven(hints, moved((9, 9), (0, 0, 0))), false);
        }
    }

    #[test]
    fn fires_on_a_pointer_that_draws_lines() {
        check(&DETECTOR, &moved((2, 0), (3, 3, 2)), true);
        check(&DETECTOR, &moved((2, 0), (3, 3, 1)), false);
        check(&DETECTOR, &moved((2, 0), (3, 2, 2)), false);
        let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
        check(&DETECTOR, &Features { novelty, ..moved((2, 0), (3, 3, 3)) }, false);
        check(&DETECTOR, &Features::default(), false);
    }
}
