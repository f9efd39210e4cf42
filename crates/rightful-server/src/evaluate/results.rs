//! All measures of one run, as one value: printed for people, written as JSON, drawn in the report.

use rightful_domain::{ReasonCode, Verdict};
use serde_json::{Map, Value, json};

use super::bootstrap::{self, Spread};
use super::measures::{
    Bucket, Calibration, Field, Figures, Marked, TPR_GOAL, VerdictShares, anchor, by_history, calibration,
    median_reauthentication, verdicts,
};
use super::scores::ReasonSet;
use super::truth::Slice;

/// How many of the riskiest legitimate logins are listed.
const RISKIEST_SHOWN: usize = 20;
/// The bars of a histogram.
pub(super) const BINS: usize = 60;
/// The points of a curve, evenly spaced on the logarithm of the challenge rate.
const CURVE_POINTS: usize = 121;
/// The lowest challenge rate of a curve.
pub(super) const CURVE_FROM: f64 = 1e-4;

/// All measures of one run.
pub(super) struct Results {
    /// Whether every figure is of a simulated world.
    pub(super) simulated: bool,
    pub(super) kinds: Vec<Box<str>>,
    pub(super) own: Engine,
    /// The scores that these are compared with.
    pub(super) other: Option<Engine>,
    pub(super) spread: Spread,
    pub(super) curve: Curve,
    pub(super) histogram: Histogram,
    pub(super) reasons: Vec<ReasonRow>,
    pub(super) riskiest: Vec<RiskyLogin>,
    anchor: Option<usize>,
}

/// The measures of one file of scores.
pub(super) struct Engine {
    pub(super) late: SliceFigures,
    pub(super) day_zero: SliceFigures,
    pub(super) by_history: Vec<Bucket>,
    pub(super) median_reauthentication: Vec<(String, Option<f64>)>,
    pub(super) calibration: Option<Calibration>,
    pub(super) verdicts: Vec<VerdictShares>,
}

/// The measures of one slice.
pub(super) struct SliceFigures {
    pub(super) n_legit: usize,
    pub(super) kinds: Vec<KindFigures>,
    /// The mean over kinds.
    pub(super) mean: Option<Figures>,
}

/// The measures of one kind.
pub(super) struct KindFigures {
    pub(super) kind: usize,
    pub(super) n_attacks: usize,
    pub(super) figures: Figures,
}

/// The share caught of each kind by the share of owners challenged.
pub(super) struct Curve {
    pub(super) budgets: Vec<f64>,
    /// By kind of the last third's figures.
    pub(super) caught: Vec<Vec<f64>>,
}

/// How scores lie, owners first, then each kind of the last third's figures: shares by bin.
pub(super) struct Histogram {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) shares: Vec<[f64; BINS]>,
}

/// How often a reason was given.
pub(super) struct ReasonRow {
    pub(super) reason: ReasonCode,
    /// The owners' share.
    pub(super) legit: f64,
    /// By kind.
    pub(super) kinds: Vec<f64>,
}

/// A legitimate login with a high score.
pub(super) struct RiskyLogin {
    pub(super) row: i64,
    pub(super) history: u32,
    pub(super) score: f64,
    pub(super) verdict: Option<Verdict>,
    pub(super) reasons: ReasonSet,
}

impl Results {
    /// Measures; None where the last third has no judged login of an owner.
    pub(super) fn measure(own: &Marked<'_>, other: Option<&Marked<'_>>, simulated: bool) -> Option<Self> {
        let field = Field::of(own, Slice::Late);
        if field.legit.scores.is_empty() {
            return None;
        }
        let other_field = other.map(|other| Field::of(other, Slice::Late));
        Some(Self {
            simulated: simulated || own.truth.has_kinds,
            kinds: own.truth.kinds.clone(),
            spread: bootstrap::spread(&field, other_field.as_ref(), own.truth.n_users),
            curve: Curve::of(&field),
            histogram: Histogram::of(&field),
            reasons: reasons(own),
            riskiest: riskiest(own),
            anchor: anchor(own.truth),
            own: Engine::of(own, &field),
            other: other.zip(other_field.as_ref()).map(|(marked, field)| Engine::of(marked, field)),
        })
    }

    /// The kind's name.
    pub(super) fn kind(&self, kind: usize) -> &str {
        self.kinds.get(kind).map_or("", |kind| kind)
    }

    /// As JSON; the keys of the plain measures are the published tool's.
    pub(super) fn to_json(&self) -> Value {
        let mut out = self.engine_json(&self.own);
        out.insert("simulated".into(), self.simulated.into());
        out.insert("bootstrap".into(), self.bootstrap_json());
        out.insert("reasons".into(), self.reasons_json());
        out.insert("riskiest_legitimate".into(), self.riskiest.iter().map(RiskyLogin::to_json).collect());
        if let Some(other) = &self.other {
            out.insert("vs".into(), Value::Object(self.engine_json(other)));
        }
        Value::Object(out)
    }

