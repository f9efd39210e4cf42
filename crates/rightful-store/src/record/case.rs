//! The stored form of a case: what is staff's or nobody's in clear, what is about a person sealed.

use rightful_domain::{
    AccountId, ApplicationId, Case, CaseNote, Claim, Decision, DecisionKind, EventId, FreeFields, Pii, ReasonCode,
    Rescored, RescoredGrounds, RiskScore, Timestamp, Verdict,
};
use serde::{Deserialize, Serialize};

use super::Undecodable;
use super::number::Numbered;
use super::rulings::StoredMatches;

/// The first version: without tags, and without when it was first claimed; its notes are numbered by their places.
const OLD_VERSION: u8 = 1;
/// The second: without what a later judgement came from.
const TAGS_VERSION: u8 = 2;
/// The third: without what had been decided before and holds no longer, and without whose it is.
const GROUNDS_VERSION: u8 = 3;
/// The version that is written.
const VERSION: u8 = 4;
/// The first version of what is sealed: without what was said of that.
const OLD_PRIVATE_VERSION: u8 = 1;
/// The version of what is sealed that is written.
const PRIVATE_VERSION: u8 = 2;

#[derive(Serialize, Deserialize)]
struct StoredCase<'a> {
    #[serde(borrow)]
    application: &'a str,
    event: [u8; 16],
    queue: Option<&'a str>,
    opened_at: i64,
    due_at: i64,
    claim: Option<(&'a str, i64)>,
    decision: Option<StoredDecision<'a>>,
    rescored: Option<(i64, u8, u16)>,
    deleted_at: Option<i64>,
    revision: u32,
    /// Under whose key the rest is sealed.
    subject: [u8; 13],
    sealed: &'a [u8],
}

/// What follows that from version 2 on.
#[derive(Serialize, Deserialize, Default)]
struct StoredMore<'a> {
    #[serde(borrow)]
    tags: Vec<&'a str>,
    untagged: Vec<&'a str>,
    first_claimed_at: Option<i64>,
    note_ids: Vec<u32>,
}

/// What follows that from version 3 on: what a later judgement came from.
#[derive(Serialize, Deserialize)]
struct StoredRescored<'a> {
    #[serde(borrow)]
    rules: StoredMatches<'a>,
    against: Vec<(u8, i32)>,
}

/// What follows that from version 4 on.
#[derive(Serialize, Deserialize, Default)]
struct StoredLast<'a> {
    #[serde(borrow)]
    overruled: Option<StoredDecision<'a>>,
    assignee: Option<&'a str>,
}

impl<'a> StoredRescored<'a> {
    fn of(case: &'a Case) -> Option<Self> {
        let grounds = case.rescored.as_ref()?.grounds.as_ref()?;
        let against = grounds.against.iter().map(|(reason, hundredths)| (reason.number(), *hundredths)).collect();
        Some(Self { rules: StoredMatches::of(&grounds.rules), against })
    }

    fn restore(self) -> Result<RescoredGrounds, Undecodable> {
        let reason = |number| ReasonCode::from_number(number).ok_or(Undecodable("unknown reason"));
        let against = self.against.into_iter().map(|(number, hundredths)| Ok((reason(number)?, hundredths)));
        Ok(RescoredGrounds { rules: self.rules.restore()?, against: against.collect::<Result<_, _>>()? })
    }
}

impl<'a> StoredMore<'a> {
    fn of(case: &'a Case) -> Self {
        Self {
            tags: case.tags.iter().map(|tag| &**tag).collect(),
            untagged: case.untagged.iter().map(|tag| &**tag).collect(),
            first_claimed_at: case.first_claimed_at.map(Timestamp::as_micros),
            note_ids: case.notes.iter().map(|note| note.id).collect(),
        }
    }

    fn restore(self, mut case: Case) -> Case {
        // Notes that can no longer be opened have no numbers either.
        for (note, id) in case.notes.iter_mut().zip(self.note_ids) {
            note.id = id;
        }
        Case {
            tags: self.tags.into_iter().map(Into::into).collect(),
            untagged: self.untagged.into_iter().map(Into::into).collect(),
            first_claimed_at: self.first_claimed_at.map(Timestamp::from_micros),
            ..case
        }
    }
}

