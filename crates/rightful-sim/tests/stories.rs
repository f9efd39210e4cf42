//! Each `scenarios/*.story`, played before the engine over the embedded store: one file, one test.
//!
//! With `UPDATE_EXPECT=1` the right sides are written down as they turned out; the diff is the review.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_domain::ApplicationId;
use rightful_enrich::Enricher;
use rightful_sim::story::{self, Happened, InProcess, Story, World};
use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let trials = match stories() {
        Ok(paths) => paths.into_iter().map(|path| Trial::test(name(&path), move || play(&path))).collect(),
        Err(error) => vec![Trial::test("the_scenarios_folder_can_be_read", move || Err(error.into()))],
    };
    libtest_mimic::run(&arguments, trials).exit_code()
}

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
    let world = World::parse(&fs::read_to_string(scenarios().join("world.toml"))?)?;
    let text = fs::read_to_string(path)?;
    let story = Story::parse(&text, &world)?;
    let happened = happened(&story, &world)?;
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(path, story::rewritten(&text, &story, &happened))?;
        return Ok(());
    }
    let differences: Vec<String> = story::differences(&story, &happened, Duration::ZERO)
        .iter()
        .map(|difference| format!("{}, {difference}", name(path)))
        .collect();
    if differences.is_empty() { Ok(()) } else { Err(differences.join("\n").into()) }
}

fn happened(story: &Story, world: &World) -> Result<Vec<Happened>, Failed> {
    let folder = tempfile::tempdir()?;
    let options = EmbeddedOptions::new(MasterKey::from_bytes([42; 32]), [7; 32]);
    let (store, _) = EmbeddedStore::open(folder.path(), options)?;
    let application = ApplicationId::new("story")?;
    let data = tempfile::tempdir()?;
    world.write_data_sets(data.path())?;
    let enricher = Enricher::open(Some(data.path()), [9; 32])?;
    let memory = (Arc::new(store) as Arc<_>, Arc::new(enricher));
    let mut judge = InProcess::new(memory, story.policy(world)?, story.mode, application);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    Ok(runtime.block_on(story::run(story, world, &mut judge))?)
}
