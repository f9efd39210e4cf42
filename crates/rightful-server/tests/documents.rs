//! The documents, taken at their word: what they have a reader send is sent, and what they name is there.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

mod testkit;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;
use testkit::{Answer, Server, create_app, rightful};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn document(name: &str) -> String {
    std::fs::read_to_string(root().join(name)).unwrap()
}

/// Every page for readers, by name.
fn documents() -> BTreeMap<String, String> {
    let mut names = vec!["README.md".to_owned(), "docs/concepts.md".to_owned(), "docs/operations.md".to_owned()];
    for page in std::fs::read_dir(root().join("docs/guides")).unwrap() {
        names.push(format!("docs/guides/{}", page.unwrap().file_name().into_string().unwrap()));
    }
    names.into_iter().map(|name| (name.clone(), document(&name))).collect()
}

/// What stands between fences of shell.
fn shell_blocks(page: &str) -> impl Iterator<Item = &str> {
    page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap())
}

/// The commands of a block, each in words, as a shell would have them: quotes, line breaks after `\`, `$NAME`, comments.
fn commands(block: &str, variables: &BTreeMap<&str, String>) -> Vec<Vec<String>> {
    let (mut all, mut words, mut word) = (Vec::new(), Vec::new(), None::<String>);
    let (mut quote, mut signs) = (None, block.chars().peekable());
    let dollar = |signs: &mut std::iter::Peekable<std::str::Chars<'_>>| {
        let mut name = String::new();
        while let Some(sign) = signs.next_if(char::is_ascii_uppercase) {
            name.push(sign);
        }
        variables.get(name.as_str()).cloned().unwrap_or_else(|| panic!("${name} is not known in {block}"))
    };
    while let Some(sign) = signs.next() {
        match (quote, sign) {
            (Some(open), _) if sign == open => quote = None,
            (Some('"') | None, '$') => word.get_or_insert_default().push_str(&dollar(&mut signs)),
            (Some(_), _) => word.get_or_insert_default().push(sign),
            (None, '\'' | '"') => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (None, '\\') => match signs.next().unwrap() {
                '\n' => words.extend(word.take()),
                sign => word.get_or_insert_default().push(sign),
            },
            (None, '\n') => {
                words.extend(word.take());
                all.extend(Some(std::mem::take(&mut words)).filter(|words| !words.is_empty()));
            }
            (None, '#') if word.is_none() => while signs.next_if(|sign| *sign != '\n').is_some() {},
            (None, ' ') => words.extend(word.take()),
            (None, _) => word.get_or_insert_default().push(sign),
        }
    }
    all
}

/// Sends what a command of curl's would.
fn send(server: &Server, command: &[String]) -> Answer {
    let (mut method, mut path, mut body, mut headers) = (None, None, None, Vec::new());
    let mut words = command.iter().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "-s" => {}
            "-X" => method = words.next().cloned(),
            "-d" => body = words.next().cloned(),
            "-H" => headers.extend(words.next().unwrap().split_once(": ")),
            ">" => break,
            url => {
                let place = url.split_once("://").unwrap_or_else(|| panic!("{url} in {command:?}")).1;
                path = place.find('/').and_then(|at| place.get(at..)).map(str::to_owned);
            }
        }
    }
    let method = method.unwrap_or_else(|| if body.is_some() { "POST".into() } else { "GET".into() });
    server.ask(&method, &path.unwrap(), &headers, &body.unwrap_or_default())
}

/// What a guide's commands of curl's answer, one after another, each a success.
#[track_caller]
fn check_commands(page: &str, expected: usize) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let keys = create_app(&data, &[]);
    let server = Server::start(&data);
    let key = keys["native"]["api_key"].as_str().unwrap().to_owned();
    let bearer = [("authorization", format!("Bearer {key}"))];
    let bearer = bearer.each_ref().map(|(name, value)| (*name, value.as_str()));
    let mut variables = BTreeMap::from([("KEY", key.clone()), ("ID", String::new())]);
    let mut n_sent = 0;
    for block in shell_blocks(&document(page)) {
        // One event's id serves a whole block, as in the shell of somebody who follows.
        for mut command in commands(block, &variables) {
            if command.first().is_none_or(|program| program != "curl") || command.iter().any(|word| word == "-sN") {
                continue;
            }
            // The revision is that of the reader's own book.
            let revision = server.get("/v1/rules", &bearer).json()["revision"].to_string();
            for word in &mut command {
                *word = word.replace("\"revision\": 4", &format!("\"revision\": {revision}"));
            }
            let answer = send(&server, &command);
            assert!((200..300).contains(&answer.status), "{page}: {command:?} is answered {}", answer.text);
            n_sent += 1;
            if let Ok(Value::Object(told)) = serde_json::from_str(&answer.text)
                && let Some(id) = told.get("id").and_then(Value::as_str)
            {
                variables.insert("ID", id.to_owned());
            }
        }
    }
    assert_eq!(n_sent, expected, "{page}: commands were lost, or are new");
}

#[test]
fn what_guides_have_a_reader_send_is_taken() {
    check_commands("docs/guides/native-api.md", 9);
    check_commands("docs/guides/rules.md", 4);
    check_commands("docs/guides/stream-and-export.md", 1);
}

#[test]
fn every_path_that_a_document_names_is_there() {
    let output = rightful().arg("openapi").output().unwrap();
    let contract: Value = serde_json::from_slice(&output.stdout).unwrap();
    let paths = contract["paths"].as_object().unwrap();
    // A parameter is one, whatever it is called, and so is an id in its place.
    let shape = |path: &str| {
        path.split('/').map(|part| if part.contains('{') { "{}" } else { part }).collect::<Vec<_>>().join("/")
    };
    let known: Vec<(String, &Value)> = paths.iter().map(|(path, methods)| (shape(path), methods)).collect();
    let mut n_named = 0;
    for (name, page) in documents() {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH"] {
            for rest in page.split(&format!("{method} /v1/")).skip(1) {
                let path = rest.split(|sign: char| " `?\n…".contains(sign)).next().unwrap();
                let path = shape(&format!("/v1/{path}"));
                let there =
                    known.iter().any(|(known, methods)| *known == path && methods.get(method.to_lowercase()).is_some());
                assert!(there, "{name} names {method} {path}, which is not in the contract");
                n_named += 1;
            }
        }
    }
    assert!(n_named > 20, "only {n_named} paths were found");
}

#[test]
fn operators_read_of_every_metric() {
    let page = document("docs/operations.md");
    let source = document("crates/rightful-server/src/telemetry.rs");
    let texts = source.split('"').filter(|text| text.starts_with("rightful_") && !text.contains(' '));
    let names = texts.filter_map(|text| text.split('{').next());
    let untold: Vec<&str> = names.filter(|name| !page.contains(&format!("| `{name}`"))).collect();
    assert!(untold.is_empty(), "docs/operations.md has no row of {untold:?}");
}

#[test]
fn policies_and_rules_that_documents_show_are_taken() {
    let folder = tempfile::tempdir().unwrap();
    let guide = document("docs/guides/policy.md");
    let shown: Vec<&str> = guide.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    assert!(shown.iter().filter(|line| line.starts_with('[')).count() >= 3, "{shown:?}");
    let reference = document("docs/reference/rules.md");
    let fenced = reference.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    for text in std::iter::once(shown.join("\n")).chain(fenced) {
        let file = folder.path().join("policy.toml");
        std::fs::write(&file, &text).unwrap();
        let done = rightful().args(["rules", "check"]).arg(&file).output().unwrap();
        assert!(done.status.success(), "{text}\n{}", String::from_utf8_lossy(&done.stdout));
    }
}
