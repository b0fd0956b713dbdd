//! What was changed and changed back is not to be seen in any setting; event history still tells.

use trailproof_core::history::inquiry::{Words, judge as weigh};
use trailproof_core::history::trails::Weighing;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-tamper-events-90d",
    title: "Nobody stopped, deleted or narrowed a trail in the last ninety days",
    group: Group::Continuity,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Whoever wants to act unseen stops the trail or narrows it, and puts it back afterwards: every setting looks well again.",
    remediation: Remediation {
        summary: "Find out who made the call and what else they did, then put the trail back as it was.",
        command: "aws cloudtrail lookup-events --region {region} --lookup-attributes AttributeKey=EventName,AttributeValue=StopLogging",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/view-cloudtrail-events.html",
    },
    japanese: Japanese {
        title: "過去 90 日間に、証跡の停止、削除、記録範囲の縮小が行われていない",
        rationale: "記録を避けて行動しようとする者は、証跡を停止または縮小し、事後に元へ戻す。現在の設定はすべて正常\
                    に見える。",
        remediation: "呼び出しを行った者とその者の他の操作を特定し、証跡を元の状態に戻す。",
    },
    controls: crate::history::CONTINUITY,
    reads: &[
        Fact::Regions,
        Fact::Trails,
        Fact::EventSelectors,
        Fact::EventDataStores,
        Fact::TrailHistory,
    ],
    judge: Judge::Account(judge),
};

