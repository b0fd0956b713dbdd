//! What the catalogue says of itself: lists, explanations, and the IAM policy that its facts need.

use std::collections::BTreeSet;
use std::fmt::Write;

use serde_json::{Value, json};
use trailproof_core::aws::Partition;
use trailproof_core::check::Check;
use trailproof_core::fact::{Fact, Scope};
use trailproof_core::plan::{Demand, iam_actions};

use crate::cli::{ListFormat, PolicyOf};

/// The IAM actions that one check needs, whoever makes the calls.
fn actions(check: &Check) -> BTreeSet<&'static str> {
    let (reader, caller) = iam_actions(&Demand::of(&[check]));
    reader.into_iter().chain(caller).collect()
}

/// The list of checks.
pub fn list(checks: &[&Check], format: ListFormat) -> String {
    match format {
        ListFormat::Json => {
            let rows: Vec<Value> = checks.iter().map(|check| describe(check)).collect();
            pretty(&Value::Array(rows))
        }
        ListFormat::Text => {
            let mut text = String::new();
            for check in checks {
                let _ = writeln!(
                    text,
                    "{:48} {:12} {:8} {}",
                    check.id, check.group, check.severity, check.title
                );
            }
            text
        }
        ListFormat::Markdown => {
            let mut text = String::from(
                "# Checks\n\n| check | group | severity | weight | it proves |\n|---|---|---|---|---|\n",
            );
            for check in checks {
                let title = check.title.replace('|', "\\|");
                let _ = writeln!(
                    text,
                    "| `{}` | {} | {} | {} | {title} |",
                    check.id, check.group, check.severity, check.weight
                );
            }
            text
        }
    }
}

fn pretty(value: &Value) -> String {
    let mut text = serde_json::to_string_pretty(value).unwrap_or_default();
    text.push('\n');
    text
}

fn describe(check: &Check) -> Value {
    let controls: Vec<Value> = check
        .controls
        .iter()
        .map(|control| json!({"framework": control.framework, "id": control.id}))
        .collect();
    json!({
        "id": check.id,
        "title": check.title,
        "group": check.group.code(),
        "severity": check.severity.code(),
        "weight": check.weight,
        "scope": check.judge.scope(),
        "rationale": check.rationale,
        "remediation": {
            "summary": check.remediation.summary,
            "command": check.remediation.command,
            "link": check.remediation.link,
        },
        "controls": controls,
        "reads": check.reads.iter().map(|fact| fact.name()).collect::<Vec<_>>(),
        "operations": check.reads.iter().map(|fact| fact.operation()).collect::<Vec<_>>(),
        "iam_actions": actions(check),
    })
}

/// Everything about one check.
pub fn explain(check: &Check) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "{}\n{}.\n", check.id, check.title);
    let weight = match check.weight {
        0 => "0, it restates other checks".to_owned(),
        weight => weight.to_string(),
    };
    let rows = [
        ("group", check.group.code().to_owned()),
        ("severity", check.severity.code().to_owned()),
        ("weight", weight),
        ("judges", format!("each {}", check.judge.scope())),
    ];
    for (name, value) in rows {
        let _ = writeln!(text, "  {name:10} {value}");
    }
    let section = |text: &mut String, title: &str, body: &str| {
        let _ = writeln!(text, "\n{title}\n{}", wrapped(body));
    };
    section(&mut text, "Why it matters", check.rationale);
    section(&mut text, "How to mend it", check.remediation.summary);
    let _ = writeln!(text, "\n  {}\n  {}", check.remediation.command, check.remediation.link);
    let _ = writeln!(text, "\nWhat it reads");
    for fact in check.reads {
        let _ = writeln!(text, "  {:42} {}", fact.operation(), fact.iam_actions().join(", "));
    }
    if !check.controls.is_empty() {
        let _ = writeln!(text, "\nControls that it bears on");
        for control in check.controls {
            let _ = writeln!(text, "  {:18} {}", control.framework, control.id);
        }
    }
    text
}

fn wrapped(text: &str) -> String {
    let mut lines = vec![String::from(" ")];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.len() + word.len() < 90 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(format!("  {word}")),
        }
    }
    lines.join("\n")
}

/// The least IAM policy for these checks: every action is one that a fact of theirs needs.
pub fn policy(checks: &[&Check], of: PolicyOf, role_name: &str, partition: &Partition) -> String {
    let demand = Demand::of(checks);
    let (reader, caller) = iam_actions(&demand);
    let mut statements = Vec::new();
    let read = json!({
        "Sid": "TrailproofReadAccount",
        "Effect": "Allow",
        "Action": reader,
        "Resource": "*",
    });
    if of != PolicyOf::Caller && !reader.is_empty() {
        statements.push(read);
    }
    if of != PolicyOf::Reader {
        let assume = Fact::Session.iam_actions();
        let organization: BTreeSet<_> =
            caller.iter().filter(|action| !assume.contains(*action)).collect();
        statements.push(json!({
            "Sid": "TrailproofReadOrganization",
            "Effect": "Allow",
            "Action": organization,
            "Resource": "*",
        }));
        statements.push(json!({
            "Sid": "TrailproofEnterMembers",
            "Effect": "Allow",
            "Action": assume,
            "Resource": format!("arn:{partition}:iam::*:role/{role_name}"),
        }));
    }
    pretty(&json!({"Version": "2012-10-17", "Statement": statements}))
}

/// What one account is asked, by operation, when only the organization trail covers it.
pub fn calls_of_a_member(
    demand: &Demand,
    regions: usize,
    is_caller: bool,
) -> Vec<(&'static str, usize)> {
    demand
        .iter()
        .filter(|fact| fact.scope() != Scope::Organization)
        .filter_map(|fact| {
            let calls = match fact {
                Fact::Session => usize::from(!is_caller),
                Fact::Trails => regions,
                Fact::TrailStatus
                | Fact::Regions
                | Fact::BucketList
                | Fact::AuthorizationDetails => 1,
                // Asked only of the owners of trails, buckets and keys.
                _ => return None,
            };
            Some((fact.operation(), calls))
        })
        .collect()
}
