//! The stored forms of an application's own rules: the book, its published versions, its audit, snoozes and counts.

use rightful_domain::{
    AccountId, ApplicationId, AuditedRules, Author, Pii, RuleBook, RuleBookChange, RuleBookChangeKind, RuleBookVersion,
    RuleCounts, RuleHand, RuleStep, RuleText, Snooze, Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Undecodable;
use super::number::Numbered;

/// The version of a book and of what is published of it.
const BOOK_VERSION: u8 = 1;
/// The version of a row of audit.
const AUDIT_VERSION: u8 = 1;
/// The version of a snooze.
const SNOOZE_VERSION: u8 = 1;
/// The version of counts.
const COUNTS_VERSION: u8 = 1;

#[derive(Serialize, Deserialize)]
struct StoredHand<'a> {
    #[serde(borrow)]
    author: &'a str,
    key: &'a str,
}

impl<'a> StoredHand<'a> {
    fn of(hand: &'a RuleHand) -> Self {
        Self { author: &hand.author, key: &hand.key }
    }

    fn restore(self) -> RuleHand {
        RuleHand { author: self.author.into(), key: self.key.into() }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredText<'a> {
    #[serde(borrow)]
    text: &'a str,
    by: StoredHand<'a>,
    note: &'a str,
    at: i64,
}

impl<'a> StoredText<'a> {
    fn of(text: &'a RuleText) -> Self {
        Self { text: &text.text, by: StoredHand::of(&text.by), note: &text.note, at: text.at.as_micros() }
    }

