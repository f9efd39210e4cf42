//! `rightful backtest`: what the rules of a policy would have done to the events of the last days, on the data of the server
//! that runs, or in a folder that none runs on.

mod page;
mod table;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::Args;
use rightful_dialects::{BacktestBody, BacktestReport, backtest_report};
use rightful_domain::{Action, Application, BACKTEST_DAYS_MAX, BACKTEST_SAMPLES_MAX};
use rightful_store::{Office, Store};
use serde::Serialize;

use super::app::Folder;
use super::{CommandError, no_folder, print};
use crate::backtest::{Course, Pace, Plan, PolicyAsked, replay, run};
use crate::config::Config;
use crate::desk::{Answer, Command};
use crate::progress::Progress;
use crate::settings::Shown;
use crate::{clock, control, master_key, server};

/// How often is looked at how far it is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Try a policy's rules on the events of the last days
#[derive(Debug, Args)]
pub(super) struct Backtest {
    /// The policy
    file: PathBuf,
    /// How many days back
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(u32).range(1..=i64::from(BACKTEST_DAYS_MAX)))]
    days: u32,
    /// One application, by id or name; all if not given
    #[arg(long)]
    app: Option<String>,
    /// Events of this action alone; may be given again
    #[arg(long = "action", value_parser = action)]
    actions: Vec<String>,
    /// How many samples of each rule
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(0..=i64::from(BACKTEST_SAMPLES_MAX)))]
    samples: u32,
    /// Another number shows other samples
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Judge the events anew, in order, over a memory that begins empty: for weights, lists and new features. In a folder
    /// that no server runs on
    #[arg(long)]
    replay: bool,
    /// Days before those that a replay remembers and does not count
    #[arg(long, default_value_t = 90, requires = "replay")]
    warm_up: u32,
    /// Write a page with plots
    #[arg(long)]
    report: Option<PathBuf>,
    #[command(flatten)]
    folder: Folder,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// What came of one application's events.
#[derive(Debug, Serialize)]
struct Tried {
    application: String,
    name: String,
    took_ms: u64,
    #[serde(flatten)]
    report: BacktestReport,
}

impl Backtest {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let config = self.folder.clone().config()?;
        let text = std::fs::read_to_string(&self.file).map_err(|error| format!("{}: {error}", self.file.display()))?;
        // Refused here, with its file, before anybody works for it.
        server::policy(&self.file)?;
        let asked = PolicyAsked {
            policy: text,
            days: self.days,
            actions: self.actions.clone(),
            n_samples: usize::try_from(self.samples).unwrap_or(0),
            seed: self.seed,
        };
        let data = &config.store.data;
        if !data.is_dir() {
            return Err(no_folder(data));
        }
        let tried = match control::send(data, &Command::AppShow { application: self.app.clone() })? {
            Some(Answer::Shown(_)) if self.replay => {
                return Err(
                    "a replay takes all of a machine: run it on a copy of the folder, or stop the server".into()
                );
            }
            Some(Answer::Shown(applications)) => self.ask_server(data, &applications, &asked)?,
            Some(Answer::Failed(reason)) => return Err(reason.into()),
            Some(_) => return Err("the server answered something else".into()),
            None => self.try_here(&config, &asked)?,
        };
        if let Some(path) = &self.report {
            std::fs::write(path, page::html(&self.file, &tried))
                .map_err(|error| format!("{}: {error}", path.display()))?;
        }
        print(&if self.json { serde_json::to_string_pretty(&tried)? } else { table::readable(&tried) })
    }

    /// Lets the running server do it, beside its logins.
    fn ask_server(&self, data: &Path, applications: &[Shown], asked: &PolicyAsked) -> Result<Vec<Tried>, CommandError> {
        let mut all = Vec::with_capacity(applications.len());
        for shown in applications {
            let application = shown.application_id.clone();
            let begun = Instant::now();
            let bar = Progress::begin();
            let mut command = Command::BacktestBegin { application: application.clone(), asked: asked.clone() };
            let report = loop {
                let job = told(control::send(data, &command)?)?;
                match (&*job.status, job.result) {
                    ("done", Some(report)) => break report,
                    ("running", _) => bar.show_part(f64::from(job.percent) / 100.0, &shown.name),
                    (status, _) => return Err(format!("the backtest has {status}").into()),
                }
                std::thread::sleep(LOOK_EVERY);
                command = Command::BacktestLook { application: application.clone(), id: job.id };
            };
            bar.end();
            all.push(Tried { application, name: shown.name.clone(), took_ms: millis(begun.elapsed()), report });
        }
        Ok(all)
    }

    /// Does it in this process, which has the folder for itself.
    fn try_here(&self, config: &Config, asked: &PolicyAsked) -> Result<Vec<Tried>, CommandError> {
        let embedded = Arc::new(server::open_store(config, &master_key::load(config)?)?);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let store: Arc<dyn Store> = Arc::clone(&embedded) as Arc<dyn Store>;
        let tried = runtime.block_on(self.try_all(&store, asked));
        embedded.close();
        tried
    }

    async fn try_all(&self, store: &Arc<dyn Store>, asked: &PolicyAsked) -> Result<Vec<Tried>, CommandError> {
        let mut applications = Office::applications(&**store).await?;
        if let Some(named) = &self.app {
            applications.retain(|application| application.id.as_str() == named || *application.name == **named);
            if applications.is_empty() {
                return Err(format!("there is no application \"{named}\": `rightful app show` lists them").into());
            }
        }
        let mut all = Vec::with_capacity(applications.len());
        for application in applications {
            all.push(self.try_one(store, application, asked).await?);
        }
        Ok(all)
    }

    async fn try_one(
        &self,
        store: &Arc<dyn Store>,
        application: Application,
        asked: &PolicyAsked,
    ) -> Result<Tried, CommandError> {
        let (id, name) = (application.id.as_str().to_owned(), application.name.to_string());
        let plan: Arc<Plan> = Arc::new(asked.plan(application, clock::now())?);
        let course = Arc::<Course>::default();
        let begun = Instant::now();
        let bar = Progress::begin();
        let work = async {
            if self.replay {
                replay(store, &plan, &course, self.warm_up).await
            } else {
                run(store, &plan, &course, Pace::Alone).await
            }
        };
        tokio::pin!(work);
        let mut looks = tokio::time::interval(LOOK_EVERY);
        let done = loop {
            tokio::select! {
                done = &mut work => break done?,
                _ = looks.tick() => bar.show_part(f64::from(course.percent()) / 100.0, &name),
            }
        };
        bar.end();
        let backtest = done.ok_or("the backtest was stopped")?;
        let took_ms = millis(begun.elapsed());
        Ok(Tried { application: id, name, took_ms, report: backtest_report(&backtest) })
    }
}

/// An action, or one of the application's own: but no slip of one that is known, as in rules.
fn action(text: &str) -> Result<String, String> {
    let action = Action::parse(text).ok_or("cannot be an action")?;
    action.slip_of().map_or_else(|| Ok(text.to_owned()), |meant| Err(format!("is not known, did you mean {meant:?}?")))
}

fn told(answer: Option<Answer>) -> Result<BacktestBody, CommandError> {
    match answer {
        Some(Answer::Backtest(job)) => Ok(*job),
        Some(Answer::Failed(reason)) => Err(reason.into()),
        Some(_) => Err("the server answered something else".into()),
        None => Err("the server has stopped".into()),
    }
}

fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
