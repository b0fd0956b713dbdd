//! The role by which CloudTrail writes to a log group is CloudTrail's alone, and writes there and nowhere else.

use trailproof_core::aws::Arn;
use trailproof_core::prelude::*;
use trailproof_core::privilege::{Delivery, delivery};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-cloudwatch-role-scoped",
    title: "The role of a trail's log group is CloudTrail's alone and writes to that log group only",
    group: Group::Privilege,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "A role that others can assume, or that may do more, lets them forge or flood the copy that alarms are \
                made of.",
    remediation: Remediation {
        summary: "Let only cloudtrail.amazonaws.com assume the role, for the trail's ARN, and allow it \
                  logs:CreateLogStream and logs:PutLogEvents on the log group's streams.",
        command: "aws iam put-role-policy --role-name ROLE --policy-name deliver --policy-document file://policy.json",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-required-policy-for-cloudwatch-logs.html",
    },
    japanese: Japanese {
        title: "証跡のロググループのロールが CloudTrail 専用であり、当該ロググループにのみ書き込める",
        rationale: "他の者が引き受けられるロールや、より広い権限を持つロールがあると、アラームの基となる写しを偽造し、\
                    または大量のデータで埋められる。",
        remediation: "証跡の ARN を条件として cloudtrail.amazonaws.com のみにロールの引き受けを許可し、ロググループの\
                      ストリームに対する logs:CreateLogStream と logs:PutLogEvents を許可する。",
    },
    controls: &[],
    reads: &[Fact::Trails, Fact::AuthorizationDetails],
    judge: Judge::GuardedTrail(judge),
};

fn judge(trail: &Trail, account: &AccountView<'_>, _audit: &Audit<'_>) -> Observed<Verdict> {
    let Some(group) = trail.log_group() else {
        return Ok(
            not_applicable("the trail delivers to no log group").reason(Reason::NO_LOG_GROUP)
        );
    };
    let gap = |cause, detail: String| Gap {
        account: Some(account.id()),
        region: Some(trail.home().clone()),
        ..Gap::new(Fact::Trails, cause, detail)
    };
    let Some(role) = trail.log_role() else {
        let detail = format!("by which role {} delivers is not kept", trail.name());
        return Err(gap(Cause::NotAttempted, detail));
    };
    if Arn::parse(role).ok().and_then(|arn| arn.account_id()) != Some(account.id()) {
        let detail = format!("the role {role} belongs to another account");
        return Err(gap(Cause::CrossAccountUnreadable, detail));
    }
    let expected = "cloudtrail.amazonaws.com alone assumes it, and it writes to the log group only";
    let details = account.authorization()?;
    let cite = |field: &str, value: String| Evidence {
        resource: role.to_owned(),
        ..details.source().cite(field, value)
    };
    let verdict = match delivery(&details, role, group)? {
        Delivery::NoRole => fail("there is no such role")
            .reason(Reason::ROLE_MISSING)
            .cite([cite("RoleDetailList[].Arn", "none of that ARN".into())]),
        Delivery::Trusts(whom) => fail(format!("{whom} may assume it"))
            .reason(Reason::OTHER_TRUSTEES)
            .cite([cite("AssumeRolePolicyDocument", whom)]),
        Delivery::NotTrusted => fail("CloudTrail may not assume it")
            .reason(Reason::NOT_TRUSTED)
            .cite([cite("AssumeRolePolicyDocument", "no statement for CloudTrail".into())]),
        Delivery::Grants(what) => fail(format!("it may do more: {what}"))
            .reason(Reason::BROADER)
            .cite([cite("RolePolicyList", what)]),
        Delivery::Scoped { by_source } => {
            let note = if by_source { ", and only for named trails or accounts" } else { "" };
            pass(format!(
                "CloudTrail alone may assume it{note}, and it writes to the log group only"
            ))
            .cite([cite("AssumeRolePolicyDocument", "cloudtrail.amazonaws.com".into())])
        }
    };
    let named = trail.cite("CloudWatchLogsRoleArn", role);
    Ok(verdict.observed(format!("CloudWatchLogsRoleArn={role}")).expected(expected).cite([named]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const GROUP: &str = "arn:aws:logs:us-east-1:111122223333:log-group:trail:*";

    fn own() -> World {
        organization().with(trail("audit"))
    }

    fn with(setup: PrincipalSetup) -> World {
        own().principal(MEMBER, setup)
    }

    fn ideal() -> PrincipalSetup {
        delivery_role("trail-to-logs", GROUP)
    }

    fn trusting(principal: Value) -> World {
        with(ideal().trust(json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Principal": { "Service": "cloudtrail.amazonaws.com" },
                "Action": "sts:AssumeRole" },
            { "Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole" }] })))
    }

    fn also(action: &str, resource: &str) -> World {
        with(ideal().inline(
            "more",
            json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": action, "Resource": resource }] }),
        ))
    }

    #[test]
    fn cloudtrail_alone_writes_there_and_nowhere_else() {
        let stream = "arn:aws:logs:us-east-1:111122223333:log-group:trail:log-stream:o-1_*";
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(own())
            .passes(also("logs:PutLogEvents", stream))
            .fails("broader", also("logs:PutLogEvents", "*"))
            .fails("broader", also("logs:*", GROUP))
            .fails("broader", with(ideal().managed("ReadOnlyAccess")))
            .fails("other_trustees", trusting(json!({ "AWS": "111122223333" })))
            .fails("other_trustees", trusting(json!({ "Service": "ec2.amazonaws.com" })))
            .fails("not_trusted", with(ideal().trust(json!({ "Statement": [] }))))
            .fails(
                "role_missing",
                own().but(|w| {
                    w.trails[0].description.cloud_watch_logs_role_arn =
                        Some("arn:aws:iam::111122223333:role/service-role/gone".into());
                }),
            )
            .is_unknown(Cause::Undecidable, with(ideal().inline_text("broken", "{")))
            .is_unknown(
                Cause::NotAttempted,
                own().but(|w| w.trails[0].description.cloud_watch_logs_role_arn = None),
            )
            .is_unknown(
                Cause::CrossAccountUnreadable,
                own().but(|w| {
                    w.trails[0].description.cloud_watch_logs_role_arn =
                        Some("arn:aws:iam::999988887777:role/trail-to-logs".into());
                }),
            )
            .is_unknown(Cause::AccessDenied, own().deny(Fact::AuthorizationDetails))
            .is_unknown(Cause::AccessDenied, own().deny(Fact::Trails))
            .does_not_apply(
                "no_log_group",
                own().but(|w| w.trails[0].description.cloud_watch_logs_log_group_arn = None),
            );
    }
}
