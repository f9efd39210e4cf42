//! Reasons about how the form was typed, and how the pointer moved.
//!
//! People who cannot use a keyboard or a mouse as others do have programs that press keys and move pointers for them:
//! speech, switches, eyes, and password managers that type. What those do in a page cannot be told from what a bot does.
//! So what a program would do is held against nobody by itself: it takes a sign beside it that a program drives the
//! browser, which none of those leaves: see [`driver`].

use super::Detector;
use crate::features::Features;

mod bot;
mod bot_typing;
mod inhuman_input;
mod suspicious_input;
mod suspicious_movement;

pub(super) const DETECTORS: &[Detector] = &[
    bot::DETECTOR,
    bot_typing::DETECTOR,
    inhuman_input::DETECTOR,
    suspicious_input::DETECTOR,
    suspicious_movement::DETECTOR,
];

/// By what it is seen that a program drives the browser, whatever is typed and moved; None if it is not seen.
fn driver(features: &Features) -> Option<&'static str> {
    let browser = &features.browser;
    if browser.driven == Some(true) {
        Some("the browser says so")
    } else if features.agent.headless == Some(true) {
        Some("a browser without a window")
    } else if features.agent.framework.is_some() {
        Some("a framework in the agent string")
    } else if browser.driver_hints.is_some_and(|hints| hints > 0) {
        Some("a debugger or a replaced native")
    } else {
        None
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::features::{Agent, Browser};

    /// The same, in a browser with so many hints of a driver.
    pub(super) fn driven(hints: Option<u32>, features: Features) -> Features {
        let browser = Browser { driver_hints: hints, driven: hints.map(|_| false), ..Browser::default() };
        Features { browser, ..features }
    }

    #[test]
    fn a_driver_is_seen_by_what_it_leaves_in_the_browser() {
        let none = Features::default();
        assert_eq!(driver(&none), None);
        assert_eq!(driver(&driven(Some(0), none)), None);
        assert!(driver(&driven(Some(1), none)).is_some());
        let browser = Browser { driven: Some(true), ..Browser::default() };
        assert!(driver(&Features { browser, ..none }).is_some());
        for (headless, framework, expected) in
            [(Some(true), None, true), (Some(false), None, false), (Some(false), Some("Selenium"), true)]
        {
            let agent = Agent { headless, framework, ..Agent::default() };
            assert_eq!(driver(&Features { agent, ..none }).is_some(), expected);
        }
    }
}
