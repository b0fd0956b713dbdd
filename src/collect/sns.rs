//! The topics that trails notify.

use aws_sdk_sns::config::Builder;
use trailproof_core::answer::{Answer, Topic};
use trailproof_core::aws::Region;

use super::gap::Failure;
use super::organizations::incomplete;
use super::session::{Session, sdk_region};

/// None where AWS says that there is no such topic.
pub async fn topic(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.sns().get_topic_attributes().topic_arn(arn);
    let there = Builder::new().region(sdk_region(region));
    let sent = request.customize().config_override(there).send().await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(failure) if failure.is(&["NotFound", "NotFoundException"]) => {
            return Ok(Answer::Topic(None));
        }
        Err(failure) => return Err(failure),
    };
    let attributes = answer.attributes.ok_or_else(|| incomplete("Attributes"))?;
    let confirmed = attributes.get("SubscriptionsConfirmed");
    Ok(Answer::Topic(Some(Topic {
        subscriptions_confirmed: confirmed.and_then(|number| number.parse().ok()),
        policy: attributes.get("Policy").cloned(),
        kms_master_key_id: attributes.get("KmsMasterKeyId").filter(|id| !id.is_empty()).cloned(),
    })))
}
