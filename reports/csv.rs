//! CSV for spreadsheets: one row for each result, and no cell that a spreadsheet would run.

use std::io::{self, Write};

use csv::{QuoteStyle, Terminator, WriterBuilder};
use trailproof_core::assessment::Assessment;
use trailproof_core::finding::Finding;
use trailproof_core::results::Results;

use crate::index::Index;
use crate::{ReportError, text, visit};

/// The number of this form; columns are only ever added at the end.
pub const SCHEMA_VERSION: &str = "1";

/// The columns.
pub const COLUMNS: [&str; 29] = [
    "schema_version",
    "account_ref",
    "account_id",
    "account_name",
    "ou_path",
    "partition",
    "region",
    "check",
    "title",
    "group",
    "severity",
    "weight",
    "status",
    "reason",
    "message",
    "resource_type",
    "resource_name",
    "resource",
    "observed",
    "expected",
    "evidence",
    "waiver_id",
    "waiver_owner",
    "waiver_reason",
    "waiver_ticket",
    "waiver_expires",
    "fingerprint",
    "run_id",
    "run_ended",
];

/// Writes the header and a row for each result; with a byte order mark, by which Excel knows UTF-8, if asked for.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    mark: bool,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    if mark {
        out.write_all("\u{feff}".as_bytes())?;
    }
    let mut table = WriterBuilder::new()
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .from_writer(out);
    table.write_record(COLUMNS).map_err(refused)?;
    let index = Index::new(assessment);
    visit::each(assessment, &mut |findings| {
        findings.iter().try_for_each(|finding| {
            let row = row(assessment, &index, finding);
            table.write_record(row.iter().map(|value| cell(value))).map_err(refused)
        })
    })?;
    table.flush()?;
    Ok(())
}

fn refused(error: csv::Error) -> io::Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => io::Error::other(format!("{other:?}")),
    }
}

fn row<R>(
    assessment: &Assessment<R>,
    index: &Index<'_>,
    finding: &Finding,
) -> [String; COLUMNS.len()] {
    let account = finding.account_id;
    let (kind, name) = text::resource(&finding.resource);
    let evidence: Vec<String> = finding
        .evidence
        .iter()
        .map(|one| {
            let value = one.value.to_string();
            let [operation, field, value] =
                [&one.operation, &one.field, &value].map(|one| text::line(one));
            format!("{operation} {field}={value}")
        })
        .collect();
    let waiver = |part: fn(&trailproof_core::finding::AppliedWaiver) -> String| {
        finding.waiver.as_ref().map(part).unwrap_or_default()
    };
    [
        SCHEMA_VERSION.to_owned(),
        // A spreadsheet takes the zeros off a number's front, and cannot take these for one.
        format!("acct-{account}"),
        account.to_string(),
        index.name(account).to_owned(),
        index.accounts.get(&account).map(|known| known.ou_path.clone()).unwrap_or_default(),
        finding.partition.to_string(),
        finding.region.clone(),
        finding.check.clone(),
        finding.title.clone(),
        finding.group.code().to_owned(),
        finding.severity.code().to_owned(),
        finding.weight.to_string(),
        finding.status.code().to_owned(),
        finding.reason.clone(),
        finding.message.clone(),
        kind.to_owned(),
        name.to_owned(),
        finding.resource.clone(),
        finding.observed.clone(),
        finding.expected.clone(),
        evidence.join("; "),
        waiver(|one| one.id.clone()),
        waiver(|one| one.owner.clone()),
        waiver(|one| one.reason.clone()),
        waiver(|one| one.ticket.clone().unwrap_or_default()),
        waiver(|one| one.expires.to_string()),
        finding.fingerprint.clone(),
        assessment.run.id.clone(),
        assessment.run.ended.to_string(),
    ]
}

/// A cell on one line that no spreadsheet takes for a formula.
fn cell(value: &str) -> String {
    let value = text::line(value);
    if value.starts_with(['=', '+', '-', '@']) { format!("'{value}") } else { value }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::sample::{self, hostile};

    fn written(assessment: &Assessment, mark: bool) -> String {
        let mut out = Vec::new();
        write(assessment, mark, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The rows as a reader of RFC 4180 has them, the header first; what the form asks of every one is held.
    pub fn check_form(text: &str) -> Vec<Vec<String>> {
        assert!(text.ends_with("\"\r\n"), "the last row has an end");
        assert!(!text.starts_with('\u{feff}'));
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let rows: Vec<Vec<String>> =
            reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
        for (row, line) in rows.iter().zip(text.split_terminator("\r\n")) {
            assert_eq!(row.len(), COLUMNS.len(), "{row:?}");
            assert!(line.starts_with('"') && line.ends_with('"') && !line.contains(['\r', '\n']));
            let formula =
                row.iter().find(|cell| cell.starts_with(['=', '+', '-', '@', '\t', '\r']));
            assert_eq!(formula, None);
        }
        assert_eq!(rows.len(), text.matches("\r\n").count());
        rows
    }

    #[test]
    fn every_result_has_a_row_and_every_row_the_headers_fields() {
        for assessment in
            [sample::assessment(), sample::lone(), sample::gaps(), sample::healthy(30)]
        {
            let rows = check_form(&written(&assessment, false));
            assert_eq!(rows[0], COLUMNS);
            assert_eq!(rows.len(), assessment.results.len() + 1);
        }
        let none = Assessment { results: Vec::new(), ..sample::lone() };
        assert_eq!(check_form(&written(&none, false)).len(), 1);
    }

    #[test]
    fn an_account_keeps_its_zeros() {
        let mut assessment = sample::lone();
        let account = "012345678901".parse().unwrap();
        assessment.results[0].account_id = account;
        let text = written(&assessment, false);
        assert!(text.contains("\r\n\"1\",\"acct-012345678901\",\"012345678901\",\""), "{text}");
    }

    #[test]
    fn what_begins_like_a_formula_is_none() {
        for text in hostile::TEXTS.iter().copied().chain(["\r=1", "\t@x", "=", "-", "＝1"]) {
            check_form(&written(&sample::with_text(text), false));
        }
        assert_eq!(cell("=1+1"), "'=1+1");
        assert_eq!(cell("\t=1"), "'=1");
        assert_eq!(cell("a=1"), "a=1");
    }

    #[test]
    fn a_mark_is_written_where_it_is_asked_for() {
        let (with, without) = (written(&sample::lone(), true), written(&sample::lone(), false));
        assert_eq!(with.strip_prefix('\u{feff}'), Some(without.as_str()));
    }
}
