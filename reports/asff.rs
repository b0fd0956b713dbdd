//! ASFF for Security Hub: requests of `BatchImportFindings`, by account and region, for whoever may send them.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::Region;
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::results::Results;

use crate::index::{Index, waiver};
use crate::since::{Course, Since};
use crate::standards::Standards;
use crate::{ReportError, difference, subject, text, visible, visit};

/// So many findings go into one call.
pub const BATCH: usize = 100;

/// Characters that Security Hub takes of each field, and of each value of a product's own.
const ID: usize = 512;
const TITLE: usize = 256;
const DESCRIPTION: usize = 1_024;
const RECOMMENDATION: usize = 512;
const VALUE: usize = 2_048;

/// Writes the requests, one on each line.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    batches(assessment, &mut |_, request| visible::line(request, out))
}

/// Writes each request to a file of its own, named `<account>/<region>.json`, and where a region has more than one
/// batch `<account>/<region>.2.json` and so on. The call has to be made by that account, in that region.
///
/// # Errors
/// When a file cannot be written, or the results cannot be had.
pub fn write_files<R: Results>(
    assessment: &Assessment<R>,
    out: &mut dyn FnMut(&str, &[u8]) -> io::Result<()>,
) -> Result<(), ReportError<R::Error>> {
    batches(assessment, &mut |name, request| {
        let mut bytes = Vec::new();
        visible::line(request, &mut bytes)?;
        out(name, &bytes)
    })
}

fn batches<R: Results>(
    assessment: &Assessment<R>,
    out: &mut dyn FnMut(&str, &Value) -> io::Result<()>,
) -> Result<(), ReportError<R::Error>> {
    let (index, standards) = (Index::new(assessment), Standards::new(assessment));
    let diff = difference::of(assessment);
    let since = Since::new(assessment, diff.as_ref(), &index);
    let mut put = |findings: &[Finding], gone: &[Finding]| {
        let mut regions: BTreeMap<Region, Vec<&Finding>> = BTreeMap::new();
        for finding in findings.iter().chain(gone) {
            let home = subject::home(&finding.region, &assessment.scope.partition);
            regions.entry(home).or_default().push(finding);
        }
        for (region, findings) in regions {
            for (at, batch) in findings.chunks(BATCH).enumerate() {
                let Some(first) = batch.first() else { continue };
                let number = if at == 0 { String::new() } else { format!(".{}", at + 1) };
                let name = format!("{}/{region}{number}.json", first.account_id);
                let mapped: Vec<Value> = batch
                    .iter()
                    .map(|finding| {
                        let closed = since.course(finding) == Course::Closed;
                        entry(assessment, (&index, &standards), (finding, &region, closed))
                    })
                    .collect();
                out(&name, &json!({ "Findings": mapped }))?;
            }
        }
        Ok(())
    };
    let mut told = BTreeSet::new();
    visit::each(assessment, &mut |findings| {
        let account = findings.first().map(|first| first.account_id);
        told.extend(account);
        put(findings, account.map_or(&[], |account| since.gone(account)))
    })?;
    let others = since.accounts().filter(|account| !told.contains(account));
    others.into_iter().try_for_each(|account| put(&[], since.gone(account)))?;
    Ok(())
}

fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "INFORMATIONAL",
        Severity::Low => "LOW",
        Severity::Medium => "MEDIUM",
        Severity::High => "HIGH",
        Severity::Critical => "CRITICAL",
    }
}

fn compliance(finding: &Finding, requirements: Vec<String>) -> Value {
    let status = match finding.status {
        Status::Pass => "PASSED",
        Status::Fail | Status::Waived => "FAILED",
        Status::Unknown => "WARNING",
        Status::NotApplicable => "NOT_AVAILABLE",
    };
    let mut compliance = json!({ "Status": status });
    let Some(object) = compliance.as_object_mut() else { return compliance };
    if finding.status == Status::Unknown {
        let code = if finding.reason.is_empty() { "undecidable" } else { &finding.reason };
        let reason = json!({
            "ReasonCode": text::line(code).to_ascii_uppercase(),
            "Description": said(&finding.message, DESCRIPTION, "it could not be decided"),
        });
        object.insert("StatusReasons".to_owned(), json!([reason]));
    }
    if !requirements.is_empty() {
        object.insert("RelatedRequirements".to_owned(), json!(requirements));
    }
    compliance
}