    fn engine_json(&self, engine: &Engine) -> Map<String, Value> {
        let reauthentication: Map<String, Value> =
            engine.median_reauthentication.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
        let verdicts: Map<String, Value> = engine
            .verdicts
            .iter()
            .map(|shares| (shares.kind.map_or("legit", |kind| self.kind(kind)).to_owned(), verdicts_json(shares)))
            .collect();
        let mut out = Map::new();
        out.insert("main".into(), self.slice_json(&engine.late));
        out.insert("by_history".into(), engine.by_history.iter().map(|bucket| self.bucket_json(bucket)).collect());
        out.insert("day_zero".into(), self.slice_json(&engine.day_zero));
        out.insert("median_reauth".into(), Value::Object(reauthentication));
        out.insert("calibration".into(), json!(engine.calibration));
        out.insert("verdicts".into(), Value::Object(verdicts));
        out
    }

    fn slice_json(&self, slice: &SliceFigures) -> Value {
        let kinds: Map<String, Value> = slice
            .kinds
            .iter()
            .map(|own| {
                let mut figures = json!(own.figures);
                figures["attacks"] = own.n_attacks.into();
                (self.kind(own.kind).to_owned(), figures)
            })
            .collect();
        json!({ "legit": slice.n_legit, "kinds": kinds, "macro": slice.mean })
    }

    fn bucket_json(&self, bucket: &Bucket) -> Value {
        let mut out = Map::new();
        out.insert("history".into(), bucket.history.clone().into());
        out.insert("legit".into(), bucket.n_legit.into());
        for (place, name) in ["@1%", "@5%"].into_iter().enumerate() {
            out.insert(format!("challenged{name}"), json!(bucket.challenged.get(place)));
            for (kind, tpr) in bucket.tpr.iter().enumerate() {
                out.insert(format!("{}{name}", self.kind(kind)), json!(tpr.get(place)));
            }
        }
        if let Some(anchor) = self.anchor {
            let name = format!("challenged@{}_tpr{TPR_GOAL:.2}", self.kind(anchor));
            out.insert(name, json!(bucket.challenged_at_goal));
        }
        Value::Object(out)
    }

    fn bootstrap_json(&self) -> Value {
        let mut out = Map::new();
        for (place, own) in self.own.late.kinds.iter().enumerate() {
            let difference = self.spread.differences.get(place).zip(self.difference(place));
            let of = spread_json(self.spread.intervals.get(place), difference);
            out.insert(self.kind(own.kind).to_owned(), of);
        }
        let difference = self.spread.macro_difference.as_ref().zip(self.mean_difference());
        out.insert("macro".into(), spread_json(Some(&self.spread.macro_interval), difference));
        Value::Object(out)
    }

    /// This engine's measures of a kind less the other's.
    pub(super) fn difference(&self, place: usize) -> Option<Figures> {
        let other = self.other.as_ref()?.late.kinds.get(place)?;
        Some(bootstrap::difference(self.own.late.kinds.get(place)?.figures, other.figures))
    }

    /// The same of the means over kinds.
    pub(super) fn mean_difference(&self) -> Option<Figures> {
        Some(bootstrap::difference(self.own.late.mean?, self.other.as_ref()?.late.mean?))
    }

    fn reasons_json(&self) -> Value {
        let row = |row: &ReasonRow| {
            let mut shares = Map::new();
            shares.insert("legit".into(), row.legit.into());
            let kinds = row.kinds.iter().enumerate();
            shares.extend(kinds.map(|(kind, share)| (self.kind(kind).to_owned(), json!(share))));
            (row.reason.as_str().to_owned(), Value::Object(shares))
        };
        Value::Object(self.reasons.iter().map(row).collect())
    }
}

impl Engine {
    fn of(marked: &Marked<'_>, late: &Field) -> Self {
        Self {
            late: SliceFigures::of(late),
            day_zero: SliceFigures::of(&Field::of(marked, Slice::DayZero)),
            by_history: by_history(marked),
            median_reauthentication: median_reauthentication(marked),
            calibration: calibration(marked),
            verdicts: verdicts(marked),
        }
    }
}

impl SliceFigures {
    fn of(field: &Field) -> Self {
        let all = field.figures(None);
        let kinds = field.contests.iter().zip(&all).map(|(contest, figures)| KindFigures {
            kind: contest.kind,
            n_attacks: contest.attacks.scores.len(),
            figures: *figures,
        });
        Self { n_legit: field.legit.scores.len(), kinds: kinds.collect(), mean: Figures::mean(&all) }
    }
}

impl Curve {
    fn of(field: &Field) -> Self {
        let step = -CURVE_FROM.log10() / (CURVE_POINTS - 1) as f64;
        let budgets: Vec<f64> = (0..CURVE_POINTS).map(|n| CURVE_FROM * 10.0_f64.powf(step * n as f64)).collect();
        Self { caught: field.curve(&budgets), budgets }
    }
}

