//! A digest that does not come leaves an hour in which logs can be changed unseen.

use jiff::SignedDuration;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-digest-delivery-healthy",
    title: "Every trail that validates its files delivers digests, from each region",
    group: Group::Delivery,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "Digests come every hour, with or without activity. Where they cease the chain is broken, and nobody \
                can prove afterwards that no file was changed or removed.",
    remediation: Remediation {
        summary: "Mend what the digest's delivery error names: digests need the same bucket and key policy as the logs, \
                  under AWSLogs/ACCOUNT/CloudTrail-Digest/.",
        command: "aws cloudtrail get-trail-status --name {trail} --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-log-file-validation-intro.html",
    },
    japanese: Japanese {
        title: "ログファイルの整合性を検証するすべての証跡が、各リージョンからダイジェストファイルを配信している",
        rationale: "ダイジェストファイルはアクティビティの有無にかかわらず毎時間配信される。途絶えると連鎖が切れ、フ\
                    ァイルの改変や削除がなかったことを事後に立証できない。",
        remediation: "ダイジェストの配信エラーが示す箇所を修復する。ダイジェストには、AWSLogs/ACCOUNT/CloudTrail-Digest/ に\
                      対してログと同じバケットポリシーとキーポリシーが必要である。",
    },
    controls: &[
        Cis1_4.related("3.4"),
        Fsbp.related("CloudTrail.5"),
        Pci4_0_1.related("10.7.1"),
        Pci4_0_1.related("10.7.2"),
        Nist800_53R5.related("AU-5"),
        Nist800_53R5.related("AU-5(1)"),
        Soc2.related("CC7.2"),
        Iso27001_2022.related("A.8.15"),
        Hipaa164.related("164.312(b)"),
    ],
    reads: &[Fact::Trails, Fact::TrailStatus, Fact::TrailDelivery],
    judge: Judge::TrailRegion(judge),
};

fn judge(view: &TrailRegionView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
    if !view.trail.validates_log_files()? {
        return Ok(not_applicable("log file validation is off")
            .reason(Reason::VALIDATION_OFF)
            .cite([view.trail.cite("LogFileValidationEnabled", false)]));
    }
    let (status, source) = view.account.delivery(view.trail, view.region)?;
    let undecided = |detail: &str| Gap {
        account: Some(view.account.id()),
        region: Some(view.region.clone()),
        ..Gap::new(source.probe.fact, Cause::Undecidable, detail)
    };
    let logging = status.is_logging;
    if !logging.ok_or_else(|| undecided("GetTrailStatus left out IsLogging"))? {
        return Ok(not_applicable("the trail is not logging")
            .reason(Reason::NOT_LOGGING)
            .cite([source.cite("IsLogging", logging)]));
    }
    let hours = audit.policy.digest_stale_hours;
    let fresh = |time| {
        source.called_at.duration_since(time) <= SignedDuration::from_hours(i64::from(hours))
    };
    let error = status.latest_digest_delivery_error.as_deref().filter(|error| !error.is_empty());
    let (last, started) = (status.latest_digest_delivery_time, status.start_logging_time);
    let verdict = match (error, last) {
        (Some(error), _) => fail(format!("the last digest was not delivered: {error}"))
            .reason(Reason::DELIVERY_ERROR),
        (None, Some(last)) if fresh(last) => pass(format!("the last digest came at {last}")),
        _ if started.is_some_and(fresh) => {
            not_applicable("logging has just been started").reason(Reason::STARTING)
        }
        (None, Some(last)) => {
            let age = source.called_at.duration_since(last).as_hours();
            fail(format!("the last digest came {age} hours ago")).reason(Reason::STALE)
        }
        // AWS does not say since when validation is on.
        (None, None) => {
            return Err(undecided(
                "no digest came yet, and since when validation is on is not known",
            ));
        }
    };
    Ok(verdict
        .observed(match (error, last) {
            (Some(error), _) => format!("LatestDigestDeliveryError={error}"),
            (None, Some(last)) => format!("LatestDigestDeliveryTime={last}"),
            (None, None) => "LatestDigestDeliveryTime is absent".into(),
        })
        .expected(format!("no error, and a digest within {hours} hours"))
        .cite([
            source.cite("LatestDigestDeliveryError", error),
            source.cite("LatestDigestDeliveryTime", last.map(|time| time.to_string())),
            source.cite("StartLoggingTime", started.map(|time| time.to_string())),
        ]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use jiff::SignedDuration;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn digests(last: Option<i64>, started: i64) -> TrailSetup {
        let ago = |hours| organization().now - SignedDuration::from_hours(hours);
        trail("audit").but(|t| {
            t.status.latest_digest_delivery_time = last.map(ago);
            t.status.start_logging_time = Some(ago(started));
        })
    }

    #[test]
    fn digests_come_every_hour() {
        let with = |setup: TrailSetup| organization().with(setup);
        let error = |setup: TrailSetup| {
            with(setup.but(|t| {
                t.status.latest_digest_delivery_error = Some("AccessDenied".into());
            }))
        };
        let off = trail("audit").but(|t| t.description.log_file_validation_enabled = Some(false));
        let _ = expect(&CHECK)
            .passes(with(trail("audit")))
            .passes(with(digests(Some(3), 9000)))
            .fails("stale", with(digests(Some(5), 9000))) // edge 108
            .fails("delivery_error", error(digests(Some(1), 9000)))
            .does_not_apply("starting", with(digests(None, 1))) // edge 109
            .does_not_apply("starting", with(digests(Some(72), 1)))
            .does_not_apply("validation_off", with(off))
            .does_not_apply("not_logging", with(trail("audit").stopped()))
            .is_unknown(Cause::Undecidable, with(digests(None, 9000)))
            .is_unknown(Cause::AccessDenied, with(trail("audit")).deny(Fact::TrailStatus))
            .is_unknown(Cause::AccessDenied, with(trail("audit")).deny(Fact::TrailDelivery))
            .policy(|policy| policy.digest_stale_hours = 6)
            .passes(with(digests(Some(5), 9000)));
    }
}
