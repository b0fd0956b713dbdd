use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::testing::{A, B, Heard, M, ask, small};
use crate::{Account, ControlPolicy, Description, PolicyType, Shape, Simulator};

fn described() -> Description {
    let mut description = small();
    let organization = description.organization.as_mut().unwrap();
    organization.policy_types.push("RESOURCE_CONTROL_POLICY".to_owned());
    let policy = |id: &str, kind, targets: &[&str]| ControlPolicy {
        id: id.to_owned(),
        name: format!("name of {id}"),
        kind,
        document: json!({ "Version": "2012-10-17", "Statement": [] }),
        targets: targets.iter().map(|id| (*id).to_owned()).collect(),
    };
    organization.policies = vec![
        policy("p-one", PolicyType::ServiceControlPolicy, &["r-test", "ou-test-2", A]),
        policy("p-two", PolicyType::ResourceControlPolicy, &[]),
    ];
    description
}

fn by(simulator: &Simulator, account: &str, operation: &str, body: Value) -> Heard {
    ask(account, "us-east-1").json(simulator, &format!("organizations:{operation}"), body)
}

/// All pages of a list, from one member of each entry.
fn all(
    simulator: &Simulator,
    operation: &str,
    (mut body, list, member): (Value, &str, &str),
) -> Vec<String> {
    let mut found = Vec::new();
    loop {
        let caller = simulator.caller_credentials().0.replace("AKIADEMO", "");
        let page = by(simulator, &caller, operation, body.clone()).json();
        let entries = page[list].as_array().unwrap();
        assert!(entries.len() <= 20);
        found.extend(entries.iter().map(|entry| entry[member].as_str().unwrap().to_owned()));
        if page["NextToken"].is_null() {
            return found;
        }
        body["NextToken"] = page["NextToken"].clone();
    }
}

fn targets(simulator: &Simulator, id: &str) -> Vec<String> {
    all(simulator, "ListTargetsForPolicy", (json!({ "PolicyId": id }), "Targets", "TargetId"))
}

#[test]
fn each_type_has_a_list_and_awss_own_policy_on_it() {
    let simulator = Simulator::new(described());
    let list =
        |kind: &str| all(&simulator, "ListPolicies", (json!({ "Filter": kind }), "Policies", "Id"));
    assert_eq!(list("SERVICE_CONTROL_POLICY"), ["p-one", "p-FullAWSAccess"]);
    assert_eq!(list("RESOURCE_CONTROL_POLICY"), ["p-two", "p-RCPFullAWSAccess"]);
    let body =
        by(&simulator, M, "ListPolicies", json!({ "Filter": "SERVICE_CONTROL_POLICY" })).json();
    assert_eq!(body["Policies"][0]["AwsManaged"], false);
    assert_eq!(body["Policies"][1]["AwsManaged"], true);
    let arn = "arn:aws:organizations::aws:policy/service_control_policy/p-FullAWSAccess";
    assert_eq!(body["Policies"][1]["Arn"], arn);
    for filter in ["TAG_POLICY", ""] {
        let refused = by(&simulator, M, "ListPolicies", json!({ "Filter": filter }));
        assert_eq!(refused.error(), (400, "InvalidInputException".to_owned()));
    }
    let off = Simulator::new(small());
    let rcps = by(&off, M, "ListPolicies", json!({ "Filter": "RESOURCE_CONTROL_POLICY" })).json();
    assert_eq!(rcps["Policies"], json!([]), "it comes with the type");
}

#[test]
fn documents_and_targets_are_told_of_each() {
    let simulator = Simulator::new(described());
    let body = by(&simulator, B, "DescribePolicy", json!({ "PolicyId": "p-one" })).json();
    assert_eq!(body["Policy"]["PolicySummary"]["Name"], "name of p-one");
    let content: Value = serde_json::from_str(body["Policy"]["Content"].as_str().unwrap()).unwrap();
    assert_eq!(content["Version"], "2012-10-17");
    assert_eq!(targets(&simulator, "p-one"), ["r-test", "ou-test-2", A]);
    assert_eq!(targets(&simulator, "p-two"), Vec::<String>::new());
    // The root, two units and five members.
    for id in ["p-FullAWSAccess", "p-RCPFullAWSAccess"] {
        assert_eq!(targets(&simulator, id).len(), 8, "{id}");
    }
    for operation in ["DescribePolicy", "ListTargetsForPolicy"] {
        let missing = by(&simulator, M, operation, json!({ "PolicyId": "p-none" }));
        assert_eq!(missing.error(), (400, "PolicyNotFoundException".to_owned()));
        let refused = by(&simulator, A, operation, json!({ "PolicyId": "p-one" }));
        assert_eq!(refused.error(), (400, "AccessDeniedException".to_owned()));
    }
}

#[test]
fn full_access_is_attached_where_it_was_not_detached_page_by_page() {
    let mut description = described();
    for number in 0..50 {
        let id = format!("7{number:011}");
        description.accounts.push(Account { id, ..Account::default() });
    }
    let whole = Simulator::new(description.clone());
    let everywhere = targets(&whole, "p-FullAWSAccess");
    assert_eq!(everywhere.len(), 58);
    assert_eq!(everywhere.iter().collect::<BTreeSet<_>>().len(), 58);
    description.organization.as_mut().unwrap().full_access_detached = vec![A.to_owned()];
    let left = targets(&Simulator::new(description), "p-FullAWSAccess");
    assert_eq!(left.len(), 57);
    assert!(!left.contains(&A.to_owned()));
    assert_eq!(whole.counts()["organizations:ListTargetsForPolicy"], 3);
}

#[test]
fn a_generated_organization_answers_as_its_description_does() {
    let shape = Shape { accounts: 45, accounts_per_unit: 5, ..Shape::default() };
    let (made, told) = (Simulator::generated(shape.clone()), Simulator::new(shape.describe()));
    for id in ["p-FullAWSAccess", "p-generated0", "p-generated1"] {
        assert_eq!(targets(&made, id), targets(&told, id), "{id}");
    }
    assert_eq!(targets(&made, "p-FullAWSAccess").len(), 1 + 9 + 45);
}

#[test]
fn the_organizations_own_policy_is_there_or_not() {
    let mut description = described();
    let asked = |description: &Description| {
        by(&Simulator::new(description.clone()), M, "DescribeResourcePolicy", json!({}))
    };
    let none = asked(&description).error();
    assert_eq!(none, (400, "ResourcePolicyNotFoundException".to_owned()));
    description.organization.as_mut().unwrap().resource_policy = Some(json!({ "Statement": [] }));
    let body = asked(&description).json();
    assert_eq!(body["ResourcePolicy"]["Content"], r#"{"Statement":[]}"#);
}

#[test]
fn a_description_attaches_policies_to_what_there_is() {
    let mut description = described();
    description.organization.as_mut().unwrap().policies[0].targets.push("ou-none".to_owned());
    let text = description.to_json().unwrap();
    let error = Description::from_json(&text).unwrap_err().to_string();
    assert!(error.contains("unknown target ou-none"), "{error}");
}
