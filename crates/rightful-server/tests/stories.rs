//! Each `scenarios/*.story` that is news at once, told over HTTP to a real server: one file, one test; and, as far as a
//! vendor can say it, told in its words and in ours: the same verdicts.
//!
//! Of a story that takes longer than a day the last is news, and checked; the rest is told as history. One with a word of
//! somebody's in that history is for the engine alone, whose clock is an argument: it shows as ignored here. Transmit's
//! stories are told where the server's clock can be set, in `told_in_transmit.rs`.

#[expect(clippy::unwrap_used, clippy::panic, reason = "a kit of tests: without the usual harness, clippy cannot tell")]
mod testkit;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_domain::{ApplicationId, ApplicationMode, Timestamp};
use rightful_sim::story::{
    self, Happened, OverHttp, Ravelin, Story, Sumsub, SumsubKeys, Teller, Tongue, Vendor, World,
};
use serde_json::Value;
use testkit::{Server, create_app};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match stories() {
        Ok(stories) => trials(stories),
        Err(error) => vec![Trial::test("the_scenarios_can_be_read", move || Err(error))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(stories: Vec<Told>) -> Vec<Trial> {
    let in_ravelins = in_words_of::<Ravelin>(&stories, "ravelin", RAVELINS_MIN, |served, _| {
        Ok(Ravelin::new(served.server.address, served.key("/ravelin/secret_key")?)?)
    });
    let in_sumsubs = in_words_of::<Sumsub>(&stories, "sumsub", SUMSUBS_MIN, |served, now| {
        let (app_token, secret_key) = (served.key("/sumsub/app_token")?, served.key("/sumsub/secret_key")?);
        Ok(Sumsub::new(served.server.address, SumsubKeys { app_token, secret_key }, now)?)
    });
    stories.into_iter().map(trial).chain(in_ravelins).chain(in_sumsubs).collect()
}

/// Stories that Ravelin can say, at least: who tells fewer of them has lost words.
const RAVELINS_MIN: usize = 40;
/// Stories that Sumsub can say, at least.
const SUMSUBS_MIN: usize = 37;

/// A story with its name and its world.
type Told = (String, Story, World);

fn trial((name, story, world): Told) -> Trial {
    let can_be_told = story::news_since(&story).is_some();
    Trial::test(name, move || play(&story, &world)).with_ignored_flag(!can_be_told)
}

/// A vendor of a server that plays a story, at this moment.
type Found<V> = fn(&Served, Timestamp) -> Result<V, Failed>;

/// Each story that a vendor can say, told in its words and in ours. Those that it cannot say are listed with the step that
/// it has no words for, and both are counted.
fn in_words_of<V: Vendor + 'static>(stories: &[Told], vendor: &str, sayable_min: usize, found: Found<V>) -> Vec<Trial> {
    let runtime = match tokio::runtime::Builder::new_current_thread().build() {
        Ok(runtime) => runtime,
        Err(error) => return vec![Trial::test(format!("{vendor}::can be rehearsed"), move || Err(error.into()))],
    };
    let (mut n_said, mut trials) = (0, Vec::new());
    let told = stories.iter().filter(|(_, story, _)| story::news_since(story).is_some());
    for (name, story, world) in told.clone() {
        let (name, story, world) = (format!("{vendor}::{name}"), story.clone(), world.clone());
        trials.push(match runtime.block_on(story::not_sayable_in::<V>(&story, &world)) {
            Ok(None) => {
                n_said += 1;
                Trial::test(name, move || compare(&story, &world, found))
            }
            Ok(Some(step)) => Trial::test(format!("{name} (not sayable, {step})"), || Ok(())).with_ignored_flag(true),
            Err(error) => Trial::test(name, move || Err(error.into())),
        });
    }
    let n_told = told.count();
    let counted = format!("{vendor}::has words for {n_said} of {n_told} stories, not for {}", n_told - n_said);
    let enough = move || if n_said >= sayable_min { Ok(()) } else { Err("it can say fewer than it could".into()) };
    trials.push(Trial::test(counted, enough));
    trials
}

/// Tells a story in a vendor's words and in ours, each to an application of its own: what was judged must be the same.
fn compare<V: Vendor>(story: &Story, world: &World, found: Found<V>) -> Result<(), Failed> {
    // At the same moments, too: of attempts that are seconds apart, another would be the first in another hour.
    let now = now()?;
    let ours = told_in(Tongue::Ours, (story, now), world, found)?;
    let theirs = told_in(Tongue::Theirs, (story, now), world, found)?;
    let differences = story::judged_otherwise(story, &ours, &theirs);
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

fn told_in<V: Vendor>(
    tongue: Tongue,
    (story, now): (&Story, Timestamp),
    world: &World,
    found: Found<V>,
) -> Result<Vec<Happened>, Failed> {
    let served = Served::start(story, world)?;
    let vendor = found(&served, now)?;
    let judge = Teller::new(served.ours()?, (vendor, tongue), story, now)?;
    let mut judge = judge.ok_or("the story is too long")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(story::run(story, world, &mut judge))?)
}

fn stories() -> Result<Vec<(String, Story, World)>, Failed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let world = World::parse(&fs::read_to_string(folder.join("world.toml"))?)?;
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "story"));
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Ok((name, Story::parse(&fs::read_to_string(path)?, &world)?, world.clone()))
    };
    paths.into_iter().map(read).collect()
}

fn play(story: &Story, world: &World) -> Result<(), Failed> {
    let served = Served::start(story, world)?;
    let judge = OverHttp::new(served.ours()?, story, now()?)?;
    let mut judge = judge.ok_or("the story is too long")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let happened = runtime.block_on(story::run(story, world, &mut judge))?;
    let since = story::news_since(story).unwrap_or_default();
    let differences: Vec<String> =
        story::differences(story, &happened, since).iter().map(ToString::to_string).collect();
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

/// A server in a story's world, with one application.
struct Served {
    server: Server,
    keys: Value,
    _folder: tempfile::TempDir,
}

impl Served {
    fn start(story: &Story, world: &World) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let data = folder.path().join("data");
        let keys = match story.mode {
            ApplicationMode::Enforce => create_app(&data, &[]),
            ApplicationMode::Observe => create_app(&data, &["--observe"]),
        };
        let intelligence = folder.path().join("intelligence");
        fs::create_dir(&intelligence)?;
        world.write_data_sets(&intelligence)?;
        let intelligence = intelligence.display().to_string();
        let policy = match story.policy_text(world) {
            text if text.is_empty() => String::new(),
            text => {
                let path = folder.path().join("policy.toml");
                fs::write(&path, text)?;
                path.display().to_string()
            }
        };
        let settings = [("RIGHTFUL_JUDGEMENT__INTELLIGENCE", &*intelligence), ("RIGHTFUL_JUDGEMENT__POLICY", &*policy)];
        let server = Server::start_with(&data, &settings);
        Ok(Self { server, keys, _folder: folder })
    }

    fn key(&self, pointer: &str) -> Result<&str, Failed> {
        Ok(self.keys.pointer(pointer).and_then(Value::as_str).ok_or(format!("the keys lack {pointer}"))?)
    }

    /// Our own API: where it is, its key, and the application.
    fn ours(&self) -> Result<(SocketAddr, &str, ApplicationId), Failed> {
        let application = ApplicationId::new(self.key("/application_id")?)?;
        Ok((self.server.address, self.key("/native/api_key")?, application))
    }
}

fn now() -> Result<Timestamp, Failed> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(Timestamp::from_millis(i64::try_from(since.as_millis())?))
}
