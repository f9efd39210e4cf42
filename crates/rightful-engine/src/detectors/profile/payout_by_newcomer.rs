//! `PROFILE_PAYOUT_BY_NEWCOMER`: money leaves to somebody new, from a device that has only just come.
//!
//! - Threat: the takeover as it pays: sign in quietly on a device of one's own, then send the money to one's own account;
//!   or, where a code is asked for, have the owner type it into a copy of the shop, change the password, and then pay.
//! - Known false alarms: an owner's first days with a new phone. One challenge passed, or one second factor, and the phone
//!   is known, unless it changed how the account is reached or came with a provider of its own.
//! - Source: the users' pains on which the reason catalogue rests; Sumsub's check of payment methods on withdrawal.

use rightful_domain::{Finding, ReasonCode};

use crate::detectors::{Detector, EvidenceFamily, Role, Strength, flag, number};
use crate::features::{Dealing, Features};
use crate::policy::{Days, Thresholds};

pub(super) const DETECTOR: Detector = Detector {
    reason: ReasonCode::ProfilePayoutByNewcomer,
    title: "money leaves to somebody new, from a device that has only just come",
    explains: "The device is new to the account, or was first let through within the last days without a challenge, and \
               now money leaves to a payee or an account that was never paid before; or to anybody, where the device was \
               that new when somebody like it changed how the account is reached. A code that was passed does not make up \
               for it where the device changed how the account is reached just after it, or came with a provider that \
               nobody else of the account was ever with: codes are read out, and typed into copies.",
    sees: "A withdrawal or a transfer, whom it goes to, and how long the account has known the device without anybody \
           vouching for it (`acquaintance.young_days`); a device that may be a copy, since its browser became older, is \
           taken for young. Of a device that a proof alone makes known: whether it changed a contact or a factor in those \
           days, and where else it and the account have been. It is held, and not refused: it is lifted to a challenge and no \
           further.",
    never: "A device that passed a challenge or a second factor where the account has been before, and has changed no \
            contact and no factor since; one that was confirmed as the owner's; the account's first, unless it may be a copy; a payee that was paid before; an account in its first week or that comes \
            with another device every other time, unless a contact was changed like that; what is bought; money that \
            comes in; an event that names no device.",
    since: "0.1.0",
    strength: Strength::Strong,
    family: EvidenceFamily::Payment,
    role: Role::Evidence,
    evidence: &["device_age_days", "payee_new", "after_recovery", "by_proof_alone"],
    detect,
};

fn detect(features: &Features, thresholds: &Thresholds) -> Option<Finding> {
    let acquaintance = &features.acquaintance;
    if !acquaintance.pays_out || acquaintance.device.is_none() {
        return None;
    }
    let payment = &features.payment;
    let to_new = is_new(&payment.payee, thresholds.profile_payee_new.period_days)
        || acquaintance.withdraws && is_new(&payment.method, thresholds.profile_payment_method_new.period_days);
    let is_grown = features
        .tenure
        .account_age_days
        .is_some_and(|age| age >= thresholds.profile_payout_by_newcomer.account_days_min.get());
    let may_be_new = is_grown && !acquaintance.changes_devices;
    let contact_age_days = features.tenure.account_contact_age_days;
    let is_lately = contact_age_days.is_some_and(|age| age <= thresholds.profile_recovery_chain.days_max.get());
    // Whoever was new when the contact was changed does not grow old with it.
    let was_new = acquaintance.device_before_change == Some(false);
    let after_recovery = is_lately && was_new && features.standing.contact_changed_by_stranger == Some(true);
    let is_named = payment.payee.n_known.is_some() || acquaintance.withdraws && payment.method.n_known.is_some();
    let by_proof = &acquaintance.by_proof;
    let changed_access = is_lately && by_proof.changed_access && (to_new || !is_named && by_proof.is_new);
    let by_proof_alone = may_be_new && (changed_access || to_new && by_proof.brought_its_place);
    let payee_new = may_be_new && to_new && (acquaintance.is_newcomer() || by_proof_alone);
    (payee_new || after_recovery || by_proof_alone).then(|| Finding {
        reason: DETECTOR.reason,
        nats: thresholds.profile_payout_by_newcomer.nats.get(),
        evidence: vec![
            number("device_age_days", features.novelty.device_age_days.unwrap_or(0.0)),
            flag("payee_new", payee_new),
            flag("after_recovery", after_recovery),
            flag("by_proof_alone", by_proof_alone),
        ],
    })
}

/// Named, and never dealt with or not for long: the first of all is as new as the second.
fn is_new(dealing: &Dealing, period: Days) -> bool {
    dealing.n_known.is_some() && dealing.idle_days.is_none_or(|idle| idle > period.get())
}

