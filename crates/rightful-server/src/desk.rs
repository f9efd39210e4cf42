//! What the command line asks about applications: the same whether a running server does it, or the command itself in
//! the folder of one that does not run.

use rightful_domain::{
    Application, HookStyle, SEARCH_LIMIT_MAX, SETTINGS_ENTRIES_MAX, Search, Telling, Timestamp, Topic, Verdict, Waiting,
};
use rightful_store::{MasterKey, Nonces, Store, StoreError};
use serde::{Deserialize, Serialize};

use crate::alerts::Firing;
use crate::export::{self, ExportPage, PageAsked};
use crate::provisioning::{self, Keys, NewApplication, ProvisioningError};
use crate::settings::{self, NewHook, SettingError, Shown};

/// What can be asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub(crate) enum Command {
    /// Make an application.
    AppCreate(NewApplication),
    /// Show one application, or all.
    AppShow { application: Option<String> },
    /// Change an application's settings, each as `key=value`.
    AppSet { application: String, changes: Vec<String> },
    /// Tell one more address of what happens.
    HookAdd { application: String, hook: NewHook },
    /// Tell an address no more.
    HookRemove { application: String, hook: String },
    /// Send to an address no more, and keep it to be seen.
    HookOff { application: String, hook: String },
    /// Tell an address of the application's latest event.
    HookTest { application: String, hook: String },
    /// Hand out events, so many at a time.
    ExportPage(PageAsked),
    /// Show the alerts that go on.
    AlertsShow,
}

/// What it answers.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// The application is there; its keys.
    Created(Box<Keys>),
    /// The applications as they are now.
    Shown(Vec<Shown>),
    /// The hook is there; its id, and its secret this once.
    HookAdded { hook: String, secret: Option<String> },
    /// It is on its way.
    HookTested,
    /// Some of the events.
    Exported(Box<ExportPage>),
    /// The alerts that go on.
    Alerts(Vec<Firing>),
    /// It could not be done.
    Failed(String),
}

// Keys and secrets in clear: a careless `{:?}` must not write them to a log.
impl std::fmt::Debug for Answer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Created(_) => "Created(‹secret›)",
            Self::Shown(_) => "Shown",
            Self::HookAdded { .. } => "HookAdded(‹secret›)",
            Self::HookTested => "HookTested",
            Self::Exported(_) => "Exported(‹pii›)",
            Self::Alerts(_) => "Alerts",
            Self::Failed(_) => "Failed",
        })
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
    Store(#[from] StoreError),
    #[error("there is no application \"{0}\": `rightful app show` lists them")]
    NoApplication(String),
    #[error("{0} applications are named \"{1}\": give the id")]
    Ambiguous(usize, String),
    #[error("the application has no hook \"{0}\": `rightful app hook list` lists them")]
    NoHook(String),
    #[error("the hook \"{0}\" is off, since it said that it is gone (410): remove it, and add it again")]
    HookOff(String),
    #[error("no server runs")]
    NoServer,
    #[error("the application has no event yet that the hook could be told of: send one first")]
    NoEvent,
}

/// What doing it takes.
pub(crate) struct Desk<'a> {
    pub(crate) store: &'a dyn Store,
    pub(crate) master_key: &'a MasterKey,
    pub(crate) nonces: &'a Nonces,
    /// Whether hooks may be private addresses.
    pub(crate) private_hooks: bool,
}

impl Desk<'_> {
    /// Does what is asked.
    pub(crate) async fn carry_out(&self, command: &Command, now: Timestamp) -> Result<Answer, DeskError> {
        match command {
            Command::AppCreate(new) => {
                let (application, keys) = provisioning::provision(new, self.master_key, self.nonces, now)?;
                self.store.create_application(application).await?;
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
                let mut application = self.find(application).await?;
                application.settings = settings::changed(&application.settings, changes)?;
                let shown = Shown::from(&application);
                self.store.change_application(application).await?;
                Ok(Answer::Shown(vec![shown]))
            }
            Command::HookAdd { application, hook } => self.add_hook(self.find(application).await?, hook).await,
            Command::HookRemove { application, hook } => {
                let mut application = self.find(application).await?;
                let hooks = &mut application.settings.hooks;
                let n_before = hooks.len();
                hooks.retain(|known| *known.id != **hook);
                if hooks.len() == n_before {
                    return Err(DeskError::NoHook(hook.clone()));
                }
                let shown = Shown::from(&application);
                self.store.change_application(application).await?;
                Ok(Answer::Shown(vec![shown]))
            }
            Command::HookOff { application, hook } => {
                let mut application = self.find(application).await?;
                let known = application.settings.hooks.iter_mut().find(|known| *known.id == **hook);
                known.ok_or_else(|| DeskError::NoHook(hook.clone()))?.enabled = false;
                let shown = Shown::from(&application);
                self.store.change_application(application).await?;
                Ok(Answer::Shown(vec![shown]))
            }
            Command::AlertsShow => Err(DeskError::NoServer),
            Command::ExportPage(asked) => {
                let application = self.find(&asked.application).await?;
                let page = export::page(self.store, &application.id, asked).await?;
                Ok(Answer::Exported(Box::new(page)))
            }
            Command::HookTest { application, hook } => self.test_hook(&self.find(application).await?, hook, now).await,
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

    async fn add_hook(&self, mut application: Application, new: &NewHook) -> Result<Answer, DeskError> {
        if application.settings.hooks.len() >= SETTINGS_ENTRIES_MAX {
            return Err(SettingError::TooMany("hooks").into());
        }
        let seal = |secret: &[u8]| self.master_key.seal(secret, self.nonces);
        let (hook, secret) = settings::hook(new, self.private_hooks, seal)?;
        let id = hook.id.to_string();
        application.settings.hooks.push(hook);
        self.store.change_application(application).await?;
        Ok(Answer::HookAdded { hook: id, secret })
    }

    /// The latest event that was judged is told again, through the same queue as all else.
    async fn test_hook(&self, application: &Application, hook: &str, now: Timestamp) -> Result<Answer, DeskError> {
        let known = application.settings.hooks.iter().find(|known| *known.id == *hook);
        let known = known.ok_or_else(|| DeskError::NoHook(hook.into()))?;
        if !known.enabled {
            return Err(DeskError::HookOff(hook.into()));
        }
        let topic = match known.style {
            HookStyle::Standard | HookStyle::Ravelin => Topic::Assessed,
            // These are told of challenges and not of each event.
            HookStyle::Rupt => Topic::Challenged,
        };
        let search = Search {
            application: application.id.clone(),
            account: None,
            device: None,
            subnet: None,
            from: None,
            to: None,
            limit: SEARCH_LIMIT_MAX,
            cursor: None,
        };
        let latest = self.store.search(&search).await?.records.into_iter().find(|record| {
            let answered = record.entry.assessment.as_ref().map(|assessment| assessment.answered);
            // Every style has words for an event of an account that is about its topic.
            let is_about = topic != Topic::Challenged || answered == Some(Some(Verdict::Challenge));
            answered.is_some() && is_about && record.entry.event.account.is_some()
        });
        let latest = latest.ok_or(DeskError::NoEvent)?;
        let telling = Telling { hook: hook.into(), topic };
        let waiting = Waiting {
            number: 0,
            application: application.id.clone(),
            telling,
            sequence: latest.sequence,
            since: now,
            n_tried: 0,
            due_at: now,
        };
        self.store.enqueue(vec![waiting]).await?;
        Ok(Answer::HookTested)
    }
}
