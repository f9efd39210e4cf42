//! Each ready rule in its story of `scenarios/library/`: it matches what happens last, and not what happens last beside it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use rightful_domain::{ApplicationId, PolicySource, PolicyVersion};
use rightful_engine::{LibraryRule, Policy, rule_library};
use rightful_enrich::Enricher;
use rightful_sim::library::{RuleStory, rule_stories};
use rightful_sim::story::{Deed, FIRST_MIDNIGHT, Happened, InProcess, Story, World, run};
use rightful_store::{EmbeddedOptions, EmbeddedStore, MasterKey, Store};

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = vec![Trial::test("each_ready_rule_has_its_story", each_has_its_story)];
    for path in files().unwrap_or_default() {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        trials.push(Trial::test(name, move || play(&path)));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

fn scenarios() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios")
}

fn files() -> std::io::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(scenarios().join("library"))?;
    let mut paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    Ok(paths)
}

fn told(path: &Path) -> Result<(World, Vec<RuleStory>), Failed> {
    let world = World::parse(&fs::read_to_string(scenarios().join("world.toml"))?)?;
    let stories = rule_stories(&fs::read_to_string(path)?, &world);
    let stories = stories.map_err(|error| format!("{}: {error}", path.display()))?;
    Ok((world, stories))
}

fn each_has_its_story() -> Result<(), Failed> {
    let ids: BTreeSet<String> = rule_library().iter().map(|ready| ready.rule.name.to_string()).collect();
    let mut stories = BTreeSet::new();
    for path in files()? {
        for story in told(&path)?.1 {
            assert!(stories.insert(story.rule.clone()), "{} has two stories", story.rule);
        }
    }
    let without: Vec<&String> = ids.difference(&stories).collect();
    let of_nothing: Vec<&String> = stories.difference(&ids).collect();
    assert!(without.is_empty() && of_nothing.is_empty(), "without: {without:?}; of no rule: {of_nothing:?}");
    Ok(())
}

fn play(path: &Path) -> Result<(), Failed> {
    let (world, stories) = told(path)?;
    let library: BTreeMap<String, LibraryRule> =
        rule_library().into_iter().map(|ready| (ready.rule.name.to_string(), ready)).collect();
    let data = tempfile::tempdir()?;
    world.write_data_sets(data.path())?;
    let enricher = Enricher::open(Some(data.path()), [9; 32])?;
    let folder = tempfile::tempdir()?;
    let options = EmbeddedOptions::new(MasterKey::from_bytes([42; 32]), [7; 32]);
    let (store, _) = EmbeddedStore::open(folder.path(), options)?;
    let memory: (Arc<dyn Store>, Arc<Enricher>) = (Arc::new(store), Arc::new(enricher));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (mut wrong, mut midnight) = (Vec::new(), FIRST_MIDNIGHT);
    for RuleStory { rule, line, matching, neighbor } in &stories {
        let place = format!("{}:{line}: {rule}", path.display());
        let Some(ready) = library.get(rule) else { return Err(format!("{place} is not in the library").into()) };
        for (story, expected, name) in [(matching, true, "yes"), (neighbor, false, "no")] {
            let application = ApplicationId::new(format!("{rule}-{name}"))?;
            midnight = midnight.plus(Duration::from_millis(1));
            let judge = InProcess::new(memory.clone(), policy(ready)?, story.mode, application);
            let mut judge = judge.beginning(midnight);
            let happened =
                runtime.block_on(run(story, &world, &mut judge)).map_err(|error| format!("{place}: {error}"))?;
            match last(ready, story, &happened) {
                Some(matched) if matched == expected => {}
                Some(_) => wrong.push(format!("{place}: expected {name:?} to be {expected}")),
                None => wrong.push(format!("{place}: {name:?} does not end with an event that the rule is about")),
            }
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// The shipped policy with the rule.
fn policy(ready: &LibraryRule) -> Result<Policy, Failed> {
    let version = PolicyVersion { id: "story".into(), version: 1 };
    Ok(Policy::parse(&PolicySource { version, text: ready.text.clone() })?)
}

/// Whether the rule matched the last event; None if it is not about it.
fn last(ready: &LibraryRule, story: &Story, happened: &[Happened]) -> Option<bool> {
    let rule = &ready.rule;
    let Some((step, Happened::Judged(judged))) = story.steps.iter().zip(happened).next_back() else { return None };
    let Deed::Act(act) = &step.deed else { return None };
    if !rule.actions.is_empty() && !rule.actions.contains(&act.action) {
        return None;
    }
    judged.last().map(|judged| judged.rules.contains(&rule.name))
}
