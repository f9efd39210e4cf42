//! Stories: what happens, line by line, and what should be said of it. The tests that people read and write.
//!
//! A story is a text file in `scenarios/`. Each line is blank, a comment (`# …`), a setting, or a step:
//!
//! ```text
//! policy default                       the policy that judges: the shipped one
//! policy                               or one that changes it, as TOML in the indented lines that follow;
//!   [lists]                            `{lisbon}` in it is the range of addresses of that place
//!   allow_addresses = ["{lisbon}"]
//! mode observe                         judge, but answer as if allowed (else: enforce)
//!
//! WHEN  ACTION OUTCOME  WHO  DEVICE  PLACE  [CLAUSE…]              -> [always] VERDICT REASON… !REASON…
//! WHEN  challenge passed|failed|ignored  WHO DEVICE  [by PROOF]    -> released N unlearned N
//! WHEN  outcome   ok|failed              WHO DEVICE
//! WHEN  feedback  takeover|legitimate    WHO [DEVICE]              -> released N unlearned N
//! WHEN  reclaim   WHO  [since WHEN]                                -> released N unlearned N
//! WHEN  close     WHO
//! WHEN  N times every SPAN  campaign KIND                          -> stopped 90%
//! ```
//!
//! - `WHEN` is `HH:MM`, `HH:MM:SS` or with milliseconds, after `+Nd` where the story takes longer than a day; time never
//!   goes back. `N times every 2s` (`5min`, `1h`, `1d`, `2w`) after it repeats the step, and what is expected is expected
//!   of the last time, or after `always` of each. A step told after `meanwhile` may begin before the one above it has
//!   ended: the two then take turns, as time has it.
//! - `ACTION` is one of the ten of the API; `OUTCOME` is `ok`, `failed`, `pending`, or `unknown`: failed, since nobody has
//!   that name.
//! - `WHO`, `DEVICE` and `PLACE` are named in `scenarios/world.toml`, which says what data sets know of each place, too.
//!   `@ann` is somebody who types Ann's name where the application does not say whose account it is. In a repeated step,
//!   `#` in a name is the number of the repetition. `lisbon` is the first line in that place and `lisbon-7` the seventh.
//! - `CLAUSE` is one of these. A step that does not say `with` is with a password, whose hash is not told.
//!   - `with PROOF+PROOF… [PASSWORD]`: mechanisms of the API, and the password whose hash the application tells.
//!   - `pays 19.99 EUR [to PAYEE] [by METHOD]`: money out of the account; `card-1` is a card. `deposits 20 EUR [from PAYEE]
//!     [by METHOD]`: money into it.
//!   - `phone NUMBER`, `delivers CITY`, `registers METHOD`, `repassword`: what else of the account it tells, and so changes
//!     where the account held something else.
//!   - `session NAME`: the application's session. `email ADDRESS`: the contact that the event carries.
//!   - `cookie DEVICE`: it gives that device's name as its own, and looks otherwise.
//! - `challenge` and `outcome` are about the latest event of that person on that device.
//! - `campaign` sends intruders (see [`crate::campaign`]) against all who have signed in so far, with what `[intruder]` of
//!   the world gives them. `stopped 90%`: of those whom the application would have let in, so many are challenged or
//!   denied, at least.
//! - `VERDICT` is one of the API's four, or `pass` for trust or allow, or `stop` for challenge or deny.
//! - Reasons listed must be found and those after `!` must not; others may. A step without `->` expects nothing, and
//!   `-> ?` asks: running the stories with `UPDATE_EXPECT=1` writes down what was said.

mod check;
mod clauses;
mod data_sets;
mod event;
mod in_process;
mod intruder;
mod judge;
mod mmdb;
mod over_http;
mod over_ravelin;
mod over_sumsub;
mod over_transmit;
mod parse;
mod run;
mod suggest;
mod syntax;
mod teller;
mod words;
mod world;

pub use check::{Difference, differences, rewritten};
pub use in_process::{FIRST_MIDNIGHT, InProcess};
pub use judge::{Judge, JudgeError, Judged};
pub use over_http::{NEWS_MAX, OverHttp, news_since};
pub use over_ravelin::Ravelin;
pub use over_sumsub::{Sumsub, SumsubKeys};
pub use over_transmit::{Hands, Seal, Transmit, TransmitKeys};
pub use parse::StoryError;
pub use run::{Attacked, Happened, RunError, RunErrorCause, run};
pub use syntax::{Act, Deed, Details, Door, Expectation, Pays, Repeat, Step, Story, Times, Wanted};
pub use teller::{Teller, Tongue, Vendor, judged_otherwise, not_sayable_in};
pub use world::{IntruderForm, World, WorldError};