    fn restore(self) -> RuleText {
        RuleText {
            text: self.text.into(),
            by: self.by.restore(),
            note: self.note.into(),
            at: Timestamp::from_micros(self.at),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredVersion<'a> {
    number: u32,
    #[serde(borrow)]
    text: StoredText<'a>,
    approved_by: Option<StoredHand<'a>>,
    restores: Option<u32>,
}

impl<'a> StoredVersion<'a> {
    fn of(version: &'a RuleBookVersion) -> Self {
        let RuleBookVersion { number, text, approved_by, restores } = version;
        let approved_by = approved_by.as_ref().map(StoredHand::of);
        Self { number: *number, text: StoredText::of(text), approved_by, restores: *restores }
    }

    fn restore(self) -> RuleBookVersion {
        RuleBookVersion {
            number: self.number,
            text: self.text.restore(),
            approved_by: self.approved_by.map(StoredHand::restore),
            restores: self.restores,
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredBook<'a> {
    revision: u64,
    needs_two: bool,
    #[serde(borrow)]
    draft: Option<StoredText<'a>>,
    proposal: Option<StoredText<'a>>,
    published: Vec<StoredVersion<'a>>,
}

/// A book as bytes.
pub(crate) fn encode_rule_book(book: &RuleBook) -> Vec<u8> {
    let RuleBook { revision, needs_two, draft, proposal, published } = book;
    let stored = StoredBook {
        revision: *revision,
        needs_two: *needs_two,
        draft: draft.as_ref().map(StoredText::of),
        proposal: proposal.as_ref().map(StoredText::of),
        published: published.iter().map(StoredVersion::of).collect(),
    };
    super::to_versioned_bytes(BOOK_VERSION, &stored)
}

/// A book from its bytes.
pub(crate) fn decode_rule_book(bytes: &[u8]) -> Result<RuleBook, Undecodable> {
    let stored: StoredBook<'_> = super::from_versioned_bytes(BOOK_VERSION, bytes)?;
    Ok(RuleBook {
        revision: stored.revision,
        needs_two: stored.needs_two,
        draft: stored.draft.map(StoredText::restore),
        proposal: stored.proposal.map(StoredText::restore),
        published: stored.published.into_iter().map(StoredVersion::restore).collect(),
    })
}

/// A published version as bytes.
pub(crate) fn encode_rule_book_version(version: &RuleBookVersion) -> Vec<u8> {
    super::to_versioned_bytes(BOOK_VERSION, &StoredVersion::of(version))
}

/// A published version from its bytes.
pub(crate) fn decode_rule_book_version(bytes: &[u8]) -> Result<RuleBookVersion, Undecodable> {
    super::from_versioned_bytes::<StoredVersion<'_>>(BOOK_VERSION, bytes).map(StoredVersion::restore)
}

#[derive(Serialize, Deserialize)]
struct StoredRuleAudit<'a> {
    application: &'a str,
    kind: u8,
    /// The revision that came of it, and the version that was then published.
    revision: u64,
    number: Option<u32>,
    by: StoredHand<'a>,
    note: &'a str,
    at: i64,
}

/// A change of a book as a row of audit: all but the texts, which the versions keep.
pub(crate) fn rule_audit(change: &RuleBookChange, book: &RuleBook) -> Vec<u8> {
    let step = match change.kind {
        RuleBookChangeKind::Edit(_) => RuleStep::Edit,
        RuleBookChangeKind::Publish(_) => RuleStep::Publish,
        RuleBookChangeKind::Approve => RuleStep::Approve,
        RuleBookChangeKind::Reject => RuleStep::Reject,
        RuleBookChangeKind::RollBack => RuleStep::RollBack,
        RuleBookChangeKind::NeedTwo(true) => RuleStep::NeedTwo,
        RuleBookChangeKind::NeedTwo(false) => RuleStep::NeedOne,
        RuleBookChangeKind::Amend { .. } => RuleStep::Amend,
    };
    let stored = StoredRuleAudit {
        application: change.application.as_str(),
        // As it is written, an enum's number is its place.
        kind: step as u8,
        revision: book.revision,
        number: book.in_effect().map(|version| version.number),
        by: StoredHand::of(&change.by),
        note: &change.note,
        at: change.at.as_micros(),
    };
    super::to_versioned_bytes(AUDIT_VERSION, &stored)
}

/// When a book was changed, by which key and how, from its row of audit.
pub(crate) fn audited_rules(bytes: &[u8]) -> Result<(Author, AuditedRules), Undecodable> {
    let stored: StoredRuleAudit<'_> = super::from_versioned_bytes(AUDIT_VERSION, bytes)?;
    let rules = AuditedRules {
        application: ApplicationId::new(stored.application).map_err(|_| Undecodable("not an application's id"))?,
        step: RuleStep::ALL.get(usize::from(stored.kind)).copied().ok_or(Undecodable("an unknown step"))?,
        revision: stored.revision,
        published: stored.number,
        author: stored.by.author.into(),
        note: stored.note.into(),
    };
    let by = Author { name: Some(stored.by.key.into()), at: Timestamp::from_micros(stored.at) };
    Ok((by, rules))
}

/// A snooze as it is kept: until when in clear, since it is needed at each start, and all else sealed.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct SnoozeRow {
    pub(crate) until: Timestamp,
    pub(crate) sealed: Vec<u8>,
}

#[derive(Serialize, Deserialize)]
struct StoredSnooze<'a> {
    until: i64,
    sealed: &'a [u8],
}

/// A snooze as bytes.
pub(crate) fn encode_snooze(row: &SnoozeRow) -> Vec<u8> {
    super::to_versioned_bytes(SNOOZE_VERSION, &StoredSnooze { until: row.until.as_micros(), sealed: &row.sealed })
}

/// A snooze from its bytes.
pub(crate) fn decode_snooze(bytes: &[u8]) -> Result<SnoozeRow, Undecodable> {
    let stored: StoredSnooze<'_> = super::from_versioned_bytes(SNOOZE_VERSION, bytes)?;
    Ok(SnoozeRow { until: Timestamp::from_micros(stored.until), sealed: stored.sealed.to_vec() })
}

/// What of a snooze is sealed.
#[derive(Serialize, Deserialize)]
struct SnoozeWords<'a> {
    #[serde(borrow)]
    application: &'a str,
    rule: &'a str,
    account: &'a str,
    note: Option<&'a str>,
    author: &'a str,
    at: i64,
}

/// What of a snooze is to be sealed.
pub(crate) fn snooze_words(snooze: &Snooze) -> Zeroizing<Vec<u8>> {
    let words = SnoozeWords {
        application: snooze.application.as_str(),
        rule: &snooze.rule,
        account: snooze.account.as_str(),
        // To be sealed.
        note: snooze.note.as_ref().map(|note| &**note.reveal()),
        author: &snooze.author,
        at: snooze.at.as_micros(),
    };
    Zeroizing::new(super::to_versioned_bytes(SNOOZE_VERSION, &words))
}

/// A snooze from what was sealed of it.
pub(crate) fn snooze_of(words: &[u8], until: Timestamp) -> Result<Snooze, Undecodable> {
    let words: SnoozeWords<'_> = super::from_versioned_bytes(SNOOZE_VERSION, words)?;
    Ok(Snooze {
        application: super::id(words.application, ApplicationId::new)?,
        rule: words.rule.into(),
        account: super::id(words.account, AccountId::new)?,
        until,
        note: words.note.map(|note| Pii::new(note.into())),
        author: words.author.into(),
        at: Timestamp::from_micros(words.at),
    })
}

#[derive(Serialize, Deserialize)]
struct StoredCounts {
    asked: u64,
    matched: u64,
    shadow: u64,
    snoozed: u64,
    /// From, to, how often.
    changed: Vec<(u8, u8, u64)>,
    good: i64,
    bad: i64,
}

/// Counts as bytes.
pub(crate) fn encode_rule_counts(counts: &RuleCounts) -> Vec<u8> {
    let RuleCounts { asked, matched, shadow, snoozed, changed, good, bad } = counts;
    let changed = changed.iter().map(|((from, to), n)| (from.number(), to.number(), *n)).collect();
    let stored = StoredCounts {
        asked: *asked,
        matched: *matched,
        shadow: *shadow,
        snoozed: *snoozed,
        changed,
        good: *good,
        bad: *bad,
    };
    super::to_versioned_bytes(COUNTS_VERSION, &stored)
}

/// Counts from their bytes.
pub(crate) fn decode_rule_counts(bytes: &[u8]) -> Result<RuleCounts, Undecodable> {
    let stored: StoredCounts = super::from_versioned_bytes(COUNTS_VERSION, bytes)?;
    let changed = stored.changed.into_iter();
    let changed = changed.map(|(from, to, n)| Ok(((Verdict::of_number(from)?, Verdict::of_number(to)?), n)));
    Ok(RuleCounts {
        asked: stored.asked,
        matched: stored.matched,
        shadow: stored.shadow,
        snoozed: stored.snoozed,
        changed: changed.collect::<Result<_, Undecodable>>()?,
        good: stored.good,
        bad: stored.bad,
    })
}

#[cfg(test)]
mod tests {
    use rightful_domain::RuleText;

