use serde_json::{Value, json};

use crate::testing::{A, B, Heard, M, X, ask, simulator, small};
use crate::{Account, Simulator};

fn by(account: &str, operation: &str, body: Value) -> Heard {
    ask(account, "us-east-1").json(&simulator(), &format!("organizations:{operation}"), body)
}

fn ids(heard: &Heard, list: &str) -> Vec<String> {
    let body = heard.json();
    body[list].as_array().unwrap().iter().map(|i| i["Id"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_member_may_describe_the_organization() {
    for account in [M, A] {
        let body = by(account, "DescribeOrganization", json!({})).json();
        assert_eq!(body["Organization"]["Id"], "o-test123456");
        assert_eq!(body["Organization"]["MasterAccountId"], M);
        assert_eq!(body["Organization"]["MasterAccountEmail"], "m@example.com");
        assert_eq!(
            body["Organization"]["AvailablePolicyTypes"][0]["Type"],
            "SERVICE_CONTROL_POLICY"
        );
    }
}

#[test]
fn only_management_and_delegated_administrators_may_list() {
    for operation in ["ListAccounts", "ListRoots", "ListParents", "ListDelegatedAdministrators"] {
        let refused = by(A, operation, json!({"ChildId": A})).error();
        assert_eq!(refused, (400, "AccessDeniedException".to_owned()));
        assert_eq!(by(B, operation, json!({"ChildId": A})).status, 200);
    }
}

#[test]
fn without_an_organization_there_is_none_to_ask() {
    let code = "AWSOrganizationsNotInUseException";
    assert_eq!(by(X, "DescribeOrganization", json!({})).error(), (400, code.to_owned()));
    let mut description = small();
    description.organization = None;
    let alone = Simulator::new(description);
    let heard = ask(A, "us-east-1").json(&alone, "organizations:ListAccounts", json!({}));
    assert_eq!(heard.error().1, code);
}

#[test]
fn accounts_carry_both_the_new_and_the_retired_state() {
    let body = by(M, "ListAccounts", json!({})).json();
    let accounts = body["Accounts"].as_array().unwrap();
    assert_eq!(accounts.len(), 5, "the stranger is no member");
    assert_eq!(accounts[3]["State"], "SUSPENDED");
    assert_eq!(accounts[3]["Status"], "SUSPENDED");
    assert_eq!(accounts[0]["State"], "ACTIVE");
    assert_eq!(
        accounts[0]["Arn"],
        "arn:aws:organizations::111111111111:account/o-test123456/111111111111"
    );
    assert_eq!(body.get("NextToken"), None);
}

#[test]
fn accounts_come_in_pages_of_twenty_and_one_of_them_is_empty() {
    let mut description = small();
    for number in 0..40 {
        let id = format!("7{number:011}");
        description.accounts.push(Account { id, ..Account::default() });
    }
    let simulator = Simulator::new(description);
    let (mut pages, mut token, mut seen) = (Vec::new(), None, Vec::new());
    loop {
        let body = token.take().map_or(json!({}), |token: Value| json!({"NextToken": token}));
        let heard = ask(M, "us-east-1").json(&simulator, "organizations:ListAccounts", body);
        pages.push(ids(&heard, "Accounts").len());
        seen.extend(ids(&heard, "Accounts"));
        match heard.json().get("NextToken") {
            Some(next) => token = Some(next.clone()),
            None => break,
        }
    }
    assert_eq!(pages, [20, 0, 20, 5]);
    seen.dedup();
    assert_eq!(seen.len(), 45);
}

#[test]
fn the_tree_is_walked_both_ways() {
    assert_eq!(ids(&by(M, "ListRoots", json!({})), "Roots"), ["r-test"]);
    let below = |parent| by(M, "ListOrganizationalUnitsForParent", json!({"ParentId": parent}));
    assert_eq!(ids(&below("r-test"), "OrganizationalUnits"), ["ou-test-1"]);
    assert_eq!(ids(&below("ou-test-1"), "OrganizationalUnits"), ["ou-test-2"]);
    let accounts = |parent| by(M, "ListAccountsForParent", json!({"ParentId": parent}));
    assert_eq!(ids(&accounts("ou-test-2"), "Accounts"), [A]);
    assert_eq!(ids(&accounts("r-test"), "Accounts"), [M, "444444444444", "555555555555"]);
    let parent =
        |child| by(M, "ListParents", json!({"ChildId": child})).json()["Parents"][0].clone();
    assert_eq!(parent(A), json!({"Id": "ou-test-2", "Type": "ORGANIZATIONAL_UNIT"}));
    assert_eq!(parent("ou-test-2"), json!({"Id": "ou-test-1", "Type": "ORGANIZATIONAL_UNIT"}));
    assert_eq!(parent(M), json!({"Id": "r-test", "Type": "ROOT"}));
}

#[test]
fn what_is_not_there_or_out_of_bounds_is_named() {
    let code = |operation, body| by(M, operation, body).error().1;
    assert_eq!(
        code("ListAccountsForParent", json!({"ParentId": "ou-x"})),
        "ParentNotFoundException"
    );
    assert_eq!(code("ListParents", json!({"ChildId": X})), "ChildNotFoundException");
    assert_eq!(code("ListAccounts", json!({"MaxResults": 21})), "InvalidInputException");
    assert_eq!(code("ListAccounts", json!({"NextToken": "x"})), "InvalidInputException");
}

#[test]
fn delegated_administrators_are_listed_by_service() {
    let of = |body| ids(&by(M, "ListDelegatedAdministrators", body), "DelegatedAdministrators");
    assert_eq!(of(json!({})), [B]);
    assert_eq!(of(json!({"ServicePrincipal": "cloudtrail.amazonaws.com"})), [B]);
    assert!(of(json!({"ServicePrincipal": "sso.amazonaws.com"})).is_empty());
}

#[test]
fn trusted_services_are_listed_in_pages() {
    let list = |account, body| by(account, "ListAWSServiceAccessForOrganization", body);
    let first = list(M, json!({"MaxResults": 1})).json();
    let services = &first["EnabledServicePrincipals"];
    assert_eq!(services[0]["ServicePrincipal"], "account.amazonaws.com");
    let second = list(M, json!({"MaxResults": 1, "NextToken": first["NextToken"]})).json();
    let services = &second["EnabledServicePrincipals"];
    assert_eq!(services[0]["ServicePrincipal"], "cloudtrail.amazonaws.com");
    assert_eq!(second.get("NextToken"), None);
    assert_eq!(list(B, json!({})).json()["EnabledServicePrincipals"].as_array().unwrap().len(), 2);
    assert_eq!(list(A, json!({})).error(), (400, "AccessDeniedException".to_owned()));
}

#[test]
fn accounts_have_tags_and_what_is_not_there_has_none() {
    let tags = |id: &str| by(M, "ListTagsForResource", json!({ "ResourceId": id }));
    assert_eq!(tags(M).json()["Tags"], json!([{"Key": "cost-center", "Value": "42"}]));
    for id in [A, "ou-test-1", "r-test"] {
        assert_eq!(tags(id).json()["Tags"], json!([]));
    }
    assert_eq!(tags(X).error(), (400, "TargetNotFoundException".to_owned()));
    assert_eq!(tags("ou-none").error(), (400, "TargetNotFoundException".to_owned()));
}
