//! What is asked of an application's hooks, by its own backend or on the command line: the same is done.

use rightful_dialects::{DeliveryShown, HookShown, HooksAnswer, HooksAsk, UndeliveredShown};
use rightful_domain::{
    Application, Author, Hook, HookStyle, Pii, SEARCH_LIMIT_MAX, SETTINGS_ENTRIES_MAX, Search, TELLINGS_LIMIT_MAX,
    Telling, Timestamp, Topic, Verdict, Waiting,
};

use serde::{Deserialize, Serialize};

use super::{Desk, DeskError};
use crate::settings::{self, NewHook, Reach, SettingError};
use crate::telling::{self, Secrets};

/// What the command line asks of hooks, each by its id.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub(crate) enum HookCommand {
    /// Tell one more address of what happens.
    Add(NewHook),
    /// Tell an address no more.
    Remove { hook: String },
    /// Change an address, or turn it on or off.
    Change { hook: String, url: Option<String>, enabled: Option<bool> },
    /// Tell an address of the application's latest event.
    Test { hook: String },
    /// Replace an address's secret.
    Rotate { hook: String, secret: Option<String> },
    /// Show how messages to an address fared.
    Log { hook: String },
    /// Show what an address never took.
    Undelivered { hook: String },
    /// Send it again: these messages, or all if none is named.
    Redeliver { hook: String, messages: Vec<String> },
}

impl From<&HookCommand> for HooksAsk {
    fn from(command: &HookCommand) -> Self {
        let secret_of = |secret: Option<&String>| secret.map(|secret| Pii::new(secret.as_str().into()));
        match command {
            HookCommand::Add(NewHook { style, url, secret }) => {
                let (style, url) = (style.as_str().into(), url.as_str().into());
                Self::Add { style, url, secret: secret_of(secret.as_ref()) }
            }
            HookCommand::Remove { hook } => Self::Remove(hook.as_str().into()),
            HookCommand::Change { hook, url, enabled } => {
                let url = url.as_deref().map(Into::into);
                Self::Change { hook: hook.as_str().into(), url, enabled: *enabled }
            }
            HookCommand::Test { hook } => Self::Test(hook.as_str().into()),
            HookCommand::Rotate { hook, secret } => {
                Self::Rotate { hook: hook.as_str().into(), secret: secret_of(secret.as_ref()) }
            }
            HookCommand::Log { hook } => {
                Self::Deliveries { hook: hook.as_str().into(), before: None, limit: TELLINGS_LIMIT_MAX }
            }
            HookCommand::Undelivered { hook } => {
                Self::Undelivered { hook: hook.as_str().into(), after: 0, limit: TELLINGS_LIMIT_MAX }
            }
            HookCommand::Redeliver { hook, messages } => {
                let named: Vec<Box<str>> = messages.iter().map(|message| message.as_str().into()).collect();
                Self::Redeliver { hook: hook.as_str().into(), messages: (!named.is_empty()).then_some(named) }
            }
        }
    }
}