#[derive(Serialize, Deserialize)]
struct StoredDecision<'a> {
    kind: u8,
    #[serde(borrow)]
    by: &'a str,
    at: i64,
    effective_at: i64,
    is_done: bool,
    labels: Vec<&'a str>,
    may_retry: bool,
}

/// What forgetting a person forgets.
#[derive(Serialize, Deserialize, Default)]
struct StoredPrivate<'a> {
    #[serde(borrow)]
    account: Option<&'a str>,
    notes: Vec<(&'a str, i64, &'a str)>,
    comment: Option<&'a str>,
    fields: Option<&'a str>,
}

/// What of a case is to be sealed.
pub(crate) fn private_of_case(case: &Case) -> Vec<u8> {
    let note = |note: &'_ CaseNote| (note.by.to_string(), note.at.as_micros(), note.text.reveal().to_string());
    let notes: Vec<(String, i64, String)> = case.notes.iter().map(note).collect();
    let private = StoredPrivate {
        account: case.account.as_ref().map(|account| account.as_str()),
        notes: notes.iter().map(|(by, at, text)| (&**by, *at, &**text)).collect(),
        comment: comment_of(case.decision.as_ref()),
        fields: case.fields.as_ref().map(FreeFields::as_json),
    };
    super::to_versioned_bytes(PRIVATE_VERSION, &(private, comment_of(case.overruled.as_deref())))
}

/// What was said of a decision.
fn comment_of(decision: Option<&Decision>) -> Option<&str> {
    decision?.comment.as_ref().map(|said| &**said.reveal())
}

/// A case as bytes.
pub(crate) fn encode_case(case: &Case, subject: [u8; 13], sealed: &[u8]) -> Vec<u8> {
    let rescored = |it: &Rescored| (it.at.as_micros(), it.verdict.number(), it.score.hundredths());
    let stored = StoredCase {
        application: case.application.as_str(),
        event: *case.event.as_bytes(),
        queue: case.queue.as_deref(),
        opened_at: case.opened_at.as_micros(),
        due_at: case.due_at.as_micros(),
        claim: case.claim.as_ref().map(|claim| (&*claim.by, claim.at.as_micros())),
        decision: case.decision.as_ref().map(StoredDecision::of),
        rescored: case.rescored.as_ref().map(rescored),
        deleted_at: case.deleted_at.map(Timestamp::as_micros),
        revision: case.revision,
        subject,
        sealed,
    };
    let last =
        StoredLast { overruled: case.overruled.as_deref().map(StoredDecision::of), assignee: case.assignee.as_deref() };
    super::to_versioned_bytes(VERSION, &(stored, StoredMore::of(case), StoredRescored::of(case), last))
}

/// A case as the versions have it.
type Parts<'a> = (StoredCase<'a>, Option<StoredMore<'a>>, Option<StoredRescored<'a>>, StoredLast<'a>);

/// A case's parts, of whichever version.
fn parts(bytes: &[u8]) -> Result<Parts<'_>, Undecodable> {
    Ok(match bytes.first() {
        Some(&OLD_VERSION) => (super::from_versioned_bytes(OLD_VERSION, bytes)?, None, None, StoredLast::default()),
        Some(&TAGS_VERSION) => {
            let (stored, more) = super::from_versioned_bytes(TAGS_VERSION, bytes)?;
            (stored, Some(more), None, StoredLast::default())
        }
        Some(&GROUNDS_VERSION) => {
            let (stored, more, grounds) = super::from_versioned_bytes(GROUNDS_VERSION, bytes)?;
            (stored, Some(more), grounds, StoredLast::default())
        }
        _ => {
            let (stored, more, grounds, last) = super::from_versioned_bytes(VERSION, bytes)?;
            (stored, Some(more), grounds, last)
        }
    })
}

/// What was sealed, of whichever version: and what was said of what had been decided before.
fn opened_parts(bytes: &[u8]) -> Result<(StoredPrivate<'_>, Option<&str>), Undecodable> {
    match bytes.first() {
        Some(&OLD_PRIVATE_VERSION) => Ok((super::from_versioned_bytes(OLD_PRIVATE_VERSION, bytes)?, None)),
        _ => super::from_versioned_bytes(PRIVATE_VERSION, bytes),
    }
}

