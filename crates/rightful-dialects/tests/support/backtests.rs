//! Backtests in the examples.

use rightful_dialects::{Intake, OurReply, Reply};
use rightful_domain::{
    AccountId, Action, Backtest, BacktestJob, BacktestSample, BacktestState, Labelled, Matched, RiskScore,
    RuleBacktest, Timestamp, Verdict,
};
use serde_json::{Value, json};

use super::{RECEIVED_AT, event_id};

/// What an example is answered that is about a backtest; None if it is about something else.
pub(crate) fn reply_to(intake: &Intake, given: &Value) -> Option<Reply> {
    let id = match intake {
        Intake::Backtest(_) => event_id(),
        Intake::LookAtBacktest(id) | Intake::CancelBacktest(id) => *id,
        _ => return None,
    };
    let state = match given["backtest"].as_str().unwrap_or_default() {
        "running" => BacktestState::Running(37),
        "done" => BacktestState::Done(Box::new(backtest())),
        "cancelled" => BacktestState::Cancelled,
        _ => BacktestState::Failed,
    };
    Some(Reply::Ours(OurReply::Backtest(Box::new(BacktestJob { id, state }))))
}

/// How an intake that is about a backtest is shown; None if it is about something else.
pub(crate) fn intake_json(intake: &Intake) -> Option<Value> {
    Some(match intake {
        Intake::Backtest(asked) => json!({"verb": "backtest", "asked": format!("{asked:?}")}),
        Intake::LookAtBacktest(id) => json!({"verb": "look at backtest", "id": id.to_string()}),
        Intake::CancelBacktest(id) => json!({"verb": "cancel backtest", "id": id.to_string()}),
        _ => return None,
    })
}

/// One rule on three days, of which one event is known to be a takeover.
fn backtest() -> Backtest {
    let score = |hundredths| RiskScore::from_hundredths(hundredths).expect("a score");
    let mut verdicts = [[0; 4]; 4];
    verdicts[1] = [0, 2, 1, 0];
    let sample = BacktestSample {
        event: event_id(),
        received_at: RECEIVED_AT,
        account: AccountId::new("ann").ok(),
        action: Action::Withdraw,
        is_bad: Some(true),
        before: (Verdict::Allow, score(6_550)),
        after: (Verdict::Challenge, score(7_550)),
    };
    let matched = Matched {
        events: Labelled { good: 0, bad: 1, unknown: 2 },
        changed: Labelled { good: 0, bad: 1, unknown: 0 },
        verdicts,
        n_raised: 3,
        n_lowered: 0,
        hundredths: 2_500,
        n_accounts: 2,
        by_day: vec![(0, 0), (3, 1), (0, 0)],
        samples: vec![sample],
    };
    let rule = RuleBacktest {
        rule: "new-device".into(),
        version: 2,
        mode: "active",
        n_asked: 100,
        n_not_counted: 40,
        matched: matched.clone(),
    };
    let untried = RuleBacktest {
        rule: "third-in-an-hour".into(),
        version: 1,
        mode: "shadow",
        n_asked: 30,
        n_not_counted: 30,
        matched: Matched::default(),
    };
    Backtest {
        from: RECEIVED_AT.minus(std::time::Duration::from_secs(2 * 86_400)),
        to: Timestamp::from_micros(RECEIVED_AT.as_micros() + 1),
        is_replay: false,
        looked_at: Labelled { good: 5, bad: 1, unknown: 94 },
        by_day: vec![20, 50, 30],
        rules: vec![rule, untried],
        together: matched,
    }
}
