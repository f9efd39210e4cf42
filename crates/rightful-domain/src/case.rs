//! Cases: events that wait for somebody's decision, and what people did about them.
//!
//! A case is one event's. It is changed by [`Case::apply`] alone, whole or not at all, so that two people at once can lose
//! nothing of each other's. A decision takes effect a minute after it was made, unless it says at once: until then whoever
//! made it can take it back, and nobody was told.

use std::time::Duration;

use crate::{
    AccountId, Action, ApplicationId, Assessment, Decision, DecisionKind, Event, EventId, FreeFields, Pii, Rescored,
    RuleStatus, Source, Timestamp, Verdict,
};

/// The most notes of one case.
pub const CASE_NOTES_MAX: usize = 64;
/// The longest note or comment, in bytes.
pub const CASE_TEXT_BYTES_MAX: usize = 4_096;
/// The most words for why something is rejected, of one decision.
pub const CASE_LABELS_MAX: usize = 16;
/// The longest name of a queue, a person or a word, in bytes.
pub const CASE_WORD_BYTES_MAX: usize = 128;
/// The most tags that people put on one event.
pub const CASE_TAGS_MAX: usize = 64;
/// The most cases of one page.
pub const CASE_LIMIT_MAX: u16 = 500;
/// How long a claim holds: who has gone home blocks nobody.
pub const CLAIM_KEPT: Duration = Duration::from_secs(15 * 60);
/// How long a decision can be taken back.
pub const UNDO_WITHIN: Duration = Duration::from_secs(60);
/// How soon a case is to be decided: one working day.
pub const SERVICE_TIME: Duration = Duration::from_secs(24 * 60 * 60);
/// The queue of what requires action and names no other.
pub const QUEUE_DEFAULT: &str = "requires_action";

/// What is done about one event.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// The tenant.
    pub application: ApplicationId,
    /// The event, which names the case.
    pub event: EventId,
    /// The event's account.
    pub account: Option<AccountId>,
    /// Where it waits; None if nobody needs to decide.
    pub queue: Option<Box<str>>,
    /// When it was opened.
    pub opened_at: Timestamp,
    /// When it is to be decided.
    pub due_at: Timestamp,
    /// Who works on it.
    pub claim: Option<Claim>,
    /// Whose it is to look at, as somebody has assigned it: it blocks nobody, and holds until another is assigned, or nobody.
    pub assignee: Option<Box<str>>,
    /// What was noted, oldest first; at most [`CASE_NOTES_MAX`].
    pub notes: Vec<CaseNote>,
    /// What was decided last.
    pub decision: Option<Decision>,
    /// What a reviewer had decided before it that holds no longer, the latest of them; None if nothing was decided otherwise.
    pub overruled: Option<Box<Decision>>,
    /// What was judged later, when somebody asked to judge again.
    pub rescored: Option<Rescored>,
    /// When its event was deleted by its caller.
    pub deleted_at: Option<Timestamp>,
    /// The caller's own fields, where they were changed since the event came: these beside or instead of the event's.
    pub fields: Option<FreeFields>,
    /// Tags that people have put on the event, beside those of rules; at most [`CASE_TAGS_MAX`].
    pub tags: Vec<Box<str>>,
    /// Tags of rules that people have taken off; at most [`CASE_TAGS_MAX`].
    pub untagged: Vec<Box<str>>,
    /// When somebody first began to work on it.
    pub first_claimed_at: Option<Timestamp>,
    /// How often it was changed.
    pub revision: u32,
}

/// Who works on a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// As the caller names people.
    pub by: Box<str>,
    /// Since when.
    pub at: Timestamp,
}

/// Something noted of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseNote {
    /// Its number among the case's notes, given when it is noted and never again.
    pub id: u32,
    /// By whom.
    pub by: Box<str>,
    /// When.
    pub at: Timestamp,
    /// What.
    pub text: Pii<Box<str>>,
}

/// How far a case has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseState {
    /// It waits.
    Open,
    /// Somebody works on it.
    Claimed,
    /// It is decided, and the decision can still be taken back.
    Deciding,
    /// The person was asked.
    AwaitingUser,
    /// It is decided.
    Decided,
}

impl CaseState {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Open, Self::Claimed, Self::Deciding, Self::AwaitingUser, Self::Decided];

    /// As spelled in our API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Claimed => "claimed",
            Self::Deciding => "deciding",
            Self::AwaitingUser => "awaiting_user",
            Self::Decided => "decided",
        }
    }

    /// The state of that spelling.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == text)
    }
}

