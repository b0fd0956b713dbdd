//! The JSON report, which is the assessment at rest.

use std::cell::RefCell;
use std::io::Write;
use std::ops::ControlFlow;

use serde::ser::{Error as _, SerializeSeq};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;
use trailproof_core::assessment::{
    Assessment, CheckInfo, CoverageReport, GateOutcome, Route, Run, SCHEMA, ScopeReport,
    ScoreReport,
};
use trailproof_core::diff::Side;
use trailproof_core::results::Results;
use trailproof_core::waiver::WaiverReport;

use crate::{ReportError, visible};

/// The JSON Schema (2020-12) of the report.
pub const SCHEMA_DOCUMENT: &str = include_str!("schema/report.schema.json");

/// Why a file is no report that this version can read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It does not say which schema it follows.
    #[error(
        "this is no trailproof report: a JSON object with \"schema\": \"{SCHEMA}\" is expected ({0})"
    )]
    NoReport(serde_json::Error),
    /// It follows another schema, or another version of it.
    #[error("the report follows the schema {found:?}, this version of trailproof reads {SCHEMA:?}")]
    Schema {
        /// What it says.
        found: String,
    },
    /// It does not hold what its schema asks for.
    #[error("the report does not follow its schema {SCHEMA:?}: {0}")]
    Malformed(serde_json::Error),
}

/// The report as it is written: key for key what [`Assessment`] is as it is read.
#[derive(Serialize)]
#[serde(bound = "R: Results")]
struct Document<'a, R: Results> {
    schema: &'a str,
    run: &'a Run,
    scope: &'a ScopeReport,
    routes: &'a [Route],
    coverage: &'a CoverageReport,
    score: &'a ScoreReport,
    gates: &'a [GateOutcome],
    checks: &'a [CheckInfo],
    results: Stream<'a, R>,
    waivers: &'a [WaiverReport],
    diff: Option<&'a Value>,
    #[serde(skip_serializing_if = "<[Side]>::is_empty")]
    earlier: &'a [Side],
}

/// The results as a list that is written while they come.
struct Stream<'a, R: Results> {
    results: &'a R,
    /// Why they stopped coming: a serializer's error has no room for it.
    stopped: &'a RefCell<Option<R::Error>>,
}

impl<R: Results> Serialize for Stream<'_, R> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(None)?;
        let mut outcome = Ok(());
        let visited = self.results.visit(&mut |findings| {
            outcome = findings.iter().try_for_each(|finding| list.serialize_element(finding));
            if outcome.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
        outcome?;
        if let Err(error) = visited {
            self.stopped.replace(Some(error));
            return Err(S::Error::custom("the results cannot be had"));
        }
        list.end()
    }
}

/// Writes the report.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let stopped = RefCell::new(None);
    // Taken apart, so that a new field cannot be forgotten here.
    let Assessment {
        schema,
        run,
        scope,
        routes,
        coverage,
        score,
        gates,
        checks,
        results,
        waivers,
        diff,
        earlier,
    } = assessment;
    let document = Document {
        schema,
        run,
        scope,
        routes,
        coverage,
        score,
        gates,
        checks,
        results: Stream { results, stopped: &stopped },
        waivers,
        diff: diff.as_ref(),
        earlier,
    };
    let mut writer = visible::indented(&mut *out);
    if let Err(error) = document.serialize(&mut writer) {
        return Err(match stopped.take() {
            Some(stopped) => ReportError::Results(stopped),
            None if error.is_io() => ReportError::Write(error.into()),
            None => ReportError::Json(error),
        });
    }
    out.write_all(b"\n")?;
    Ok(())
}

/// The schema that a JSON document says it follows, where it says so.
///
/// # Errors
/// When it is no JSON.
pub fn schema_of(bytes: &[u8]) -> Result<Option<String>, serde_json::Error> {
    #[derive(Deserialize)]
    struct Envelope {
        schema: Option<Value>,
    }
    let envelope: Envelope = serde_json::from_slice(bytes)?;
    Ok(envelope.schema.as_ref().and_then(Value::as_str).map(str::to_owned))
}

