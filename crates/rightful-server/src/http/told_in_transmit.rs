//! Each `scenarios/*.story` that Transmit can say, told in its words and in ours, each to an application of its own: the
//! same verdicts. In Transmit's words a moment is the server's, so the story drives the server's clock; a whole server runs
//! in this process, and is asked over HTTP.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rightful_dialects::{Packing, Sealed};
use rightful_domain::{ApplicationId, ApplicationMode, Timestamp, Verdict};
use rightful_sim::story::{
    self, FIRST_MIDNIGHT, Hands, Happened, Story, Teller, Tongue, Transmit, TransmitKeys, World, not_sayable_in,
};

use super::tests::created_as;
use crate::config::Config;
use crate::page_keys::tests::seal;
use crate::provisioning::Keys;
use crate::server::Server;

/// Tests that share the stories out among them, since each may only take so long.
const PARTS: usize = 8;
/// Stories that Transmit can say, at least: who tells fewer of them has lost words.
const SAYABLE_MIN: usize = 30;
/// Between the two tellings of a story: whole weeks, since the time of day and the day of the week are judged.
const BETWEEN: std::time::Duration = std::time::Duration::from_secs(520 * 7 * 24 * 60 * 60);

/// A story with its name.
type Told = (String, Story);

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

fn read() -> (World, Vec<Told>) {
    let world = World::parse(&std::fs::read_to_string(scenarios().join("world.toml")).unwrap()).unwrap();
    let entries = std::fs::read_dir(scenarios()).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "story"));
    paths.sort();
    let told = paths.into_iter().map(|path| {
        let story = Story::parse(&std::fs::read_to_string(&path).unwrap(), &world).unwrap();
        (path.file_stem().unwrap().to_string_lossy().into_owned(), story)
    });
    let told = told.collect();
    (world, told)
}

/// A server in a story's world, whose clock the story drives.
struct Stage {
    server: Server,
    clock: Arc<AtomicI64>,
    observe: bool,
    _folder: tempfile::TempDir,
}

impl Stage {
    async fn set(story: &Story, world: &World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(None, []).unwrap();
        config.store.data = folder.path().join("data");
        config.server.listen = "127.0.0.1:0".parse().unwrap();
        config.server.metrics_listen = String::new();
        config.server.trusted_proxies = vec!["127.0.0.1/32".into()];
        config.pages.requests_per_minute_max = 0;
        config.judgement.intelligence = folder.path().join("intelligence");
        std::fs::create_dir(&config.judgement.intelligence).unwrap();
        world.write_data_sets(&config.judgement.intelligence).unwrap();
        let policy = story.policy_text(world);
        if !policy.is_empty() {
            config.judgement.policy = folder.path().join("policy.toml");
            std::fs::write(&config.judgement.policy, policy).unwrap();
        }
        let clock = Arc::new(AtomicI64::new(FIRST_MIDNIGHT.as_micros()));
        let told = Arc::clone(&clock);
        let now = Arc::new(move || Timestamp::from_micros(told.load(Ordering::SeqCst)));
        let server = Server::start_by(&config, false, now).await.unwrap();
        let observe = story.mode == ApplicationMode::Observe;
        Self { server, clock, observe, _folder: folder }
    }

    async fn tell(&self, tongue: Tongue, story: &Story, world: &World) -> Result<Vec<Happened>, String> {
        let name = if tongue == Tongue::Ours { "ours" } else { "theirs" };
        let keys: Keys = created_as(&self.server, name, (true, self.observe)).await;
        let clock = Arc::clone(&self.clock);
        let hands = Hands {
            set_clock: Box::new(move |now| clock.store(now.as_micros(), Ordering::SeqCst)),
            seal: Box::new(|public_key, said| Some(sealed(public_key, said))),
        };
        let midnight = if tongue == Tongue::Ours { FIRST_MIDNIGHT } else { FIRST_MIDNIGHT.plus(BETWEEN) };
        let address: SocketAddr = self.server.address;
        let application = ApplicationId::new(keys.application_id.as_str()).unwrap();
        let shown = TransmitKeys { client_id: &keys.transmit.client_id, client_secret: &keys.transmit.client_secret };
        let transmit = Transmit::new(address, shown, hands).unwrap();
        let ours = (address, &*keys.native.api_key, application);
        let mut judge = Teller::beginning(ours, (transmit, tongue), midnight).unwrap();
        story::run(story, world, &mut judge).await.map_err(|error| format!("{name}: {error}"))
    }
}

/// As the client sends it.
pub(super) fn sealed(public_key: &str, said: &[u8]) -> String {
    let Sealed { key, content, .. } = seal(public_key, said, Packing::Gzip);
    let (key, data) = (STANDARD.encode(key), STANDARD.encode(content));
    serde_json::json!({ "key": key, "data": data, "dataType": "compressed" }).to_string()
}

fn is_stopped(happened: &Happened) -> bool {
    happened.verdicts().into_iter().any(|verdict| matches!(verdict, Verdict::Challenge | Verdict::Deny))
}

/// What is judged otherwise, and whether anything was stopped.
async fn differences(name: &str, story: &Story, world: &World) -> (Vec<String>, bool) {
    let stage = Stage::set(story, world).await;
    let told = [stage.tell(Tongue::Ours, story, world).await, stage.tell(Tongue::Theirs, story, world).await];
    let [Ok(ours), Ok(theirs)] = &told else {
        return (told.into_iter().filter_map(Result::err).map(|error| format!("{name}: {error}")).collect(), false);
    };
    let other = story::judged_otherwise(story, ours, theirs).into_iter().map(|other| format!("{name}: {other}"));
    (other.collect(), theirs.iter().any(is_stopped))
}

/// Tells each of one part's stories twice.
async fn tell_part(part: usize) {
    let (world, all) = read();
    let (mut different, mut any_stopped) = (Vec::new(), false);
    for (name, story) in all.iter().skip(part).step_by(PARTS) {
        if not_sayable_in::<Transmit>(story, &world).await.unwrap().is_none() {
            let (other, stopped) = differences(name, story, &world).await;
            different.extend(other);
            any_stopped |= stopped;
        }
    }
    assert!(any_stopped, "nothing is stopped, so nothing is compared");
    assert!(different.is_empty(), "{}", different.join("\n"));
}

#[tokio::test]
async fn transmit_has_words_for_most_of_what_stories_tell_and_it_is_said_for_what_not() {
    let (world, all) = read();
    let mut said = Vec::new();
    for (name, story) in &all {
        if let Some(step) = not_sayable_in::<Transmit>(story, &world).await.unwrap() {
            said.push(format!("{name} (not sayable, {step})"));
        }
    }
    let n_sayable = all.len() - said.len();
    println!("Transmit has words for {n_sayable} of {} stories; not for\n{}", all.len(), said.join("\n"));
    assert!(n_sayable >= SAYABLE_MIN, "only {n_sayable} of {}:\n{}", all.len(), said.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_1() {
    tell_part(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_2() {
    tell_part(1).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_3() {
    tell_part(2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_4() {
    tell_part(3).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_5() {
    tell_part(4).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_6() {
    tell_part(5).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_7() {
    tell_part(6).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn told_in_transmits_words_and_in_ours_it_is_judged_alike_8() {
    tell_part(7).await;
}