fn entry<R>(
    assessment: &Assessment<R>,
    (index, standards): (&Index<'_>, &Standards<'_>),
    (finding, home, closed): (&Finding, &Region, bool),
) -> Value {
    let (run, partition) = (&assessment.run, &assessment.scope.partition);
    let account = finding.account_id;
    let short: String = finding.fingerprint.chars().take(16).collect();
    let check = index.checks.get(finding.check.as_str());
    // A passed finding that keeps its severity would be counted among the open ones.
    let label = if finding.status == Status::Pass { Severity::Info } else { finding.severity };
    let description = format!(
        "{}. Expected: {}. {}",
        text::line(&finding.message),
        text::line(&finding.expected),
        text::line(check.map_or("", |check| &check.rationale))
    );
    let mut fields = json!({
        "trailproof/Fingerprint": said(&finding.fingerprint, VALUE, "none"),
        "trailproof/RunId": said(&run.id, VALUE, "none"),
        "trailproof/Status": finding.status.code(),
        "trailproof/Observed": said(&finding.observed, VALUE, "nothing"),
        "trailproof/Expected": said(&finding.expected, VALUE, "the title's statement"),
    });
    if let (Status::Waived, Some(object)) = (finding.status, fields.as_object_mut()) {
        let told = said(&waiver(finding), VALUE, "waived");
        object.insert("trailproof/Waiver".to_owned(), json!(told));
    }
    let mut entry = json!({
        "SchemaVersion": "2018-10-08",
        "Id": said(&format!("trailproof/{account}/{}/{}/{short}", finding.region, finding.check), ID, "trailproof"),
        "ProductArn": format!("arn:{partition}:securityhub:{home}:{account}:product/{account}/default"),
        "GeneratorId": said(&format!("trailproof/{}", finding.check), ID, "trailproof"),
        "AwsAccountId": account,
        "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        "CreatedAt": finding.first_seen.map_or(run.ended, |first| first.min(run.ended)).to_string(),
        "UpdatedAt": run.ended.to_string(),
        "Title": said(&finding.title, TITLE, &finding.check),
        "Description": said(&description, DESCRIPTION, &finding.check),
        "FindingProviderFields": {
            "Severity": {"Label": severity(label)},
            "Types": ["Software and Configuration Checks/AWS Security Best Practices"],
        },
        "ProductFields": fields,
        "Resources": [{
            "Type": subject::aws_type(&finding.resource),
            "Id": said(&finding.resource, ID, "unknown"),
            "Partition": partition,
            "Region": home,
        }],
        "Compliance": compliance(finding, requirements(standards, finding)),
        "RecordState": if closed { "ARCHIVED" } else { "ACTIVE" },
    });
    if let (Some(check), Some(object)) = (check, entry.as_object_mut()) {
        let mut advice = json!({ "Text": said(&check.remediation, RECOMMENDATION, &check.id) });
        if let (true, Some(advice)) = (check.link.starts_with("https://"), advice.as_object_mut()) {
            advice.insert("Url".to_owned(), json!(said(&check.link, VALUE, "https://")));
        }
        object.insert("Remediation".to_owned(), json!({ "Recommendation": advice }));
    }
    entry
}

/// At most 32, as Security Hub has it.
fn requirements(standards: &Standards<'_>, finding: &Finding) -> Vec<String> {
    let all = standards.requirements(&finding.check);
    all.iter().take(32).map(|one| said(one, 64, "none")).collect()
}

