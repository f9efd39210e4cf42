//! Documents that are true to the tree: their links lead somewhere, and the settings and metrics they name exist.

use toml::{Table, Value};

use super::{Complaint, Rule, Source, Tree};

/// The most lines a map may have and still be read.
const MAP_LINES_MAX: usize = 300;
const MAP: &str = "ARCHITECTURE.md";
const SETTINGS: &str = "crates/rightful-server/src/config/default.toml";
/// Where every metric is described.
const METRICS: &str = "crates/rightful-server/src/telemetry.rs";
/// What the name of a metric ends with; other names that begin like ours are crates.
const METRIC_ENDINGS: [&str; 4] = ["_total", "_seconds", "_bytes", "_queued"];

pub(super) const LINKS_LEAD_SOMEWHERE: Rule = Rule {
    name: "links_lead_somewhere",
    check: |tree| documents(tree).flat_map(|document| dead_links(tree, document)).collect(),
    specimen: || Tree::of_sources([("docs/a.md", "See [the map](../ARCHITECTURE.md).\n")]),
};

pub(super) const THE_MAP_IS_SHORT: Rule = Rule {
    name: "the_map_is_short",
    check: |tree| {
        let n_lines = tree.source(MAP).map_or(0, |map| map.text.lines().count());
        let complaint = || Complaint::new(MAP, format!("{n_lines} lines, at most {MAP_LINES_MAX}"));
        (n_lines > MAP_LINES_MAX).then(complaint).into_iter().collect()
    },
    specimen: || Tree::of_sources([(MAP, &"a\n".repeat(MAP_LINES_MAX + 1))]),
};

pub(super) const DOCUMENTS_NAME_SETTINGS_THAT_EXIST: Rule = Rule {
    name: "documents_name_settings_that_exist",
    check: check_settings,
    specimen: || Tree::of_sources([("docs/a.md", "Set `server.lissen`.\n"), (SETTINGS, "[server]\nlisten = \"\"\n")]),
};

pub(super) const DOCUMENTS_NAME_METRICS_THAT_EXIST: Rule = Rule {
    name: "documents_name_metrics_that_exist",
    check: check_metrics,
    specimen: || Tree::of_sources([("docs/a.md", "Watch `rightful_lost_total`.\n"), (METRICS, "//! None.\n")]),
};

/// Every document but the changelog, which tells of what is no more.
fn documents(tree: &Tree) -> impl Iterator<Item = &Source> {
    tree.sources.iter().filter(|source| source.path.ends_with(".md") && source.name() != "CHANGELOG.md")
}

/// The texts between backticks, line by line, with the line's number.
fn quoted(document: &Source) -> impl Iterator<Item = (usize, &str)> {
    let lines = document.text.lines().enumerate();
    lines.flat_map(|(place, line)| line.split('`').skip(1).step_by(2).map(move |text| (place + 1, text)))
}

fn dead_links(tree: &Tree, document: &Source) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (place, line) in document.text.lines().enumerate() {
        for target in line.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target) {
            let path = target.split('#').next().unwrap_or("");
            if path.is_empty() || path.contains("://") || path.starts_with("mailto:") {
                continue;
            }
            let at = resolve(document.folder(), path);
            let exists = tree.source(&at).is_some() || tree.below(&format!("{at}/")).next().is_some();
            if !exists {
                let here = format!("{}:{}", document.path, place + 1);
                complaints.push(Complaint::new(here, format!("links to {target}, which is not there")));
            }
        }
    }
    complaints
}

/// A relative path as seen from a folder.
fn resolve(folder: &str, path: &str) -> String {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn check_settings(tree: &Tree) -> Vec<Complaint> {
    let Some(settings) = tree.source(SETTINGS).and_then(|source| source.text.parse::<Table>().ok()) else {
        return vec![Complaint::new(SETTINGS, "is missing, or is not TOML")];
    };
    let is_wrong = |text: &str| {
        // `server.listen`, and `store.go_on_after_loss = true`.
        let path = text.split(" = ").next().unwrap_or(text);
        let Some((section, key)) = path.split_once('.') else { return false };
        let is_key = key.bytes().all(|c| c.is_ascii_lowercase() || c == b'_') && !is_extension(key);
        is_key && settings.get(section).and_then(Value::as_table).is_some_and(|section| !section.contains_key(key))
    };
    let wrong =
        |document| quoted(document).filter(|(_, text)| is_wrong(text)).map(move |(line, text)| (document, line, text));
    let complain = |(document, line, text): (&Source, usize, &str)| {
        Complaint::new(format!("{}:{line}", document.path), format!("there is no setting `{text}`"))
    };
    documents(tree).flat_map(wrong).map(complain).collect()
}

/// `store.rs` is a file.
fn is_extension(key: &str) -> bool {
    ["rs", "md", "toml", "json"].contains(&key)
}

fn check_metrics(tree: &Tree) -> Vec<Complaint> {
    let Some(metrics) = tree.source(METRICS) else { return vec![Complaint::new(METRICS, "is missing")] };
    let is_wrong = |text: &str| {
        let name = text.split('{').next().unwrap_or(text);
        let is_metric = name.starts_with("rightful_") && METRIC_ENDINGS.iter().any(|ending| name.ends_with(ending));
        is_metric && !metrics.text.contains(&format!("\"{name}\""))
    };
    let mut complaints = Vec::new();
    for document in documents(tree) {
        for (line, text) in quoted(document).filter(|(_, text)| is_wrong(text)) {
            complaints
                .push(Complaint::new(format!("{}:{line}", document.path), format!("there is no metric `{text}`")));
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_seen_from_its_own_folder() {
        let n_dead = |text: &str| {
            let tree = Tree::of_sources([("docs/guides/a.md", text), ("docs/b.md", ""), ("deploy/x.service", "")]);
            documents(&tree).flat_map(|document| dead_links(&tree, document)).count()
        };
        assert_eq!(n_dead("[b](../b.md#part), [c](https://example.org), [d](#here), [e](../../deploy/)"), 0);
        assert_eq!(n_dead("[b](b.md)"), 1);
    }

    #[test]
    fn a_setting_is_told_from_a_file_and_a_word() {
        let n_wrong = |text: &str| {
            check_settings(&Tree::of_sources([
                ("a.md", text),
                (SETTINGS, "[store]\ndata = \"\"\n[log]\nlevel = \"\"\n"),
            ]))
            .len()
        };
        assert_eq!(n_wrong("`store.data`, `store.rs`, `store.data = \"x\"`, `login.success`, `log.level`"), 0);
        assert_eq!(n_wrong("`store.date`"), 1);
        assert_eq!(n_wrong("`log.format = \"json\"`"), 1);
    }
}