/// A case from its bytes: `open` gives what was sealed under a subject's key, or None where that key is forgotten.
pub(crate) fn decode_case<E: From<Undecodable>>(
    bytes: &[u8],
    open: impl FnOnce([u8; 13], EventId, &[u8]) -> Result<Option<Vec<u8>>, E>,
) -> Result<Case, E> {
    let (stored, more, grounds, last) = parts(bytes)?;
    let event = EventId::from_bytes(stored.event);
    let opened = open(stored.subject, event, stored.sealed)?;
    let (private, earlier_comment) = match &opened {
        Some(bytes) => opened_parts(bytes)?,
        None => (StoredPrivate::default(), None),
    };
    let mut case = stored.restore(private)?;
    let earlier_comment = earlier_comment.map(|said| Pii::new(said.into()));
    case.assignee = last.assignee.map(Into::into);
    case.overruled = last.overruled.map(|stored| stored.restore(earlier_comment)).transpose()?.map(Box::new);
    if let Some((rescored, grounds)) = case.rescored.as_mut().zip(grounds) {
        rescored.grounds = Some(Box::new(grounds.restore()?));
    }
    Ok(match more {
        Some(more) => more.restore(case),
        None => case,
    })
}

impl StoredCase<'_> {
    fn restore(self, private: StoredPrivate<'_>) -> Result<Case, Undecodable> {
        let at = Timestamp::from_micros;
        let comment = private.comment.map(|said| Pii::new(said.into()));
        let decision = self.decision.map(|stored| stored.restore(comment)).transpose()?;
        let rescored = |(when, verdict, score): (i64, u8, u16)| {
            let score = RiskScore::from_hundredths(score).map_err(|_| Undecodable("a score beyond its range"))?;
            Ok(Rescored { at: at(when), verdict: Verdict::of_number(verdict)?, score, grounds: None })
        };
        let note = |(place, (by, when, text)): (usize, (&str, i64, &str))| CaseNote {
            id: u32::try_from(place).unwrap_or(u32::MAX),
            by: by.into(),
            at: at(when),
            text: Pii::new(text.into()),
        };
        Ok(Case {
            application: super::id(self.application, ApplicationId::new)?,
            event: EventId::from_bytes(self.event),
            account: private.account.map(|account| super::id(account, AccountId::new)).transpose()?,
            queue: self.queue.map(Into::into),
            opened_at: at(self.opened_at),
            due_at: at(self.due_at),
            claim: self.claim.map(|(by, when)| Claim { by: by.into(), at: at(when) }),
            notes: private.notes.into_iter().enumerate().map(note).collect(),
            assignee: None,
            decision,
            overruled: None,
            rescored: self.rescored.map(rescored).transpose()?,
            deleted_at: self.deleted_at.map(at),
            fields: private
                .fields
                .map(|json| FreeFields::new(json).ok_or(Undecodable("free fields are too long")))
                .transpose()?,
            tags: Vec::new(),
            untagged: Vec::new(),
            first_claimed_at: None,
            revision: self.revision,
        })
    }
}

impl<'a> StoredDecision<'a> {
    fn of(decision: &'a Decision) -> Self {
        Self {
            kind: decision.kind.number(),
            by: &decision.by,
            at: decision.at.as_micros(),
            effective_at: decision.effective_at.as_micros(),
            is_done: decision.is_done,
            labels: decision.labels.iter().map(|label| &**label).collect(),
            may_retry: decision.may_retry,
        }
    }

    fn restore(self, comment: Option<Pii<Box<str>>>) -> Result<Decision, Undecodable> {
        Ok(Decision {
            kind: DecisionKind::of_number(self.kind)?,
            by: self.by.into(),
            at: Timestamp::from_micros(self.at),
            effective_at: Timestamp::from_micros(self.effective_at),
            is_done: self.is_done,
            comment,
            labels: self.labels.into_iter().map(Into::into).collect(),
            may_retry: self.may_retry,
        })
    }
}

#[cfg(test)]
mod tests {
    use rightful_domain::{Action, CaseChange, Event, RuleEffect, RuleMatch, Source, TagChange};

    use super::*;