    use super::*;

    fn hand(key: &str) -> RuleHand {
        RuleHand { author: "Rita".into(), key: key.into() }
    }

    fn text(text: &str) -> RuleText {
        RuleText { text: text.into(), by: hand("k1"), note: "why".into(), at: Timestamp::from_micros(5) }
    }

    fn version() -> RuleBookVersion {
        RuleBookVersion { number: 3, text: text("b"), approved_by: Some(hand("k2")), restores: Some(1) }
    }

    fn book() -> RuleBook {
        RuleBook {
            revision: 7,
            needs_two: true,
            draft: Some(text("a")),
            proposal: Some(text("c")),
            published: vec![version()],
        }
    }

    fn snooze() -> Snooze {
        Snooze {
            application: ApplicationId::new("shop").unwrap(),
            rule: "abroad".into(),
            account: AccountId::new("anna").unwrap(),
            until: Timestamp::from_micros(9),
            note: Some(Pii::new("on holiday".into())),
            author: "Rita".into(),
            at: Timestamp::from_micros(1),
        }
    }

    fn counts() -> RuleCounts {
        RuleCounts {
            asked: 9,
            matched: 5,
            shadow: 2,
            snoozed: 1,
            changed: [((Verdict::Allow, Verdict::Challenge), 4)].into(),
            good: -1,
            bad: 2,
        }
    }

    #[test]
    fn each_reads_back() {
        assert_eq!(decode_rule_book(&encode_rule_book(&book())), Ok(book()));
        assert_eq!(decode_rule_book_version(&encode_rule_book_version(&version())), Ok(version()));
        assert_eq!(decode_rule_counts(&encode_rule_counts(&counts())), Ok(counts()));
        let row = SnoozeRow { until: Timestamp::from_micros(9), sealed: snooze_words(&snooze()).to_vec() };
        let read = decode_snooze(&encode_snooze(&row)).unwrap();
        assert_eq!(snooze_of(&read.sealed, read.until), Ok(snooze()));
    }

    /// What was written once is read for ever. Without the checksums at the end.
    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let (words, _checksum) = bytes.split_at(bytes.len() - 4);
        let hex: String = words.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, expected.replace(' ', ""));
    }

    #[test]
    fn the_first_versions_are_these_bytes() {
        let version_bytes = "03 0162 0452697461 026b31 03776879 0a 01 0452697461 026b32 01 01";
        check(&encode_rule_book_version(&version()), &format!("01 {version_bytes}"));
        let [draft, proposal] = ["0161", "0163"].map(|text| format!("01 {text} 0452697461 026b31 03776879 0a"));
        check(&encode_rule_book(&book()), &format!("01 07 01 {draft} {proposal} 01 {version_bytes}"));
        check(&encode_rule_counts(&counts()), "01 09 05 02 01 01 01 02 04 01 04");
        check(&encode_snooze(&SnoozeRow { until: Timestamp::from_micros(9), sealed: vec![1, 2] }), "01 12 02 01 02");
        let words = "01 0473686f70 066162726f6164 04616e6e61 01 0a6f6e20686f6c69646179 0452697461 02";
        check(&snooze_words(&snooze()), words);
    }
}
