use aws_sdk_iam::types::AttachedPermissionsBoundary;
use aws_smithy_types::DateTime;

use super::*;

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn attached_to(arn: &str) -> AttachedPolicy {
    AttachedPolicy::builder().policy_arn(arn).build()
}

fn version(id: &str, in_force: bool, document: &str) -> PolicyVersion {
    let version = PolicyVersion::builder().version_id(id).is_default_version(in_force);
    version.document(encoded(document)).build()
}

fn policy(arn: &str, versions: Vec<PolicyVersion>) -> ManagedPolicyDetail {
    ManagedPolicyDetail::builder().arn(arn).set_policy_version_list(Some(versions)).build()
}

fn role(arn: &str, trust: &str) -> RoleDetail {
    RoleDetail::builder().arn(arn).assume_role_policy_document(encoded(trust)).build()
}

const OF_AWS: &str = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const UNUSED: &str = "arn:aws:iam::aws:policy/PowerUserAccess";
const OWN: &str = "arn:aws:iam::111122223333:policy/own";
const AS_BOUNDARY: &str = "arn:aws-cn:iam::aws:policy/AmazonS3FullAccess";

fn lists() -> Lists {
    let boundary =
        AttachedPermissionsBoundary::builder().permissions_boundary_arn(AS_BOUNDARY).build();
    Lists {
        users: vec![UserDetail::builder().arn("u").permissions_boundary(boundary).build()],
        groups: vec![
            GroupDetail::builder().arn("g").attached_managed_policies(attached_to(OF_AWS)).build(),
        ],
        roles: vec![role("r2", "{\"same\":1}"), role("r1", "{\"same\":1}")],
        policies: vec![
            policy(UNUSED, vec![version("v9", true, "{\"unused\":1}")]),
            policy(
                OF_AWS,
                vec![version("v2", true, "{\"b\":2}"), version("v1", false, "{\"a\":1}")],
            ),
            policy(OWN, vec![version("v2", false, "{\"c\":3}"), version("v1", true, "{\"b\":2}")]),
            policy(AS_BOUNDARY, vec![version("v1", true, "{\"d\":4}")]),
        ],
    }
}

#[test]
fn documents_are_kept_once_and_versions_of_aws_only_in_force() {
    let kept = lists().kept();
    assert_eq!(kept.documents, [r#"{"b":2}"#, r#"{"c":3}"#, r#"{"d":4}"#, r#"{"same":1}"#]);
    let policies = kept.policies.unwrap();
    let told: Vec<_> = policies
        .iter()
        .map(|policy| {
            let versions = policy.versions.iter();
            let versions = versions
                .map(|v| (v.version_id.as_str(), v.is_default_version, v.document.unwrap()));
            (policy.arn.as_str(), versions.collect::<Vec<_>>())
        })
        .collect();
    assert_eq!(
        told,
        [
            (AS_BOUNDARY, vec![("v1", true, 2)]),
            (OWN, vec![("v2", false, 1), ("v1", true, 0)]),
            (OF_AWS, vec![("v2", true, 0)]),
        ]
    );
    let arns: Vec<&str> = kept.principals.iter().map(|entry| entry.arn.as_str()).collect();
    assert_eq!(arns, ["g", "r1", "r2", "u"]);
    let trust = |at: usize| kept.principals[at].details.as_ref().unwrap().assume_role_policy;
    assert_eq!([trust(0), trust(1), trust(2), trust(3)], [None, Some(3), Some(3), None]);
}

#[test]
fn the_order_in_which_iam_tells_of_them_changes_nothing() {
    let mut turned = lists();
    turned.roles.reverse();
    turned.policies.reverse();
    assert_eq!(turned.kept(), lists().kept());
}

#[test]
fn documents_are_decoded_and_broken_ones_kept() {
    assert_eq!(decoded("%7B%22a%22%3A%20%22%C3%A9%2B+%22%7D"), "{\"a\": \"é++\"}");
    assert_eq!(decoded("{\"a\": \"100%25\"}"), "{\"a\": \"100%25\"}", "it was never encoded");
    for broken in ["%7B%FF%FE", "%7B%2", "", "%"] {
        let kept = decoded(broken);
        assert!(trailproof_core::pool::PolicyPool::default().policy(&kept).is_err(), "{broken}");
        assert_eq!(kept.is_empty(), broken.is_empty());
    }
}

#[test]
fn what_iam_leaves_out_stays_absent() {
    let bare = Lists {
        roles: vec![
            RoleDetail::builder()
                .arn("r")
                .role_policy_list(PolicyDetail::builder().policy_name("silent").build())
                .build(),
        ],
        policies: vec![policy(OWN, vec![PolicyVersion::builder().version_id("v1").build()])],
        ..Lists::default()
    };
    let kept = bare.kept();
    let details = kept.principals[0].details.as_ref().unwrap();
    assert_eq!((details.assume_role_policy, details.last_used), (None, None));
    assert_eq!(details.inline_policies[0].document, None);
    assert_eq!(kept.policies.unwrap()[0].versions[0].document, None);
    assert_eq!(kept.documents, Vec::<String>::new());
}

#[test]
fn a_page_without_any_list_is_no_answer_and_one_of_policies_alone_is() {
    let page = GetAccountAuthorizationDetailsOutput::builder().build();
    assert!(Lists::default().take(page).is_err());
    let page =
        GetAccountAuthorizationDetailsOutput::builder().set_policies(Some(Vec::new())).build();
    assert!(Lists::default().take(page).is_ok());
}

#[test]
fn a_roles_last_use_is_a_time() {
    let used = aws_sdk_iam::types::RoleLastUsed::builder().last_used_date(DateTime::from_secs(60));
    let role = RoleDetail::builder().arn("r").role_last_used(used.build()).build();
    let kept = Lists { roles: vec![role], ..Lists::default() }.kept();
    let details = kept.principals[0].details.as_ref().unwrap();
    assert_eq!(details.last_used.unwrap().as_second(), 60);
}
