//! An application's own rules, as people edit and publish them: a draft, perhaps a proposal, and what was published.
//!
//! The book knows no rule's meaning; a text is `[[rules]]` in TOML, checked before it comes here. Its one law: each change
//! names the revision that it was made for, and one made for another is refused, so that two editors lose nothing.

use std::fmt;

use crate::{ApplicationId, Timestamp};

/// Published versions that are kept; the oldest go.
pub const RULE_BOOK_VERSIONS_MAX: usize = 50;
/// The longest text of a book, in bytes.
pub const RULE_BOOK_BYTES_MAX: usize = 2 * 1024 * 1024;

/// Who changed a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleHand {
    /// As it is shown to people; what the caller calls itself, else the key.
    pub author: Box<str>,
    /// What it came with: `operator` for the command line, else the public id or the digest of an API key. Two hands with
    /// the same key are one.
    pub key: Box<str>,
}

/// A text and who wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleText {
    /// `[[rules]]`, in TOML.
    pub text: Box<str>,
    /// Who wrote it last.
    pub by: RuleHand,
    /// Why, for people; empty if nothing is said.
    pub note: Box<str>,
    /// When.
    pub at: Timestamp,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBookVersion {
    /// Counted from 1, without a gap.
    pub number: u32,
    /// What was published. Its hand is who proposed it, where two were needed.
    pub text: RuleText,
    /// Who approved it; None where nobody had to.
    pub approved_by: Option<RuleHand>,
    /// The version whose text it brought back; None if it is new.
    pub restores: Option<u32>,
}

/// An application's own rules. The default is a book that nobody has opened.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RuleBook {
    /// Counted up by each change.
    pub revision: u64,
    /// Whether publishing takes a second person.
    pub needs_two: bool,
    /// What is edited; None if it is what is published.
    pub draft: Option<RuleText>,
    /// What waits for a second person.
    pub proposal: Option<RuleText>,
    /// What is published, and before it what was, newest first; at most two here, the others are found by their numbers.
    pub published: Vec<RuleBookVersion>,
}

/// A change of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleBookChange {
    /// Whose book.
    pub application: ApplicationId,
    /// The revision that the change was made for.
    pub expected: u64,
    /// Who makes it.
    pub by: RuleHand,
    /// Why, for people.
    pub note: Box<str>,
    /// When.
    pub at: Timestamp,
    /// What is done.
    pub kind: RuleBookChangeKind,
}

/// What is done to a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleBookChangeKind {
    /// The draft is this now; None for what is published.
    Edit(Option<Box<str>>),
    /// This is published, or proposed where that takes two.
    Publish(Box<str>),
    /// The proposal is published, by somebody else than who made it.
    Approve,
    /// The proposal is dropped; by anybody.
    Reject,
    /// What was published before is published again, as a new version. Takes nobody else: it was in effect before.
    RollBack,
    /// From now on publishing takes a second person, or no longer. Drops what is proposed.
    NeedTwo(bool),
    /// One rule of what is in effect is another now, and nothing else: this is published, or proposed where that takes two.
    /// What somebody is editing meanwhile stays a draft, in which the same was done.
    Amend {
        /// The rules that are to be in effect.
        rules: Box<str>,
        /// The draft; None if there is none.
        draft: Option<Box<str>>,
    },
}

/// Why a book is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleBookRefusal {
    /// It has changed since the revision that the change was made for.
    Changed,
    /// Nothing is proposed.
    NothingProposed,
    /// Who proposed it cannot approve it.
    SameHand,
    /// Nothing was published before.
    NothingBefore,
    /// The text is too long.
    TooLong,
}

impl fmt::Display for RuleBookRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Changed => "the rules have changed since: look at them again",
            Self::NothingProposed => "nothing is proposed",
            Self::SameHand => "who proposed it cannot approve it: somebody with another key can",
            Self::NothingBefore => "nothing was published before",
            Self::TooLong => "the rules take more than 2 MiB",
        })
    }
}

impl RuleBook {
    /// The text that is in effect; None before the first is published.
    #[must_use]
    pub fn in_effect(&self) -> Option<&RuleBookVersion> {
        self.published.first()
    }

    /// The text that editing goes on from; empty for a book that nobody has opened.
    #[must_use]
    pub fn edited(&self) -> &str {
        let published = self.in_effect().map(|version| &version.text);
        self.draft.as_ref().or(published).map_or("", |text| &text.text)
    }