fn judge(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let look = account.trail_history(audit.reach(audit.policy.lookback_days));
    let mut weighing = Weighing::of(account, &audit.policy.approved_principals, &look);
    let words = Words {
        reason: Reason::TAMPERED,
        none: "call that stops, deletes or narrows a trail or an event data store",
        failed: false,
    };
    weigh(&look, words, |past| weighing.effect(past))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use serde_json::{Value, json};
    use trailproof_core::answer::PastEvent;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    const HOME: (&str, &str) = (MEMBER, "us-east-1");

    fn after(events: impl IntoIterator<Item = PastEvent>) -> World {
        events.into_iter().fold(organization().with(trail("audit")), |w, e| w.called(HOME, e))
    }

    fn updated(request: Value) -> World {
        let mut request = request;
        request["name"] = json!("audit");
        after([call(600, "UpdateTrail", request)])
    }

    fn created() -> PastEvent {
        call(
            900,
            "CreateTrail",
            json!({"name": "audit", "s3BucketName": "logs",
            "isMultiRegionTrail": true, "enableLogFileValidation": true}),
        )
    }

    fn selected(minutes: i64, selectors: Value) -> PastEvent {
        call(
            minutes,
            "PutEventSelectors",
            json!({"trailName": "audit", "eventSelectors": selectors}),
        )
    }

    #[test]
    fn a_call_that_narrows_a_trail_fails_and_names_who_made_it() {
        let objects = json!([{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]);
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(after([]))
            .fails("tampered", after([call(600, "StopLogging", json!({"name": "audit"}))]))
            .fails("tampered", after([call(600, "DeleteTrail", json!({"name": "gone"}))]))
            .passes(after([call(600, "StopLogging", json!({"name": "audit"})).refused()])) // edge 146
            .fails("tampered", updated(json!({"isMultiRegionTrail": false})))
            .fails("tampered", updated(json!({"includeGlobalServiceEvents": false})))
            .fails("tampered", updated(json!({"enableLogFileValidation": false})))
            .fails("tampered", updated(json!({"kmsKeyId": ""})))
            .fails("tampered", updated(json!({"cloudWatchLogsLogGroupArn": ""})))
            .passes(updated(json!({"kmsKeyId": "alias/other", "isMultiRegionTrail": true})))
            .is_unknown(Cause::Undecidable, updated(json!({"s3BucketName": "other"})))
            .fails(
                "tampered",
                after([
                    created(),
                    call(600, "UpdateTrail", json!({"name": "audit", "s3BucketName": "other"})),
                ]),
            )
            .passes(after([
                created(),
                call(600, "UpdateTrail", json!({"name": "audit", "s3BucketName": "logs"})),
            ]))
            .fails("tampered", after([selected(600, json!([{"readWriteType": "WriteOnly"}]))]))
            .is_unknown(
                Cause::Undecidable,
                after([selected(600, json!([{"readWriteType": "All"}]))]),
            )
            .passes(after([
                created(), // edge 148
                selected(600, json!([{"readWriteType": "All", "dataResources": objects}])),
            ]))
            .fails(
                "tampered",
                after([
                    created(),
                    selected(700, json!([{"readWriteType": "All", "dataResources": objects}])),
                    selected(600, json!([{"readWriteType": "All"}])),
                ]),
            )
            .fails(
                "tampered",
                after([call(
                    9,
                    "PutInsightSelectors",
                    json!({"trailName": "audit", "insightSelectors": []}),
                )]),
            );
    }

    #[test]
    fn whom_the_user_approves_may_change_a_trail_and_not_end_one_that_is_evidence() {
        let data = json!({"EventSelectors": [{"IncludeManagementEvents": false,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}]});
        let stop = |name: &str| call(600, "StopLogging", json!({ "name": name }));
        let custom = trail("custom").selecting(json!({"EventSelectors": [{}]}));
        let unread = organization().with(custom).called(HOME, stop("custom"));
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .policy(|p| p.approved_principals = vec!["arn:aws:iam::*:role/Ops".into()])
            .passes(updated(json!({"enableLogFileValidation": false}))) // edge 147
            .fails("tampered", after([stop("audit")]))
            .passes(organization().with(trail("data").selecting(data)).called(HOME, stop("data")))
            .is_unknown(Cause::AccessDenied, unread.deny(Fact::EventSelectors));
    }

    #[test]
    fn what_was_not_looked_up_is_unknown_unless_something_was_found() {
        let denied = |world: World, place| {
            world.deny_in(Some(MEMBER), Fact::TrailHistory, Some(place), Cause::AccessDenied)
        };
        let endless = |world: World| world.but(|w| w.endless = ["StopLogging".into()].into());
        let stopped = || after([call(600, "StopLogging", json!({"name": "audit"}))]);
        let odd = || {
            let event = call(600, "StopLogging", json!({"name": "audit"}));
            after([PastEvent { unreadable: true, ..event }])
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .is_unknown(Cause::AccessDenied, denied(denied(after([]), "eu-west-1"), "us-west-2")) // edge 149
            .fails("tampered", denied(stopped(), "eu-west-1"))
            .is_unknown(Cause::NotAttempted, endless(after([])))
            .fails("tampered", endless(stopped()))
            .is_unknown(Cause::Undecidable, odd())
            .is_unknown(Cause::RegionScopeUnproven, after([]).deny(Fact::Regions))
            .is_unknown(Cause::AccessDenied, after([]).deny(Fact::Trails))
            .is_unknown(Cause::AccessDenied, after([]).deny(Fact::EventDataStores));
    }

    #[test]
    fn an_event_data_store_is_not_ended_or_cut_short() {
        let on = |name: &str, more: Value| {
            let mut request = more;
            request["eventDataStore"] = json!("lake");
            organization()
                .with_store(store("lake"))
                .called((MANAGEMENT, "us-east-1"), call(60, name, request))
        };
        let longer = on("UpdateEventDataStore", json!({"retentionPeriod": 400})).called(
            (MANAGEMENT, "us-east-1"),
            call(
                50,
                "UpdateEventDataStore",
                json!({"eventDataStore": "lake", "retentionPeriod": 90}),
            ),
        );
        let _ = expect(&CHECK)
            .in_account(MANAGEMENT)
            .passes(on("UpdateEventDataStore", json!({"name": "sea"})))
            .fails("tampered", on("DeleteEventDataStore", json!({})))
            .fails("tampered", on("StopEventDataStoreIngestion", json!({})))
            .fails(
                "tampered",
                on("UpdateEventDataStore", json!({"terminationProtectionEnabled": false})),
            )
            .fails("tampered", longer)
            .is_unknown(
                Cause::Undecidable,
                on("UpdateEventDataStore", json!({"retentionPeriod": 400})),
            )
            .is_unknown(
                Cause::AccessDenied,
                on("UpdateEventDataStore", json!({})).deny(Fact::EventDataStores),
            );
    }
}
