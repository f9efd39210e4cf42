//! How much an account costs: of made-up accounts with a past of months, what each is written down as. Nothing here depends
//! on chance or on time, so that what makes memory grow fails here before anybody's disk is full.

#[path = "../benches/traffic/past.rs"]
mod past;
#[path = "../benches/traffic/mod.rs"]
mod traffic;

use past::{GAP_DAYS, LOGINS_MAX, judge_one, remember, shipped_policy};
use rightful_store::Rehearsal;
use traffic::{DAY, login};

const ACCOUNTS: u64 = 1_000;
/// Of what an account's own state takes on disk, in the mean. What it has learned from four logins in the median, to
/// sixteen: some thirty habits, four facts, two devices.
const BYTES_MEAN_MAX: usize = 480;
/// The same of one in a hundred: sixteen logins from a dozen addresses.
const BYTES_P99_MAX: usize = 800;

#[test]
fn an_account_is_written_down_in_less_than_half_a_kilobyte() {
    let (policy, mut memory) = (shipped_policy(), Rehearsal::new());
    remember(memory.clone(), &policy, ACCOUNTS, (0, 1));
    // One that has just begun.
    let (event, enrichment) = login(ACCOUNTS, LOGINS_MAX, u64::MAX, LOGINS_MAX * GAP_DAYS * DAY);
    judge_one(&mut memory, &policy, event, enrichment);
    let mut stored = memory.stored_bytes();
    stored.sort_unstable();
    let mean = stored.iter().sum::<usize>() / stored.len();
    let p99 = stored[stored.len() * 99 / 100];
    assert!(stored.len() > ACCOUNTS as usize * 9 / 10);
    assert!(mean <= BYTES_MEAN_MAX && p99 <= BYTES_P99_MAX, "{mean} bytes in the mean, p99 {p99}");
}