    fn a_case() -> Case {
        let application = ApplicationId::new("shop").expect("an id");
        let id = EventId::from_parts(1_700_000_000_000, [3; 10]);
        let now = Timestamp::from_seconds(1_700_000_000);
        let mut event = Event::new(id, application, Source::Sumsub, Action::Withdraw, now);
        event.account = Some(AccountId::new("ann").expect("an id"));
        let mut case = Case::new(&event, Some("payouts"), now);
        let note = CaseNote { id: 0, by: "bob".into(), at: now, text: Pii::new("called".into()) };
        case.apply(CaseChange::Note(note), now).expect("a note");
        case.apply(CaseChange::Claim { by: "bob".into() }, now).expect("a claim");
        case.decision = Some(Decision {
            kind: DecisionKind::Reject,
            by: "bob".into(),
            at: now,
            effective_at: now,
            is_done: true,
            comment: Some(Pii::new("not her".into())),
            labels: vec!["FRAUD".into()],
            may_retry: true,
        });
        let tags = vec!["structuring".into(), "vip".into()];
        case.apply(CaseChange::Tags(TagChange::Add(tags)), now).expect("tags");
        case.apply(CaseChange::Tags(TagChange::Remove(vec!["vip".into()])), now).expect("tags");
        case.revision = 2;
        case.fields = FreeFields::new("{\"tier\":\"vip\"}");
        let score = RiskScore::from_hundredths(9_500).expect("in range");
        case.rescored = Some(Rescored { at: now, verdict: Verdict::Deny, score, grounds: None });
        case
    }

    /// The same, with what the later judgement came from.
    fn judged_again() -> Case {
        let effect = RuleEffect { floor: Some(Verdict::Deny), queue: Some("mules".into()), ..RuleEffect::default() };
        let rule = RuleMatch {
            rule: "abroad".into(),
            version: 3,
            origin: Some(Source::Sumsub),
            is_shadow: false,
            is_snoozed: true,
            effect,
        };
        let against = vec![(ReasonCode::ProfileImpossibleTravel, 212)];
        let mut case = a_case();
        if let Some(rescored) = &mut case.rescored {
            rescored.grounds = Some(Box::new(RescoredGrounds { rules: vec![rule], against }));
        }
        case
    }

    /// The same, in which a reviewer had said something else before, and which is somebody's.
    fn overruled() -> Case {
        let case = judged_again();
        let earlier = case.decision.clone().map(|last| Decision {
            kind: DecisionKind::Approve,
            by: "eve".into(),
            comment: Some(Pii::new("a regular".into())),
            labels: vec!["OK".into()],
            may_retry: false,
            ..last
        });
        Case { overruled: earlier.map(Box::new), assignee: Some("eve".into()), ..case }
    }

    #[test]
    fn a_case_reads_back_and_without_its_key_loses_what_is_about_a_person() {
        let case = overruled();
        let private = private_of_case(&case);
        let bytes = encode_case(&case, [7; 13], &private);
        let read = decode_case::<Undecodable>(&bytes, |subject, event, sealed| {
            assert_eq!((subject, event), ([7; 13], case.event));
            Ok(Some(sealed.to_vec()))
        });
        assert_eq!(read, Ok(case.clone()));
        let erased = decode_case::<Undecodable>(&bytes, |_, _, _| Ok(None)).expect("a case");
        assert_eq!((erased.account, erased.notes.len()), (None, 0));
        assert_eq!(erased.decision.expect("a decision").comment, None);
        assert_eq!(erased.overruled.expect("an earlier one").comment, None);
    }

    fn bytes_of(golden: &str) -> Vec<u8> {
        let digits = golden.trim().as_bytes().chunks(2);
        digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).expect("ASCII"), 16).expect("a byte")).collect()
    }

    fn read(golden: &str) -> Case {
        let read = decode_case::<Undecodable>(&bytes_of(golden), |_, _, sealed| Ok(Some(sealed.to_vec())));
        read.expect("a released version is read")
    }

    #[test]
    fn a_case_of_each_version_is_read() {
        let old = Case { tags: Vec::new(), untagged: Vec::new(), first_claimed_at: None, ..a_case() };
        assert_eq!(read(include_str!("golden/case_v1.hex")), old);
        assert_eq!(read(include_str!("golden/case_v2.hex")), a_case());
        assert_eq!(read(include_str!("golden/case_v3.hex")), judged_again());
        let case = overruled();
        let bytes = encode_case(&case, [7; 13], &private_of_case(&case));
        let told: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(told, include_str!("golden/case_v4.hex").trim(), "a released version never changes");
        assert_eq!(read(&told), case);
    }
}
