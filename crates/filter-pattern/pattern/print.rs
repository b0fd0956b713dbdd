//! Patterns written in one spelling.

use std::fmt;

use crate::operand::{Operand, Text};
use crate::pattern::FilterPattern;
use crate::pattern::delimited::{Delimited, Field, WordCondition};
use crate::pattern::json::{Json, JsonTest};
use crate::pattern::terms::{Role, Term, is_word};

impl fmt::Display for FilterPattern {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Everything => Ok(()),
            Self::Json(json) => write!(out, "{{ {json} }}"),
            Self::Delimited(delimited) => write!(out, "{delimited}"),
            Self::Regular(regular) => write!(out, "%{}%", regular.as_str()),
            Self::Terms(terms) => joined(out, terms, " "),
        }
    }
}

fn joined<T: fmt::Display>(
    out: &mut fmt::Formatter<'_>,
    parts: &[T],
    between: &str,
) -> fmt::Result {
    for (place, part) in parts.iter().enumerate() {
        if place > 0 {
            out.write_str(between)?;
        }
        write!(out, "{part}")?;
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

impl fmt::Display for Json {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Test(selector, test) => write!(out, "{selector} {test}"),
            Self::Any(parts) => joined(out, parts, " || "),
            Self::All(parts) => {
                for (place, part) in parts.iter().enumerate() {
                    let between = if place > 0 { " && " } else { "" };
                    match part {
                        Self::Any(_) => write!(out, "{between}({part})")?,
                        part => write!(out, "{between}{part}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for JsonTest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(op, operand) => write!(out, "{} {operand}", op.as_str()),
            Self::IsNull => out.write_str("IS NULL"),
            Self::Is(true) => out.write_str("IS TRUE"),
            Self::Is(false) => out.write_str("IS FALSE"),
            Self::NotExists => out.write_str("NOT EXISTS"),
        }
    }
}

impl fmt::Display for Operand {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(Text { text, quoted: true }) => out.write_str(&quoted(text)),
            Self::Text(Text { text, quoted: false }) => out.write_str(text),
            Self::Number(number) => out.write_str(number.as_str()),
            Self::Regular(regular) => write!(out, "%{}%", regular.as_str()),
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self.role {
            Role::Required => "",
            Role::Optional => "?",
            Role::Excluded => "-",
        })?;
        if self.text.is_empty() || !self.text.chars().all(is_word) {
            out.write_str(&quoted(&self.text))
        } else {
            out.write_str(&self.text)
        }
    }
}

impl fmt::Display for Delimited {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("[")?;
        for (place, field) in self.fields.iter().enumerate() {
            out.write_str(if place > 0 { ", " } else { "" })?;
            match field {
                Field::Ellipsis => out.write_str("...")?,
                Field::Word { name, condition: None } => out.write_str(name)?,
                Field::Word { name, condition: Some(condition) } => {
                    write_condition(out, name, condition)?;
                }
            }
        }
        out.write_str("]")
    }
}

fn write_condition(
    out: &mut fmt::Formatter<'_>,
    name: &str,
    condition: &WordCondition,
) -> fmt::Result {
    let (parts, between) = match condition {
        WordCondition::Compare(op, operand) => {
            return write!(out, "{name} {} {operand}", op.as_str());
        }
        WordCondition::All(parts) => (parts, " && "),
        WordCondition::Any(parts) => (parts, " || "),
    };
    for (place, part) in parts.iter().enumerate() {
        out.write_str(if place > 0 { between } else { "" })?;
        write_condition(out, name, part)?;
    }
    Ok(())
}
