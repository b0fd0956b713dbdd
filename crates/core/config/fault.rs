//! What is wrong with a file, in words for whoever wrote it.

use crate::likeness::nearest;

/// What is wrong, and in which line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Fault {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong and what is expected, on one line.
    pub message: String,
}

/// So many names are listed; of more only the nearest is told.
const LISTED: usize = 12;

/// The line of a place in the text, counted from 1.
pub(super) fn line_at(text: &str, at: usize) -> usize {
    let before = text.as_bytes().get(..at.min(text.len())).unwrap_or_default();
    before.iter().filter(|byte| **byte == b'\n').count() + 1
}

/// Says that a name is unknown.
pub(super) fn unknown(name: &str, names: &[&str]) -> String {
    let mut words = format!("there is no {name:?} here");
    if let Some(meant) = nearest(name, names.iter().copied()) {
        words.push_str(&format!("; did you mean {meant}?"));
    }
    if names.is_empty() {
        return words;
    }
    if names.len() <= LISTED {
        words.push_str(&format!(" expected: {}", names.join(", ")));
    } else {
        words.push_str(" `trailproof --dump-config` shows every key");
    }
    words
}

/// The words of a parser in ours.
pub(super) fn told(message: &str) -> String {
    let line: String =
        message.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>();
    let unknown_name = ["unknown field `", "unknown variant `"].iter().find_map(|start| {
        let (name, rest) = line.split_once(start)?.1.split_once("`, ")?;
        let rest = rest.strip_prefix("expected ").unwrap_or(rest);
        let rest = rest.strip_prefix("one of ").unwrap_or(rest);
        let names: Vec<&str> = rest
            .split([',', '`', ' '])
            .filter(|word| !word.is_empty() && *word != "or")
            .take_while(|word| *word != "at" && *word != "in")
            .collect();
        Some(unknown(name, &names))
    });
    unknown_name.unwrap_or_else(|| {
        let plain = line.replace("expected u32", "a whole number is expected");
        plain.replace("expected i64", "a whole number is expected")
    })
}

/// A fault of a YAML file.
pub(super) fn of_yaml(error: &serde_saphyr::Error) -> Fault {
    let line = error.location().map_or(1, |at| usize::try_from(at.line()).unwrap_or(1));
    let plain = error.without_snippet().to_string();
    Fault { line: line.max(1), message: told(&plain) }
}