/// Something done about a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CaseChange {
    /// Somebody begins to work on it.
    Claim {
        /// Who.
        by: Box<str>,
    },
    /// Somebody no longer does.
    Release {
        /// Who.
        by: Box<str>,
    },
    /// It becomes somebody's to look at, or nobody's; of another's claim no notice is taken.
    Assign {
        /// Whose.
        to: Option<Box<str>>,
        /// Where it waits from now on, if it waited nowhere and is not decided.
        queue: Box<str>,
    },
    /// Something is noted; it gets its number then.
    Note(CaseNote),
    /// What is noted of an event is added to, or changed, whether or not it waits for anybody.
    Notes(NoteChange),
    /// Tags are put on its event, or taken off.
    Tags(TagChange),
    /// It is decided.
    Decide(Decision),
    /// A decision is taken back.
    Undo {
        /// By whom.
        by: Box<str>,
    },
    /// A decision takes effect.
    Settle {
        /// The one that was made then.
        made_at: Timestamp,
    },
    /// It was judged again; queued if that asks for it.
    Rescore {
        /// What was judged.
        rescored: Rescored,
        /// Where it waits from now on, if it did not.
        queue: Option<Box<str>>,
    },
    /// Its event was deleted.
    Delete,
    /// Some of the caller's own fields are others; one that is null is no longer.
    Amend(FreeFields),
}

/// Something done to an event's notes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoteChange {
    /// One more.
    Add(CaseNote),
    /// One says something else.
    Edit {
        /// Which.
        id: u32,
        /// What it says from now on.
        text: Pii<Box<str>>,
    },
    /// One is gone.
    Remove(u32),
}

/// Something done to an event's tags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagChange {
    /// These are put on.
    Add(Vec<Box<str>>),
    /// These are taken off.
    Remove(Vec<Box<str>>),
}

/// Why a case is not changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseRefusal {
    /// There is no such case.
    NoCase,
    /// Somebody else works on it.
    ClaimedByAnother,
    /// It is not claimed by who releases it.
    NotClaimed,
    /// It is decided, or its event is deleted.
    Closed,
    /// There is nothing to take back, or it is too late.
    NothingToUndo,
    /// It has as many notes as it may.
    TooManyNotes,
    /// It has no such note.
    NoNote,
    /// It has as many tags as it may.
    TooManyTags,
    /// Its fields are as long as they may be.
    TooManyFields,
}

impl CaseRefusal {
    /// As said to whoever wanted to change it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NoCase => "there is no such case",
            Self::ClaimedByAnother => "somebody else works on the case",
            Self::NotClaimed => "the case is not claimed by you",
            Self::Closed => "the case is decided",
            Self::NothingToUndo => "there is no decision of yours that can still be taken back",
            Self::TooManyNotes => "the case has as many notes as it may have",
            Self::NoNote => "there is no such note",
            Self::TooManyTags => "the event has as many tags as it may have",
            Self::TooManyFields => "the fields that were changed are too long together",
        }
    }
}

/// What cases are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CaseSearch {
    /// The tenant.
    pub application: ApplicationId,
    /// Those of this account, of its newest events, as many as a store looks at.
    pub account: Option<AccountId>,
    /// Those that wait in this queue.
    pub queue: Option<Box<str>>,
    /// Those that are assigned to this one.
    pub assignee: Option<Box<str>>,
    /// Those that have come this far; None for those that wait for somebody (open or claimed), and of an account all.
    pub state: Option<CaseState>,
    /// Those that are to be decided before.
    pub due_before: Option<Timestamp>,
    /// At most so many, up to [`CASE_LIMIT_MAX`].
    pub limit: u16,
    /// Those after this one, in order of opening.
    pub after: Option<(Timestamp, EventId)>,
}

/// Some cases, oldest first.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CasePage {
    /// The cases.
    pub cases: Vec<Case>,
    /// Where to go on; None at the end.
    pub next: Option<(Timestamp, EventId)>,
}