/// Reads a report that [`write()`] wrote, in this version of the program or another of the same schema.
///
/// # Errors
/// When it is no report, one of another schema, or damaged.
pub fn read(bytes: &[u8]) -> Result<Assessment, ReadError> {
    // The schema first and alone: what a newer version holds may not even parse here.
    #[derive(Deserialize)]
    struct Envelope {
        schema: String,
    }
    let envelope: Envelope = serde_json::from_slice(bytes).map_err(ReadError::NoReport)?;
    if envelope.schema != SCHEMA {
        return Err(ReadError::Schema { found: envelope.schema });
    }
    serde_json::from_slice(bytes).map_err(ReadError::Malformed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::sample;

    fn written(assessment: &Assessment) -> Vec<u8> {
        let mut out = Vec::new();
        write(assessment, &mut out).unwrap();
        out
    }

    fn schema() -> jsonschema::Validator {
        let document: Value = serde_json::from_str(SCHEMA_DOCUMENT).unwrap();
        jsonschema::meta::validate(&document).unwrap();
        jsonschema::validator_for(&document).unwrap()
    }

    #[test]
    fn a_report_is_read_back_as_it_was_written() {
        let assessment = sample::assessment();
        let bytes = written(&assessment);
        assert_eq!(read(&bytes).unwrap(), assessment);
        assert!(
            bytes.starts_with(b"{\n  \"schema\": \"trailproof.report/1\",\n")
                && bytes.ends_with(b"}\n")
        );
        assert!(!bytes.contains(&0x1b));
    }

    #[test]
    fn every_report_follows_the_schema_in_the_repository() {
        let schema = schema();
        for assessment in [sample::assessment(), sample::lone(), sample::healthy(30)] {
            let document: Value = serde_json::from_slice(&written(&assessment)).unwrap();
            let problems: Vec<String> = schema
                .iter_errors(&document)
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            assert!(problems.is_empty(), "{problems:#?}");
        }
    }

    #[test]
    fn the_schema_asks_for_every_key_of_the_convention() {
        let schema = schema();
        let document: Value = serde_json::from_slice(&written(&sample::assessment())).unwrap();
        for (path, keys) in [
            ("", "schema run scope coverage score results waivers diff"),
            ("/run", "id tool_version ruleset started ended caller_arn complete"),
            ("/scope", "partition organization_id accounts"),
            ("/scope/accounts/0", "id name state ou_path in_scope regions"),
            ("/scope/accounts/0/regions/0", "name opt_in_status"),
            ("/coverage", "percent accounts unread"),
            ("/coverage/accounts", "listed assessed unread excluded not_active"),
            ("/coverage/unread/0", "account_id region reason message"),
            ("/score", "proven potential coverage grade caps organization accounts groups"),
            ("/score/caps/0", "limit fingerprint"),
            ("/score/organization", "proven potential coverage grade caps"),
            ("/score/accounts/0", "account_id proven potential coverage grade caps"),
            ("/score/groups/presence", "proven potential coverage grade caps"),
            (
                "/results/0",
                "check title severity status reason message partition account_id region resource observed \
                 expected evidence fingerprint",
            ),
        ] {
            for key in keys.split_whitespace() {
                let mut broken = document.clone();
                let object = broken.pointer_mut(path).and_then(Value::as_object_mut).expect(path);
                object.remove(key).unwrap_or_else(|| panic!("{path}/{key} is not written"));
                assert!(!schema.is_valid(&broken), "{path}/{key} is not required");
            }
        }
    }

    #[test]
    fn a_value_outside_a_closed_list_does_not_follow_the_schema() {
        let schema = schema();
        let document: Value = serde_json::from_slice(&written(&sample::assessment())).unwrap();
        for (path, value) in [
            ("/results/0/status", json!(null)),
            ("/results/0/status", json!("warning")),
            ("/results/0/severity", json!("urgent")),
            ("/results/0/account_id", json!(111_122_223_333_u64)),
            ("/results/0/fingerprint", json!("short")),
            ("/coverage/unread/0/reason", json!("because")),
            ("/coverage/percent", json!(101)),
            ("/score/grade", json!("E")),
            ("/schema", json!("trailproof.report/2")),
        ] {
            let mut broken = document.clone();
            *broken.pointer_mut(path).expect(path) = value;
            assert!(!schema.is_valid(&broken), "{path}");
        }
    }

    #[test]
    fn a_report_of_another_version_is_refused_by_name() {
        let newer = br#"{"schema": "trailproof.report/2", "entirely": "different"}"#;
        let text = read(newer).unwrap_err().to_string();
        assert!(text.contains("trailproof.report/2") && text.contains(SCHEMA), "{text}");
        assert!(matches!(read(b"{}"), Err(ReadError::NoReport(_))));
        assert!(matches!(read(b"\xff"), Err(ReadError::NoReport(_))));
        let empty = format!("{{\"schema\": \"{SCHEMA}\"}}");
        assert!(matches!(read(empty.as_bytes()), Err(ReadError::Malformed(_))));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn any_text_survives(text in any::<String>()) {
            let assessment = sample::with_text(&text);
            prop_assert_eq!(read(&written(&assessment)).unwrap(), assessment);
        }
    }
}
