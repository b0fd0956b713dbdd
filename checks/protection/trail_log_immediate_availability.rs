//! Logs that must be restored first make an investigation wait for hours, at each question anew.

use trailproof_core::answer::Lifecycle;
use trailproof_core::prelude::*;
use trailproof_core::retention::{Archiving, Keys, archived_before};

/// The check.
pub const CHECK: Check = Check {
    id: "trail-log-immediate-availability",
    title: "Recent logs can be read without being restored first",
    group: Group::Protection,
    severity: Severity::Low,
    weight: Severity::Low.weight(),
    rationale: "While somebody is still inside, the last months are what is asked for: a restore from an archive \
                takes hours and costs money for every attempt.",
    remediation: Remediation {
        summary: "Move logs to GLACIER or DEEP_ARCHIVE later, or use GLACIER_IR, which is read at once.",
        command: "aws s3api put-bucket-lifecycle-configuration --bucket {bucket} --lifecycle-configuration \
                  file://lifecycle.json",
        link: "https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html",
    },
    japanese: Japanese {
        title: "直近のログを、復元せずに読み取れる",
        rationale: "侵入者が内部にいる間に求められるのは、直近数か月のログである。アーカイブからの復元には数時間を要\
                    し、そのたびに費用が発生する。",
        remediation: "GLACIER または DEEP_ARCHIVE への移行を遅らせるか、即時に読み取れる GLACIER_IR を使用する。",
    },
    controls: &[
        Pci4_0_1.related("10.5.1"),
        Nist800_53R5.related("AU-11"),
        Soc2.stave("A1.2"),
        Iso27001_2022.stave("A.8.10"),
        Iso27001_2022.stave("A.5.33"),
        Hipaa164.stave("164.316(b)(2)(i)"),
    ],
    reads: &[Fact::Trails, Fact::BucketList, Fact::BucketHead, Fact::BucketLifecycle],
    judge: Judge::Bucket(judge),
};

pub const AS_CODE: AsCode = AsCode::both(
    r#"resource "aws_s3_bucket_lifecycle_configuration" "logs" {
  bucket = aws_s3_bucket.logs.id
  rule {
    id     = "archive-logs"
    status = "Enabled"
    filter {
      prefix = "AWSLogs/"
    }
    transition {
      days          = 90
      storage_class = "GLACIER"
    }
  }
}"#,
    r#"LogBucket:
  Type: AWS::S3::Bucket
  Properties:
    # …
    LifecycleConfiguration:
      Rules:
        - Id: archive-logs
          Status: Enabled
          Prefix: AWSLogs/
          Transitions:
            - StorageClass: GLACIER
              TransitionInDays: 90"#,
);

fn judge(bucket: &Bucket, audit: &Audit<'_>) -> Observed<Verdict> {
    let days = audit.policy.immediate_days;
    let (lifecycle, source) = bucket.read::<Lifecycle>(Fact::BucketLifecycle)?;
    let archived = |keys: Keys<'_>| archived_before(&lifecycle.rules, keys, days);
    let moves = bucket.key_spaces.iter().map(|space| archived(Keys::Under(space)));
    let expected = format!("no move to an archive before {days} days");
    if let Some(found) = find(moves, |found| Ok(found.is_some()))?.flatten() {
        let Archiving { class, rule, .. } = &found;
        let place = match found.prefix.as_deref() {
            Some(prefix) if !prefix.is_empty() => format!(" under {prefix}"),
            _ => String::new(),
        };
        let when = match (found.days, found.date) {
            (Some(age), _) => format!("after {age} days"),
            (None, Some(date)) => format!("on {date}"),
            (None, None) => "at once".into(),
        };
        let message = format!("rule {rule} moves logs{place} to {class} {when}");
        return Ok(fail(format!("{message}, the policy asks for {days} days at hand"))
            .reason(Reason::ARCHIVED_EARLY)
            .observed(message)
            .expected(expected)
            .cite([source.cite("Rules[].ID", rule.as_str())]));
    }
    if archived(Keys::Any) != Ok(None) {
        // A trail that nobody saw may deliver under a prefix that another rule reaches.
        audit.organization.all_trails_complete()?;
    }
    let tiered = lifecycle.rules.iter().flat_map(|rule| &rule.transitions);
    let tiered = tiered.filter_map(|transition| transition.storage_class.as_deref());
    let note = if tiered.into_iter().any(|class| class == "INTELLIGENT_TIERING") {
        "; whether Intelligent-Tiering archives them is not read"
    } else {
        ""
    };
    Ok(pass(format!("no rule archives logs before {days} days{note}"))
        .expected(expected)
        .cite([source.cite("Rules", lifecycle.rules.len())]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{LifecycleRule, Transition};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn moved(class: &str, days: Option<i32>, change: fn(&mut LifecycleRule)) -> World {
        organization().with(trail("audit")).with_bucket(bucket("logs").owner(ARCHIVE).but(|b| {
            let storage_class = Some(class.to_owned());
            b.lifecycle.rules[0].transitions = vec![Transition { storage_class, days, date: None }];
            change(&mut b.lifecycle.rules[0]);
        }))
    }

    #[test]
    fn only_young_logs_in_slow_classes_fail() {
        let elsewhere = |rule: &mut LifecycleRule| rule.prefix = Some("tmp/".into());
        let hidden = moved("GLACIER", Some(1), elsewhere).deny_in(
            Some(ARCHIVE),
            Fact::Trails,
            Some("eu-west-1"),
            Cause::AccessDenied,
        );
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .fails("archived_early", moved("DEEP_ARCHIVE", Some(30), |_| {})) // edge 102
            .fails("archived_early", moved("GLACIER", Some(89), |_| {}))
            .passes(moved("GLACIER", Some(90), |_| {}))
            .passes(moved("GLACIER_IR", Some(0), |_| {}))
            .passes(moved("INTELLIGENT_TIERING", Some(0), |_| {}))
            .passes(moved("GLACIER", Some(1), elsewhere))
            .is_unknown(Cause::AccessDenied, hidden)
            .passes(moved("GLACIER", Some(1), |rule| rule.status = "Disabled".into()))
            .is_unknown(Cause::Undecidable, moved("FROZEN", Some(1), |_| {}))
            .is_unknown(
                Cause::AccessDenied,
                moved("GLACIER", Some(1), |_| {}).deny(Fact::BucketLifecycle),
            )
            .policy(|policy| policy.immediate_days = 30)
            .passes(moved("DEEP_ARCHIVE", Some(30), |_| {}));
    }
}