impl Desk<'_> {
    /// Does what is asked of an application's hooks. `application` is as it is on disk now.
    pub(crate) async fn hooks(
        &self,
        application: Application,
        ask: &HooksAsk,
        by: Author,
    ) -> Result<HooksAnswer, DeskError> {
        let now = by.at;
        match ask {
            HooksAsk::List => {
                let mut shown = Vec::new();
                for hook in &application.settings.hooks {
                    shown.push(self.shown(&application, hook, now).await?);
                }
                Ok(HooksAnswer::Listed(shown))
            }
            HooksAsk::Show(hook) => {
                Ok(HooksAnswer::Shown(self.shown(&application, known(&application, hook)?, now).await?))
            }
            HooksAsk::Add { style, url, secret } => {
                let secret = secret.as_ref().map(|secret| secret.reveal().to_string());
                let new = NewHook { style: style.to_string(), url: url.to_string(), secret };
                self.add_hook(application, &new, by).await
            }
            HooksAsk::Change { hook, url, enabled } => {
                self.change_hook(application, hook, url.as_deref(), *enabled, by).await
            }
            HooksAsk::Remove(hook) => self.remove_hook(application, hook, by).await,
            HooksAsk::Test(hook) => self.test_hook(&application, known(&application, hook)?, now).await,
            HooksAsk::Rotate { hook, secret } => {
                self.rotate(application, hook, secret.as_ref().map(|secret| &**secret.reveal()), by).await
            }
            HooksAsk::Deliveries { hook, before, limit } => {
                self.deliveries(&application, known(&application, hook)?, *before, *limit).await
            }
            HooksAsk::Undelivered { hook, after, limit } => {
                self.undelivered(&application, known(&application, hook)?, *after, *limit).await
            }
            HooksAsk::Redeliver { hook, messages } => {
                let hook = known(&application, hook)?;
                let numbers = messages.as_deref().map(numbers_of).transpose()?;
                let n = self.store.redeliver(&application.id, &hook.id, numbers.as_deref(), by).await?;
                Ok(HooksAnswer::Redelivered(n))
            }
        }
    }

    async fn shown(&self, application: &Application, hook: &Hook, now: Timestamp) -> Result<HookShown, DeskError> {
        let health = self.store.hook_health(&application.id, &hook.id).await?;
        // One whose secret cannot be opened is shown all the same: replacing the secret mends it.
        let secrets = Secrets::of(hook, self.master_key).ok().flatten();
        let earlier_secret_until = secrets.and_then(|secrets| secrets.earlier_until(now));
        Ok(HookShown { hook: hook.clone(), style: settings::style_word(hook.style), health, earlier_secret_until })
    }

    async fn add_hook(
        &self,
        mut application: Application,
        new: &NewHook,
        by: Author,
    ) -> Result<HooksAnswer, DeskError> {
        if application.settings.hooks.len() >= SETTINGS_ENTRIES_MAX {
            return Err(SettingError::TooMany("hooks").into());
        }
        let seal = |secret: &[u8]| self.master_key.seal(secret, self.nonces);
        let (hook, secret) = settings::hook(new, self.reach(&application), seal)?;
        let shown = self.shown(&application, &hook, by.at).await?;
        application.settings.hooks.push(hook);
        self.store.change_application(application, by).await?;
        Ok(HooksAnswer::WithSecret(shown, secret.map(|secret| Pii::new(secret.into()))))
    }

    async fn change_hook(
        &self,
        mut application: Application,
        hook: &str,
        url: Option<&str>,
        enabled: Option<bool>,
        by: Author,
    ) -> Result<HooksAnswer, DeskError> {
        let reach = self.reach(&application);
        let changed = known_mut(&mut application, hook)?;
        if let Some(url) = url {
            settings::check_hook_url(url, reach)?;
            changed.url = url.into();
        }
        changed.enabled = enabled.unwrap_or(changed.enabled);
        let changed = changed.clone();
        let (shown, id, now) = (self.shown(&application, &changed, by.at).await?, application.id.clone(), by.at);
        self.store.change_application(application, by).await?;
        self.store.hurry(&id, hook, now).await?;
        Ok(HooksAnswer::Shown(shown))
    }

    async fn remove_hook(
        &self,
        mut application: Application,
        hook: &str,
        by: Author,
    ) -> Result<HooksAnswer, DeskError> {
        known(&application, hook)?;
        application.settings.hooks.retain(|known| *known.id != *hook);
        self.store.change_application(application, by).await?;
        Ok(HooksAnswer::Removed)
    }

    async fn rotate(
        &self,
        mut application: Application,
        hook: &str,
        given: Option<&str>,
        by: Author,
    ) -> Result<HooksAnswer, DeskError> {
        let changed = known_mut(&mut application, hook)?;
        let secret = settings::secret(changed.style, given)?.ok_or(SettingError::Authorization)?;
        let secrets = match Secrets::of(changed, self.master_key) {
            Ok(Some(secrets)) => secrets.replaced(&secret, by.at),
            Ok(None) | Err(telling::Unreadable) => Secrets::first(changed.style, &secret),
        };
        changed.sealed_secret = Some(self.master_key.seal(secrets.text().as_bytes(), self.nonces));
        let changed = changed.clone();
        let shown = self.shown(&application, &changed, by.at).await?;
        self.store.change_application(application, by).await?;
        Ok(HooksAnswer::WithSecret(shown, Some(Pii::new(secret.into()))))
    }

    async fn deliveries(
        &self,
        application: &Application,
        hook: &Hook,
        before: Option<u64>,
        limit: u16,
    ) -> Result<HooksAnswer, DeskError> {
        let lines = self.store.tries(&application.id, &hook.id, before, limit).await?;
        let is_full = lines.len() == usize::from(limit);
        let next = lines.last().filter(|_| is_full).map(|line| line.place);
        let shown = lines.into_iter().map(|line| DeliveryShown {
            message: telling::message_id(line.tried.event, line.tried.number).into(),
            line,
        });
        Ok(HooksAnswer::Deliveries { lines: shown.collect(), next })
    }

    async fn undelivered(
        &self,
        application: &Application,
        hook: &Hook,
        after: u64,
        limit: u16,
    ) -> Result<HooksAnswer, DeskError> {
        let found = self.store.given_up(&application.id, &hook.id, after, limit).await?;
        let is_full = found.len() == usize::from(limit);
        let next = found.last().filter(|_| is_full).map(|waiting| waiting.number);
        let mut messages = Vec::new();
        for Waiting { number, telling, sequence, since, n_tried, .. } in found {
            let Some(record) = self.store.record_at(sequence).await? else { continue };
            let event = record.entry.event.id;
            let message = telling::message_id(event, number).into();
            messages.push(UndeliveredShown { message, topic: telling.topic, event, since, n_tried });
        }
        Ok(HooksAnswer::Undelivered { messages, next })
    }

    /// The latest event that was judged is told again, through the same queue as all else.
    async fn test_hook(
        &self,
        application: &Application,
        hook: &Hook,
        now: Timestamp,
    ) -> Result<HooksAnswer, DeskError> {
        if !hook.enabled {
            return Err(DeskError::HookOff(hook.id.to_string()));
        }
        let topic = match hook.style {
            HookStyle::Standard | HookStyle::Ravelin => Topic::Assessed,
            // These are told of challenges and not of each event.
            HookStyle::Rupt => Topic::Challenged,
            HookStyle::Sumsub => Topic::Standing,
        };
        let search = Search::of(application.id.clone(), SEARCH_LIMIT_MAX);
        let latest = self.store.search(&search).await?.records.into_iter().find(|record| {
            // Every style has words for an event of an account that is about its topic.
            let is_about = topic != Topic::Challenged || record.entry.answered() == Some(Verdict::Challenge);
            record.entry.assessment.is_some() && is_about && record.entry.event.account.is_some()
        });
        let latest = latest.ok_or(DeskError::NoEvent)?;
        let waiting = Waiting {
            number: 0,
            application: application.id.clone(),
            telling: Telling { hook: hook.id.clone(), topic },
            sequence: latest.sequence,
            since: now,
            n_tried: 0,
            due_at: now,
        };
        self.store.enqueue(vec![waiting]).await?;
        // Whoever tests it has mended it, and what waits before the test must go first.
        self.store.hurry(&application.id, &hook.id, now).await?;
        Ok(HooksAnswer::Tested)
    }

    fn reach(&self, application: &Application) -> Reach {
        Reach::of(application, self.private_hooks)
    }
}

fn known<'a>(application: &'a Application, hook: &str) -> Result<&'a Hook, DeskError> {
    let known = application.settings.hooks.iter().find(|known| *known.id == *hook);
    known.ok_or_else(|| DeskError::NoHook(hook.into()))
}

fn known_mut<'a>(application: &'a mut Application, hook: &str) -> Result<&'a mut Hook, DeskError> {
    let known = application.settings.hooks.iter_mut().find(|known| *known.id == *hook);
    known.ok_or_else(|| DeskError::NoHook(hook.into()))
}

fn numbers_of(messages: &[Box<str>]) -> Result<Vec<u64>, DeskError> {
    let numbers = messages.iter().enumerate();
    numbers.map(|(place, message)| telling::number_in(message).ok_or(DeskError::NoMessage(place))).collect()
}
