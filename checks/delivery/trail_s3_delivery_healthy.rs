//! A trail can exist, be logging, look right, and still deliver nothing.

use jiff::SignedDuration;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "trail-s3-delivery-healthy",
    title: "Every trail delivers to its bucket without errors, from each region",
    group: Group::Delivery,
    severity: Severity::High,
    weight: Severity::High.weight(),
    rationale: "A trail whose bucket or key refuses it goes on saying that it is logging while every event of that \
                region is lost.",
    remediation: Remediation {
        summary: "Mend what the delivery error names: the bucket's or the key's policy, or the bucket that the trail \
                  points to.",
        command: "aws cloudtrail get-trail-status --name {trail} --region {region}",
        link: "https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html",
    },
    japanese: Japanese {
        title: "すべての証跡が、各リージョンからエラーなくバケットへ配信している",
        rationale: "バケットまたはキーに拒否された証跡は、ログ記録中と表示され続ける一方で、当該リージョンのイベント\
                    をすべて失う。",
        remediation: "配信エラーが示す箇所（バケットまたはキーのポリシー、証跡の配信先バケット）を修復する。",
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

/// An error beside a delivery as fresh as this one comes and goes.
const LATELY: SignedDuration = SignedDuration::from_hours(1);
/// A trail that was started within this time may not have had anything to deliver.
const STARTING: SignedDuration = SignedDuration::from_hours(24);

fn judge(view: &TrailRegionView<'_>, audit: &Audit<'_>) -> Observed<Verdict> {
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
    let (error, last) = (status.latest_delivery_error.as_deref(), status.latest_delivery_time);
    let age = |time| source.called_at.duration_since(time);
    let cited = [
        source.cite("LatestDeliveryError", error),
        source.cite("LatestDeliveryTime", last.map(|time| time.to_string())),
    ];
    let observed = last
        .map_or("LatestDeliveryTime is absent".into(), |time| format!("LatestDeliveryTime={time}"));
    let verdict = match (error.filter(|error| !error.is_empty()), last) {
        (Some(error), Some(last)) if age(last) <= LATELY => {
            fail(format!("deliveries fail now and then (medium severity): {error}"))
                .reason(Reason::INTERMITTENT)
                .observed(format!("LatestDeliveryError={error}, {observed}"))
        }
        (Some(error), _) => fail(format!("the last delivery failed: {error}"))
            .reason(Reason::DELIVERY_ERROR)
            .observed(format!("LatestDeliveryError={error}, {observed}")),
        (None, Some(last)) => {
            let hours = audit.policy.delivery_stale_hours;
            let quiet = age(last) > SignedDuration::from_hours(i64::from(hours));
            let verdict = pass(format!("no delivery error, last delivered at {last}"));
            if quiet { verdict.reason(Reason::QUIET) } else { verdict }.observed(observed)
        }
        (None, None) => {
            let started = status.start_logging_time;
            let started = started
                .ok_or_else(|| undecided("nothing was delivered, and since when is not known"))?;
            let global = audit.organization.partition().global_region();
            let verdict = if age(started) <= STARTING {
                not_applicable(format!("started at {started}")).reason(Reason::STARTING)
            } else if view.region == view.trail.home() || *view.region == global {
                fail(format!("nothing was ever delivered since the start at {started}"))
                    .reason(Reason::NEVER_DELIVERED)
            } else {
                pass("no delivery error, and nothing to deliver so far").reason(Reason::QUIET)
            };
            verdict.observed(observed).cite([source.cite("StartLoggingTime", started.to_string())])
        }
    };
    Ok(verdict.expected("no delivery error, and deliveries where there is activity").cite(cited))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use jiff::SignedDuration;
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn ago(hours: i64) -> jiff::Timestamp {
        organization().now - SignedDuration::from_hours(hours)
    }

    /// The trail with another last delivery, error and start.
    fn trailing(error: Option<&str>, last: Option<i64>, started: Option<i64>) -> World {
        organization().with(trail("audit").but(|t| {
            t.status.latest_delivery_error = error.map(str::to_owned);
            t.status.latest_delivery_time = last.map(ago);
            t.status.start_logging_time = started.map(ago);
        }))
    }

    #[test]
    fn a_region_delivers_without_error_or_is_quiet() {
        let elsewhere = |place: &str| {
            organization().with(trail("audit").but(|t| {
                let mut status = t.status.clone();
                status.latest_delivery_error = Some("AccessDenied".into());
                status.latest_delivery_time = Some(ago(48));
                t.status_in.insert(place.parse().unwrap(), status);
            }))
        };
        let _ = expect(&CHECK)
            .passes(organization().with(trail("audit")))
            .passes(organization().with(trail("org").for_organization()))
            .passes(trailing(None, Some(72), Some(9000))) // edge 106
            .passes(trailing(Some(""), Some(1), Some(9000)))
            .fails("delivery_error", trailing(Some("NoSuchBucket"), Some(72), Some(9000))) // edge 66
            .fails("delivery_error", trailing(Some("AccessDenied"), None, Some(1)))
            .fails("intermittent", trailing(Some("AccessDenied"), Some(1), Some(9000)))
            .does_not_apply("starting", trailing(None, None, Some(24)))
            .does_not_apply("not_logging", organization().with(trail("audit").stopped()))
            .is_unknown(Cause::Undecidable, trailing(None, None, None))
            .is_unknown(
                Cause::AccessDenied,
                organization().with(trail("audit")).deny(Fact::TrailStatus),
            )
            .in_region("sa-east-1")
            .fails("delivery_error", elsewhere("sa-east-1")) // edge 105
            .passes(elsewhere("eu-west-1"))
            .passes(trailing(None, None, Some(25)))
            .is_unknown(
                Cause::AccessDenied,
                organization().with(trail("audit")).deny(Fact::TrailDelivery),
            )
            .in_region("us-east-1")
            .fails("never_delivered", trailing(None, None, Some(25)));
    }
}
