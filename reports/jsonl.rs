//! JSON Lines: one result on each line, as the JSON report holds it, with what a line needs to stand alone.

use std::io::Write;

use serde::Serialize;
use trailproof_core::assessment::Assessment;
use trailproof_core::finding::Finding;
use trailproof_core::results::Results;

use crate::index::Index;
use crate::{ReportError, visible, visit};

/// The schema that each line follows.
pub const SCHEMA: &str = "trailproof.result/1";

/// The JSON Schema (2020-12) of a line; it refers to the report's.
pub const SCHEMA_DOCUMENT: &str = include_str!("schema/result.schema.json");

#[derive(Serialize)]
struct Line<'a> {
    schema: &'static str,
    run_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    organization_id: Option<&'a str>,
    account_name: &'a str,
    #[serde(flatten)]
    finding: &'a Finding,
}

/// Writes a line for each result.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let index = Index::new(assessment);
    visit::each(assessment, &mut |findings| {
        findings.iter().try_for_each(|finding| {
            let line = Line {
                schema: SCHEMA,
                run_id: &assessment.run.id,
                organization_id: assessment.scope.organization_id.as_deref(),
                account_name: index.name(finding.account_id),
                finding,
            };
            visible::line(&line, out)
        })
    })
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{SCHEMA_DOCUMENT as REPORT, sample};

    fn lines(assessment: &Assessment) -> Vec<Value> {
        let mut out = Vec::new();
        write(assessment, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn each_line_is_a_result_of_the_report_and_follows_the_schema() {
        let report: Value = serde_json::from_str(REPORT).unwrap();
        let line: Value = serde_json::from_str(SCHEMA_DOCUMENT).unwrap();
        let registry = jsonschema::Registry::new()
            .add(report["$id"].as_str().unwrap(), &report)
            .and_then(|registry| registry.prepare())
            .unwrap();
        let schema = jsonschema::options().with_registry(&registry).build(&line).unwrap();
        for assessment in [sample::assessment(), sample::lone(), sample::gaps()] {
            let found = lines(&assessment);
            assert_eq!(found.len(), assessment.results.len());
            for (line, finding) in found.iter().zip(&assessment.results) {
                let problems: Vec<String> =
                    schema.iter_errors(line).map(|error| error.to_string()).collect();
                assert!(problems.is_empty(), "{problems:?} in {line}");
                assert_eq!(serde_json::from_value::<Finding>(line.clone()).unwrap(), *finding);
                assert_eq!(line["run_id"], assessment.run.id);
                assert!(line["status"].is_string());
            }
        }
        let mut broken = lines(&sample::lone()).remove(0);
        broken["status"] = Value::Null;
        assert!(!schema.is_valid(&broken));
    }
}