/// A text of at most so many characters that is never empty.
fn said(text: &str, most: usize, otherwise: &str) -> String {
    let text = text::line(text);
    let text = if text.is_empty() { text::line(otherwise) } else { text };
    let text = if text.is_empty() { "none".to_owned() } else { text };
    text::cut_chars(&text, most).into_owned()
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::sample::{self, hostile};

    fn requests(assessment: &Assessment) -> Vec<(String, Value)> {
        let mut found = Vec::new();
        write_files(assessment, &mut |name, bytes| {
            assert!(bytes.len() < 6_000_000, "a batch is at most 6 MB");
            found.push((name.to_owned(), serde_json::from_slice(bytes).unwrap()));
            Ok(())
        })
        .unwrap();
        found
    }

    /// The lengths and numbers that Security Hub refuses a batch for, and its SDK does not look at.
    pub fn check_request(request: &Value) {
        let findings = request["Findings"].as_array().unwrap();
        assert!((1..=BATCH).contains(&findings.len()));
        for finding in findings {
            let length = |value: &Value| value.as_str().unwrap().chars().count();
            for (key, most) in
                [("Id", ID), ("Title", TITLE), ("Description", DESCRIPTION), ("GeneratorId", ID)]
            {
                assert!((1..=most).contains(&length(&finding[key])), "{key}: {finding}");
            }
            assert!(serde_json::to_vec(finding).unwrap().len() <= 240_000);
            let fields = finding["ProductFields"].as_object().unwrap();
            assert!(fields.len() <= 50);
            for (key, value) in fields {
                assert!(
                    key.chars().count() <= 128 && (1..=VALUE).contains(&length(value)),
                    "{key}"
                );
            }
            assert_eq!(finding["Resources"].as_array().unwrap().len(), 1);
            assert!((1..=ID).contains(&length(&finding["Resources"][0]["Id"])));
            let recommendation = &finding["Remediation"]["Recommendation"]["Text"];
            assert!(recommendation.is_null() || length(recommendation) <= RECOMMENDATION);
            assert!(finding["UpdatedAt"].as_str().unwrap().ends_with('Z'));
            for customers in ["Workflow", "VerificationState", "Note"] {
                assert!(finding.get(customers).is_none(), "{customers} is the customer's");
            }
            let mended = ["PASSED", "NOT_AVAILABLE"].map(Value::from);
            assert!(
                finding["RecordState"] == "ACTIVE"
                    || finding["RecordState"] == "ARCHIVED"
                        && mended.contains(&finding["Compliance"]["Status"]),
                "nothing is archived without proof that it is mended or gone"
            );
            assert!(
                finding["CreatedAt"].as_str().unwrap() <= finding["UpdatedAt"].as_str().unwrap()
            );
        }
    }

    #[test]
    fn requests_lie_by_account_and_region_and_hold_everything_once() {
        for assessment in [sample::assessment(), sample::lone(), sample::gaps()] {
            let found = requests(&assessment);
            let mut ids = BTreeSet::new();
            for (name, request) in &found {
                check_request(request);
                for finding in request["Findings"].as_array().unwrap() {
                    let region = finding["Resources"][0]["Region"].as_str().unwrap();
                    let account = finding["AwsAccountId"].as_str().unwrap();
                    assert_eq!(*name, format!("{account}/{region}.json"));
                    let product =
                        format!("arn:aws:securityhub:{region}:{account}:product/{account}/default");
                    assert_eq!(finding["ProductArn"], product);
                    assert!(ids.insert(finding["Id"].to_string()));
                }
            }
            assert_eq!(ids.len(), assessment.results.len());
        }
    }

    #[test]
    fn a_region_of_many_findings_is_in_batches() {
        let mut assessment = sample::lone();
        let first = assessment.results[0].clone();
        assessment.results = (0..201)
            .map(|at| Finding { resource: format!("arn:aws:s3:::b{at:03}"), ..first.clone() })
            .collect();
        let found = requests(&assessment);
        let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
        let numbered =
            ["", ".2", ".3"].map(|number| format!("111111111111/us-east-1{number}.json"));
        assert_eq!(names, numbered);
        let sizes: Vec<usize> =
            found.iter().map(|(_, one)| one["Findings"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [100, 100, 1]);
    }

    #[test]
    fn each_status_is_what_security_hub_calls_it() {
        let found = requests(&sample::assessment());
        let all: Vec<&Value> =
            found.iter().flat_map(|(_, one)| one["Findings"].as_array().unwrap()).collect();
        let of = |status: &str| {
            *all.iter().find(|one| one["ProductFields"]["trailproof/Status"] == status).unwrap()
        };
        let status = |finding: &Value| finding["Compliance"]["Status"].clone();
        assert_eq!(status(of("pass")), "PASSED");
        assert_eq!(of("pass")["FindingProviderFields"]["Severity"]["Label"], "INFORMATIONAL");
        assert_eq!(status(of("fail")), "FAILED");
        assert_eq!(status(of("not_applicable")), "NOT_AVAILABLE");
        assert_eq!(status(of("waived")), "FAILED");
        let told = of("waived")["ProductFields"]["trailproof/Waiver"].as_str().unwrap();
        assert!(told.starts_with("waived until 2027-01-31"), "{told}");
        let unknown = of("unknown");
        assert_eq!(status(unknown), "WARNING");
        assert!(unknown["Compliance"]["StatusReasons"][0]["ReasonCode"].is_string());
    }

    #[test]
    fn no_text_of_a_stranger_is_too_long_or_leaves_the_folder() {
        for text in hostile::TEXTS.iter().map(|text| (*text).to_owned()).chain(hostile::long(4_000))
        {
            let mut assessment = sample::with_text(&text);
            for finding in &mut assessment.results {
                finding.region.clone_from(&text);
            }
            for (name, request) in requests(&assessment) {
                check_request(&request);
                let (account, file) = name.split_once('/').unwrap();
                assert!(account.bytes().all(|byte| byte.is_ascii_digit()), "{name}");
                assert!(!file.contains('/') && !file.starts_with('.'), "{name}");
            }
        }
    }

    #[test]
    fn without_files_each_request_is_a_line() {
        let mut out = Vec::new();
        write(&sample::assessment(), &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        let lines: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let files: Vec<Value> =
            requests(&sample::assessment()).into_iter().map(|(_, one)| one).collect();
        assert_eq!(lines, files);
    }
}
