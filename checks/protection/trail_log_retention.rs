//! Evidence that a lifecycle rule removes before anybody asks for it is no evidence.

use trailproof_core::answer::Lifecycle;
use trailproof_core::prelude::*;
use trailproof_core::retention::{Keys, Note, Retention};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-log-retention",
    title: "Logs are kept for as long as the policy asks",
    group: Group::Protection,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Intrusions are found months after they began: where the logs of the beginning are gone, nobody \
                can tell what was taken, and an auditor finds less than a year.",
    remediation: Remediation {
        summary: "Lengthen or remove the lifecycle rule that the finding names; digests must live as long as the \
                  logs that they prove.",
        command: "aws s3api put-bucket-lifecycle-configuration --bucket {bucket} --lifecycle-configuration \
                  file://lifecycle.json",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html",
    },
    japanese: Japanese {
        title: "ログが評価方針の求める期間保持されている",
        rationale: "侵入は開始から数か月後に発覚する。当初のログが失われていれば、何が持ち去られたかを誰も説明できず、\
                    監査人が確認できる期間も 1 年に満たない。",
        remediation: "検出結果が示すライフサイクルルールの期間を延長するか、ルールを削除する。ダイジェストファイルは、\
                      それが証明するログと同じ期間保持しなければならない。",
    },
    controls: &[
        Pci4_0_1.prowler("10.5.1"),
        Nist800_53R5.stave("AU-11"),
        Soc2.stave("A1.2"),
        Iso27001_2022.stave("A.8.10"),
        Iso27001_2022.stave("A.5.33"),
        Hipaa164.stave("164.316(b)(2)(i)"),
    ],
    reads: &[
        Fact::Trails,
        Fact::BucketList,
        Fact::BucketHead,
        Fact::BucketVersioning,
        Fact::BucketObjectLock,
        Fact::BucketLifecycle,
        Fact::EventDataStores,
        Fact::EventDataStore,
    ],
    judge: Judge::BucketAndAccount { bucket: of_bucket, account: of_account },
};

pub const AS_CODE: AsCode = crate::code::LIFECYCLE;

/// What no trail keeps only an event data store keeps for longer than the event history does.
fn of_account(account: &AccountView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    let days = audit.policy.retention_days;
    let expected = format!("a trail, or an event data store that keeps events for {days} days");
    if let Some(seen) = find(account.trails(), |_| Ok(true))? {
        return Ok(not_applicable(format!("kept by {}", seen.trail.arn()))
            .reason(Reason::KEPT_BY_TRAIL)
            .expected(expected)
            .cite([seen.cite()]));
    }
    let keeps = find(audit.organization.stores_for(account.id()), |store| keeps(store, days))?;
    let Some(store) = keeps else {
        return Ok(fail("only the event history keeps its events, for 90 days")
            .reason(Reason::EVENT_HISTORY_ONLY)
            .expected(expected)
            .cite(account.regions().map(|region| account.cite_trails_in(region))));
    };
    let (described, source) = store.described()?;
    let kept = described.retention_period.unwrap_or_default();
    Ok(pass(format!("the event data store {} keeps events for {kept} days", store.arn))
        .observed(format!("RetentionPeriod={kept}"))
        .expected(expected)
        .cite([source.cite("RetentionPeriod", kept)]))
}

/// Whether a store takes in all management events, and keeps them for so long.
fn keeps(store: &Store, days: u32) -> Observed<bool> {
    let (described, _) = store.described()?;
    let kept = described.retention_period.and_then(|kept| u32::try_from(kept).ok()).unwrap_or(0);
    let takes_in = described.status.as_deref() == Some("ENABLED");
    all([Ok(takes_in && kept >= days), store.records_all_management()])
}

fn of_bucket(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let days = audit.policy.retention_days;
    let expected = format!("every log is kept for {days} days");
    let spaces = || bucket.key_spaces.iter().map(|space| bucket.retention(Keys::Under(space)));
    let ended = find(spaces().map(Ok), |kept| kept.reaches(days).map(|long| !long))?;
    if let Some(kept) = ended {
        return Ok(too_short(bucket, &kept, days).expected(expected));
    }
    if bucket.retention(Keys::Any).reaches(days) != Ok(true) {
        // A trail that nobody saw may deliver under a prefix that another rule reaches.
        audit.organization.all_trails_complete()?;
    }
    let mut kept: Vec<Retention> = spaces().collect();
    kept.sort_by_key(|kept| kept.least);
    let Some(kept) = kept.into_iter().next() else {
        return Ok(not_applicable("no trail delivers to it").reason(Reason::NO_LOGS));
    };
    let notes: Vec<Reason> = kept.notes.iter().map(|note| note.reason()).collect();
    let codes: Vec<&str> = notes.iter().map(|note| note.code()).collect();
    let message = match &kept.bound {
        Some(bound) => format!("logs are kept for {} by rule {}", kept.least, bound.rule),
        None if kept.notes.contains(&Note::LockIsYounger) => {
            format!("Object Lock keeps logs for {}, those from before it aside", kept.least)
        }
        None => format!("logs are kept {}", kept.least),
    };
    Ok(pass(message)
        .reason(notes.first().copied())
        .observed(match codes.as_slice() {
            [] => kept.least.to_string(),
            codes => format!("{} ({})", kept.least, codes.join(", ")),
        })
        .expected(expected)
        .cite(bucket.cite_retention(kept.bound.as_ref())))
}

