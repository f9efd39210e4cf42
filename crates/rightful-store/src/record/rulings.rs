//! The stored form of what people's rules said of an event.

use rightful_domain::{Assessment, Entry, RuleEffect, RuleMatch, RuleStatus, ScoreChange, Verdict};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::entry::ReadEntry;
use super::number::Numbered;

/// What follows an entry's details from version 4 of entries on; empty where no rule matched.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredRulings<'a> {
    #[serde(borrow)]
    matches: Vec<StoredMatch<'a>>,
    verdict_before: Option<u8>,
}

#[derive(Serialize, Deserialize)]
struct StoredMatch<'a> {
    rule: &'a str,
    version: u32,
    is_shadow: bool,
    /// Hundredths of a point.
    score: i16,
    floor: Option<u8>,
    ceiling: Option<u8>,
    status: Option<u8>,
    #[serde(borrow)]
    tags: Vec<&'a str>,
    queue: Option<&'a str>,
}

impl<'a> StoredRulings<'a> {
    pub(crate) fn of(entry: &'a Entry) -> Self {
        let judged = entry.assessment.as_ref();
        let of = |judged: &'a Assessment| judged.rules.iter().map(StoredMatch::of).collect();
        let before = judged.and_then(|judged| judged.verdict_before_rules);
        Self { matches: judged.map(of).unwrap_or_default(), verdict_before: before.map(|verdict| verdict.number()) }
    }

    /// Puts it back into what was judged; where nothing was, there is nothing.
    pub(crate) fn restore(self, read: &mut ReadEntry<'_>) -> Result<(), Undecodable> {
        let matches = self.matches.into_iter().map(StoredMatch::restore).collect::<Result<_, _>>()?;
        let before = self.verdict_before.map(Verdict::of_number).transpose()?;
        if let Some(assessment) = &mut read.entry.assessment {
            assessment.rules = matches;
            assessment.verdict_before_rules = before;
        }
        Ok(())
    }
}

impl<'a> StoredMatch<'a> {
    fn of(matched: &'a RuleMatch) -> Self {
        let RuleMatch { rule, version, is_shadow, effect } = matched;
        let RuleEffect { score, floor, ceiling, status, tags, queue } = effect;
        Self {
            rule,
            version: *version,
            is_shadow: *is_shadow,
            score: score.hundredths(),
            floor: floor.map(|verdict| verdict.number()),
            ceiling: ceiling.map(|verdict| verdict.number()),
            status: status.map(|status| status.number()),
            tags: tags.iter().map(|tag| &**tag).collect(),
            queue: queue.as_deref(),
        }
    }

    fn restore(self) -> Result<RuleMatch, Undecodable> {
        Ok(RuleMatch {
            rule: self.rule.into(),
            version: self.version,
            is_shadow: self.is_shadow,
            effect: RuleEffect {
                score: ScoreChange::from_hundredths(self.score).map_err(|_| Undecodable("score out of range"))?,
                floor: self.floor.map(Verdict::of_number).transpose()?,
                ceiling: self.ceiling.map(Verdict::of_number).transpose()?,
                status: self.status.map(RuleStatus::of_number).transpose()?,
                tags: self.tags.into_iter().map(Into::into).collect(),
                queue: self.queue.map(Into::into),
            },
        })
    }
}
