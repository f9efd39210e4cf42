//! The stored form of what people's rules said of an event.

use rightful_domain::{
    AggregateId, AggregateValue, Assessment, Entry, RuleEffect, RuleMatch, RuleStatus, ScoreChange, Source, Verdict,
};
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

/// What follows that from version 5 of entries on: what rules went by beside the event itself.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredGrounds<'a> {
    /// Lists, by name.
    #[serde(borrow)]
    listed: Vec<&'a str>,
    /// Aggregates: which, and what they came to.
    aggregates: Vec<(u64, f64)>,
    /// The matches that were snoozed: one bit each, in their order.
    snoozed: u32,
}

impl<'a> StoredGrounds<'a> {
    pub(crate) fn of(entry: &'a Entry) -> Self {
        let Some(judged) = &entry.assessment else {
            return Self { listed: Vec::new(), aggregates: Vec::new(), snoozed: 0 };
        };
        let bits = judged.rules.iter().zip(0..u32::BITS).filter(|(matched, _)| matched.is_snoozed);
        Self {
            listed: judged.listed.iter().map(|name| &**name).collect(),
            aggregates: judged.aggregates.iter().map(|aggregate| (aggregate.id.0, aggregate.value)).collect(),
            snoozed: bits.fold(0, |bits, (_, place)| bits | 1 << place),
        }
    }

    /// Puts it back into what was judged, after the matches; where nothing was, there is nothing.
    pub(crate) fn restore(self, read: &mut ReadEntry<'_>) {
        let Some(judged) = &mut read.entry.assessment else { return };
        judged.listed = self.listed.into_iter().map(Into::into).collect();
        judged.aggregates =
            self.aggregates.into_iter().map(|(id, value)| AggregateValue { id: AggregateId(id), value }).collect();
        for (matched, place) in judged.rules.iter_mut().zip(0..u32::BITS) {
            matched.is_snoozed = self.snoozed & 1 << place != 0;
        }
    }
}

/// What follows an entry's money from version 7 of entries on: the matches that were written in a vendor's words, by
/// their places, and whose.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredOrigins(Vec<(u8, u8)>);

impl StoredOrigins {
    pub(crate) fn of(entry: &Entry) -> Self {
        let matches = entry.assessment.iter().flat_map(|judged| &judged.rules).zip(0..);
        Self(matches.filter_map(|(matched, place)| Some((place, matched.origin?.number()))).collect())
    }

    /// Puts it back into what was judged, after the matches; where nothing was, there is nothing.
    pub(crate) fn restore(self, read: &mut ReadEntry<'_>) -> Result<(), Undecodable> {
        let Some(judged) = &mut read.entry.assessment else { return Ok(()) };
        for (place, source) in self.0 {
            let matched = judged.rules.get_mut(usize::from(place)).ok_or(Undecodable("origin of no rule"))?;
            matched.origin = Some(Source::of_number(source)?);
        }
        Ok(())
    }
}

/// Before entries said whose words a rule was written in, its name was all that told: Sumsub's API began the names of its
/// rules so, and what was answered then stands as it was answered.
const SUMSUB_NAMES: &str = "sumsub-";

/// Puts back what entries before version 7 do not say of their matches.
pub(crate) fn origins_by_name(read: &mut ReadEntry<'_>) {
    let matches = read.entry.assessment.iter_mut().flat_map(|judged| &mut judged.rules);
    for matched in matches.filter(|matched| matched.rule.starts_with(SUMSUB_NAMES)) {
        matched.origin = Some(Source::Sumsub);
    }
}

/// Matches by themselves, each whole.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredMatches<'a> {
    /// With whether it was snoozed, and in whose words it was written.
    #[serde(borrow)]
    all: Vec<(StoredMatch<'a>, bool, Option<u8>)>,
}

impl<'a> StoredMatches<'a> {
    pub(crate) fn of(rules: &'a [RuleMatch]) -> Self {
        let stored = |matched: &'a RuleMatch| {
            (StoredMatch::of(matched), matched.is_snoozed, matched.origin.map(|source| source.number()))
        };
        Self { all: rules.iter().map(stored).collect() }
    }

    pub(crate) fn restore(self) -> Result<Vec<RuleMatch>, Undecodable> {
        let restored = |(stored, is_snoozed, source): (StoredMatch<'_>, bool, Option<u8>)| {
            let origin = source.map(Source::of_number).transpose()?;
            Ok(RuleMatch { is_snoozed, origin, ..stored.restore()? })
        };
        self.all.into_iter().map(restored).collect()
    }
}

impl<'a> StoredMatch<'a> {
    fn of(matched: &'a RuleMatch) -> Self {
        let RuleMatch { rule, version, origin: _, is_shadow, is_snoozed: _, effect } = matched;
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
            // It follows, from version 7 of entries on.
            origin: None,
            is_shadow: self.is_shadow,
            // It follows, from version 5 of entries on.
            is_snoozed: false,
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
