//! What is done, when, and whether the account is used to it.

use rightful_domain::{Action, Facts, Habit, Habits, Level, PaymentDirection, StepTag};

use super::{Slot, count_slot, flag_slot, known, number_slot};

/// Hours of a day; weekdays and weekends have hours of their own.
const HOURS: u32 = 24;

/// What is done, and whether the account is used to it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Activity {
    /// Whether the account has done this before; None without a history.
    pub(crate) action_known: Option<bool>,
    /// How much of what the account does is done at this hour or within an hour of it, 0 to 1, among days like this one;
    /// None without such days.
    pub(crate) hour_share: Option<f64>,
    /// By how many powers of two the money is more than the account has ever moved, as far as is remembered; None without
    /// an amount, without one before, or in a currency that is new to the account: a thousand yen are no thousand euros.
    pub(crate) amount_doublings: Option<u32>,
    /// Whether it moves money or what is as good as money.
    pub(crate) moves_money: Option<bool>,
    /// Whether it changes who gets in or who is told.
    pub(crate) changes_access: Option<bool>,
    /// Whether the account has moved money in this currency before; None without a currency, or without one before.
    pub(crate) currency_known: Option<bool>,
    /// Whether it has moved money this way before, in or out; None where that is not told, or was not before.
    pub(crate) direction_known: Option<bool>,
    /// Whether the money leaves the account; None where its way is not told.
    pub(crate) money_leaves: Option<bool>,
    /// Whether it opens an account.
    pub(crate) registers: Option<bool>,
    /// Whether it is the way in of somebody who is not known yet: registering, or recovering access.
    pub(crate) opens_door: Option<bool>,
}

pub(super) fn derive(facts: &Facts) -> Activity {
    let action = &facts.event.action;
    let hour = facts.history.circumstances.tag(Level::Hour);
    let habits = facts.history.account_profile().map(|profile| &profile.habits);
    Activity {
        action_known: known(facts, Level::Action),
        hour_share: habits.zip(hour).and_then(|(habits, hour)| hour_share(habits, hour)),
        amount_doublings: habits
            .filter(|_| known(facts, Level::Currency) != Some(false))
            .zip(facts.history.circumstances.tag(Level::Amount))
            .and_then(|(habits, amount)| amount_doublings(habits, amount)),
        currency_known: known(facts, Level::Currency),
        direction_known: known(facts, Level::Direction),
        money_leaves: facts
            .event
            .payment
            .as_ref()
            .and_then(|payment| payment.direction)
            .map(|direction| direction == PaymentDirection::Out),
        moves_money: Some(action.moves_money()),
        changes_access: Some(changes_access(action)),
        registers: Some(*action == Action::Register),
        opens_door: Some(matches!(action, Action::Register | Action::PasswordReset)),
    }
}

// A magnitude is its own tag: see `Circumstances`.
fn amount_doublings(habits: &Habits, amount: StepTag) -> Option<u32> {
    let most = habits.of_level(Level::Amount).iter().map(|habit| habit.tag.get()).max()?;
    Some(amount.get().saturating_sub(most))
}

const fn changes_access(action: &Action) -> bool {
    matches!(action, Action::PasswordReset | Action::AccountDetailsChange | Action::AccountAuthChange)
}

fn hour_share(habits: &Habits, hour: StepTag) -> Option<f64> {
    // An hour's tag is one more than the hour, 0 to 47: see `Circumstances`.
    let hour = hour.get() - 1;
    let day = hour / HOURS * HOURS;
    let weight = |hour: u32| StepTag::new(hour + 1).and_then(|tag| habits.weight_of(Level::Hour, tag)).unwrap_or(0.0);
    let is_of_day = |habit: &&Habit| (day..day + HOURS).contains(&(habit.tag.get() - 1));
    let all: f32 = habits.of_level(Level::Hour).iter().filter(is_of_day).map(|habit| habit.weight).sum();
    let around = [HOURS - 1, 0, 1].into_iter().map(|shift| weight(day + (hour - day + shift) % HOURS));
    let around: f32 = around.sum();
    (all > 0.0).then(|| f64::from(around / all))
}

pub(super) const SLOTS: &[Slot<Activity>] = &[
    Slot { name: "action_known", read: |a| flag_slot(a.action_known) },
    Slot { name: "hour_share", read: |a| number_slot(a.hour_share) },
    Slot { name: "moves_money", read: |a| flag_slot(a.moves_money) },
    Slot { name: "changes_access", read: |a| flag_slot(a.changes_access) },
    Slot { name: "amount_doublings", read: |a| count_slot(a.amount_doublings) },
];

/// Slots of schema 5.
pub(super) const MONEY_SLOTS: &[Slot<Activity>] = &[
    Slot { name: "currency_known", read: |a| flag_slot(a.currency_known) },
    Slot { name: "direction_known", read: |a| flag_slot(a.direction_known) },
    Slot { name: "money_leaves", read: |a| flag_slot(a.money_leaves) },
];

#[cfg(test)]
mod tests {
    use rightful_domain::{Circumstances, Level, News, Timestamp, Version};

    use super::*;

    fn at_hour(hour: u32) -> Circumstances {
        let mut tags = [None; Level::COUNT];
        tags[Level::Hour.number()] = StepTag::new(hour + 1);
        Circumstances::from_tags(tags, Version::default(), Version::default())
    }

    #[test]
    fn an_hour_is_judged_with_its_neighbors_and_by_days_of_its_kind() {
        let mut habits = Habits::default();
        for hour in [23, 23, 0, 12] {
            habits.learn(Timestamp::from_seconds(1_750_000_000), &at_hour(hour), &News::default());
        }
        let share = |hour: u32| StepTag::new(hour + 1).and_then(|tag| hour_share(&habits, tag));
        assert_eq!((share(0), share(22), share(12), share(5)), (Some(0.75), Some(0.5), Some(0.25), Some(0.0)));
        assert_eq!(share(30), None);
    }
}