#[cfg(test)]
mod tests {
    use rightful_domain::Acquaintance as Known;

    use super::*;
    use crate::detectors::tests::check;
    use crate::features::{Acquaintance, ByProof, Payment, Standing, Tenure};

    fn paying(device: Option<Known>, idle_days: Option<f64>) -> Features {
        let acquaintance = Acquaintance { device, pays_out: true, withdraws: true, ..Acquaintance::default() };
        let payment = Payment { method: Dealing { n_known: Some(3), idle_days }, ..Payment::default() };
        let tenure = Tenure { account_age_days: Some(90.0), ..Tenure::default() };
        Features { acquaintance, payment, tenure, ..Features::default() }
    }

    #[test]
    fn young_accounts_and_those_that_always_change_devices_are_not_bothered() {
        for (account_age_days, changes_devices, fires) in
            [(Some(7.0), false, true), (Some(6.9), false, false), (None, false, false), (Some(90.0), true, false)]
        {
            let mut features = paying(Some(Known::Unknown), None);
            features.tenure.account_age_days = account_age_days;
            features.acquaintance.changes_devices = changes_devices;
            check(&DETECTOR, &features, fires);
        }
    }

    #[test]
    fn fires_on_a_newcomers_first_payment_to_somebody() {
        for (device, idle_days, fires) in [
            (Some(Known::Young), None, true),
            (Some(Known::Unknown), None, true),
            (Some(Known::Young), Some(181.0), true),
            (Some(Known::Young), Some(30.0), false),
            (Some(Known::Known), None, false),
            (None, None, false),
        ] {
            check(&DETECTOR, &paying(device, idle_days), fires);
        }
    }

    #[test]
    fn a_means_of_payment_is_a_destination_of_withdrawals_alone() {
        let mut features = paying(Some(Known::Young), None);
        features.acquaintance.withdraws = false;
        check(&DETECTOR, &features, false);
        features.payment.payee.n_known = Some(0);
        check(&DETECTOR, &features, true);
        features.acquaintance.pays_out = false;
        check(&DETECTOR, &features, false);
    }

    #[test]
    fn after_a_strangers_recovery_it_fires_whoever_is_paid() {
        let mut features = paying(Some(Known::Young), Some(1.0));
        features.standing = Standing { contact_changed_by_stranger: Some(true), ..Standing::default() };
        features.tenure = Tenure { account_contact_age_days: Some(7.0), ..Tenure::default() };
        features.acquaintance.device_before_change = Some(true);
        check(&DETECTOR, &features, false);
        features.acquaintance.device_before_change = Some(false);
        check(&DETECTOR, &features, true);
        features.acquaintance.device = Some(Known::Known);
        check(&DETECTOR, &features, true);
        features.tenure.account_contact_age_days = Some(7.1);
        check(&DETECTOR, &features, false);
    }

    #[test]
    fn a_proof_does_not_make_up_for_a_change_of_access_or_for_a_place_of_its_own() {
        let changed_access = ByProof { changed_access: true, ..ByProof::default() };
        let is_new = ByProof { is_new: true, ..changed_access };
        let brought_its_place = ByProof { brought_its_place: true, ..ByProof::default() };
        for (by_proof, idle_days, contact_age_days, fires) in [
            (ByProof::default(), None, Some(1.0), false),
            (changed_access, None, Some(7.0), true),
            (changed_access, None, Some(7.1), false),
            (changed_access, None, None, false),
            (changed_access, Some(181.0), Some(7.0), true),
            (changed_access, Some(30.0), Some(7.0), false),
            (is_new, Some(30.0), Some(7.0), false),
            (brought_its_place, None, None, true),
            (brought_its_place, Some(30.0), None, false),
        ] {
            let mut features = paying(Some(Known::Known), idle_days);
            features.acquaintance.by_proof = by_proof;
            features.tenure.account_contact_age_days = contact_age_days;
            check(&DETECTOR, &features, fires);
            // An account in its first days is not bothered.
            features.tenure.account_age_days = Some(6.9);
            check(&DETECTOR, &features, false);
        }
    }

    #[test]
    fn where_nobody_is_named_it_fires_while_the_device_is_new() {
        for (is_new, fires) in [(true, true), (false, false)] {
            let mut features = paying(Some(Known::Known), None);
            features.payment.method.n_known = None;
            features.acquaintance.by_proof = ByProof { changed_access: true, is_new, brought_its_place: true };
            features.tenure.account_contact_age_days = Some(1.0);
            check(&DETECTOR, &features, fires);
        }
    }
}
