//! Stories: what happens, line by line, and what should be said of it. The tests that people read and write.
//!
//! A story is a text file in `scenarios/`. Each line is blank, a comment (`# …`), a setting, or a step:
//!
//! ```text
//! policy default                       the policy that judges (only `default` so far)
//! mode observe                         judge, but answer as if allowed (else: enforce)
//!
//! WHEN  ACTION OUTCOME  WHO  DEVICE  PLACE  [with PROOF+PROOF…]    -> VERDICT REASON… !REASON…
//! WHEN  challenge passed|failed|ignored  WHO DEVICE  [by PROOF]    -> released N unlearned N
//! WHEN  outcome   ok|failed              WHO DEVICE
//! WHEN  feedback  takeover|legitimate    WHO [DEVICE]              -> released N unlearned N
//! WHEN  reclaim   WHO  [since WHEN]                                -> released N unlearned N
//! ```
//!
//! - `WHEN` is `HH:MM`, `HH:MM:SS` or with milliseconds, after `+Nd` where the story takes longer than a day; time never
//!   goes back. `N times every 2s` after it repeats the step, and what is expected is expected of the last time.
//! - `ACTION` is one of the ten of the API; `OUTCOME` is `ok`, `failed` or `pending`; `PROOF` is a mechanism of the API.
//! - `WHO`, `DEVICE` and `PLACE` are named in `scenarios/world.toml`. `@ann` is somebody who types Ann's name where the
//!   application does not say whose account it is. In a repeated step, `#` in a name is the number of the repetition.
//! - `challenge` and `outcome` are about the latest event of that person on that device.
//! - Reasons listed must be found and those after `!` must not; others may. A step without `->` expects nothing, and
//!   `-> ?` asks: running the stories with `UPDATE_EXPECT=1` writes down what was said.

mod check;
mod in_process;
mod judge;
mod over_http;
mod parse;
mod run;
mod suggest;
mod syntax;
mod world;

pub use check::{Difference, differences, rewritten};
pub use in_process::{FIRST_MIDNIGHT, InProcess};
pub use judge::{Judge, JudgeError, Judged};
pub use over_http::{LENGTH_MAX, OverHttp};
pub use parse::StoryError;
pub use run::{Happened, RunError, run};
pub use syntax::{Act, Deed, Door, Expectation, Repeat, Step, Story};
pub use world::{World, WorldError};
