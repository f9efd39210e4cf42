//! What was judged of an event when somebody asked to judge it again: kept with its case, beside what was answered.

use crate::{Assessment, ReasonCode, RiskScore, RuleMatch, Timestamp, Verdict};

/// What was judged of an event when somebody asked to judge it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescored {
    /// When.
    pub at: Timestamp,
    /// The verdict then.
    pub verdict: Verdict,
    /// The score then.
    pub score: RiskScore,
    /// What it came from; None where that was not kept, as before version 3 of cases.
    pub grounds: Option<Box<RescoredGrounds>>,
}

/// What a later judgement came from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RescoredGrounds {
    /// The rules that matched then.
    pub rules: Vec<RuleMatch>,
    /// What spoke against the event then, and how much, in hundredths of a nat.
    pub against: Vec<(ReasonCode, i32)>,
}

impl Rescored {
    /// What was judged at that time.
    #[must_use]
    pub fn of(assessment: &Assessment, at: Timestamp) -> Self {
        let adverse = assessment.findings.iter().filter(|finding| finding.is_adverse());
        let grounds = RescoredGrounds {
            rules: assessment.rules.clone(),
            against: adverse.map(|finding| (finding.reason, finding.hundredths())).collect(),
        };
        Self { at, verdict: assessment.verdict, score: assessment.risk_score, grounds: Some(Box::new(grounds)) }
    }
}
