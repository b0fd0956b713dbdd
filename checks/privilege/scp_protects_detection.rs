//! What watches beside the trail, and where the logs lie, is the second line: it should not fall with one account.

use trailproof_core::aws::Region;
use trailproof_core::finding::Status;
use trailproof_core::guardrail::{ANY_NAME, Inquiry, Question, bound};
use trailproof_core::prelude::*;
use trailproof_core::tamper::{Class, Table};

use crate::least_privilege::FROM_ABOVE;

/// The check.
pub const CHECK: Check = Check {
    id: "scp-protects-detection",
    title: "No administrator of a member account can end its detection, nor destroy logs in the log archive",
    group: Group::Privilege,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "GuardDuty, Security Hub and AWS Config see what the trail records; an intruder who ends them goes \
                unnoticed, and one who reaches the log archive takes the record itself.",
    remediation: Remediation {
        summary: "Deny the actions that end detection in a service control policy on the root, and those that destroy \
                  logs or keys in one on the log archive, with a resource control policy beside it.",
        command: "aws organizations attach-policy --policy-id {policy} --target-id {target}",
        link: "https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps_examples.html",
    },
    japanese: Japanese {
        title: "メンバーアカウントの管理者が、検知サービスの停止もログアーカイブのログの破棄もできない",
        rationale: "GuardDuty、Security Hub、AWS Config は証跡の記録内容を監視する。これらを停止した侵入者は気付かれ\
                    ず、ログアーカイブに達した侵入者は記録自体を奪う。",
        remediation: "検知サービスを停止するアクションをルートのサービスコントロールポリシーで、ログまたはキーを破棄\
                      するアクションをログアーカイブのサービスコントロールポリシーで拒否し、リソースコントロールポリ\
                      シーを併用する。",
    },
    controls: FROM_ABOVE,
    reads: &[
        Fact::Organization,
        Fact::OrganizationalUnits,
        Fact::OrganizationPolicies,
        Fact::OrganizationPolicy,
        Fact::PolicyTargets,
        Fact::Regions,
        Fact::Trails,
        Fact::BucketList,
    ],
    judge: Judge::Account(judge),
};

/// What ends the detection of an account, or its delivery. Where the table of tampering actions knows more, it hides
/// single findings, which a service control policy would keep from its rightful users as well.
const STOP: [&str; 11] = [
    "config:DeleteConfigurationRecorder",
    "config:DeleteDeliveryChannel",
    "config:PutConfigurationRecorder",
    "config:PutDeliveryChannel",
    "config:StopConfigurationRecorder",
    "guardduty:DeleteDetector",
    "guardduty:DisassociateFromAdministratorAccount",
    "guardduty:UpdateDetector",
    "securityhub:BatchDisableStandards",
    "securityhub:DisableSecurityHub",
    "securityhub:DisassociateFromAdministratorAccount",
];

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let guardrail = match bound(account, audit)? {
        Ok(guardrail) => guardrail,
        Err(verdict) => return Ok(verdict),
    };
    let mut inquiry = Inquiry::of(&guardrail);
    // Where no policy makes a difference between regions, one answers for all.
    let regions: Vec<&Region> = account.regions().collect();
    let all = if guardrail.tells_regions_apart() { regions.len() } else { 1 };
    for region in regions.into_iter().take(all) {
        detection(&mut inquiry, account, region);
    }
    inquiry.doubt(account.region_scope().err());
    let archive = audit.policy.log_archive_account_ids.contains(&account.id());
    if archive {
        logs(&mut inquiry, account, audit);
    }
    let verdict = inquiry.verdict(
        "the actions that end GuardDuty, Security Hub and AWS Config, and in the log archive those that destroy logs \
         and keys, are denied to all but approved principals",
    )?;
    if verdict.status == Status::Pass && audit.policy.log_archive_account_ids.is_empty() {
        return Ok(verdict.note("no log archive is named, so that no logs were asked about"));
    }
    Ok(verdict)
}

fn detection(inquiry: &mut Inquiry<'_>, account: &AccountView<'_>, region: &Region) {
    let table = Table::shared();
    for action in STOP {
        let (service, _) = action.split_once(':').unwrap_or_default();
        let kind = table.action(action).and_then(|action| action.on.first());
        let form = kind.and_then(|on| table.arn(service, &on.kind)).unwrap_or("*");
        let resource = form
            .replace("{partition}", account.organization.partition().as_str())
            .replace("{region}", region.as_str())
            .replace("{account}", account.id().as_str())
            .replace("{name}", ANY_NAME)
            .replace("{part}", ANY_NAME);
        inquiry.ask(&Question::new(action, &resource).sent_to(region));
    }
}

