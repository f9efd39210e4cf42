//! Each `scenarios/*.story` that is news at once, told over HTTP to a real server: one file, one test.
//!
//! Of a story that takes longer than a day the last is news, and checked; the rest is told as history. One with a word of
//! somebody's in that history is for the engine alone, whose clock is an argument: it shows as ignored here.

#[expect(clippy::unwrap_used, clippy::panic, reason = "a kit of tests: without the usual harness, clippy cannot tell")]
mod testkit;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::SystemTime;

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_domain::{ApplicationId, ApplicationMode, Timestamp};
use rightful_sim::story::{self, OverHttp, Story, World};
use serde_json::Value;
use testkit::{Server, create_app};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match stories() {
        Ok(stories) => stories.into_iter().map(trial).collect(),
        Err(error) => vec![Trial::test("the_scenarios_can_be_read", move || Err(error))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trial((name, story, world): (String, Story, World)) -> Trial {
    let can_be_told = story::news_since(&story).is_some();
    Trial::test(name, move || play(&story, &world)).with_ignored_flag(!can_be_told)
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
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let keys = match story.mode {
        ApplicationMode::Enforce => create_app(&data, &[]),
        ApplicationMode::Observe => create_app(&data, &["--observe"]),
    };
    let key = |pointer: &str| keys.pointer(pointer).and_then(Value::as_str).ok_or(format!("the keys lack {pointer}"));
    let application = ApplicationId::new(key("/application_id")?)?;
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
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now = Timestamp::from_millis(i64::try_from(since.as_millis())?);
    let judge = OverHttp::new((server.address, key("/native/api_key")?, application), story, now)?;
    let mut judge = judge.ok_or("the story is too long")?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let happened = runtime.block_on(story::run(story, world, &mut judge))?;
    let since = story::news_since(story).unwrap_or_default();
    let differences: Vec<String> =
        story::differences(story, &happened, since).iter().map(ToString::to_string).collect();
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}