impl Case {
    /// A case of an event, not changed yet.
    #[must_use]
    pub fn new(event: &Event, queue: Option<&str>, now: Timestamp) -> Self {
        Self {
            application: event.application.clone(),
            event: event.id,
            account: event.account.clone(),
            queue: queue.map(Into::into),
            opened_at: now,
            due_at: now.plus(SERVICE_TIME),
            claim: None,
            assignee: None,
            notes: Vec::new(),
            decision: None,
            overruled: None,
            rescored: None,
            deleted_at: None,
            fields: None,
            tags: Vec::new(),
            untagged: Vec::new(),
            first_claimed_at: None,
            revision: 0,
        }
    }

    /// Who works on it at that time.
    #[must_use]
    pub fn claimed_by(&self, now: Timestamp) -> Option<&str> {
        let claim = self.claim.as_ref().filter(|claim| now < claim.at.plus(CLAIM_KEPT))?;
        Some(&claim.by)
    }

    /// How far it has come at that time.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> CaseState {
        match &self.decision {
            _ if self.deleted_at.is_some() => CaseState::Decided,
            Some(decision) if !decision.is_done => CaseState::Deciding,
            Some(Decision { kind: DecisionKind::AskUser, .. }) => CaseState::AwaitingUser,
            Some(_) => CaseState::Decided,
            None if self.queue.is_none() => CaseState::Decided,
            None if self.claimed_by(now).is_some() => CaseState::Claimed,
            None => CaseState::Open,
        }
    }

    /// When it was decided by whose work that is, whatever was said since; else when it was decided at all.
    #[must_use]
    pub fn decided_at(&self) -> Option<Timestamp> {
        self.overruled.as_deref().or(self.decision.as_ref()).map(|decision| decision.at)
    }

    /// Whether it waits for somebody, or for the end of a minute, or for the person.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.deleted_at.is_none() && self.queue.is_some() && !self.decision.as_ref().is_some_and(Decision::is_final)
    }

    /// Changes it, or says why not and leaves it as it was. Gives whether anything is other than before.
    pub fn apply(&mut self, change: CaseChange, now: Timestamp) -> Result<bool, CaseRefusal> {
        // Of what is deleted, nothing is judged again or changed.
        if self.deleted_at.is_some()
            && matches!(change, CaseChange::Rescore { .. } | CaseChange::Amend(_) | CaseChange::Assign { .. })
        {
            return Err(CaseRefusal::Closed);
        }
        let is_changed = match change {
            CaseChange::Claim { by } => self.take_claim(by, now),
            CaseChange::Release { by } => self.release(&by, now),
            CaseChange::Assign { to, queue } => Ok(self.assign(to, queue, now)),
            CaseChange::Note(note) | CaseChange::Notes(NoteChange::Add(note)) => self.note(note),
            CaseChange::Notes(NoteChange::Edit { id, text }) => self.edit_note(id, text),
            CaseChange::Notes(NoteChange::Remove(id)) => self.remove_note(id),
            CaseChange::Tags(TagChange::Add(tags)) => self.tag(tags),
            CaseChange::Tags(TagChange::Remove(tags)) => self.untag(&tags),
            CaseChange::Decide(decision) => self.decide(decision, now),
            CaseChange::Undo { by } => self.undo(&by, now),
            CaseChange::Settle { made_at } => Ok(self.settle(made_at)),
            CaseChange::Rescore { rescored, queue } => {
                self.rescored = Some(rescored);
                if self.queue.is_none() && queue.is_some() {
                    (self.queue, self.due_at) = (queue, now.plus(SERVICE_TIME));
                }
                Ok(true)
            }
            CaseChange::Amend(fields) => {
                let fields = match &self.fields {
                    Some(earlier) => earlier.with(&fields).ok_or(CaseRefusal::TooManyFields)?,
                    None => fields,
                };
                let is_news = self.fields.as_ref() != Some(&fields);
                self.fields = Some(fields);
                Ok(is_news)
            }
            CaseChange::Delete => {
                let is_news = self.deleted_at.is_none();
                self.deleted_at.get_or_insert(now);
                Ok(is_news)
            }
        }?;
        self.revision = self.revision.saturating_add(u32::from(is_changed));
        Ok(is_changed)
    }

    fn note(&mut self, note: CaseNote) -> Result<bool, CaseRefusal> {
        if self.notes.len() >= CASE_NOTES_MAX {
            return Err(CaseRefusal::TooManyNotes);
        }
        // The revision goes up with each change, so none has had it.
        self.notes.push(CaseNote { id: self.revision, ..note });
        Ok(true)
    }

    fn edit_note(&mut self, id: u32, text: Pii<Box<str>>) -> Result<bool, CaseRefusal> {
        let note = self.notes.iter_mut().find(|note| note.id == id).ok_or(CaseRefusal::NoNote)?;
        let is_other = note.text != text;
        note.text = text;
        Ok(is_other)
    }

    fn remove_note(&mut self, id: u32) -> Result<bool, CaseRefusal> {
        let place = self.notes.iter().position(|note| note.id == id).ok_or(CaseRefusal::NoNote)?;
        self.notes.remove(place);
        Ok(true)
    }

    fn tag(&mut self, tags: Vec<Box<str>>) -> Result<bool, CaseRefusal> {
        let before = (self.tags.clone(), self.untagged.clone());
        for tag in tags {
            self.untagged.retain(|gone| *gone != tag);
            if !self.tags.contains(&tag) {
                self.tags.push(tag);
            }
        }
        if self.tags.len() > CASE_TAGS_MAX {
            (self.tags, self.untagged) = before;
            return Err(CaseRefusal::TooManyTags);
        }
        Ok(before != (self.tags.clone(), self.untagged.clone()))
    }

    fn untag(&mut self, tags: &[Box<str>]) -> Result<bool, CaseRefusal> {
        let n_before = self.tags.len();
        self.tags.retain(|tag| !tags.contains(tag));
        let new: Vec<Box<str>> = tags.iter().filter(|tag| !self.untagged.contains(tag)).cloned().collect();
        if self.untagged.len() + new.len() > CASE_TAGS_MAX {
            return Err(CaseRefusal::TooManyTags);
        }
        let is_changed = self.tags.len() < n_before || !new.is_empty();
        self.untagged.extend(new);
        Ok(is_changed)
    }

    fn check_open_to(&self, by: &str, now: Timestamp) -> Result<(), CaseRefusal> {
        match self.state(now) {
            CaseState::Decided | CaseState::Deciding => Err(CaseRefusal::Closed),
            CaseState::Open | CaseState::Claimed | CaseState::AwaitingUser => match self.claimed_by(now) {
                Some(other) if other != by => Err(CaseRefusal::ClaimedByAnother),
                Some(_) | None => Ok(()),
            },
        }
    }

    fn take_claim(&mut self, by: Box<str>, now: Timestamp) -> Result<bool, CaseRefusal> {
        self.check_open_to(&by, now)?;
        self.first_claimed_at.get_or_insert(now);
        self.claim = Some(Claim { by, at: now });
        Ok(true)
    }

    /// Who is assigned works on it from now on, as if they had claimed it; what is decided stays so.
    fn assign(&mut self, to: Option<Box<str>>, queue: Box<str>, now: Timestamp) -> bool {
        self.claim = None;
        if self.queue.is_none() && self.decision.is_none() && to.is_some() {
            (self.queue, self.due_at) = (Some(queue), now.plus(SERVICE_TIME));
        }
        let is_to_do = matches!(self.state(now), CaseState::Open | CaseState::AwaitingUser);
        if let Some(by) = to.clone().filter(|_| is_to_do) {
            self.first_claimed_at.get_or_insert(now);
            self.claim = Some(Claim { by, at: now });
        }
        self.assignee = to;
        true
    }

    fn release(&mut self, by: &str, now: Timestamp) -> Result<bool, CaseRefusal> {
        match self.claimed_by(now) {
            Some(holder) if holder == by => {
                self.claim = None;
                Ok(true)
            }
            Some(_) => Err(CaseRefusal::ClaimedByAnother),
            None => Err(CaseRefusal::NotClaimed),
        }
    }

    /// Of what needs nobody's decision, somebody may decide all the same, and again: who runs the accounts has the last word,
    /// once the word before it is settled.
    fn decide(&mut self, decision: Decision, now: Timestamp) -> Result<bool, CaseRefusal> {
        if self.deleted_at.is_some() {
            return Err(CaseRefusal::Closed);
        }
        let is_at_once = decision.effective_at <= decision.at;
        if !is_at_once {
            self.check_open_to(&decision.by, now)?;
        }
        if let Some(earlier) = &self.decision {
            if earlier.is_contradicted_by(&decision, now) {
                return Err(CaseRefusal::Closed);
            }
            if is_at_once && earlier.is_done && earlier.is_repeated_by(&decision) && decision.is_by_reviewer() {
                return Ok(false);
            }
        }
        self.claim = None;
        let is_overruled =
            |earlier: &Decision| earlier.is_final() && earlier.is_by_reviewer() && earlier.kind != decision.kind;
        if let Some(earlier) = self.decision.take().filter(is_overruled) {
            self.overruled = Some(Box::new(earlier));
        }
        self.decision = Some(decision);
        Ok(true)
    }

    fn undo(&mut self, by: &str, now: Timestamp) -> Result<bool, CaseRefusal> {
        let is_theirs = |decision: &&Decision| !decision.is_done && *decision.by == *by && now < decision.effective_at;
        self.decision.as_ref().filter(is_theirs).ok_or(CaseRefusal::NothingToUndo)?;
        self.decision = None;
        Ok(true)
    }

    fn settle(&mut self, made_at: Timestamp) -> bool {
        match &mut self.decision {
            Some(decision) if decision.at == made_at && !decision.is_done => {
                decision.is_done = true;
                true
            }
            Some(_) | None => false,
        }
    }
}