/// What destroys, replaces or locks away the logs of the account's log buckets and the keys of its trails.
fn logs(inquiry: &mut Inquiry<'_>, account: &AccountView<'_>, audit: &Audit<'_>) {
    let (organization, table) = (audit.organization, Table::shared());
    let partition = organization.partition();
    let bad = |kind: (&'static str, &'static str)| {
        table.on(kind.0, kind.1).filter(|action| {
            [Class::Destroy, Class::Key].iter().any(|class| action.classes.contains(class))
        })
    };
    for bucket in organization.buckets().filter(|bucket| bucket.owner == Some(account.id())) {
        let arn = format!("arn:{partition}:s3:::{}", bucket.name);
        let object = format!("{arn}/AWSLogs/{ANY_NAME}");
        for (kind, resource) in [("bucket", &arn), ("object", &object)] {
            for action in bad(("s3", kind)) {
                let question = Question::new(&action.name, resource).on_guarded_resource();
                inquiry.ask(&match &bucket.region {
                    Some(region) => question.sent_to(region),
                    None => question,
                });
            }
        }
    }
    let own = |key: &&Key| key.target.account == account.id() && !key.trails.is_empty();
    for key in organization.keys().filter(own) {
        let arn = key.target.arn(partition);
        if !arn.contains(":key/") {
            let detail = format!("which key {arn} means was not asked");
            inquiry.doubt(Some(Gap::new(Fact::Key, Cause::Undecidable, detail)));
            continue;
        }
        for action in bad(("kms", "key")) {
            inquiry.ask(&Question::new(&action.name, &arn).on_guarded_resource());
        }
    }
    // There may be more log buckets and keys.
    inquiry.doubt(account.buckets().err());
    inquiry.doubt(organization.all_trails_complete().err());
}

#[cfg(test)]
mod tests {
    use super::{CHECK, STOP};
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;
    use trailproof_core::tamper::Table;

    fn deny(actions: Value, resource: Value) -> Value {
        json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": "Watch", "Effect": "Deny", "Action": actions, "Resource": resource }] })
    }

    fn guarded() -> World {
        organization()
            .with(trail("org").for_organization())
            .scp("root", deny(json!(["guardduty:*", "securityhub:*", "config:*"]), json!("*")))
    }

    #[test]
    fn every_action_is_one_of_the_table_and_ends_something() {
        let table = Table::shared();
        for action in STOP {
            assert!(table.action(action).is_some(), "{action}");
        }
    }

    #[test]
    fn detection_is_asked_about_in_every_region() {
        let some = json!(["guardduty:DeleteDetector", "securityhub:*", "config:*"]);
        let here = |operator: &str| {
            let mut document = deny(json!("*"), json!("*"));
            document["Statement"][0]["Condition"] =
                json!({ operator: { "aws:RequestedRegion": ["us-east-1", "eu-west-1"] } });
            document
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(guarded())
            .fails("not_denied", organization())
            .fails("not_denied", organization().scp("root", deny(some, json!("*"))))
            .fails("not_denied", organization().scp("root", here("StringEquals")))
            .fails("not_denied", organization().scp("root", here("StringNotEquals")))
            .is_unknown(Cause::AccessDenied, guarded().deny(Fact::OrganizationPolicies))
            .is_unknown(Cause::AccessDenied, guarded().deny(Fact::OrganizationPolicy))
            .is_unknown(Cause::AccessDenied, guarded().deny(Fact::PolicyTargets))
            .is_unknown(Cause::AccessDenied, guarded().deny(Fact::OrganizationalUnits))
            .is_unknown(Cause::RegionScopeUnproven, guarded().deny(Fact::Regions))
            .is_unknown(Cause::AccessDenied, guarded().deny(Fact::Organization))
            .in_account(MANAGEMENT)
            .does_not_apply("management_account", guarded());
    }

    #[test]
    fn the_log_archive_is_asked_about_its_logs_and_keys() {
        let logs = || {
            deny(json!(["s3:*", "kms:*"]), json!(["arn:aws:s3:::logs*", "arn:aws:kms:*:*:key/*"]))
        };
        let rcp = || {
            let mut document = logs();
            document["Statement"][0]["Principal"] = json!("*");
            document
        };
        let _ = expect(&CHECK)
            .in_account(ARCHIVE)
            .passes(guarded())
            .policy(|policy| policy.log_archive_account_ids = [id(ARCHIVE)].into())
            .fails("not_denied", guarded())
            .passes(guarded().scp(ARCHIVE, logs()))
            .passes(guarded().rcp(ARCHIVE, rcp()))
            .fails("not_denied", guarded().rcp(MEMBER, rcp()))
            .fails("not_denied", guarded().scp(ARCHIVE, deny(json!(["s3:*"]), json!("*"))))
            .is_unknown(Cause::AccessDenied, guarded().scp(ARCHIVE, logs()).deny(Fact::Trails))
            .is_unknown(Cause::AccessDenied, guarded().scp(ARCHIVE, logs()).deny(Fact::BucketList))
            .in_account(MEMBER)
            .passes(guarded());
    }
}
