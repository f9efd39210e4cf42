//! What the command line asks about applications: the same whether a running server does it, or the command itself in
//! the folder of one that does not run.

mod hooks;

pub(crate) use hooks::HookCommand;

use rightful_dialects::{BacktestBody, HooksAnswer, HooksAsk, RulesIntake, RulesReply};
use rightful_domain::{Application, Author, KeyChange, Timestamp};
use rightful_store::{MasterKey, Nonces, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::alerts::Firing;
use crate::app::App;
use crate::audit::{self, ShownChange};
use crate::backtest::PolicyAsked;
use crate::backup::{BackupLook, NoBackup};
use crate::desk_lists::{self, ListAnswer, ListCommand};
use crate::export::{self, ExportPage, PageAsked};
use crate::keys::{self, KeyCommand, KeyError, NewKey, ShownKey};
use crate::lists::ListError;
use crate::policies::Policies;
use crate::provisioning::{self, Keys, NewApplication, ProvisioningError};
use crate::rule_desk::{Asking, OPERATOR, RuleDesk};
use crate::settings::{self, SettingError, Shown, ShownHook, ShownMessage, ShownTry};

/// The command line, as it changes something.
pub(crate) fn by_command_line(at: Timestamp) -> Author {
    Author { name: Some(OPERATOR.into()), at }
}

/// What can be asked.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command {
    /// Make an application.
    AppCreate(NewApplication),
    /// Show one application, or all.
    AppShow { application: Option<String> },
    /// Change an application's settings, each as `key=value`.
    AppSet { application: String, changes: Vec<String> },
    /// Say what was changed of one application, or of all; so many of the newest changes.
    Audit { application: Option<String>, limit: u32 },
    /// About an application's keys.
    Key { application: String, about: KeyCommand },
    /// About the addresses that are told of what happens.
    Hook { application: String, about: HookCommand },
    /// Hand out events, so many at a time.
    ExportPage(PageAsked),
    /// Show the alerts that go on.
    AlertsShow,
    /// Try a policy on the application's events. Of a running server alone, as are the two below.
    BacktestBegin { application: String, asked: PolicyAsked },
    /// How far a backtest is.
    BacktestLook { application: String, id: String },
    /// Stop a backtest.
    BacktestCancel { application: String, id: String },
    /// Begin a backup. Of a running server alone, as is the one below.
    BackupBegin { place: String },
    /// How far a backup is.
    BackupLook { place: String },
    /// About an application's lists.
    List { application: String, about: ListCommand },
    /// Something of the application's own rules.
    Rules { application: String, asked: Box<RulesIntake> },
}

/// What it answers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The application is there; its keys.
    Created(Box<Keys>),
    /// The applications as they are now.
    Shown(Vec<Shown>),
    /// What was changed, oldest first.
    Audit(Vec<ShownChange>),
    /// The keys as they are now.
    Keys(Vec<ShownKey>),
    /// The key is there, in clear this once.
    KeyAdded(Box<NewKey>),
    /// The hook is there; its id, and its secret this once.
    HookAdded { hook: String, secret: Option<String> },
    /// It is on its way.
    HookTested,
    /// Some of the events.
    Exported(Box<ExportPage>),
    /// The alerts that go on.
    Alerts(Vec<Firing>),
    /// How far the backtest is.
    Backtest(Box<BacktestBody>),
    /// How the backup is.
    Backup(BackupLook),
    /// The hooks as they are now.
    Hooks(Vec<ShownHook>),
    /// How messages fared, newest first.
    HookLog(Vec<ShownTry>),
    /// What was never taken, oldest first.
    HookUndelivered(Vec<ShownMessage>),
    /// So many wait again.
    HookRedelivered(u64),
    /// About lists.
    List(ListAnswer),
    /// Of the application's own rules.
    Rules(Box<RulesReply>),
    /// It could not be done.
    Failed(String),
}

