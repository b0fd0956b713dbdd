//! What the reader role and the caller must be allowed, and the template that deploys the role.

use std::collections::BTreeSet;

use serde_json::json;
use trailproof_core::aws::Partition;
use trailproof_core::check::Check;
use trailproof_core::fact::Fact;
use trailproof_core::plan::{Demand, iam_actions};

use super::pretty;
use crate::cli::PolicyOf;

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

/// A CloudFormation template of the reader role with the least policy for these checks, for a StackSet that reaches all
/// members. CloudFormation's functions are written out, so that any YAML parser reads it.
pub fn stack_set(checks: &[&Check], role_name: &str) -> String {
    let (reader, _) = iam_actions(&Demand::of(checks));
    let actions: String =
        reader.iter().map(|action| format!("                  - {action}\n")).collect();
    TEMPLATE.replace("{ROLE_NAME}", role_name).replace("{ACTIONS}", actions.trim_end())
}

const TEMPLATE: &str = include_str!("reader-role.yaml");

#[cfg(test)]
mod tests {
    use trailproof_checks::CATALOGUE;
    use yaml_rust2::{Yaml, YamlLoader};

    use super::*;

    #[test]
    fn the_template_holds_the_printed_policy() {
        let checks = CATALOGUE;
        let template = &YamlLoader::load_from_str(&stack_set(checks, "Auditor")).unwrap()[0];
        let printed = policy(checks, PolicyOf::Reader, "Auditor", &Partition::new("aws"));
        let printed: serde_json::Value = serde_json::from_str(&printed).unwrap();
        let role = &template["Resources"]["ReaderRole"]["Properties"];
        let statement = &role["Policies"][0]["PolicyDocument"]["Statement"][0];
        let wanted = &printed["Statement"][0];
        let actions: Vec<&str> =
            statement["Action"].as_vec().unwrap().iter().filter_map(Yaml::as_str).collect();
        assert_eq!(serde_json::json!(actions), wanted["Action"]);
        for key in ["Sid", "Effect", "Resource"] {
            assert_eq!(statement[key].as_str(), wanted[key].as_str(), "{key}");
        }
        assert_eq!(printed["Statement"].as_array().unwrap().len(), 1);
        assert_eq!(template["Parameters"]["RoleName"]["Default"].as_str(), Some("Auditor"));
        assert_eq!(template["AWSTemplateFormatVersion"].as_str(), Some("2010-09-09"));
    }

    #[test]
    fn every_reference_of_the_template_has_a_target() {
        let template = &YamlLoader::load_from_str(&stack_set(CATALOGUE, "Auditor")).unwrap()[0];
        let mut found = 0;
        let mut left = vec![template];
        while let Some(node) = left.pop() {
            match node {
                Yaml::Hash(map) => {
                    for (key, value) in map {
                        if let (Some("Ref"), Some(name)) = (key.as_str(), value.as_str()) {
                            let known = ["Parameters", "Resources"]
                                .iter()
                                .any(|part| !template[*part][name].is_badvalue());
                            assert!(known || name.starts_with("AWS::"), "{name}");
                            found += 1;
                        }
                        if key.as_str() == Some("Fn::If") {
                            let condition = value[0].as_str().unwrap();
                            assert!(
                                !template["Conditions"][condition].is_badvalue(),
                                "{condition}"
                            );
                        }
                        left.push(value);
                    }
                }
                Yaml::Array(items) => left.extend(items),
                _ => {}
            }
        }
        assert!(found >= 4);
    }
}
