//! Whoever a store's policy names may query it, from whatever account.

use trailproof_core::prelude::*;
use trailproof_core::store::Outsider;

/// The check.
pub const CHECK: Check = Check {
    id: "event-data-store-resource-policy",
    title: "No event data store can be queried from outside the organization",
    group: Group::Lake,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "Whoever queries a store reads who did what, from where and with which role: a map of the organization.",
    remediation: Remediation {
        summary: "Take the statements that name outsiders out of the store's policy, or delete the policy.",
        command: "aws cloudtrail delete-resource-policy --resource-arn ARN --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DeleteResourcePolicy.html",
    },
    japanese: Japanese {
        title: "組織外からクエリできるイベントデータストアがない",
        rationale: "イベントデータストアにクエリできる者は、誰が、どこから、どのロールで、何を行ったかという組織の全\
                    体像を読み取れる。",
        remediation: "部外者を指定するステートメントをイベントデータストアのポリシーから除くか、ポリシーを削除する。",
    },
    controls: &[],
    reads: &[Fact::Organization, Fact::Accounts, Fact::EventDataStores, Fact::StorePolicy],
    judge: Judge::Store(judge),
};

fn judge(store: &Store, audit: &Audit<'_>) -> Observed<Verdict> {
    let (text, source) = store.policy()?;
    let policy = text.policy.as_deref().filter(|policy| !policy.is_empty());
    let verdict = match (store.outsider(audit.organization)?, policy) {
        (Some(outsider), _) => {
            let Outsider { statement, who } = outsider;
            fail(format!("{statement} lets {who} in")).reason(Reason::EXTERNAL_PRINCIPAL)
        }
        (None, Some(_)) => pass("the policy names nobody outside the organization"),
        (None, None) => pass("the store has no policy"),
    };
    Ok(verdict
        .expected("no principal outside the organization")
        .cite([source.cite("ResourcePolicy", policy)]))
}

#[cfg(test)]
#[test]
fn nobody_outside_may_query() {
    use serde_json::{Value, json};
    use trailproof_core::fixture::*;
    let allowing = |principal: Value, condition: Value| {
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": principal, "Action": "cloudtrail:StartQuery",
            "Resource": "*", "Condition": condition}]});
        let setup = store("lake").but(|s| s.policy.policy = Some(policy.to_string()));
        organization().with_store(setup)
    };
    let named = |account: &str| json!({"AWS": format!("arn:aws:iam::{account}:root")});
    let none = || json!({});
    let org = |id: &str| json!({"StringEquals": {"aws:PrincipalOrgID": id}});
    let text = |text: &str| {
        organization().with_store(store("lake").but(|s| s.policy.policy = Some(text.into())))
    };
    let outsider = "444444444444";
    let address = || json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}});
    let _ = expect(&CHECK)
        .passes(organization().with_store(store("lake")))
        .passes(allowing(named(MEMBER), none()))
        .passes(allowing(named(MANAGEMENT), none()))
        .passes(allowing(json!({"Service": "cloudtrail.amazonaws.com"}), none()))
        .passes(allowing(json!("*"), org(ORGANIZATION)))
        .passes(allowing(named(outsider), org(ORGANIZATION)))
        .fails("external_principal", allowing(named(outsider), none()))
        .fails("external_principal", allowing(json!({"AWS": outsider}), address()))
        .fails("external_principal", allowing(json!("*"), none()))
        .does_not_apply("no_event_data_store", organization()) // edge 154
        .is_unknown(Cause::Undecidable, allowing(json!("*"), org("o-other")))
        .is_unknown(Cause::Undecidable, allowing(json!({"AWS": "*"}), address()))
        .is_unknown(Cause::Undecidable, text("{"))
        .is_unknown(Cause::AccessDenied, allowing(named(MEMBER), none()).deny(Fact::Accounts))
        .is_unknown(Cause::AccessDenied, allowing(named(MEMBER), none()).deny(Fact::Organization))
        .is_unknown(Cause::AccessDenied, text("").deny(Fact::StorePolicy))
        .is_unknown(Cause::AccessDenied, text("").deny(Fact::EventDataStores));
}
