//! The story of an operator's last resort: an allow-list in the store beats every block there is.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rightful_domain::{ApplicationId, Author, List, ListEffect, ListEntry, ListSubject, Timestamp, list_value};
use rightful_enrich::Enricher;
use rightful_sim::story::{self, InProcess, Story, World};
use rightful_store::{EmbeddedOptions, EmbeddedStore, Lists, MasterKey};

/// Ben is on the list; Ann is not. Both come from a blocked country and network, with a blocked device, past a rule that
/// denies everybody.
const STORY: &str = r#"policy
  [lists]
  block_accounts = ["ben"]
  blocked_countries = ["NG"]
  [[rules]]
  name = "nobody"
  when = "true"
  floor = "deny"

09:00   login ok  ben      laptop-x  lagos    -> pass USER_TRUSTED !IP_COUNTRY_BLOCKED !DEVICE_RISKY_REPUTATION
09:01   login ok  ann      laptop-x  lagos    -> deny IP_COUNTRY_BLOCKED
09:02   login ok  @ben     laptop-x  lagos    -> pass USER_TRUSTED
09:03   login ok  ann      phone-a   lisbon   -> deny
"#;

async fn keep(
    store: &EmbeddedStore,
    application: &ApplicationId,
    (effect, of): (ListEffect, ListSubject),
    values: &[&str],
) -> Result<(), Box<dyn std::error::Error>> {
    let at = Timestamp::from_seconds(0);
    let name: Box<str> = format!("{}-{}", effect.as_str(), of.as_str()).into();
    let list = List { application: application.clone(), name: name.clone(), effect, of, note: None, created_at: at };
    store.keep_list(list, Author { name: None, at }).await?;
    let entry = |value: &&str| {
        Ok(ListEntry { value: list_value(of, value)?, expires_at: None, author: None, note: None, added_at: at })
    };
    let entries: Result<Vec<ListEntry>, rightful_domain::InvalidListValue> = values.iter().map(entry).collect();
    store.put_on_list(application, &name, entries?, Author { name: None, at }).await?;
    Ok(())
}

#[test]
fn an_allow_list_beats_every_block() -> Result<(), Box<dyn std::error::Error>> {
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let world = World::parse(&fs::read_to_string(scenarios.join("world.toml"))?)?;
    let story = Story::parse(STORY, &world)?;
    let (folder, data) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let options = EmbeddedOptions::new(MasterKey::from_bytes([42; 32]), [7; 32]);
    let (store, _) = EmbeddedStore::open(folder.path(), options)?;
    let application = ApplicationId::new("story")?;
    world.write_data_sets(data.path())?;
    let enricher = Enricher::open(Some(data.path()), [9; 32])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let happened = runtime.block_on(async {
        use ListEffect::{Allow, Block};
        keep(&store, &application, (Allow, ListSubject::Account), &["ben"]).await?;
        keep(&store, &application, (Block, ListSubject::Account), &["ben", "ann"]).await?;
        keep(&store, &application, (Block, ListSubject::Address), &["0.0.0.0/0", "::/0"]).await?;
        keep(&store, &application, (Block, ListSubject::Country), &["NGA", "PT"]).await?;
        keep(&store, &application, (Block, ListSubject::Device), &["laptop-x"]).await?;
        let memory = (Arc::new(store) as Arc<_>, Arc::new(enricher));
        let mut judge = InProcess::new(memory, story.policy(&world)?, story.mode, application);
        Ok::<_, Box<dyn std::error::Error>>(story::run(&story, &world, &mut judge).await?)
    })?;
    let differences: Vec<String> =
        story::differences(&story, &happened, Duration::ZERO).iter().map(ToString::to_string).collect();
    assert_eq!(differences, Vec::<String>::new());
    Ok(())
}