// Keys and secrets in clear: a careless `{:?}` must not write them to a log.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Created(_) => "Created(‹secret›)",
            Self::Shown(_) => "Shown",
            Self::Audit(_) => "Audit",
            Self::Keys(_) => "Keys",
            Self::KeyAdded(_) => "KeyAdded(‹secret›)",
            Self::HookAdded { .. } => "HookAdded(‹secret›)",
            Self::HookTested => "HookTested",
            Self::Exported(_) => "Exported(‹pii›)",
            Self::Alerts(_) => "Alerts",
            Self::Backtest(_) => "Backtest",
            Self::Backup(_) => "Backup",
            Self::Hooks(_) => "Hooks",
            Self::HookLog(_) => "HookLog",
            Self::HookUndelivered(_) => "HookUndelivered",
            Self::HookRedelivered(_) => "HookRedelivered",
            Self::List(_) => "List",
            Self::Rules(_) => "Rules",
            Self::Failed(_) => "Failed",
        })
    }
}

impl Answer {
    fn of_hooks(answer: HooksAnswer) -> Self {
        match answer {
            HooksAnswer::Listed(hooks) => Self::Hooks(hooks.iter().map(|shown| ShownHook::from(&shown.hook)).collect()),
            HooksAnswer::Shown(shown) => Self::Hooks(vec![ShownHook::from(&shown.hook)]),
            HooksAnswer::WithSecret(shown, secret) => Self::HookAdded {
                hook: shown.hook.id.to_string(),
                // Shown to who made it, this once.
                secret: secret.map(|secret| secret.into_revealed().into()),
            },
            HooksAnswer::Removed => Self::Hooks(Vec::new()),
            HooksAnswer::Tested => Self::HookTested,
            HooksAnswer::Deliveries { lines, .. } => Self::HookLog(lines.iter().map(ShownTry::from).collect()),
            HooksAnswer::Undelivered { messages, .. } => {
                Self::HookUndelivered(messages.iter().map(ShownMessage::from).collect())
            }
            HooksAnswer::Redelivered(n_messages) => Self::HookRedelivered(n_messages),
        }
    }
}

/// Why it could not be done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DeskError {
    #[error(transparent)]
    Provisioning(#[from] ProvisioningError),
    #[error(transparent)]
    Setting(#[from] SettingError),
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    List(ListError),
    #[error("there is no application \"{0}\": `rightful app show` lists them")]
    NoApplication(String),
    #[error("{0} applications are named \"{1}\": give the id")]
    Ambiguous(usize, String),
    #[error("the application has no hook \"{0}\": `rightful app hook list` lists them")]
    NoHook(String),
    #[error("the hook \"{0}\" is off: turn it on with `rightful app hook change --enabled true`")]
    HookOff(String),
    #[error("no server runs")]
    NoServer,
    #[error("other backtests are running; try again later")]
    BacktestsRunning,
    #[error("there is no such backtest, or no longer")]
    NoBacktest,
    #[error(transparent)]
    Backup(#[from] NoBackup),
    #[error("{0}")]
    Policy(#[from] rightful_engine::PolicyError),
    #[error("the application has no event yet that the hook could be told of: send one first")]
    NoEvent,
    #[error("number {} of the messages is no message's id: they look like msg_…", .0 + 1)]
    NoMessage(usize),
}

impl From<ListError> for DeskError {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Store(error) => Self::Store(error),
            other => Self::List(other),
        }
    }
}

/// What doing it takes.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) master_key: &'a MasterKey,
    pub(crate) nonces: &'a Nonces,
    /// Whether hooks may be private addresses.
    pub(crate) private_hooks: bool,
    pub(crate) policies: &'a Policies,
}

impl<'a> Desk<'a> {
    /// A running server's.
    pub(crate) fn of(app: &'a App) -> Self {
        Self {
            store: &*app.pipeline.store,
            master_key: &app.master_key,
            nonces: &app.nonces,
            private_hooks: app.private_hooks,
            policies: &app.pipeline.policies,
        }
    }
}

