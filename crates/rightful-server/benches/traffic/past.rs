//! Accounts with a past, in a memory without a disk: what judging the next login of one of many rests on.

use rightful_domain::{Allowances, Enrichment, Entry, Event, Facts, PolicySource, PolicyVersion, Verdict};
use rightful_engine::{DEFAULT_POLICY, Policy};
use rightful_store::Rehearsal;

use crate::traffic::{DAY, login, mixed};

/// How far apart two logins of one account are, in the mean.
pub(crate) const GAP_DAYS: u64 = 10;
/// Logins of half of the accounts before they are measured: no more than these. Some have many times more, some one.
const LOGINS_MEDIAN: u64 = 4;
pub(crate) const LOGINS_MAX: u64 = LOGINS_MEDIAN * 4;

/// The policy that is shipped.
pub(crate) fn shipped_policy() -> Policy {
    let version = PolicyVersion { id: "default".into(), version: 1 };
    Policy::parse(&PolicySource { version, text: DEFAULT_POLICY.into() }).expect("the default policy parses")
}

/// Lets this thread's share of the accounts have their past: login after login, each round some days later.
pub(crate) fn remember(mut memory: Rehearsal, policy: &Policy, n_accounts: u64, (thread, n_threads): (u64, u64)) {
    let mut n = thread << 40;
    for round in 0..LOGINS_MAX {
        let of_thread = (0..n_accounts).filter(|account| account % n_threads == thread);
        // Each began at another time, so that the last login of all is some days ago.
        for account in of_thread.filter(|account| round + n_logins(*account) >= LOGINS_MAX) {
            n += 1;
            let seconds = round * GAP_DAYS * DAY + mixed(account ^ round << 32) % (GAP_DAYS * DAY);
            let (event, enrichment) = login(account, round, n, seconds);
            judge_one(&mut memory, policy, event, enrichment);
        }
    }
}

/// The road of a login, without what stands at its ends.
pub(crate) fn judge_one(memory: &mut Rehearsal, policy: &Policy, event: Event, enrichment: Enrichment) {
    let now = event.received_at;
    let history = memory.recall(&event, &enrichment, now);
    let facts = Facts { event, enrichment, history, allowances: Allowances::default(), now };
    let mut assessment = rightful_engine::assess(&facts, policy);
    assessment.answered = Some(Verdict::Allow);
    memory.record(&Entry::judged(facts, assessment, None));
}

/// One to sixteen, four in the median.
fn n_logins(account: u64) -> u64 {
    let spread = mixed(account.wrapping_mul(7));
    match mixed(account.wrapping_mul(5)) % 4 {
        0 => 1 + spread % 2,
        1 => LOGINS_MEDIAN - spread % 2,
        2 => LOGINS_MEDIAN + spread % 4,
        _ => LOGINS_MEDIAN * 2 + spread % (LOGINS_MAX - LOGINS_MEDIAN * 2 + 1),
    }
}
