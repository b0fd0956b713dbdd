//! Security Hub: whether it is on in a region, and where findings are brought together.

use aws_sdk_securityhub::config::Builder;
use trailproof_core::answer::{Answer, SecurityHub};
use trailproof_core::aws::{Arn, Region};

use super::with_body;
use crate::collect::gap::Failure;
use crate::collect::organizations::{incomplete, within};
use crate::collect::session::{Session, sdk_region};

fn there(region: &Region) -> Builder {
    Builder::new().region(sdk_region(region))
}

/// An account that has not switched it on is refused with a code of its own, and is no account that may not look.
pub async fn hub(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.securityhub().describe_hub();
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(failure) if is_off(&failure) => {
            return Ok(Answer::SecurityHub(Some(SecurityHub::default())));
        }
        Err(failure) => return Err(failure),
    };
    let hub_arn = answer.hub_arn.ok_or_else(|| incomplete("HubArn"))?;
    // Every region tells it alike: one is asked.
    let asked = *region == session.partition.global_region();
    let aggregation = if asked { aggregation(session, region).await? } else { None };
    Ok(Answer::SecurityHub(Some(SecurityHub {
        hub_arn: Some(hub_arn),
        finding_aggregation_region: aggregation,
    })))
}

fn is_off(failure: &Failure) -> bool {
    // Where it was never on, some accounts are told that there is no such hub.
    failure.is(&["InvalidAccessException", "ResourceNotFoundException"])
        || failure.message.contains("not subscribed")
}

/// An aggregator lies in the region that it brings findings to.
async fn aggregation(session: &Session, region: &Region) -> Result<Option<Region>, Failure> {
    let request = session.securityhub().list_finding_aggregators();
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = sent.map_err(|error| within("ListFindingAggregators", error.into()))?;
    with_body("FindingAggregators").map_err(|failure| within("ListFindingAggregators", failure))?;
    let found = answer.finding_aggregators.ok_or_else(|| incomplete("FindingAggregators"))?;
    let arn = found.first().and_then(|aggregator| aggregator.finding_aggregator_arn());
    Ok(arn.and_then(|arn| Arn::parse(arn).ok()?.region()))
}
