//! What is said beside the results: on stderr, as lines for people or as JSON for machines.

use std::io::Write;
use std::sync::OnceLock;

use clap::ValueEnum;
use serde_json::{Value, json};

/// How lines on stderr are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

static FORMAT: OnceLock<LogFormat> = OnceLock::new();

/// Sets the format, once for a process.
pub fn set(format: LogFormat) {
    let _ = FORMAT.set(format);
}

/// The format that was set.
pub fn format() -> LogFormat {
    FORMAT.get().copied().unwrap_or_default()
}

/// Says a line. For people it is cleaned: AWS's words, paths and flags are in it, and none may start a line of its own
/// or command the terminal. As JSON it is an object with `event`, `message` and whatever more there is to say.
pub fn say(event: &str, message: &str, more: Value) {
    let line = match format() {
        LogFormat::Text => trailproof_reports::one_line(message),
        LogFormat::Json => object(event, message, more).to_string(),
    };
    // Nobody may be listening any more.
    let _ = writeln!(std::io::stderr(), "{line}");
}

fn object(event: &str, message: &str, more: Value) -> Value {
    let mut object = json!({ "event": event, "message": message });
    if let (Some(object), Value::Object(more)) = (object.as_object_mut(), more) {
        object.extend(more);
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_for_machines_is_one_object_whatever_it_says() {
        let object = object("note", "two\nlines and \u{1b}[31m", json!({ "accounts": 2 }));
        let line = object.to_string();
        assert!(!line.contains('\n') && !line.contains('\u{1b}'), "{line}");
        assert_eq!(object["accounts"], 2);
    }
}