impl Histogram {
    fn of(field: &Field) -> Self {
        let groups = || std::iter::once(&field.legit).chain(field.contests.iter().map(|contest| &contest.attacks));
        // Highest first, so the ends are the first and the last.
        let to = groups().filter_map(|group| group.scores.first()).copied().fold(f64::NEG_INFINITY, f64::max);
        let from = groups().filter_map(|group| group.scores.last()).copied().fold(f64::INFINITY, f64::min);
        let width = ((to - from) / BINS as f64).max(f64::MIN_POSITIVE);
        let shares = |scores: &[f64]| {
            let mut bins = [0.0; BINS];
            for score in scores {
                let bin = ((score - from) / width) as usize;
                if let Some(bin) = bins.get_mut(bin.min(BINS - 1)) {
                    *bin += 1.0 / scores.len() as f64;
                }
            }
            bins
        };
        Self { from, to, shares: groups().map(|group| shares(&group.scores)).collect() }
    }
}

impl RiskyLogin {
    fn to_json(&self) -> Value {
        let reasons: Vec<&str> = self.reasons.iter().map(ReasonCode::as_str).collect();
        json!({
            "row": self.row,
            "history": self.history,
            "score": self.score,
            "verdict": self.verdict.map(Verdict::as_str),
            "reasons": reasons,
        })
    }
}

fn verdicts_json(shares: &VerdictShares) -> Value {
    let [trust, allow, challenge, deny] = shares.shares;
    json!({
        "n": shares.n, "trust": trust, "allow": allow, "challenge": challenge, "deny": deny,
        "challenged": challenge + deny,
    })
}

type Intervals = [[f64; 2]; Figures::COUNT];

fn spread_json(intervals: Option<&Intervals>, difference: Option<(&Intervals, Figures)>) -> Value {
    let names = || Figures::NAMES.iter().map(|name| (*name).to_owned());
    let mut out: Map<String, Value> = names().zip(intervals.into_iter().flatten().map(|ends| json!(ends))).collect();
    if let Some((intervals, figures)) = difference {
        let values = figures.values().into_iter().zip(intervals);
        let entries = values.map(|(value, ends)| json!({ "value": value, "ci95": ends }));
        out.insert("difference".into(), Value::Object(names().zip(entries).collect()));
    }
    Value::Object(out)
}

/// How often each reason was given in the last third, the most frequent first; reasons never given are left out.
fn reasons(marked: &Marked<'_>) -> Vec<ReasonRow> {
    let n_kinds = marked.truth.kinds.len();
    let mut totals = vec![0_usize; n_kinds + 1];
    let mut counts: Vec<(ReasonCode, Vec<usize>)> =
        ReasonCode::ALL.into_iter().map(|reason| (reason, vec![0; n_kinds + 1])).collect();
    for place in marked.truth.slice(Slice::Late) {
        let Some((login, Some(scored))) = marked.truth.logins.get(place).zip(marked.scored.get(place)) else {
            continue;
        };
        let group = login.kind.map_or(0, |kind| usize::from(kind) + 1);
        if let Some(total) = totals.get_mut(group) {
            *total += 1;
        }
        for (reason, counts) in &mut counts {
            if let Some(count) = counts.get_mut(group).filter(|_| scored.reasons.has(*reason)) {
                *count += 1;
            }
        }
    }
    counts.retain(|(_, counts)| counts.iter().any(|count| *count > 0));
    counts.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.iter().sum::<usize>()));
    let row = |(reason, counts): (ReasonCode, Vec<usize>)| {
        let shares = counts.iter().zip(&totals).map(|(count, total)| *count as f64 / (*total).max(1) as f64);
        let mut shares = shares.collect::<Vec<f64>>().into_iter();
        ReasonRow { reason, legit: shares.next().unwrap_or(0.0), kinds: shares.collect() }
    };
    counts.into_iter().map(row).collect()
}

/// The legitimate logins of the last third with the highest scores.
fn riskiest(marked: &Marked<'_>) -> Vec<RiskyLogin> {
    let logins = marked.truth.slice(Slice::Late).into_iter().filter_map(|place| {
        let login = marked.truth.logins.get(place).filter(|login| login.kind.is_none())?;
        let scored = marked.scored.get(place).copied().flatten()?;
        let (verdict, reasons) = (scored.verdict, scored.reasons);
        Some(RiskyLogin { row: login.row, history: login.history, score: scored.score, verdict, reasons })
    });
    let mut logins: Vec<RiskyLogin> = logins.collect();
    logins.sort_by(|one, other| other.score.total_cmp(&one.score).then(one.row.cmp(&other.row)));
    logins.truncate(RISKIEST_SHOWN);
    logins
}
