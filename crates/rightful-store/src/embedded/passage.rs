//! The ledger read in its own order, for who follows it or takes it away. Bounded like a search: a passage looks at so
//! many rows and no more, and says where to go on.

use std::sync::atomic::Ordering;

use fjall::UserValue;
use rightful_domain::{EventId, Excerpt, ExcerptKinds, FeedbackTarget, Happening, PASSAGE_LIMIT_MAX, Passage, Record};

use super::Shared;
use super::disk::{corrupt_row, failed, read_row};
use super::keys::{TIME_PREFIX, minute_of, sequence_of, time_key};
use super::search::DISORDER;
use crate::StoreError;
use crate::record::{RowKind, Said};

/// The most rows that one passage looks at. Rows of other applications cost their head alone.
const ROWS_SEEN_MAX: usize = 10_000;

/// What to do with a row.
enum Look {
    Take(Happening),
    Skip,
    Stop,
}

impl Shared {
    /// One passage.
    pub(super) fn passage(&self, excerpt: &Excerpt) -> Result<Passage, StoreError> {
        self.check_running()?;
        let durable = self.durable.load(Ordering::Acquire);
        let end = excerpt.upto.map_or(durable, |upto| upto.min(durable));
        let after = self.before_first(excerpt)?;
        if after >= end {
            return Ok(Passage { happenings: Vec::new(), upto: after, is_end: true });
        }
        let limit = usize::from(excerpt.limit.clamp(1, PASSAGE_LIMIT_MAX));
        let short = self.mind.taggers.of(&excerpt.application).short;
        let mut passage = Passage { happenings: Vec::new(), upto: after, is_end: true };
        let rows = self.disk.ledger.range((after + 1).to_be_bytes()..=end.to_be_bytes());
        for (n_seen, guard) in rows.enumerate() {
            if n_seen == ROWS_SEEN_MAX || passage.happenings.len() == limit {
                passage.is_end = false;
                return Ok(passage);
            }
            let (key, bytes) = guard.into_inner().map_err(failed)?;
            let sequence = sequence_of(&key).unwrap_or_default();
            match self.happening(excerpt, short, sequence, &bytes)? {
                Look::Take(happening) => passage.happenings.push(happening),
                Look::Skip => {}
                Look::Stop => return Ok(passage),
            }
            passage.upto = sequence;
        }
        passage.upto = end;
        Ok(passage)
    }

    /// The place before the first row that can be in the passage.
    fn before_first(&self, excerpt: &Excerpt) -> Result<u64, StoreError> {
        let Some(from) = excerpt.from else { return Ok(excerpt.after) };
        // The last minute that is surely earlier: what is wanted lies after its first row.
        let begin = [TIME_PREFIX[0]];
        let earlier = time_key(minute_of(from.minus(DISORDER)));
        let Some(guard) = self.disk.index.range::<&[u8], _>(&begin[..]..&earlier[..]).next_back() else {
            return Ok(excerpt.after);
        };
        let value = guard.value().map_err(failed)?;
        Ok(excerpt.after.max(sequence_of(&value).unwrap_or_default().saturating_sub(1)))
    }

    fn happening(&self, excerpt: &Excerpt, short: u32, sequence: u64, bytes: &UserValue) -> Result<Look, StoreError> {
        let row = read_row(sequence, bytes)?;
        let head = &row.head;
        if excerpt.to.is_some_and(|to| head.received_at >= to.plus(DISORDER)) {
            return Ok(Look::Stop);
        }
        let is_asked = match head.kind {
            RowKind::Entry => true,
            RowKind::Conclusion | RowKind::Feedback => excerpt.kinds == ExcerptKinds::All,
            RowKind::Erasure | RowKind::Note | RowKind::Consumption => false,
        };
        let is_within = excerpt.from.is_none_or(|from| head.received_at >= from)
            && excerpt.to.is_none_or(|to| head.received_at < to);
        if !is_asked || head.application != short || !is_within {
            return Ok(Look::Skip);
        }
        let happening = match head.kind {
            RowKind::Entry => self.found_at(sequence)?.map(|found| Happening::Assessed(Box::new(found.record))),
            _ => match row.open().map_err(corrupt_row(sequence))?.0 {
                Said::Conclusion(conclusion) => {
                    let about = self.about(excerpt, conclusion.event)?;
                    Some(Happening::Concluded { sequence, conclusion, about })
                }
                Said::Feedback(feedback) => {
                    let about = match feedback.target {
                        FeedbackTarget::Event(event) => self.about(excerpt, event)?,
                        FeedbackTarget::Account { .. } => None,
                    };
                    Some(Happening::Said { sequence, feedback, about })
                }
                Said::Entry(_) | Said::Erasure(_) | Said::Note(_) | Said::Consumption(_) => None,
            },
        };
        // Two applications may share a short form.
        let is_ours = |happening: &Happening| *application_of(happening) == excerpt.application;
        Ok(happening.filter(is_ours).map_or(Look::Skip, Look::Take))
    }

    fn about(&self, excerpt: &Excerpt, event: EventId) -> Result<Option<Box<Record>>, StoreError> {
        Ok(self.found(&excerpt.application, event)?.map(|found| Box::new(found.record)))
    }
}

const fn application_of(happening: &Happening) -> &rightful_domain::ApplicationId {
    match happening {
        Happening::Assessed(record) => &record.entry.event.application,
        Happening::Concluded { conclusion, .. } => &conclusion.application,
        Happening::Said { feedback, .. } => &feedback.application,
    }
}