fn too_short(bucket: &Bucket, kept: &Retention, days: u32) -> Verdict {
    let Some(bound) = &kept.bound else {
        return fail(format!(
            "Object Lock keeps logs for {}, the policy asks for {days}",
            kept.most
        ))
        .reason(Reason::SHORTER)
        .observed(kept.most.to_string())
        .cite(bucket.cite_retention(None));
    };
    let place = match bound.prefix.as_deref() {
        Some(prefix) if !prefix.is_empty() => format!(" under {prefix}"),
        _ => String::new(),
    };
    let read = bucket.read::<Lifecycle>(Fact::BucketLifecycle).map(|(_, source)| source.called_at);
    let (code, message) = match (bound.date, read) {
        (Some(date), Ok(read)) if date > read => (
            Reason::ABSOLUTE_DATE,
            format!("rule {} takes everything{place} on {date}, however young", bound.rule),
        ),
        (Some(date), _) => (
            Reason::SHORTER,
            format!("rule {} takes everything{place} since {date}, however young", bound.rule),
        ),
        (None, _) => (
            Reason::SHORTER,
            format!(
                "rule {} keeps logs{place} for {}, the policy asks for {days}",
                bound.rule, kept.most
            ),
        ),
    };
    fail(message)
        .reason(code)
        .observed(kept.most.to_string())
        .cite(bucket.cite_retention(Some(bound)))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{LifecycleRule, ObjectLock};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn logs(change: impl FnOnce(&mut BucketSetup)) -> World {
        organization().with(trail("audit")).with_bucket(
            bucket("logs").owner(ARCHIVE).but(|b| b.lock = ObjectLock::default()).but(change),
        )
    }

    fn rule(change: impl FnOnce(&mut LifecycleRule)) -> World {
        logs(|b| {
            b.versioning.status = None;
            b.lifecycle.rules[0].expiration_days = Some(30);
            change(&mut b.lifecycle.rules[0]);
        })
    }

    fn dated(date: &str) -> World {
        let date = date.parse().unwrap();
        rule(|rule| (rule.expiration_days, rule.expiration_date) = (None, Some(date)))
    }

    /// Without versions and a lock, so that the rule decides alone.
    fn prefix(prefix: &str) -> World {
        rule(|rule| rule.prefix = Some(prefix.to_owned()))
    }

    /// With versions, of which the noncurrent ones go after so many days.
    fn bounded(noncurrent: i32) -> World {
        logs(|b| {
            b.lifecycle.rules[0].expiration_days = Some(90);
            b.lifecycle.rules[0].noncurrent_days = Some(noncurrent);
        })
    }

    fn locked(days: i32) -> World {
        let mut lock = bucket("any").lock;
        lock.default_retention.as_mut().unwrap().days = Some(days);
        bounded(1).but(|world| {
            let logs = world.buckets.iter_mut().find(|bucket| bucket.name == "logs").unwrap();
            logs.lock = lock;
        })
    }

    fn stored(change: impl FnOnce(&mut StoreSetup)) -> World {
        let mut setup = store("lake");
        change(&mut setup);
        organization().but(|world| world.stores.push(setup))
    }

    #[test]
    fn every_log_and_every_account_must_be_kept_for_long_enough() {
        let second = trail("second").but(|t| {
            t.owner = id(MANAGEMENT);
            t.description.s3_key_prefix = Some("second".into());
        });
        let narrow = |s: &mut StoreSetup| s.described.organization_enabled = Some(false);
        let of_accounts = expect(&CHECK)
            .fails("event_history_only", organization())
            .passes(stored(|_| {})) // edge 157
            .fails("event_history_only", stored(|s| s.described.retention_period = Some(364)))
            .fails(
                "event_history_only",
                stored(|s| s.described.status = Some("STOPPED_INGESTION".into())),
            )
            .fails("event_history_only", stored(narrow))
            .is_unknown(Cause::AccessDenied, stored(|_| {}).deny(Fact::EventDataStore))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::EventDataStores))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::Trails));
        let _ = of_accounts
            .in_account(MEMBER)
            .does_not_apply("kept_by_trail", logs(|_| {}))
            .in_account(ARCHIVE)
            .on(":logs")
            .passes(logs(|_| {}))
            .passes(rule(|rule| rule.expiration_days = Some(365)))
            .fails("shorter", rule(|rule| rule.expiration_days = Some(364)))
            .passes(rule(|rule| rule.status = "Disabled".into()))
            .passes(prefix("tmp/"))
            .passes(prefix("second/"))
            .fails("shorter", prefix("second/").with(second))
            .fails("shorter", prefix("AWSLogs/111122223333/"))
            .fails("shorter", dated("2026-01-01T00:00:00Z"))
            .fails("absolute_date", dated("2030-01-01T00:00:00Z"))
            .is_unknown(Cause::AccessDenied, rule(|_| {}).deny(Fact::BucketLifecycle))
            // As older snapshots hold it.
            .is_unknown(Cause::Undecidable, rule(|rule| rule.expiration_days = None))
            .passes(bounded(300))
            .fails("shorter", bounded(1))
            .passes(locked(365)) // edge 89
            .fails("shorter", locked(200))
            .passes(locked(365).deny(Fact::BucketLifecycle))
            .passes(locked(365).deny(Fact::BucketVersioning))
            .is_unknown(Cause::AccessDenied, locked(365).deny(Fact::BucketObjectLock))
            .is_unknown(Cause::AccessDenied, bounded(300).deny(Fact::BucketVersioning))
            .policy(|policy| policy.retention_days = 30)
            .passes(rule(|_| {}))
            .in_account(MEMBER)
            .does_not_apply("bucket_missing", rule(|_| {}).but(|w| w.buckets.clear()));
    }
}
