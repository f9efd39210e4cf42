//! `BEHAVIOR_BOT_TYPING`: single keystrokes follow each other as known tools make them.
//!
//! - Threat: tools that type into pages, and slow down so as not to be seen: each key goes down as the one before is let
//!   go, whatever the delay. Measured of Playwright 1.65 with delays of 45 and 60 ms: 1 to 4 ms in 14 of 14 strokes;
//!   without one: keys held for 2 to 16 ms, and the next one 1 to 8 ms later.
//! - Known false alarms: as for `BEHAVIOR_BOT`, and therefore never without a driver.
//! - Source: Dhakal et al., CHI 2018: people's keys overlap (25 to 50 % of fast typists' strokes) or lie some 100 ms apart,
//!   with a deviation as large; the reason catalogue.

use rightful_domain::{Finding, ReasonCode};

use super::driver;
use crate::detectors::{Detector, EvidenceFamily, Role, Strength, count, is_on_own_device, number, text};
use crate::features::Features;
use crate::policy::Thresholds;

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::BehaviorBotTyping,
    title: "the keys followed each other as a known tool types",
    explains: "Nearly each key was pressed as the one before was let go, or let go as it was pressed, in a browser that \
               shows signs of being driven.",
    sees: "At least eight strokes told one by one, seven in ten of which took 5 ms or less from press to release, or from \
           release to the next press. And beside them a sign of a driver in the browser itself.",
    never: "Pasted and autofilled fields, and text that is composed, dictated or completed, which have no strokes; a key \
            that is held down; speech, switches and password managers that type, in a browser that nothing drives; a \
            device that the account knows.",
    since: "0.1.0",
    strength: Strength::Supporting,
    family: EvidenceFamily::Behavior,
    role: Role::Evidence,
    evidence: &["strokes", "at_once_share", "driver"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let thresholds = &thresholds.behavior_bot_typing;
    let driver = driver(features).filter(|_| !is_on_own_device(features))?;
    let interaction = &features.interaction;
    let enough = |n: u32| f64::from(n) >= thresholds.keys_min.get();
    let held = interaction.key_holds.filter(|n| enough(*n)).zip(interaction.tight_hold_share);
    let apart = interaction.key_gaps.filter(|n| enough(*n)).zip(interaction.tight_gap_share);
    let (strokes, share) =
        held.into_iter().chain(apart).find(|(_, share)| *share >= thresholds.at_once_share_min.get())?;
    Some(Finding {
        reason: DETECTOR.reason,
        nats: thresholds.nats.get(),
        evidence: vec![count("strokes", strokes), number("at_once_share", share), text("driver", driver)],
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::driven;
    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Interaction, Novelty};

    fn gaps(n: u32, share: f64) -> Features {
        let interaction = Interaction { key_gaps: Some(n), tight_gap_share: Some(share), ..Interaction::default() };
        Features { interaction, ..Features::default() }
    }

    fn holds(n: u32, share: f64) -> Features {
        let interaction = Interaction { key_holds: Some(n), tight_hold_share: Some(share), ..Interaction::default() };
        Features { interaction, ..Features::default() }
    }

    #[test]
    fn fires_on_the_strokes_of_a_tool_beside_a_driver() {
        for typed in [gaps, holds] {
            check(&DETECTOR, &driven(Some(1), typed(8, 0.7)), true);
            check(&DETECTOR, &driven(Some(1), typed(7, 1.0)), false);
            check(&DETECTOR, &driven(Some(1), typed(40, 0.69)), false);
            check(&DETECTOR, &driven(Some(0), typed(40, 1.0)), false);
            check(&DETECTOR, &driven(None, typed(40, 1.0)), false);
            let novelty = Novelty { device_known: Some(true), ..Novelty::default() };
            check(&DETECTOR, &driven(Some(1), Features { novelty, ..typed(40, 1.0) }), false);
        }
    }
}