    /// The number of the next version.
    #[must_use]
    pub fn next_number(&self) -> u32 {
        self.in_effect().map_or(1, |version| version.number.saturating_add(1))
    }

    /// Changes the book; whether a version was published.
    ///
    /// # Errors
    /// The change was made for another revision, or cannot be made now; then nothing is changed.
    pub fn change(&mut self, change: &RuleBookChange) -> Result<bool, RuleBookRefusal> {
        if change.expected != self.revision {
            return Err(RuleBookRefusal::Changed);
        }
        let text = |text: &str| RuleText {
            text: text.into(),
            by: change.by.clone(),
            note: change.note.clone(),
            at: change.at,
        };
        let publishes = match &change.kind {
            RuleBookChangeKind::Edit(Some(edited)) => {
                fits(edited)?;
                self.draft = Some(text(edited));
                false
            }
            RuleBookChangeKind::Edit(None) => {
                self.draft = None;
                false
            }
            RuleBookChangeKind::Publish(new) => {
                fits(new)?;
                self.offer(text(new))
            }
            RuleBookChangeKind::Approve => {
                let proposal = self.proposal.as_ref().ok_or(RuleBookRefusal::NothingProposed)?;
                if proposal.by.key == change.by.key {
                    return Err(RuleBookRefusal::SameHand);
                }
                let proposal = RuleText { at: change.at, ..proposal.clone() };
                self.publish(proposal, Some(change.by.clone()), None);
                true
            }
            RuleBookChangeKind::Reject => {
                self.proposal.take().ok_or(RuleBookRefusal::NothingProposed)?;
                false
            }
            RuleBookChangeKind::RollBack => {
                let [_, before] = &*self.published else { return Err(RuleBookRefusal::NothingBefore) };
                let (number, text) = (before.number, text(&before.text.text));
                self.publish(text, None, Some(number));
                true
            }
            RuleBookChangeKind::NeedTwo(needs_two) => {
                self.needs_two = *needs_two;
                self.proposal = None;
                false
            }
            RuleBookChangeKind::Amend { rules, draft } => {
                fits(rules)?;
                fits(draft.as_deref().unwrap_or_default())?;
                // Whose draft it is, it stays: nobody has edited it.
                let edited = self.draft.take();
                let publishes = self.offer(text(rules));
                self.draft = draft.as_ref().map(|draft| match edited {
                    Some(edited) => RuleText { text: draft.clone(), ..edited },
                    None => text(draft),
                });
                publishes
            }
        };
        self.revision += 1;
        Ok(publishes)
    }

    fn offer(&mut self, text: RuleText) -> bool {
        if self.needs_two {
            self.proposal = Some(text);
            return false;
        }
        self.draft = None;
        self.publish(text, None, None);
        true
    }

    fn publish(&mut self, text: RuleText, approved_by: Option<RuleHand>, restores: Option<u32>) {
        // What was edited since it was proposed stays a draft.
        self.draft.take_if(|draft| approved_by.is_some() && draft.at <= text.at && draft.text == text.text);
        self.proposal = None;
        let number = self.next_number();
        self.published.insert(0, RuleBookVersion { number, text, approved_by, restores });
        self.published.truncate(2);
    }
}

