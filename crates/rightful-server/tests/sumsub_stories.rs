//! Each `scenarios/*.story` that Sumsub's words can tell, told over HTTP in them and in ours to a real server: the same verdicts.
//! Those that they cannot tell are listed with the step that they have no words for, and both are counted.

#[expect(clippy::unwrap_used, clippy::panic, reason = "a kit of tests: without the usual harness, clippy cannot tell")]
mod testkit;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_domain::{ApplicationId, ApplicationMode, Timestamp};
use rightful_sim::story::{self, Happened, OverSumsub, Story, SumsubKeys, SumsubWords, World};
use serde_json::Value;
use testkit::{Server, create_app};

/// Stories that Sumsub's words can tell, at least: who tells fewer of them has lost words.
const SAYABLE_MIN: usize = 37;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match trials() {
        Ok(trials) => trials,
        Err(error) => vec![Trial::test("the_scenarios_can_be_read", move || Err(error))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials() -> Result<Vec<Trial>, Failed> {
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    let (mut n_told, mut n_said, mut trials) = (0, 0, Vec::new());
    for (name, story, world) in stories()? {
        // What takes longer than a server's clock can be told.
        if story::news_since(&story).is_none() {
            continue;
        }
        n_told += 1;
        trials.push(match runtime.block_on(story::not_sayable_in_sumsub(&story, &world))? {
            None => {
                n_said += 1;
                Trial::test(name, move || compare(&story, &world))
            }
            Some(step) => Trial::test(format!("{name} (not sayable, {step})"), || Ok(())).with_ignored_flag(true),
        });
    }
    let counted = format!("has words for {n_said} of {n_told} stories, not for {}", n_told - n_said);
    let enough = move || if n_said >= SAYABLE_MIN { Ok(()) } else { Err("it can say fewer than it could".into()) };
    trials.push(Trial::test(counted, enough));
    Ok(trials)
}

/// Tells a story in Sumsub's words and in ours, each to an application of its own: what was judged must be the same.
fn compare(story: &Story, world: &World) -> Result<(), Failed> {
    let ours = told_in(SumsubWords::Ours, story, world)?;
    let theirs = told_in(SumsubWords::Sumsub, story, world)?;
    let verdicts = |happened: &Happened| -> Vec<&'static str> {
        match happened {
            Happened::Judged(all) => all.iter().map(|judged| judged.verdict.as_str()).collect(),
            Happened::Attacked(all) => all.iter().map(|attacked| attacked.judged.verdict.as_str()).collect(),
            Happened::Applied(_) | Happened::Noted => Vec::new(),
        }
    };
    let mut differences = Vec::new();
    for ((step, ours), theirs) in story.steps.iter().zip(&ours).zip(&theirs) {
        if verdicts(ours) != verdicts(theirs) {
            differences.push(format!("line {}: ours {ours:?}, Sumsub's {theirs:?}", step.line));
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

fn told_in(words: SumsubWords, story: &Story, world: &World) -> Result<Vec<Happened>, Failed> {
    let served = Served::start(story, world)?;
    let ours =
        (served.server.address, served.key("/native/api_key")?, ApplicationId::new(served.key("/application_id")?)?);
    let theirs =
        SumsubKeys { app_token: served.key("/sumsub/app_token")?, secret_key: served.key("/sumsub/secret_key")? };
    let judge = OverSumsub::new(ours, theirs, words, story, now()?)?;
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

/// A server in a story's world, with one application.
struct Served {
    server: Server,
    keys: Value,
    _folder: tempfile::TempDir,
}

impl Served {
    fn start(story: &Story, world: &World) -> Result<Self, Failed> {
        let folder = tempfile::tempdir()?;
        let (data, intelligence) = (folder.path().join("data"), folder.path().join("intelligence"));
        let keys = match story.mode {
            ApplicationMode::Enforce => create_app(&data, &[]),
            ApplicationMode::Observe => create_app(&data, &["--observe"]),
        };
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
}

fn now() -> Result<Timestamp, Failed> {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    Ok(Timestamp::from_millis(i64::try_from(since.as_millis())?))
}
