//! Each `scenarios/*.story`, played before the engine over the embedded store: one file, one test; and once more begun at
//! other hours of the week, since the hour is judged too and what a story promises holds at night and on Sundays.
//!
//! With `UPDATE_EXPECT=1` the right sides are written down as they turned out; the diff is the review. With `EVERY_HOUR=1`
//! the other hours are all of a week's.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_domain::{ApplicationId, Timestamp};
use rightful_enrich::Enricher;
use rightful_sim::story::{self, FIRST_MIDNIGHT, Happened, InProcess, Story, World};
use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match stories() {
        Ok(paths) => paths.into_iter().flat_map(trials).collect(),
        Err(error) => vec![Trial::test("the_scenarios_folder_can_be_read", move || Err(error.into()))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn trials(path: PathBuf) -> [Trial; 2] {
    let elsewhen = path.clone();
    [
        Trial::test(name(&path), move || play(&path)),
        Trial::test(format!("{} at other hours", name(&elsewhen)), move || play_at_other_hours(&elsewhen)),
    ]
}

/// Hours of a week, after the Monday's midnight with which stories begin: what happens by day moves into the night, and into
/// the weekend and out of it.
const OTHER_HOURS: [u32; 4] = [15, 64, 121, 140];
const HOURS_OF_WEEK: u32 = 7 * 24;

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

fn stories() -> std::io::Result<Vec<PathBuf>> {
    let mut paths: Vec<PathBuf> =
        fs::read_dir(scenarios())?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "story"));
    paths.sort();
    Ok(paths)
}

fn name(path: &Path) -> String {
    path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
}

fn play(path: &Path) -> Result<(), Failed> {
    let (world, text) = read(path)?;
    let story = Story::parse(&text, &world)?;
    let happened = happened(&story, &world, FIRST_MIDNIGHT)?;
    if updates() {
        fs::write(path, story::rewritten(&text, &story, &happened))?;
        return Ok(());
    }
    let differences = differences(&story, &happened, &name(path));
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

fn play_at_other_hours(path: &Path) -> Result<(), Failed> {
    if updates() {
        return Ok(());
    }
    let (world, text) = read(path)?;
    let story = Story::parse(&text, &world)?;
    let hours =
        if std::env::var_os("EVERY_HOUR").is_some() { (1..HOURS_OF_WEEK).collect() } else { OTHER_HOURS.to_vec() };
    let mut wrong = Vec::new();
    for hours_on in hours {
        // Nor need a story begin at the full hour.
        let minutes_on = hours_on * 60 + hours_on * 7 % 60;
        let begin = FIRST_MIDNIGHT.plus(Duration::from_secs(u64::from(minutes_on) * 60));
        let happened = happened(&story, &world, begin)?;
        wrong.extend(differences(&story, &happened, &format!("{} {hours_on} h later", name(path))));
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

fn updates() -> bool {
    std::env::var_os("UPDATE_EXPECT").is_some()
}

fn read(path: &Path) -> Result<(World, String), Failed> {
    let world = World::parse(&fs::read_to_string(scenarios().join("world.toml"))?)?;
    Ok((world, fs::read_to_string(path)?))
}

fn differences(story: &Story, happened: &[Happened], name: &str) -> Vec<String> {
    let differences = story::differences(story, happened, Duration::ZERO);
    differences.iter().map(|difference| format!("{name}, {difference}")).collect()
}

/// What happens in a story that begins then.
fn happened(story: &Story, world: &World, begin: Timestamp) -> Result<Vec<Happened>, Failed> {
    let folder = tempfile::tempdir()?;
    let options = EmbeddedOptions::new(MasterKey::from_bytes([42; 32]), [7; 32]);
    let (store, _) = EmbeddedStore::open(folder.path(), options)?;
    let application = ApplicationId::new("story")?;
    let data = tempfile::tempdir()?;
    world.write_data_sets(data.path())?;
    let enricher = Enricher::open(Some(data.path()), [9; 32])?;
    let memory = (Arc::new(store) as Arc<_>, Arc::new(enricher));
    let mut judge = InProcess::new(memory, story.policy(world)?, story.mode, application).beginning(begin);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(story::run(story, world, &mut judge))?)
}