/// Whether an action moves money out of somebody's hands.
const fn moves_money(action: &Action) -> bool {
    matches!(action, Action::Transaction | Action::Checkout | Action::Withdraw)
}

impl Assessment {
    /// The queue in which people are to look at an event that was judged so; None if nobody needs to.
    ///
    /// A rule names it, or marks what it matches as requiring action. Where nobody asks the person on the spot, as in
    /// Sumsub's words, money that would be challenged is held for people to look at.
    #[must_use]
    pub fn queue<'a>(&'a self, event: &Event) -> Option<&'a str> {
        let mut in_effect = self.rules.iter().filter(|rule| rule.acts()).map(|rule| &rule.effect);
        let named = in_effect.clone().find_map(|effect| effect.queue.as_deref());
        if let Some(queue) = named {
            return Some(queue);
        }
        let requires_action = in_effect.any(|effect| effect.status == Some(RuleStatus::RequiresAction));
        let is_held =
            event.source == Source::Sumsub && self.effective() == Verdict::Challenge && moves_money(&event.action);
        (requires_action || is_held).then_some(QUEUE_DEFAULT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Feedback, FeedbackKind, FeedbackTarget};

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_seconds(1_700_000_000).plus(Duration::from_secs(seconds))
    }

    fn case() -> Case {
        let application = ApplicationId::new("shop").expect("an id");
        let id = EventId::from_parts(1_700_000_000_000, [3; 10]);
        let event = Event::new(id, application, Source::Sumsub, Action::Withdraw, at(0));
        Case::new(&event, Some(QUEUE_DEFAULT), at(0))
    }

    fn claim(by: &str) -> CaseChange {
        CaseChange::Claim { by: by.into() }
    }

    fn decide(by: &str, made_at: Timestamp, effective_at: Timestamp) -> CaseChange {
        CaseChange::Decide(Decision {
            kind: DecisionKind::Approve,
            by: by.into(),
            at: made_at,
            effective_at,
            is_done: false,
            comment: None,
            labels: Vec::new(),
            may_retry: false,
        })
    }

    #[test]
    fn of_two_who_claim_one_works_on_it_until_the_claim_lapses() {
        let mut case = case();
        assert_eq!(case.apply(claim("ann"), at(0)), Ok(true));
        assert_eq!(case.apply(claim("bob"), at(1)), Err(CaseRefusal::ClaimedByAnother));
        assert_eq!(case.apply(decide("bob", at(1), at(61)), at(1)), Err(CaseRefusal::ClaimedByAnother));
        assert_eq!(case.apply(CaseChange::Release { by: "bob".into() }, at(1)), Err(CaseRefusal::ClaimedByAnother));
        assert_eq!((case.state(at(899)), case.state(at(900))), (CaseState::Claimed, CaseState::Open));
        assert_eq!(case.apply(claim("bob"), at(900)), Ok(true));
        assert_eq!(case.revision, 2);
    }

    #[test]
    fn a_decision_can_be_taken_back_for_a_minute_by_who_made_it() {
        let mut case = case();
        case.apply(decide("ann", at(0), at(60)), at(0)).expect("a decision");
        assert_eq!(case.state(at(0)), CaseState::Deciding);
        assert_eq!(case.apply(CaseChange::Undo { by: "bob".into() }, at(1)), Err(CaseRefusal::NothingToUndo));
        assert_eq!(case.clone().apply(CaseChange::Undo { by: "ann".into() }, at(60)), Err(CaseRefusal::NothingToUndo));
        assert_eq!(case.apply(CaseChange::Undo { by: "ann".into() }, at(59)), Ok(true));
        assert_eq!(case.state(at(59)), CaseState::Open);
        case.apply(decide("bob", at(70), at(130)), at(70)).expect("another");
        assert_eq!(case.apply(CaseChange::Settle { made_at: at(0) }, at(130)), Ok(false));
        assert_eq!(case.apply(CaseChange::Settle { made_at: at(70) }, at(130)), Ok(true));
        assert!(!case.is_open());
        assert_eq!(case.apply(decide("ann", at(140), at(200)), at(140)), Err(CaseRefusal::Closed));
        let mut no = decide("ann", at(140), at(140));
        if let CaseChange::Decide(decision) = &mut no {
            decision.kind = DecisionKind::Reject;
        }
        assert_eq!(case.apply(no, at(140)), Ok(true), "who runs it has the last word");
    }

    #[test]
    fn who_is_assigned_stays_so_when_the_claim_has_lapsed_and_blocks_nobody() {
        let mut case = Case { queue: None, ..case() };
        let assign = |to: Option<&str>| CaseChange::Assign { to: to.map(Into::into), queue: "assigned".into() };
        let stands = |case: &Case, now| (case.assignee.clone(), case.claimed_by(now).map(Box::from), case.state(now));
        let (ann, bob) = (|| Some(Box::from("ann")), || Some(Box::from("bob")));
        assert_eq!(case.apply(assign(Some("ann")), at(0)), Ok(true));
        assert_eq!(case.queue.as_deref(), Some("assigned"));
        assert_eq!(stands(&case, at(899)), (ann(), ann(), CaseState::Claimed));
        assert_eq!(stands(&case, at(900)), (ann(), None, CaseState::Open));
        assert_eq!(case.apply(claim("bob"), at(900)), Ok(true), "ann has gone home");
        assert_eq!(stands(&case, at(901)), (ann(), bob(), CaseState::Claimed));
        assert_eq!(case.apply(assign(Some("bob")), at(902)), Ok(true));
        assert_eq!(case.apply(assign(None), at(903)), Ok(true));
        assert_eq!(stands(&case, at(903)), (None, None, CaseState::Open));
        // What is decided may still be somebody's.
        case.apply(at_once(DecisionKind::Approve, at(904)), at(904)).expect("a decision");
        case.apply(CaseChange::Settle { made_at: at(904) }, at(904)).expect("settled");
        assert_eq!(case.apply(assign(Some("ann")), at(905)), Ok(true));
        assert_eq!(stands(&case, at(905)), (ann(), None, CaseState::Decided));
        assert_eq!(case.apply(CaseChange::Delete, at(906)), Ok(true));
        assert_eq!(case.apply(assign(Some("bob")), at(907)), Err(CaseRefusal::Closed));
    }

    fn at_once(kind: DecisionKind, made_at: Timestamp) -> CaseChange {
        let decision = Decision { by: "api".into(), is_done: false, ..Decision::of_person(kind, made_at) };
        CaseChange::Decide(decision)
    }

    #[test]
    fn of_two_who_contradict_each_other_at_once_the_first_is_right_until_it_is_settled() {
        let (mut case, reject) = (case(), DecisionKind::Reject);
        assert_eq!(case.apply(at_once(DecisionKind::AskUser, at(0)), at(0)), Ok(true));
        assert_eq!(case.apply(at_once(DecisionKind::Approve, at(1)), at(1)), Ok(true), "to ask decides nothing");
        assert_eq!(case.apply(at_once(reject, at(1)), at(1)), Err(CaseRefusal::Closed));
        assert_eq!(case.apply(CaseChange::Settle { made_at: at(1) }, at(1)), Ok(true));
        assert_eq!(case.apply(at_once(DecisionKind::Approve, at(2)), at(2)), Ok(false), "the same again is no news");
        assert_eq!(case.apply(at_once(reject, at(60)), at(60)), Err(CaseRefusal::Closed));
        assert_eq!(case.apply(at_once(reject, at(61)), at(61)), Ok(true), "a correction");
    }

    #[test]
    fn what_is_said_after_a_reviewer_decided_decides_and_the_reviewers_word_is_kept_beside() {
        let said = |kind: FeedbackKind, received_at| {
            let target = FeedbackTarget::Event(case().event);
            Feedback { application: case().application, target, kind, received_at }
        };
        let mut case = case();
        case.apply(decide("ann", at(0), at(60)), at(0)).expect("a decision");
        assert_eq!(case.answer_in(&said(FeedbackKind::ConfirmedLegitimate, at(1))), None);
        case.apply(CaseChange::Settle { made_at: at(0) }, at(60)).expect("settled");
        assert_eq!(case.answer_in(&said(FeedbackKind::ConfirmedLegitimate, at(61))), None);
        assert_eq!(case.answer_in(&said(FeedbackKind::ChallengeIgnored, at(61))), None);
        let no = case.answer_in(&said(FeedbackKind::ConfirmedTakeover, at(61))).expect("the contrary");
        assert_eq!(case.apply(no, at(61)), Ok(true));
        let decided = |it: Option<&Decision>| it.map(|it| (it.kind, it.by.to_string(), it.at));
        let by_ann = Some((DecisionKind::Approve, "ann".to_owned(), at(0)));
        let by_feedback = Some((DecisionKind::Reject, "feedback".to_owned(), at(61)));
        assert_eq!(decided(case.decision.as_ref()), by_feedback);
        assert_eq!((decided(case.overruled.as_deref()), case.decided_at()), (by_ann.clone(), Some(at(0))));
        // A reviewer has the last word all the same, and needs not wait for it.
        assert_eq!(case.apply(at_once(DecisionKind::Approve, at(62)), at(62)), Ok(true));
        assert_eq!(decided(case.overruled.as_deref()), by_ann, "of reviewers alone");
    }

    #[test]
    fn a_note_keeps_its_number_and_tags_are_put_on_once() {
        let mut case = case();
        let noted = |text: &str| {
            let (id, by, at, text) = (0, "ann".into(), at(0), Pii::new(text.into()));
            CaseChange::Notes(NoteChange::Add(CaseNote { id, by, at, text }))
        };
        for text in ["one", "two", "three"] {
            case.apply(noted(text), at(0)).expect("a note");
        }
        let ids: Vec<u32> = case.notes.iter().map(|note| note.id).collect();
        case.apply(CaseChange::Notes(NoteChange::Remove(ids[1])), at(0)).expect("it is there");
        let edit = |id| CaseChange::Notes(NoteChange::Edit { id, text: Pii::new("3".into()) });
        assert_eq!(case.apply(edit(ids[1]), at(0)), Err(CaseRefusal::NoNote));
        assert_eq!(case.apply(edit(ids[2]), at(0)), Ok(true));
        case.apply(noted("four"), at(0)).expect("a note");
        assert!(!ids.contains(&case.notes[2].id));
        let tags = |words: &[&str]| words.iter().map(|word| Box::from(*word)).collect::<Vec<Box<str>>>();
        assert_eq!(case.apply(CaseChange::Tags(TagChange::Add(tags(&["a", "b", "a"]))), at(0)), Ok(true));
        assert_eq!(case.apply(CaseChange::Tags(TagChange::Add(tags(&["a"]))), at(0)), Ok(false));
        assert_eq!(case.apply(CaseChange::Tags(TagChange::Remove(tags(&["a", "of a rule"]))), at(0)), Ok(true));
        assert_eq!((case.tags.clone(), case.untagged.clone()), (tags(&["b"]), tags(&["a", "of a rule"])));
        let many: Vec<Box<str>> = (0..CASE_TAGS_MAX).map(|n| n.to_string().into()).collect();
        assert_eq!(case.apply(CaseChange::Tags(TagChange::Add(many)), at(0)), Err(CaseRefusal::TooManyTags));
        assert_eq!(case.tags, tags(&["b"]));
    }

    #[test]
    fn notes_are_bounded() {
        let mut case = case();
        let note = CaseNote { id: 0, by: "ann".into(), at: at(0), text: Pii::new("seen".into()) };
        for _ in 0..CASE_NOTES_MAX {
            assert_eq!(case.apply(CaseChange::Note(note.clone()), at(0)), Ok(true));
        }
        assert_eq!(case.apply(CaseChange::Note(note), at(0)), Err(CaseRefusal::TooManyNotes));
    }
}
