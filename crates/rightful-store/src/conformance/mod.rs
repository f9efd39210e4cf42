//! What every store must do, as a list of named cases that each backend's tests run. A new case is one line.
//!
//! A case gets a fresh backend and says what is wrong, if anything. No case sleeps, reads a clock or depends on another.

mod acquaintance;
mod aggregates;
mod cases;
mod details;
mod erasure;
mod feedback;
mod lists;
mod notes;
mod office;
mod outbox;
mod passage;
mod quarantine;
mod recall;
mod reclaim;
mod record;
mod reports;
mod restart;
mod rules;
mod sample;
mod scan;
mod search;
mod sightings;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use async_trait::async_trait;

pub use sample::{APPLICATION, Script, judged, login};

use crate::{Store, StoreError};

/// A backend under test.
#[async_trait]
pub trait Backend: Send + Sync {
    /// The store as it is now.
    fn store(&self) -> Arc<dyn Store>;

    /// Ends the store in that way and starts it again on the same data.
    async fn restart(&self, ending: Ending) -> Result<(), StoreError>;
}

/// How a store ends before it is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It was closed.
    Closed,
    /// It was not: nothing that is written behind had a chance.
    Abandoned,
}

/// What a case says.
pub type Told = Result<(), String>;
/// A case at work.
pub type Running = Pin<Box<dyn Future<Output = Told> + Send>>;
/// One claim about a store.
pub type CaseFn = fn(Arc<dyn Backend>) -> Running;

// A macro, because a function item with an opaque future cannot be put into a list, and wrapping each by hand would
// double every name.
macro_rules! cases {
    ($($module:ident :: $name:ident),+ $(,)?) => {
        &[$((stringify!($name), |backend| Box::pin($module::$name(backend)))),+]
    };
}