impl Desk<'_> {
    /// Does what is asked.
    pub(crate) async fn carry_out(&self, command: &Command, now: Timestamp) -> Result<Answer, DeskError> {
        let by = by_command_line(now);
        match command {
            Command::AppCreate(new) => {
                let (application, keys) = provisioning::provision(new, self.master_key, self.nonces, now)?;
                self.store.create_application(application, by).await?;
                Ok(Answer::Created(Box::new(keys)))
            }
            Command::AppShow { application: None } => {
                let mut all = self.store.applications().await?;
                all.sort_by(|a, b| a.created_at.cmp(&b.created_at).then_with(|| a.id.cmp(&b.id)));
                Ok(Answer::Shown(all.iter().map(Shown::from).collect()))
            }
            Command::AppShow { application: Some(named) } => {
                Ok(Answer::Shown(vec![Shown::from(&self.find(named).await?)]))
            }
            Command::AppSet { application, changes } => {
                let application = settings::changed(&self.find(application).await?, changes)?;
                let shown = Shown::from(&application);
                self.store.change_application(application, by).await?;
                Ok(Answer::Shown(vec![shown]))
            }
            Command::Audit { application, limit } => {
                let of = match application {
                    Some(named) => Some(self.find(named).await?.id),
                    None => None,
                };
                let limit = usize::try_from(*limit).unwrap_or(usize::MAX);
                Ok(Answer::Audit(audit::newest(self.store, of.as_ref(), limit).await?))
            }
            Command::Key { application, about } => self.keys(&self.find(application).await?, about, by).await,
            Command::Hook { application, about } => {
                let told = self.hooks(self.find(application).await?, &HooksAsk::from(about), by).await?;
                Ok(Answer::of_hooks(told))
            }
            Command::Rules { application, asked } => {
                let application = &self.find(application).await?.id;
                let desk = RuleDesk { store: self.store, policies: self.policies, counting: None };
                let asking = Asking { application, key: OPERATOR, now };
                Ok(Answer::Rules(Box::new(desk.carry_out(asking, asked).await?)))
            }
            Command::AlertsShow | Command::BackupBegin { .. } | Command::BackupLook { .. } => Err(DeskError::NoServer),
            Command::ExportPage(asked) => {
                let application = self.find(&asked.application).await?;
                let page = export::page(self.store, &application.id, asked).await?;
                Ok(Answer::Exported(Box::new(page)))
            }
            Command::BacktestBegin { .. } | Command::BacktestLook { .. } | Command::BacktestCancel { .. } => {
                Err(DeskError::NoBacktest)
            }
            Command::List { application, about } => {
                let application = self.find(application).await?;
                Ok(Answer::List(desk_lists::carry_out(self.store, &application, about, by).await?))
            }
        }
    }

    async fn keys(&self, application: &Application, about: &KeyCommand, by: Author) -> Result<Answer, DeskError> {
        match about {
            KeyCommand::List => Ok(Answer::Keys(keys::shown(application))),
            KeyCommand::Add { kind } => {
                let (new, kept) = keys::new_key(application, kind, self.master_key, self.nonces)?;
                match self.store.change_keys(&application.id, KeyChange::Add(kept), by).await {
                    Err(StoreError::Conflict) => Err(KeyError::TooMany.into()),
                    Err(error) => Err(error.into()),
                    Ok(()) => Ok(Answer::KeyAdded(Box::new(new))),
                }
            }
            KeyCommand::Revoke { name, may_be_last } => {
                let gone = keys::to_revoke(application, name, *may_be_last)?;
                match self.store.change_keys(&application.id, KeyChange::Revoke(gone), by).await {
                    // Somebody was faster.
                    Ok(()) | Err(StoreError::Conflict) => {}
                    Err(error) => return Err(error.into()),
                }
                let left = self.find(application.id.as_str()).await?;
                Ok(Answer::Keys(keys::shown(&left)))
            }
        }
    }

    /// By its id, or by its name if no other has it.
    async fn find(&self, named: &str) -> Result<Application, DeskError> {
        let mut all = self.store.applications().await?;
        if let Some(place) = all.iter().position(|application| application.id.as_str() == named) {
            return Ok(all.swap_remove(place));
        }
        all.retain(|application| *application.name == *named);
        match (all.pop(), all.len()) {
            (Some(only), 0) => Ok(only),
            (Some(_), n_others) => Err(DeskError::Ambiguous(n_others + 1, named.into())),
            (None, _) => Err(DeskError::NoApplication(named.into())),
        }
    }
}
