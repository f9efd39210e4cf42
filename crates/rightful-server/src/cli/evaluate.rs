//! `rightful evaluate`: a log of logins judged as a server would have, and measured.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use super::{CommandError, serve};
use crate::evaluate::{self, Attacks, Evaluation, Inputs, Options};
use crate::shutdown::Shutdown;

/// Judge a log of logins row by row, and measure the scores against its labels.
#[derive(Debug, Args)]
pub(super) struct Evaluate {
    /// The log: a CSV file of the RBA data set's columns, plain or gzip
    log: PathBuf,
    /// Where the scores go: a CSV file of row, score, verdict, reasons
    #[arg(long)]
    scores: PathBuf,
    /// Do not learn takeovers once they are scored, as if each had been reported at once
    #[arg(long)]
    forget_attacks: bool,
    /// Write a report (report.html, measures.json) into this folder
    #[arg(long)]
    report: Option<PathBuf>,
    /// Judge by this policy instead of the shipped one
    #[arg(long)]
    policy: Option<PathBuf>,
    /// Stop after so many rows
    #[arg(long)]
    max_rows: Option<u64>,
    /// Use what the published reference reads alone: no city, region, device token or failed login
    #[arg(long)]
    reference_inputs: bool,
    /// Compare with another engine's scores: a CSV file of row, score
    #[arg(long)]
    vs: Option<PathBuf>,
    /// Say in the report that the log is simulated (one with an Attack Kind column is anyway)
    #[arg(long)]
    simulated: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Evaluate {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let options = Options {
            log: self.log,
            scores: self.scores,
            attacks: if self.forget_attacks { Attacks::Forgotten } else { Attacks::Learned },
            inputs: if self.reference_inputs { Inputs::Reference } else { Inputs::All },
            rows_max: self.max_rows.unwrap_or(u64::MAX),
            report: self.report,
            policy: self.policy,
            versus: self.vs,
            simulated: self.simulated,
        };
        let options = Arc::new(options);
        let runtime = serve::runtime()?;
        let evaluation = runtime.block_on(interruptible(&options));
        // Once interrupted, nobody waits for the thread.
        runtime.shutdown_background();
        let evaluation = evaluation?;
        let reported = evaluation.report(&options);
        // What became of the rows says why there may be no report.
        if self.json {
            super::print(&format!("{:#}", evaluation.to_json()))?;
        } else {
            super::print(&evaluation.to_text())?;
        }
        Ok(reported?)
    }
}

/// Evaluates on a thread of its own, so that SIGTERM and Ctrl-C leave no half of a file. The thread ends with the process.
async fn interruptible(options: &Arc<Options>) -> Result<Evaluation, CommandError> {
    let interrupted = Shutdown::new().on_signal()?;
    let evaluating = Arc::clone(options);
    let evaluating = tokio::task::spawn_blocking(move || evaluate::evaluate(&evaluating));
    tokio::select! {
        evaluation = evaluating => Ok(evaluation??),
        () = interrupted => {
            evaluate::abandon(options);
            Err("interrupted".into())
        }
    }
}