/// All cases, by claim.
pub const CASES: &[(&str, CaseFn)] = cases![
    aggregates::parallel_attempts_each_see_another_count,
    aggregates::an_event_counts_once_and_the_current_one_can_be_left_out,
    aggregates::an_aggregate_is_missing_until_it_is_kept_and_not_a_number_without_its_key,
    aggregates::what_is_counted_from_the_ledger_is_what_was_counted_from_the_beginning,
    aggregates::a_backfill_goes_on_where_it_was_left,
    aggregates::a_conclusion_counts_once_whether_the_backfill_has_come_to_it_or_not,
    aggregates::what_a_restart_learns_again_counts_once,
    aggregates::what_is_never_written_down_counts_no_longer,
    aggregates::what_is_recalled_again_is_not_counted_again,
    aggregates::an_erased_account_has_nothing_counted,
    aggregates::a_longer_span_begins_anew_and_the_shorter_goes_on,
    aggregates::what_is_no_longer_named_is_forgotten,
    aggregates::what_is_late_is_counted_at_its_own_time,
    cases::a_case_opens_once_and_reads_back,
    cases::of_many_who_claim_a_case_at_once_one_does,
    cases::notes_of_many_at_once_are_all_kept,
    cases::queues_list_what_waits_oldest_first,
    cases::the_cases_of_an_account_are_found_however_far_they_have_come,
    cases::a_decision_is_due_after_its_minute_until_it_is_settled,
    cases::an_erasure_forgets_what_was_said_in_cases,
    details::a_changed_detail_says_what_it_was_before,
    details::the_owner_is_told_of_a_changed_contact_and_no_stranger,
    details::where_only_strangers_said_a_contact_nobody_is_told,
    details::what_is_added_to_a_known_account_is_a_change,
    details::what_waits_for_its_outcome_changes_details_when_it_has_ended_well,
    details::a_takeover_tells_what_the_intruder_did,
    details::a_reclaim_brings_details_back,
    details::an_erased_account_has_no_devices_and_no_details,
    erasure::an_erased_account_is_forgotten_and_its_events_stay,
    erasure::an_account_begins_anew_after_its_erasure,
    erasure::what_comes_during_an_erasure_reads_after_a_restart,
    acquaintance::whoever_proves_to_be_the_owner_is_known_at_once,
    acquaintance::a_contact_changed_on_a_young_device_was_changed_by_a_stranger,
    acquaintance::an_event_that_is_recalled_again_does_not_know_itself,
    feedback::a_confirmed_takeover_is_unlearned_and_remembered_as_bad,
    feedback::a_legitimate_event_is_learned_once,
    feedback::a_false_alarm_is_taken_back,
    feedback::who_proved_to_be_the_owner_and_who_refused_is_remembered,
    feedback::a_contact_changed_by_a_stranger_says_so_until_the_owner_proves_it,
    feedback::feedback_on_an_unknown_event_is_refused,
    feedback::what_was_said_is_found_with_the_event,
    lists::an_event_is_on_lists_by_each_of_its_subjects,
    lists::an_address_is_on_lists_by_every_network_around_it,
    lists::a_domain_is_on_lists_by_those_above_it_however_it_is_written,
    lists::a_device_is_let_in_by_a_signed_name_alone,
    lists::an_entry_counts_until_it_expires,
    lists::lists_outlive_a_restart_and_so_does_their_absence,
    lists::applications_have_lists_of_their_own,
    lists::pages_of_a_list_hold_each_entry_once,
    lists::what_is_too_much_is_refused_whole,
    lists::each_change_is_noted_with_its_author,
    notes::what_is_noted_of_an_account_is_found_again,
    notes::what_was_closed_by_mistake_is_opened_again,
    notes::a_note_repeated_writes_nothing,
    notes::too_much_is_refused_and_nothing_of_it_kept,
    notes::metadata_is_set_replaced_and_removed,
    notes::a_device_of_nobody_is_not_found,
    notes::a_second_factor_in_metadata_releases_what_its_device_left,
    notes::a_second_factor_in_metadata_passes_the_challenge_that_is_open,
    notes::while_a_takeover_is_reported_metadata_releases_nothing,
    notes::a_detached_device_is_no_longer_proved,
    notes::an_erasure_forgets_what_was_noted,
    notes::an_answer_is_consumed_once,
    notes::of_many_who_consume_at_once_one_gets_the_answer,
    office::an_application_reads_back_and_its_id_is_unique,
    office::a_change_keeps_the_keys,
    office::keys_come_and_go_by_their_own_verbs,
    office::what_was_changed_reads_back_in_its_order,
    office::settings_read_back,
    outbox::messages_of_a_hook_go_in_order_one_at_a_time,
    outbox::what_was_not_taken_waits_over_restarts_under_its_number,
    outbox::an_event_recorded_twice_is_told_once,
    outbox::what_is_given_up_lets_the_next_go,
    passage::passages_follow_each_other_in_the_order_of_the_ledger,
    passage::a_passage_by_time_has_its_start_and_not_its_end,
    passage::what_was_erased_is_in_no_passage,
    outbox::messages_of_one_account_wait_for_each_other_and_for_no_other,
    outbox::what_was_given_up_waits_again_in_its_place_when_asked,
    outbox::a_hooks_log_keeps_the_newest_tries_and_says_since_when_it_fails,
    outbox::what_is_said_and_noted_is_told_with_its_row_and_once,
    quarantine::a_challenged_event_teaches_nothing,
    quarantine::a_passed_challenge_releases_once,
    quarantine::a_captcha_releases_nothing,
    quarantine::a_fresh_contact_releases_nothing,
    quarantine::a_second_factor_releases_what_its_device_left,
    quarantine::a_failed_challenge_waits_for_its_device_to_prove_itself,
    quarantine::what_could_not_be_challenged_matures,
    quarantine::a_pending_event_is_learned_at_its_conclusion,
    quarantine::a_conclusion_twice_is_one_and_another_replaces_it,
    quarantine::an_event_vouched_for_before_its_conclusion_is_learned,
    recall::fifty_parallel_attempts_count_one_to_fifty,
    recall::an_attempt_is_counted_once_on_each_key,
    recall::an_attempt_of_yesterday_is_judged_and_not_counted,
    recall::a_late_attempt_is_counted_as_of_its_own_time,
    recall::a_username_is_resolved_to_its_last_account,
    recall::usernames_without_an_account_count_as_accounts,
    recall::the_latest_device_is_the_one_of_the_last_success,
    reclaim::a_reclaim_goes_back_to_before_the_takeover,
    reclaim::a_reclaim_without_a_first_event_begins_at_the_first_report,
    reclaim::a_reclaim_forgets_the_devices_that_came_with_the_takeover,
    reclaim::a_reclaim_of_which_nothing_is_known_reaches_back_to_the_newcomer,
    reclaim::a_reclaim_reaches_back_to_no_owner,
    reclaim::what_was_reclaimed_cannot_be_reported_again,
    record::two_parallel_logins_both_teach,
    record::recorded_twice_is_recorded_once,
    record::recorded_twice_at_once_is_recorded_once,
    record::a_retry_gets_the_first_answer_and_another_body_a_conflict,
    record::an_entry_reads_back_whole,
    record::numbers_have_no_gap,
    reports::a_report_is_found_by_its_token_for_half_an_hour,
    reports::reports_of_a_device_are_one_and_a_repeated_one_counts_once,
    reports::what_is_said_of_an_attempt_is_said_under_its_token,
    reports::a_report_is_its_applications_own,
    reports::a_report_outlives_a_restart,
    restart::everything_is_there_after_a_restart,
    restart::a_restart_learns_what_was_not_written,
    restart::retries_survive_a_restart,
    scan::a_scan_shows_what_a_search_finds_oldest_first,
    scan::a_scan_in_parts_is_the_whole,
    scan::a_scan_is_of_one_moment,
    scan::a_scan_of_judgements_opens_nothing_private,
    rules::a_rule_book_reads_back_and_keeps_its_versions,
    rules::of_two_changes_of_one_revision_one_is_refused,
    rules::a_snooze_is_told_at_recall_until_it_ends,
    rules::an_erasure_forgets_snoozes,
    rules::counts_of_rules_add_up_and_age,
    search::a_search_finds_by_each_key,
    search::a_search_finds_by_what_was_judged,
    search::pages_follow_each_other_newest_first,
    search::a_search_by_time_has_its_start_and_not_its_end,
    search::applications_do_not_see_each_other,
    search::the_newest_row_is_told_by_its_minute_even_after_a_clock_was_set_back,
    search::events_of_one_correlation_are_found_by_it_before_and_after_a_restart,
    sightings::of_fifty_parallel_sightings_one_is_the_first,
    sightings::a_device_is_new_once_on_each_account,
    sightings::who_fails_or_has_no_account_is_not_seen,
    sightings::what_is_only_looked_at_is_not_seen,
    sightings::a_detached_device_is_attached_again_and_is_not_new,
    sightings::the_most_alike_device_is_found_among_the_accounts_own,
    sightings::what_a_page_says_makes_no_device_known,
    sightings::what_a_page_says_displaces_no_known_device,
    sightings::an_event_that_waits_makes_its_device_known_when_it_has_ended_well,
    sightings::a_likeness_is_another_device_on_each_account,
];

fn same<T: PartialEq + Debug>(what: &str, got: T, expected: T) -> Told {
    if got == expected { Ok(()) } else { Err(format!("{what}: got {got:?}, expected {expected:?}")) }
}

fn holds(what: &str, holds: bool) -> Told {
    if holds { Ok(()) } else { Err(format!("{what}: it does not")) }
}

fn there<T>(what: &str, thing: Option<T>) -> Result<T, String> {
    thing.ok_or_else(|| format!("{what}: there is none"))
}

impl From<StoreError> for String {
    fn from(error: StoreError) -> Self {
        format!("{error}: {error:?}")
    }
}
