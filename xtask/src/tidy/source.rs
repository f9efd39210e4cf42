//! One file of the repository, and which of its lines are code. Line by line: no parser, so no surprise.

/// One file, with its path from the root in forward slashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// `crates/rightful-domain/src/id.rs`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl Source {
    /// A file of that path and text.
    #[must_use]
    pub fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self { path: path.into(), text: text.into() }
    }

    /// True for Rust.
    #[must_use]
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    /// The file's name without its folder.
    #[must_use]
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The folder it is in, without a slash at the end; empty at the root.
    #[must_use]
    pub fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The lines outside `#[cfg(test)] mod …`, numbered from 1.
    ///
    /// Relies on rustfmt, which closes a module at the root of a file with a brace in the first column.
    #[must_use]
    pub fn lines_outside_tests(&self) -> Vec<(usize, &str)> {
        let mut kept = Vec::new();
        let mut lines = self.text.lines().enumerate().map(|(place, line)| (place + 1, line)).peekable();
        while let Some((number, line)) = lines.next() {
            let opens_tests = line.trim_end() == "#[cfg(test)]"
                && lines.peek().is_some_and(|(_, next)| next.starts_with("mod ") || next.starts_with("pub mod "));
            if !opens_tests {
                kept.push((number, line));
                continue;
            }
            if lines.next().is_some_and(|(_, opening)| opening.trim_end().ends_with(';')) {
                continue;
            }
            // The module's own lines, to the brace that closes it.
            while lines.next().is_some_and(|(_, inner)| inner.trim_end() != "}") {}
        }
        kept
    }

    /// The code outside tests and comments, numbered from 1.
    ///
    /// A `//` inside a string ends the line too early here; what is searched for does not follow web addresses.
    #[must_use]
    pub fn code_outside_tests(&self) -> Vec<(usize, &str)> {
        let mut lines = self.lines_outside_tests();
        for (_, line) in &mut lines {
            *line = line.split_once("//").map_or(*line, |(code, _)| code);
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str)]) {
        assert_eq!(Source::new("a.rs", text).code_outside_tests(), expected);
    }

    #[test]
    fn tests_and_comments_are_not_code_and_what_follows_tests_is() {
        check("a();\n", &[(1, "a();")]);
        check("a(); // b()\n", &[(1, "a(); ")]);
        check("#[cfg(test)]\nmod tests {\n    a();\n}\nb();\n", &[(5, "b();")]);
        check("#[cfg(test)]\nmod tests;\nb();\n", &[(3, "b();")]);
        check("#[cfg(test)]\nuse a::b;\n", &[(1, "#[cfg(test)]"), (2, "use a::b;")]);
    }

    #[test]
    fn a_path_has_a_name_and_a_folder() {
        let source = Source::new("crates/a/src/lib.rs", "");
        assert_eq!((source.folder(), source.name()), ("crates/a/src", "lib.rs"));
        assert_eq!(Source::new("Makefile", "").folder(), "");
    }
}
