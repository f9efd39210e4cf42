//! Recall of what has long been recorded: what is known of its keys now, as if it had never been let through. Else it would
//! be judged against itself, and whoever was new would be familiar with what it had just done.

use std::sync::Arc;

use rightful_domain::{
    ApplicationId, Enrichment, Event, EventId, History, Lesson, Profile, Remembered, Teaching, Timestamp,
};

use super::Shared;
use super::imprint::seen_by;
use super::keys::Index;
use super::plan::{Status, Target};
use super::recall::Time;
use super::state::Change;
use super::tags::StateKind;
use crate::StoreError;

/// The most rows of an account that are looked through for what it learned before.
const LOOKED_BACK_MAX: usize = 64;

impl Shared {
    /// What is known of a recorded event's keys now, without what it taught itself. Counts nothing: it was counted when it
    /// came. `NotFound` if the application has no such event.
    pub(super) fn recall_again(
        &self,
        application: &ApplicationId,
        event: EventId,
        enrichment: &Enrichment,
        now: Timestamp,
    ) -> Result<History, StoreError> {
        let tagger = self.mind.taggers.of(application);
        let target = self.target_of(&tagger, application, event)?;
        let event = &target.record.entry.event;
        let mut history = self.mind.recall_as(Time::Again, event, enrichment, now)?;
        self.tell_previous(&mut history.changes)?;
        target.take_out_of(&mut history, self.learned_before(&target)?);
        if let Some(account) = &history.account {
            let (profile, circumstances) = (&account.profile, &history.circumstances);
            history.backdrop = Some(self.mind.states.with(tagger.population_key(), |state| {
                let population = state.more.population.get_or_insert_default();
                (population.backdrop(profile, circumstances, event.at), Change::Same)
            })?);
        }
        Ok(history)
    }

    /// When the account last learned something before an event, as far as that is looked for.
    fn learned_before(&self, target: &Target) -> Result<Option<Timestamp>, StoreError> {
        let Some(subject) = target.subject else { return Ok(None) };
        let newest = target.record.sequence.saturating_sub(1);
        for sequence in self.rows_under(Index::Account, subject.tag, newest, LOOKED_BACK_MAX).take(LOOKED_BACK_MAX) {
            let found = self.found_at(sequence?)?.map(|found| found.record.entry);
            let taught = found.filter(|entry| entry.teaching == Teaching::Learn && entry.event.at <= target.lesson.at);
            if let Some(entry) = taught {
                return Ok(Some(entry.event.at));
            }
        }
        Ok(None)
    }
}

impl Target {
    fn take_out_of(&self, history: &mut History, learned_before: Option<Timestamp>) {
        let (status, lesson, event) = (self.status, &self.lesson, &self.record.entry.event);
        let keys = [
            (StateKind::Subject, &mut history.account),
            (StateKind::Device, &mut history.device),
            (StateKind::Address, &mut history.address),
        ];
        for (kind, remembered) in keys {
            let Some(Remembered { profile, .. }) = remembered else { continue };
            take_out(status, kind, lesson, event, Arc::make_mut(profile));
        }
        // How long the account had been quiet is part of what was known: unlearning leaves times where they are.
        if let (Some(account), Some(before)) = (&mut history.account, learned_before) {
            let profile = Arc::make_mut(&mut account.profile);
            profile.last_at = profile.last_at.map(|last| if last >= lesson.at { before } else { last });
        }
    }
}

fn take_out(status: Status, kind: StateKind, lesson: &Lesson, event: &Event, profile: &mut Profile) {
    profile.release(lesson.event);
    if status == Status::Taught {
        profile.unlearn(&seen_by(kind, lesson));
    }
    let changed_by_itself = event.changes_contact() && profile.standing.contact_changed_at == Some(event.at);
    if kind == StateKind::Subject && changed_by_itself {
        // What was before it is not kept.
        profile.standing.contact_changed_at = None;
        profile.standing.contact_changed_by_stranger = false;
    }
}
