//! What happened lately in each application, counted by the minute; what alerts are judged by.

use std::collections::{HashMap, VecDeque};

use parking_lot::Mutex;
use rightful_domain::{ApplicationId, Assessment, ReasonCode, Timestamp, Verdict};

use super::judge::{AppActivity, Counts};

/// The minutes of what is recent.
const RECENT_MINUTES: i64 = 15;
/// The minutes of what is recent, for campaigns.
const CAMPAIGN_MINUTES: i64 = 10;
/// The minutes that are kept: a day, and what is recent.
const KEPT_MINUTES: i64 = 24 * 60 + RECENT_MINUTES;
/// The reasons of which many make a campaign against many accounts.
const CAMPAIGN_REASONS: [ReasonCode; 3] =
    [ReasonCode::CredentialStuffingCampaign, ReasonCode::CredentialSprayCampaign, ReasonCode::CredentialEnumeration];

/// Counts of each application. In memory alone: after a restart it is learned again what is usual.
#[derive(Debug, Default)]
pub(crate) struct Activity(Mutex<HashMap<ApplicationId, Lately>>);

#[derive(Debug, Default)]
struct Lately {
    /// Oldest first; without those in which nothing happened.
    minutes: VecDeque<(i64, Counts)>,
}

fn minute_of(at: Timestamp) -> i64 {
    at.as_micros().div_euclid(60_000_000)
}

impl Counts {
    const fn add(&mut self, other: Self) {
        self.judged = self.judged.saturating_add(other.judged);
        self.stopped = self.stopped.saturating_add(other.stopped);
        self.campaign = self.campaign.saturating_add(other.campaign);
    }
}

impl Activity {
    /// An event was judged. Takes no longer than a few counts.
    pub(crate) fn judged(&self, application: &ApplicationId, assessment: &Assessment, now: Timestamp) {
        let is_campaign = assessment.findings.iter().any(|finding| CAMPAIGN_REASONS.contains(&finding.reason));
        let counts = Counts {
            judged: 1,
            stopped: u32::from(assessment.verdict >= Verdict::Challenge),
            campaign: u32::from(is_campaign),
        };
        let mut all = self.0.lock();
        // Looked up first: the id is copied once in an application's life.
        match all.get_mut(application) {
            Some(lately) => lately.add(minute_of(now), counts),
            None => all.entry(application.clone()).or_default().add(minute_of(now), counts),
        }
    }

    /// What happened lately. Applications in which nothing did are forgotten.
    pub(crate) fn observe(&self, now: Timestamp) -> Vec<AppActivity> {
        let minute = minute_of(now);
        let mut all = self.0.lock();
        all.retain(|_, lately| {
            lately.forget(minute);
            !lately.minutes.is_empty()
        });
        all.iter().map(|(application, lately)| lately.told(application, minute)).collect()
    }
}

impl Lately {
    fn add(&mut self, minute: i64, counts: Counts) {
        match self.minutes.back_mut() {
            // Clocks are set back.
            Some((latest, sum)) if *latest >= minute => sum.add(counts),
            Some(_) | None => {
                self.minutes.push_back((minute, counts));
                self.forget(minute);
            }
        }
    }

    fn forget(&mut self, minute: i64) {
        while self.minutes.front().is_some_and(|(oldest, _)| *oldest <= minute - KEPT_MINUTES) {
            self.minutes.pop_front();
        }
    }

    fn told(&self, application: &ApplicationId, minute: i64) -> AppActivity {
        let mut told = AppActivity {
            application: application.clone(),
            last_10min: Counts::default(),
            last_15min: Counts::default(),
            usual: Counts::default(),
            usual_minutes: 0,
        };
        for (at, counts) in &self.minutes {
            if *at > minute - CAMPAIGN_MINUTES {
                told.last_10min.add(*counts);
            }
            if *at > minute - RECENT_MINUTES { told.last_15min.add(*counts) } else { told.usual.add(*counts) }
        }
        let oldest = self.minutes.front().map_or(minute, |(oldest, _)| *oldest);
        told.usual_minutes = u32::try_from(minute - RECENT_MINUTES - oldest + 1).unwrap_or(0);
        told
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_recent_is_not_what_is_usual_and_both_are_forgotten() {
        let mut lately = Lately::default();
        let one = Counts { judged: 1, stopped: 0, campaign: 1 };
        for minute in 0..2_000 {
            lately.add(minute, one);
        }
        assert_eq!(lately.minutes.len(), usize::try_from(KEPT_MINUTES).unwrap());
        let application = ApplicationId::new("shop").unwrap();
        let told = lately.told(&application, 1_999);
        let counted = |counts: Counts| (counts.judged, counts.campaign);
        assert_eq!(
            (counted(told.last_10min), counted(told.last_15min), counted(told.usual), told.usual_minutes),
            ((10, 10), (15, 15), (1_440, 1_440), 1_440)
        );
        lately.add(1_000, one);
        assert_eq!(lately.told(&application, 1_999).last_15min.judged, 16, "a clock set back");
        lately.forget(10_000);
        assert!(lately.minutes.is_empty());
    }
}
