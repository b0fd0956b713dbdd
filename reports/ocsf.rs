//! OCSF 1.5 for SIEMs: one Compliance Finding for each result.

use std::io::Write;

use serde_json::{Value, json};
use trailproof_core::assessment::Assessment;
use trailproof_core::check::Severity;
use trailproof_core::finding::{Finding, Status};
use trailproof_core::results::Results;

use crate::index::{Index, waiver};
use crate::since::{Course, Since};
use crate::standards::Standards;
use crate::{ReportError, difference, subject, text, visible, visit};

const CATEGORY: u32 = 2;
const CLASS: u32 = 2003;

/// Writes an event for each result, one on each line: what a crash cuts off is valid up to its last line. As one JSON
/// array if asked for.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    array: bool,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let (index, standards) = (Index::new(assessment), Standards::new(assessment));
    if array {
        out.write_all(b"[")?;
    }
    let diff = difference::of(assessment);
    let since = Since::new(assessment, diff.as_ref(), &index);
    let mut first = true;
    let mut put = |finding: &Finding| {
        let course = since.course(finding);
        let event = event(assessment, (&index, &standards), (finding, course));
        if !array {
            return visible::line(&event, out);
        }
        out.write_all(if std::mem::take(&mut first) { b"\n" } else { b",\n" })?;
        visible::compact(&event, out)
    };
    visit::each(assessment, &mut |findings| findings.iter().try_for_each(&mut put))?;
    since.accounts().flat_map(|id| since.gone(id)).try_for_each(put)?;
    if array {
        out.write_all(b"\n]\n")?;
    }
    Ok(())
}

fn severity(severity: Severity) -> (u32, &'static str) {
    match severity {
        Severity::Info => (1, "Informational"),
        Severity::Low => (2, "Low"),
        Severity::Medium => (3, "Medium"),
        Severity::High => (4, "High"),
        Severity::Critical => (5, "Critical"),
    }
}

/// What compliance says of a status. A warning is OCSF's own word for a result that information is missing for.
fn compliance(status: Status) -> (u32, &'static str) {
    match status {
        Status::Pass => (1, "Pass"),
        Status::Unknown => (2, "Warning"),
        Status::Fail | Status::Waived => (3, "Fail"),
        Status::NotApplicable => (99, "Not Applicable"),
    }
}

fn event<R>(
    assessment: &Assessment<R>,
    (index, standards): (&Index<'_>, &Standards<'_>),
    (finding, course): (&Finding, Course),
) -> Value {
    let run = &assessment.run;
    let check = index.checks.get(finding.check.as_str());
    let (severity_id, severity) = severity(finding.severity);
    let (verdict_id, verdict) = compliance(finding.status);
    let (activity_id, activity) = match course {
        Course::Begun => (1, "Create"),
        Course::GoesOn => (2, "Update"),
        Course::Closed => (3, "Close"),
    };
    let (status_id, status) = match (finding.status, course) {
        (Status::Waived, _) => (3, "Suppressed"),
        (_, Course::Closed) => (4, "Resolved"),
        _ => (1, "New"),
    };
    let standards_of = match standards.frameworks(&finding.check) {
        names if names.is_empty() => vec!["trailproof"],
        names => names,
    };
    let detail = match finding.status {
        Status::Waived => waiver(finding),
        _ => finding.message.clone(),
    };
    let (_, name) = text::resource(&finding.resource);
    let time = run.ended.as_millisecond();
    let mut metadata = json!({
        "version": "1.5.0",
        "product": {"name": "trailproof", "vendor_name": "trailproof", "version": run.tool_version},
        "profiles": ["cloud"],
        "event_code": finding.check,
        "uid": format!("{}/{}", run.id, finding.fingerprint),
        "correlation_uid": run.id,
    });
    let mut cloud = json!({
        "provider": "AWS",
        "region": finding.region,
        "account": {
            "uid": finding.account_id,
            "name": text::line(index.name(finding.account_id)),
            "type_id": 10,
            "type": "AWS Account",
        },
    });
    if let Some(organization) = &assessment.scope.organization_id {
        let path = index.accounts.get(&finding.account_id).map_or("", |one| one.ou_path.as_str());
        let unit = path.rsplit('/').next().unwrap_or_default();
        put(&mut metadata, "tenant_uid", json!(organization));
        put(&mut cloud, "org", json!({"uid": organization, "ou_name": text::line(unit)}));
    }
    let mut event = json!({
        "activity_id": activity_id,
        "activity_name": activity,
        "category_uid": CATEGORY,
        "category_name": "Findings",
        "class_uid": CLASS,
        "class_name": "Compliance Finding",
        "type_uid": CLASS * 100 + activity_id,
        "type_name": format!("Compliance Finding: {activity}"),
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "status_code": finding.reason,
        "status_detail": text::line(&detail),
        "message": format!("{}: {}", text::line(&finding.title), text::line(&detail)),
        "metadata": metadata,
        "finding_info": {
            "uid": finding.fingerprint,
            "title": text::line(&finding.title),
            "desc": text::line(check.map_or(&finding.title, |check| &check.rationale)),
            "created_time": finding.first_seen.map_or(time, |first| first.as_millisecond()),
            "modified_time": time,
            "types": ["Software and Configuration Checks"],
        },
        "compliance": {
            "standards": standards_of,
            "control": finding.check,
            "requirements": standards.requirements(&finding.check),
            "status_id": verdict_id,
            "status": verdict,
            "status_code": finding.reason,
            "status_detail": text::line(&detail),
        },
        "cloud": cloud,
        "resources": [{
            "uid": finding.resource,
            "name": text::line(name),
            "type": subject::aws_type(&finding.resource),
            "region": finding.region,
            "cloud_partition": finding.partition,
        }],
        "unmapped": {
            "status": finding.status,
            "observed": finding.observed,
            "expected": finding.expected,
            "evidence": finding.evidence,
        },
    });
    if let Some(check) = check {
        let links: Vec<&String> =
            Some(&check.link).filter(|link| !link.is_empty()).into_iter().collect();
        put(
            &mut event,
            "remediation",
            json!({"desc": text::line(&check.remediation), "references": links}),
        );
    }
    event
}

