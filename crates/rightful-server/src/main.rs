//! `rightful`: keeps accounts with their rightful owners. One binary, one data folder.

mod access_tokens;
mod aggregates;
mod alerts;
mod app;
mod applications;
mod attempts;
mod audit;
mod backtest;
mod backup;
mod cli;
mod clock;
mod config;
mod control;
mod counting;
mod data_watch;
mod desk;
mod desk_lists;
mod evaluate;
mod event_lists;
mod export;
mod fallback;
mod followers;
mod hook_wishes;
mod hooks;
mod http;
mod imports;
mod keys;
mod listeners;
mod lists;
mod magic;
mod master_key;
mod misused;
mod one_address;
mod owed;
mod page_keys;
mod pipeline;
mod policies;
mod progress;
mod provisioning;
mod reviewing;
mod rule_desk;
mod rule_faults;
mod rule_labels;
mod rule_library_desk;
mod rule_shown;
mod rule_tallies;
mod rule_text;
mod server;
mod settings;
mod several;
mod shutdown;
mod telemetry;
mod telling;
mod turns;
mod vendor_rule_desk;
mod verbs;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // Password hashes pass through this process: a core image must not keep what the store does not. Refused only where
    // the system has no such switch.
    let _no_such_switch = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    cli::run()
}
