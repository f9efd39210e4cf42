//! A story for each ready rule: what happens when it matches, and beside it the same with one fact changed, when it does not.
//!
//! The stories of a group are one file in `scenarios/library/`:
//!
//! ```text
//! rule velocity-account-attempts
//! 10:00  login ok ann phone-a lisbon                            happens in both
//! yes 12:00  10 times every 10s  login failed ann bot lisbon    happens where the rule matches what happens last
//! no  12:00   9 times every 10s  login failed ann bot lisbon    happens where it does not
//! ```

use crate::story::{Story, StoryError, World};

/// What a block begins with.
const RULE: &str = "rule";

/// The two stories of one rule.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleStory {
    /// The rule's id.
    pub rule: String,
    /// The line of the file at which they begin, from 1.
    pub line: usize,
    /// The rule matches what happens last.
    pub matching: Story,
    /// It does not.
    pub neighbor: Story,
}

/// Reads a file of stories. Lines of errors are those of the file.
///
/// # Errors
/// A line is none of a story.
pub fn rule_stories(text: &str, world: &World) -> Result<Vec<RuleStory>, StoryError> {
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &&str| line.split_whitespace().next() == Some(RULE);
    let starts: Vec<usize> = (0..lines.len()).filter(|nth| lines.get(*nth).is_some_and(begins)).collect();
    let ends = starts.iter().skip(1).copied().chain([lines.len()]);
    let told = |(start, end): (usize, usize)| {
        let block = lines.get(start..end).unwrap_or_default();
        let rule = block.first().and_then(|line| line.split_whitespace().nth(1)).unwrap_or_default().to_owned();
        let side = |mine: &str, other: &str| Story::parse(&side(start, block, (mine, other)), world);
        Ok(RuleStory { rule, line: start + 1, matching: side("yes", "no")?, neighbor: side("no", "yes")? })
    };
    starts.iter().copied().zip(ends).map(told).collect()
}

/// The lines of one side, each in its place in the file.
fn side(start: usize, block: &[&str], (mine, other): (&str, &str)) -> String {
    let mut text = "\n".repeat(start + 1);
    for line in block.iter().skip(1) {
        let word = line.split_whitespace().next().unwrap_or_default();
        if word == mine {
            text.push_str(line.trim_start().strip_prefix(mine).unwrap_or_default());
        } else if word != other {
            text.push_str(line);
        }
        text.push('\n');
    }
    text
}