fn put(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    fn written(assessment: &Assessment, array: bool) -> String {
        let mut out = Vec::new();
        write(assessment, array, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    fn events(assessment: &Assessment) -> Vec<Value> {
        written(assessment, false).lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_event_has_what_the_class_requires() {
        for assessment in [sample::assessment(), sample::lone(), sample::gaps()] {
            let events = events(&assessment);
            assert_eq!(events.len(), assessment.results.len());
            for (event, finding) in events.iter().zip(&assessment.results) {
                assert_eq!(
                    (&event["class_uid"], &event["category_uid"]),
                    (&json!(2003), &json!(2))
                );
                assert_eq!(event["type_uid"], json!(200_301));
                assert_eq!(event["metadata"]["version"], "1.5.0");
                assert_eq!(event["metadata"]["profiles"], json!(["cloud"]));
                assert_eq!(event["metadata"]["event_code"], finding.check);
                assert_eq!(event["finding_info"]["uid"], finding.fingerprint);
                assert!(!event["finding_info"]["title"].as_str().unwrap().is_empty());
                assert!(!event["compliance"]["standards"].as_array().unwrap().is_empty());
                assert_eq!(event["cloud"]["account"]["uid"], finding.account_id.as_str());
                assert_eq!(event["resources"][0]["uid"], finding.resource);
            }
        }
    }

    #[test]
    fn time_is_in_milliseconds_and_keeps_them() {
        assert_eq!(events(&sample::lone())[0]["time"], json!(1_795_300_989_345_i64));
    }

    #[test]
    fn each_status_is_what_the_standard_calls_it() {
        let of = |status| compliance(status);
        assert_eq!(of(Status::Pass), (1, "Pass"));
        assert_eq!(of(Status::Unknown), (2, "Warning"));
        assert_eq!(of(Status::Fail), (3, "Fail"));
        assert_eq!(of(Status::NotApplicable), (99, "Not Applicable"));
        let events = events(&sample::assessment());
        let waived = events.iter().find(|event| event["unmapped"]["status"] == "waived").unwrap();
        assert_eq!(
            (&waived["status_id"], &waived["compliance"]["status_id"]),
            (&json!(3), &json!(3))
        );
        assert!(waived["status_detail"].as_str().unwrap().starts_with("waived until 2027-01-31"));
        let mapped = |event: &&Value| event["compliance"]["standards"] != json!(["trailproof"]);
        let mapped = events.iter().find(mapped).unwrap();
        assert!(!mapped["compliance"]["requirements"].as_array().unwrap().is_empty());
    }

    #[test]
    fn an_array_holds_the_same_events() {
        for assessment in
            [sample::assessment(), Assessment { results: Vec::new(), ..sample::lone() }]
        {
            let array: Vec<Value> = serde_json::from_str(&written(&assessment, true)).unwrap();
            assert_eq!(array, events(&assessment));
        }
    }

    #[test]
    fn what_a_crash_cuts_off_is_valid_up_to_its_last_line() {
        let whole = written(&sample::assessment(), false);
        let cut = &whole[..whole.len() / 2];
        let lines: Vec<&str> =
            cut.split_inclusive('\n').filter(|line| line.ends_with('\n')).collect();
        assert!(lines.len() > 3);
        assert!(lines.iter().all(|line| serde_json::from_str::<Value>(line).is_ok()));
    }
}
