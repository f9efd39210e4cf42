//! The crowds of every application. In RAM only: what they show is of the day, and a password's tag is never stored.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::{Mutex, RwLock};
use rightful_domain::{
    CROWDS_MAX, Crowd, CrowdKind, CrowdMark, Crowds, Enrichment, Event, FailureReason, Hands, History, Mark,
    Notorieties, Outcome, PaymentDirection, Subnet, Tag,
};

use super::mind::Mind;
use super::tags::Tagger;

/// Attempts of an application whose password's tag is kept, so that their end can be told to its crowd; the oldest go
/// first.
const PASSWORDS_KEPT_MAX: usize = 65_536;

/// The crowds of every application, by its short form: tags are keyed by application, so two never mix.
#[derive(Default)]
pub(super) struct AllCrowds(RwLock<HashMap<u32, Arc<Mutex<ApplicationCrowds>>>>);

/// The crowds of one application.
#[derive(Default)]
struct ApplicationCrowds {
    crowds: Crowds,
    /// What strangers do from which networks.
    notorieties: Notorieties,
    /// The password of recent attempts, by event: an event is stored without it.
    passwords: HashMap<u64, Tag>,
    /// Their events, oldest first.
    order: VecDeque<u64>,
    /// The tag of the day before of passwords whose crowd was carried over midnight, and the tag that it has now.
    carried: HashMap<Tag, Tag>,
}

impl AllCrowds {
    fn of(&self, tagger: &Tagger) -> Arc<Mutex<ApplicationCrowds>> {
        if let Some(crowds) = self.0.read().get(&tagger.short) {
            return Arc::clone(crowds);
        }
        Arc::clone(self.0.write().entry(tagger.short).or_default())
    }
}

impl ApplicationCrowds {
    fn keep_password(&mut self, event: u64, tag: Tag) {
        if self.passwords.insert(event, tag).is_none() {
            self.order.push_back(event);
        }
        if self.order.len() > PASSWORDS_KEPT_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.passwords.remove(&oldest);
        }
    }

    /// Lets the crowd of a password go on under its tag of the day.
    fn carry_over_midnight(&mut self, [of_day, of_day_before]: [Tag; 2]) {
        if !self.crowds.carry_over(CrowdKind::Password, of_day_before, of_day) {
            return;
        }
        if self.carried.len() >= CROWDS_MAX {
            self.carried.retain(|_, now| self.crowds.has(CrowdKind::Password, *now));
        }
        if self.carried.len() < 2 * CROWDS_MAX {
            self.carried.insert(of_day_before, of_day);
        }
    }

    /// The tag under which the crowd of an attempt's password is found.
    fn password_of(&self, event: u64) -> Option<Tag> {
        let kept = self.passwords.get(&event)?;
        Some(*self.carried.get(kept).unwrap_or(kept))
    }

    fn tags(&self, event: &Event, tagger: &Tagger) -> impl Iterator<Item = (CrowdKind, Tag)> + use<> {
        let net = event.network.ip.map(|ip| (CrowdKind::Net, tagger.net(ip)));
        let agent = event.network.user_agent.as_deref().map(|agent| (CrowdKind::Agent, tagger.agent(agent)));
        let password = self.password_of(Mark::short(event.id)).map(|tag| (CrowdKind::Password, tag));
        let pays = pays(event);
        // Alike devices share a likeness: it is no device of several payers.
        let device = event.device.id().filter(|_| pays && !event.device.has_likeness_only());
        let device = device.map(|device| (CrowdKind::PayingDevice, tagger.paying_device(device)));
        let address = event.network.ip.filter(|_| pays).map(Subnet::of);
        let address = address.map(|address| (CrowdKind::PayingAddress, tagger.paying_address(address)));
        [net, agent, password, device, address].into_iter().flatten()
    }
}

impl Mind {
    /// Counts an attempt in its crowds, and says what they count. `history` says whose it is.
    pub(super) fn count_crowds(&self, event: &Event, enrichment: &Enrichment, tagger: &Tagger, history: &mut History) {
        let password = enrichment.credential_tag.map(|tag| tagger.password(tag));
        let mark = CrowdMark {
            at: event.at,
            event: Mark::short(event.id),
            subject: history.account_tag,
            outcome: event.outcome,
            is_unknown_username: is_unknown_username(event),
        };
        let crowds = self.crowds.of(tagger);
        let mut crowds = crowds.lock();
        let habits = history.account_profile().map(|profile| &*profile.habits);
        let notorieties = &mut crowds.notorieties;
        let notoriety = notorieties.of(&history.circumstances, history.failures_here_24h, mark.at);
        let hand_shares = notorieties.hand_shares(mark.at);
        let device = history.device.as_ref();
        let hands = device.map(|device| Hands::of(&device.profile, history.account_tag, mark.at));
        notorieties.count(mark.event, mark.at, mark.outcome, &history.circumstances, habits, hands);
        (history.notoriety, history.hand_shares) = (notoriety, hand_shares);
        if let Some(tags @ [of_day, _]) = password {
            crowds.carry_over_midnight(tags);
            crowds.keep_password(mark.event, of_day);
        }
        for (kind, tag) in crowds.tags(event, tagger) {
            let crowd: Crowd = crowds.crowds.count(kind, tag, mark);
            match kind {
                CrowdKind::Net => history.net_crowd = Some(crowd),
                CrowdKind::Agent => history.agent_crowd = Some(crowd),
                CrowdKind::Password => history.password_crowd = Some(crowd),
                CrowdKind::PayingDevice => history.device_payers = Some(crowd),
                CrowdKind::PayingAddress => history.address_payers = Some(crowd),
            }
        }
    }

    /// Tells an attempt's crowds how it ended, if they remember it.
    pub(super) fn conclude_crowds(&self, event: &Event, outcome: Outcome) {
        let tagger = self.taggers.of(&event.application);
        let crowds = self.crowds.of(&tagger);
        let mut crowds = crowds.lock();
        crowds.notorieties.conclude(Mark::short(event.id), outcome);
        for (kind, tag) in crowds.tags(event, &tagger) {
            match kind {
                // Money that did not move was not paid.
                CrowdKind::PayingDevice | CrowdKind::PayingAddress if outcome == Outcome::Failed => {
                    crowds.crowds.uncount(kind, tag, Mark::short(event.id));
                }
                CrowdKind::Net
                | CrowdKind::Agent
                | CrowdKind::Password
                | CrowdKind::PayingDevice
                | CrowdKind::PayingAddress => crowds.crowds.conclude(kind, tag, Mark::short(event.id), outcome),
            }
        }
    }

    /// Takes an attempt out of its crowds.
    pub(super) fn uncount_crowds(&self, event: &Event, tagger: &Tagger) {
        let crowds = self.crowds.of(tagger);
        let mut crowds = crowds.lock();
        crowds.notorieties.uncount(Mark::short(event.id));
        for (kind, tag) in crowds.tags(event, tagger) {
            crowds.crowds.uncount(kind, tag, Mark::short(event.id));
        }
    }
}

/// Whether an event moves money, or what is as good as money, out of an account's hands.
fn pays(event: &Event) -> bool {
    let comes_in = event.payment.as_ref().is_some_and(|payment| payment.direction == Some(PaymentDirection::In));
    event.action.moves_money() && !comes_in && event.outcome != Outcome::Failed
}

fn is_unknown_username(event: &Event) -> bool {
    event.outcome == Outcome::Failed
        && event.mechanisms.iter().any(|used| used.failure == Some(FailureReason::UnknownUsername))
}
