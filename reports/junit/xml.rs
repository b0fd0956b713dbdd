//! Suites and cases as the XML that `junit-10.xsd` allows, attribute for attribute.
//!
//! Written with quick-xml and not with quick-junit: that writes a `skipped` attribute on the root, which the schema
//! refuses, orders attributes its own way, and would have to be undone more than it does.

use std::io::{self, Write};

use jiff::Timestamp;
use quick_xml::Writer;
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};

use crate::text;

/// A test suite.
pub struct Suite {
    pub name: String,
    pub millis: i64,
    pub timestamp: Timestamp,
    pub properties: Vec<(&'static str, String)>,
    pub cases: Vec<Case>,
    /// Whether to write the (empty) output streams, which some readers ask for.
    pub streams: bool,
}

/// A test case.
pub struct Case {
    pub class: String,
    pub name: String,
    pub millis: i64,
    pub outcome: Outcome,
}

/// What became of a case.
pub enum Outcome {
    Passed,
    Child { tag: Tag, message: String, kind: String, text: String },
}

/// The element that says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    Failure,
    Error,
    Skipped,
}

impl Tag {
    fn name(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Error => "error",
            Self::Skipped => "skipped",
        }
    }
}

/// How many cases, and how many of them are not passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    /// Counts a case; without a tag it passed.
    pub fn add(&mut self, tag: Option<Tag>) {
        self.tests += 1;
        match tag {
            Some(Tag::Failure) => self.failures += 1,
            Some(Tag::Error) => self.errors += 1,
            Some(Tag::Skipped) => self.skipped += 1,
            None => {}
        }
    }
}

impl Outcome {
    pub fn tag(&self) -> Option<Tag> {
        match self {
            Self::Passed => None,
            Self::Child { tag, .. } => Some(*tag),
        }
    }
}

impl Suite {
    /// Counts its cases.
    pub fn count(&self, counts: &mut Counts) {
        self.cases.iter().for_each(|case| counts.add(case.outcome.tag()));
    }
}

/// A document on its way: its counts stand in its first line, so that they must be known before.
pub struct Document<W: Write> {
    writer: Writer<W>,
    suites: usize,
}

impl<W: Write> Document<W> {
    /// Begins with the root.
    pub fn begin(out: W, counts: &Counts, millis: i64) -> io::Result<Self> {
        let mut writer = Writer::new_with_indent(out, b' ', 2);
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
        let root = element(
            "testsuites",
            &[
                ("name", "trailproof"),
                ("tests", &counts.tests.to_string()),
                ("failures", &counts.failures.to_string()),
                ("errors", &counts.errors.to_string()),
                ("time", &seconds(millis)),
            ],
        );
        writer.write_event(Event::Start(root))?;
        Ok(Self { writer, suites: 0 })
    }

    /// Writes a suite.
    pub fn suite(&mut self, suite: &Suite) -> io::Result<()> {
        write_suite(&mut self.writer, self.suites, suite)?;
        self.suites += 1;
        Ok(())
    }

    /// Ends the document.
    pub fn end(mut self) -> io::Result<()> {
        self.writer.write_event(Event::End(BytesEnd::new("testsuites")))?;
        let mut out = self.writer.into_inner();
        out.write_all(b"\n")?;
        out.flush()
    }
}

fn write_suite<W: Write>(writer: &mut Writer<W>, id: usize, suite: &Suite) -> io::Result<()> {
    let mut counts = Counts::default();
    suite.count(&mut counts);
    let start = element(
        "testsuite",
        &[
            ("name", &suite.name),
            ("tests", &counts.tests.to_string()),
            ("failures", &counts.failures.to_string()),
            ("errors", &counts.errors.to_string()),
            ("skipped", &counts.skipped.to_string()),
            ("time", &seconds(suite.millis)),
            ("timestamp", &suite.timestamp.strftime("%Y-%m-%dT%H:%M:%S").to_string()),
            ("hostname", "localhost"),
            ("id", &id.to_string()),
            ("package", "trailproof"),
        ],
    );
    writer.write_event(Event::Start(start))?;
    if !suite.properties.is_empty() {
        writer.write_event(Event::Start(BytesStart::new("properties")))?;
        for (name, value) in &suite.properties {
            let property = element("property", &[("name", name), ("value", value)]);
            writer.write_event(Event::Empty(property))?;
        }
        writer.write_event(Event::End(BytesEnd::new("properties")))?;
    }
    for case in &suite.cases {
        write_case(writer, case)?;
    }
    if suite.streams {
        writer.write_event(Event::Empty(BytesStart::new("system-out")))?;
        writer.write_event(Event::Empty(BytesStart::new("system-err")))?;
    }
    writer.write_event(Event::End(BytesEnd::new("testsuite")))
}

fn write_case<W: Write>(writer: &mut Writer<W>, case: &Case) -> io::Result<()> {
    let time = seconds(case.millis);
    let start =
        element("testcase", &[("classname", &case.class), ("name", &case.name), ("time", &time)]);
    let Outcome::Child { tag, message, kind, text } = &case.outcome else {
        return writer.write_event(Event::Empty(start));
    };
    writer.write_event(Event::Start(start))?;
    let attributes = [("message", message.as_str()), ("type", kind.as_str())];
    let given = if kind.is_empty() { &attributes[..1] } else { &attributes[..] };
    writer.write_event(Event::Start(element(tag.name(), given)))?;
    writer.write_event(Event::Text(BytesText::from_escaped(escape(text, false))))?;
    writer.write_event(Event::End(BytesEnd::new(tag.name())))?;
    writer.write_event(Event::End(BytesEnd::new("testcase")))
}

fn element<'a>(name: &'a str, attributes: &[(&str, &str)]) -> BytesStart<'a> {
    let mut start = BytesStart::new(name);
    for (key, value) in attributes {
        // From bytes: taken as it is, since quick-xml's own escaping lets illegal characters through.
        start.push_attribute(Attribute::from((key.as_bytes(), escape(value, true).as_bytes())));
    }
    start
}

/// Replaces what XML 1.0 forbids (a numeric reference to it is just as invalid) and escapes what it reserves.
fn escape(text: &str, attribute: bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text::clean(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' if attribute => escaped.push_str("&quot;"),
            '\t' if attribute => escaped.push_str("&#9;"),
            '\n' if attribute => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            '\u{0}'..='\u{8}'
            | '\u{b}'
            | '\u{c}'
            | '\u{e}'..='\u{1f}'
            | '\u{fffe}'
            | '\u{ffff}' => {
                escaped.push('\u{fffd}');
            }
            _ => escaped.push(character),
        }
    }
    escaped
}

fn seconds(millis: i64) -> String {
    format!("{}.{:03}", millis / 1000, millis % 1000)
}
