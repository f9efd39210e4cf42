//! Lists on which people sort events, kept among the application's lists: they watch, and nothing is judged by them.
//!
//! A list of ours has a name and a note; title and creator of one of these stand in its note, as JSON. A list that was made
//! otherwise has its name for a title.

use rightful_dialects::{EventList, EventListsAsk, ListLine, NewListEntry, SeveralDone};
use rightful_domain::{
    ApplicationId, Author, EventId, LIST_NOTE_BYTES_MAX, List, ListEffect, ListEntry, ListSubject, SizedList, Timestamp,
};
use rightful_store::StoreError;
use serde::{Deserialize, Serialize};

use crate::lists::{self, ListError};
use crate::pipeline::{Pipeline, PipelineError};

/// Items of one list that are told; a list may hold more, which our own API shows page by page.
const ITEMS_TOLD_MAX: usize = 10_000;

/// What a list's note says.
#[derive(Serialize, Deserialize)]
struct Titled {
    title: Box<str>,
    creator: Option<Box<str>>,
}

impl Pipeline {
    /// Does what is asked of lists of events.
    pub(crate) async fn event_lists(
        &self,
        application: &ApplicationId,
        ask: EventListsAsk,
        now: Timestamp,
    ) -> Result<SeveralDone, PipelineError> {
        match ask {
            EventListsAsk::Make { title, creator, events } => {
                self.refuse_title(application, &title, None).await?;
                let name = name_of(application, &title, now);
                self.keep(application, &name, &Titled { title, creator: Some(creator) }, now).await?;
                self.put(application, &name, events, now).await?;
                self.shown(application, &name, now).await
            }
            EventListsAsk::All(holding) => {
                let mut lists = Vec::new();
                for sized in self.of_events(application).await? {
                    let is_asked_for = match holding {
                        Some(event) => {
                            let value = event.to_string();
                            self.store.list_entry(application, &sized.list.name, &value, now).await?.is_some()
                        }
                        None => true,
                    };
                    if is_asked_for {
                        lists.push(self.read(application, sized, now).await?);
                    }
                }
                Ok(SeveralDone::Lists(lists))
            }
            EventListsAsk::Show(name) => self.shown(application, &name, now).await,
            EventListsAsk::Change { name, title, put, take } => {
                let sized = self.named(application, &name).await?;
                if let Some(title) = title {
                    self.refuse_title(application, &title, Some(&name)).await?;
                    let creator = titled(&sized.list).creator;
                    self.keep(application, &name, &Titled { title, creator }, now).await?;
                }
                self.put(application, &name, put, now).await?;
                let values: Vec<Box<str>> = take.iter().map(|event| event.to_string().into()).collect();
                lists::take(&*self.store, application, &name, &values, by(now)).await?;
                self.shown(application, &name, now).await
            }
        }
    }

    async fn of_events(&self, application: &ApplicationId) -> Result<Vec<SizedList>, StoreError> {
        let mut all = self.store.lists(application).await?;
        all.retain(|sized| sized.list.of == ListSubject::Event);
        Ok(all)
    }

    async fn named(&self, application: &ApplicationId, name: &str) -> Result<SizedList, PipelineError> {
        let all = self.of_events(application).await?;
        Ok(all.into_iter().find(|sized| *sized.list.name == *name).ok_or(ListError::NoList)?)
    }

    /// Titles are told apart by people, so no two lists have the same.
    async fn refuse_title(
        &self,
        application: &ApplicationId,
        title: &str,
        own: Option<&str>,
    ) -> Result<(), PipelineError> {
        let others = self.of_events(application).await?;
        let is_taken = others
            .iter()
            .filter(|sized| own != Some(&*sized.list.name))
            .any(|sized| *titled(&sized.list).title == *title);
        if is_taken { Err(ListError::Taken.into()) } else { Ok(()) }
    }

    async fn keep(
        &self,
        application: &ApplicationId,
        name: &str,
        said: &Titled,
        now: Timestamp,
    ) -> Result<(), PipelineError> {
        let note = serde_json::to_string(said).expect("texts can always be written");
        if note.len() > LIST_NOTE_BYTES_MAX {
            return Err(ListError::Unfit("list_name and creator are too long together".to_owned()).into());
        }
        let list = List {
            application: application.clone(),
            name: name.into(),
            effect: ListEffect::Watch,
            of: ListSubject::Event,
            note: Some(note.into()),
            created_at: now,
        };
        Ok(lists::keep(&*self.store, list, by(now)).await.map(drop)?)
    }

    async fn put(
        &self,
        application: &ApplicationId,
        name: &str,
        events: Vec<EventId>,
        now: Timestamp,
    ) -> Result<(), PipelineError> {
        for event in &events {
            if self.store.find(application, *event).await?.is_none() {
                return Err(StoreError::NotFound { id: *event }.into());
            }
        }
        let line = |(number, event): (usize, EventId)| {
            let entry = NewListEntry { value: event.to_string().into(), expires_at: None, author: None, note: None };
            ListLine { number: u64::try_from(number).unwrap_or(u64::MAX), entry: Ok(entry) }
        };
        let report = lists::put(&*self.store, application, name, events.into_iter().enumerate().map(line), by(now));
        match report.await?.refused.into_iter().next() {
            Some((_, detail)) => Err(ListError::Unfit(detail).into()),
            None => Ok(()),
        }
    }

    async fn shown(
        &self,
        application: &ApplicationId,
        name: &str,
        now: Timestamp,
    ) -> Result<SeveralDone, PipelineError> {
        let sized = self.named(application, name).await?;
        Ok(SeveralDone::List(Box::new(self.read(application, sized, now).await?)))
    }

    async fn read(
        &self,
        application: &ApplicationId,
        sized: SizedList,
        now: Timestamp,
    ) -> Result<EventList, PipelineError> {
        let List { name, created_at, .. } = &sized.list;
        let page = self.store.list_page(application, name, None, ITEMS_TOLD_MAX, now).await?;
        let page = page.ok_or(ListError::NoList)?;
        let item = |entry: &ListEntry| Some((EventId::parse(&entry.value).ok()?, entry.added_at));
        let items: Vec<_> = page.iter().filter_map(item).collect();
        let updated_at = items.iter().map(|(_, at)| *at).max().unwrap_or(*created_at);
        let Titled { title, creator } = titled(&sized.list);
        Ok(EventList { name: name.clone(), title, creator, items, created_at: *created_at, updated_at })
    }
}

/// What a list's note says, or what stands for it.
fn titled(list: &List) -> Titled {
    let said = list.note.as_deref().and_then(|note| serde_json::from_str(note).ok());
    said.unwrap_or_else(|| Titled { title: list.name.clone(), creator: None })
}

fn name_of(application: &ApplicationId, title: &str, now: Timestamp) -> Box<str> {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    context.update(application.as_str().as_bytes());
    context.update(title.as_bytes());
    context.update(&now.as_micros().to_be_bytes());
    let digits: String = context.finish().as_ref().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("actions-{digits}").into()
}

const fn by(now: Timestamp) -> Author {
    Author { name: None, at: now }
}
