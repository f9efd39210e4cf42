//! The reference of the ready rules, with how often each matches in the demo's shop, compared with what is committed;
//! `UPDATE_EXPECT=1` writes it anew.

use rightful_engine::{LibraryRule, rule_library};
use rightful_sim::library::{Extent, Hits, Measured, RuleHits, measure};

const REFERENCE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/rule-library.md");

/// Of customers' events, the most that a rule may match that asks for proof, refuses, or counts. In a shop of which an
/// eighth of the events are intruders', that is little beside what it finds.
const HONEST_SHARE_MAX: f64 = 0.01;
/// So few may be chance, where a rule is about few events.
const HONEST_CHANCE: u64 = 2;
/// What is said of a rule about actions that nobody takes in the shop.
const UNASKED: &str = "the shop has no events of these actions";
/// What is said of a rule that matched nothing there.
const NEVER: &str = "never: what it looks for does not happen in the shop";
/// Campaigns that are named with a rule.
const CAMPAIGNS_TOLD: usize = 3;

fn opening(measured: &Measured, extent: Extent) -> String {
    let Extent { n_customers, days_before, days, .. } = extent;
    let (honest, attacks) = (measured.honest, measured.attacks);
    let n_rules = measured.rules.len();
    let n_without = |reason: &str| measured.rules.iter().filter(|hits| told(hits) == reason).count();
    let (n_never, n_unasked) = (n_without(NEVER), n_without(UNASKED));
    format!(
        "# Ready rules

<!-- Made from crates/rightful-engine/src/rules/library: UPDATE_EXPECT=1 cargo test -p rightful-sim --test rule_library. -->

Rules to begin with. None is in effect until you put it into your policy: `rightful rules library ID …` prints each as a policy has it.
Once there it is yours to change. How to try one on your own history first is in [the guide](../guides/rules.md).

Each has a story in `scenarios/library/`, in which it matches, and beside it the same with one fact changed, in which it does not.

**Measured** says how often a rule matches in the made-up shop of `rightful demo`, over {days} days of {n_customers} customers, after {days_before} in which it gets to know them:
{honest} events of those into whose accounts no intruder has got, and {attacks} of intruders, in eight kinds of campaigns. The shop is attacked far more than its share, so
the shares are of either side's events of the actions that a rule is about. Behind its door customers buy, sell and
change their details; nobody registers or gambles there, and no data set says more of an address than who rents out servers. Where
it has no events for a rule, this says so. It is a first look, not a promise: your own history tells more,
by `rightful backtest`. `rightful rules library --measure` measures again.

Of the {n_rules} rules, {n_never} look for what does not happen in that shop, and {n_unasked} are about registering, deposits and stakes, of which it has none; there is no
figure for these, rather than one of a shop that was made for them. What they wait for is one of three things: what a data
set would say (countries, VPNs, proxies, Tor, breached passwords); more time than the shop's six days (months of silence, a
week after a reclaim, five changes in seven days); or a step that none of its campaigns takes (prompts until somebody says
yes, resets and declined payments in rows, many payees or ways to pay at once, a contact and a phone number together).
That they match, and what they leave alone, is what their stories show; how often, only a history can tell in which it happens.
"
    )
}

fn percent(hits: Hits) -> String {
    let share = 100.0 * hits.share();
    match hits.matched {
        0 => "none".to_owned(),
        _ if share < 0.01 => "below 0.01 %".to_owned(),
        _ if share < 1.0 => format!("{share:.2} %"),
        _ => format!("{share:.1} %"),
    }
}

fn told(hits: &RuleHits) -> String {
    let attacks = hits.all_attacks();
    if hits.honest.asked + attacks.asked == 0 {
        return UNASKED.to_owned();
    }
    if hits.honest.matched + attacks.matched == 0 {
        return NEVER.to_owned();
    }
    let honest = match hits.honest.asked {
        0 => "customers do nothing of the kind".to_owned(),
        _ => format!("{} of customers' events", percent(hits.honest)),
    };
    if attacks.matched == 0 {
        return format!("{honest}, none of intruders'");
    }
    let mut campaigns: Vec<_> = hits.attacks.iter().filter(|(_, hits)| hits.matched > 0).collect();
    campaigns.sort_by(|(_, one), (_, other)| other.share().total_cmp(&one.share()));
    campaigns.truncate(CAMPAIGNS_TOLD);
    let campaigns: Vec<String> =
        campaigns.iter().map(|(kind, hits)| format!("{} {}", kind.title(), percent(**hits))).collect();
    format!("{honest}, {} of intruders' ({})", percent(attacks), campaigns.join(", "))
}

fn reference(library: &[LibraryRule], measured: &Measured, extent: Extent) -> String {
    let mut text = opening(measured, extent);
    let mut group = "";
    for (ready, hits) in library.iter().zip(&measured.rules) {
        if *ready.group != *group {
            text.push_str(&format!("\n## {}\n", ready.group));
            group = &ready.group;
        }
        let (title, explanation) = (&ready.title, &ready.explanation);
        text.push_str(&format!("\n### {title}\n\n{explanation}\n\nMeasured: {}.\n\n```toml\n", told(hits)));
        const FOR_MACHINES: [&str; 4] = ["note = ", "author = ", "library = ", "library_version = "];
        let lines = ready.text.lines().filter(|line| !FOR_MACHINES.iter().any(|key| line.starts_with(key)));
        lines.for_each(|line| text.push_str(&format!("{line}\n")));
        text.push_str("```\n");
    }
    text
}

#[test]
fn the_committed_reference_is_the_library_as_measured() {
    let (library, extent) = (rule_library(), Extent::default());
    let measured = measure(&library, extent).expect("measured");
    let made = reference(&library, &measured, extent);
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(REFERENCE, &made).expect("written");
    }
    let committed = std::fs::read_to_string(REFERENCE).unwrap_or_default();
    assert_eq!(committed, made, "run the tests with UPDATE_EXPECT=1");
    for (ready, hits) in library.iter().zip(&measured.rules) {
        let share = hits.honest.share();
        let is_rare = share <= HONEST_SHARE_MAX || hits.honest.matched <= HONEST_CHANCE;
        assert!(is_rare, "{} matches {share} of customers' events", ready.rule.name);
    }
}