fn fits(text: &str) -> Result<(), RuleBookRefusal> {
    if text.len() > RULE_BOOK_BYTES_MAX { Err(RuleBookRefusal::TooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(book: &RuleBook, key: &str, kind: RuleBookChangeKind) -> RuleBookChange {
        RuleBookChange {
            application: ApplicationId::new("shop").unwrap(),
            expected: book.revision,
            by: RuleHand { author: "somebody".into(), key: key.into() },
            note: "".into(),
            at: Timestamp::from_seconds(1),
            kind,
        }
    }

    #[track_caller]
    fn done(book: &mut RuleBook, key: &str, kind: RuleBookChangeKind) -> bool {
        let change = change(book, key, kind);
        book.change(&change).unwrap()
    }

    fn texts(book: &RuleBook) -> Vec<(u32, &str)> {
        book.published.iter().map(|version| (version.number, &*version.text.text)).collect()
    }

    #[test]
    fn of_two_who_change_the_same_revision_the_second_is_refused() {
        let mut book = RuleBook::default();
        let one = change(&book, "one", RuleBookChangeKind::Edit(Some("a".into())));
        let other = change(&book, "other", RuleBookChangeKind::Edit(Some("b".into())));
        assert_eq!(book.change(&one), Ok(false));
        assert_eq!(book.change(&other), Err(RuleBookRefusal::Changed));
        assert_eq!(book.edited(), "a");
    }

    #[test]
    fn a_rollback_is_a_new_version_and_rolling_back_again_undoes_it() {
        let mut book = RuleBook::default();
        done(&mut book, "one", RuleBookChangeKind::Publish("a".into()));
        let back = change(&book, "one", RuleBookChangeKind::RollBack);
        assert_eq!(book.change(&back), Err(RuleBookRefusal::NothingBefore));
        done(&mut book, "one", RuleBookChangeKind::Publish("b".into()));
        done(&mut book, "one", RuleBookChangeKind::RollBack);
        assert_eq!(texts(&book), [(3, "a"), (2, "b")]);
        assert_eq!(book.published[0].restores, Some(1));
        done(&mut book, "one", RuleBookChangeKind::RollBack);
        assert_eq!(texts(&book), [(4, "b"), (3, "a")]);
    }

    #[test]
    fn who_proposes_cannot_approve() {
        let mut book = RuleBook::default();
        done(&mut book, "one", RuleBookChangeKind::NeedTwo(true));
        done(&mut book, "one", RuleBookChangeKind::Edit(Some("a".into())));
        assert!(!done(&mut book, "one", RuleBookChangeKind::Publish("a".into())));
        assert_eq!(texts(&book), []);
        let own = change(&book, "one", RuleBookChangeKind::Approve);
        assert_eq!(book.change(&own), Err(RuleBookRefusal::SameHand));
        assert!(done(&mut book, "other", RuleBookChangeKind::Approve));
        assert_eq!(texts(&book), [(1, "a")]);
        assert_eq!((book.draft, book.proposal), (None, None));
    }

    #[test]
    fn what_is_edited_while_a_proposal_waits_stays() {
        let mut book = RuleBook::default();
        done(&mut book, "one", RuleBookChangeKind::NeedTwo(true));
        done(&mut book, "one", RuleBookChangeKind::Publish("a".into()));
        done(&mut book, "one", RuleBookChangeKind::Edit(Some("b".into())));
        done(&mut book, "other", RuleBookChangeKind::Approve);
        assert_eq!((texts(&book), book.edited()), (vec![(1, "a")], "b"));
        let none = change(&book, "other", RuleBookChangeKind::Reject);
        assert_eq!(book.change(&none), Err(RuleBookRefusal::NothingProposed));
    }

    #[test]
    fn what_amends_the_rules_in_effect_leaves_somebodys_draft_a_draft() {
        let amend = |rules: &str, draft: Option<&str>| RuleBookChangeKind::Amend {
            rules: rules.into(),
            draft: draft.map(Into::into),
        };
        let mut book = RuleBook::default();
        done(&mut book, "one", RuleBookChangeKind::Publish("a".into()));
        done(&mut book, "one", RuleBookChangeKind::Edit(Some("a b".into())));
        assert!(done(&mut book, "other", amend("a v", Some("a b v"))));
        assert_eq!((texts(&book), book.edited()), (vec![(2, "a v"), (1, "a")], "a b v"));
        assert_eq!(book.draft.as_ref().map(|draft| &*draft.by.key), Some("one"), "it is still whose it was");
        done(&mut book, "one", RuleBookChangeKind::NeedTwo(true));
        assert!(!done(&mut book, "other", amend("a", Some("a b"))));
        assert_eq!((texts(&book)[0], book.edited()), ((2, "a v"), "a b"));
        assert!(done(&mut book, "one", RuleBookChangeKind::Approve));
        assert_eq!((texts(&book)[0], book.edited()), ((3, "a"), "a b"));
    }

    #[test]
    fn a_text_that_is_too_long_is_refused() {
        let mut book = RuleBook::default();
        let long = " ".repeat(RULE_BOOK_BYTES_MAX + 1);
        let too_long = change(&book, "one", RuleBookChangeKind::Publish(long.into()));
        assert_eq!(book.change(&too_long), Err(RuleBookRefusal::TooLong));
        assert_eq!(book, RuleBook::default());
    }
}
