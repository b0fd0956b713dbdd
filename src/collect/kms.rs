//! The state and kind of a key.

use aws_sdk_kms::config::Builder;
use trailproof_core::answer::{Answer, KeyMetadata, KeyRotation, PolicyText};
use trailproof_core::aws::Region;

use super::ask::timestamp;
use super::gap::Failure;
use super::organizations::incomplete;
use super::session::{Session, sdk_region};

/// By whatever the trail has: an ARN, an id or an alias.
pub async fn key(session: &Session, region: &Region, id: &str) -> Result<Answer, Failure> {
    let sent = session
        .kms()
        .describe_key()
        .key_id(id)
        .customize()
        .config_override(Builder::new().region(sdk_region(region)))
        .send()
        .await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        // That there is no such key is a fact.
        Err(failure) if failure.is(&["NotFoundException"]) => return Ok(Answer::Key(None)),
        Err(failure) => return Err(failure),
    };
    let key = answer.key_metadata.ok_or_else(|| incomplete("the key's metadata"))?;
    Ok(Answer::Key(Some(KeyMetadata {
        arn: key.arn().unwrap_or_default().to_owned(),
        key_state: key.key_state().map(|state| state.as_str().to_owned()),
        key_manager: key.key_manager().map(|manager| manager.as_str().to_owned()),
        key_spec: key.key_spec().map(|spec| spec.as_str().to_owned()),
        key_usage: key.key_usage().map(|usage| usage.as_str().to_owned()),
        origin: key.origin().map(|origin| origin.as_str().to_owned()),
        deletion_date: timestamp(key.deletion_date()),
        valid_to: timestamp(key.valid_to()),
        multi_region_key_type: key
            .multi_region_configuration()
            .and_then(|configuration| configuration.multi_region_key_type())
            .map(|kind| kind.as_str().to_owned()),
    })))
}

pub async fn rotation(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.kms().get_key_rotation_status().key_id(arn);
    let there = Builder::new().region(sdk_region(region));
    let answer = request.customize().config_override(there).send().await?;
    // The SDK takes an absent member for false: an answer without the key's id is no answer.
    if !answer.key_rotation_enabled && answer.key_id.is_none() {
        return Err(incomplete("KeyRotationEnabled"));
    }
    Ok(Answer::KeyRotation(KeyRotation {
        key_rotation_enabled: Some(answer.key_rotation_enabled),
        rotation_period_in_days: answer.rotation_period_in_days,
    }))
}

pub async fn policy(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.kms().get_key_policy().key_id(arn).policy_name("default");
    let there = Builder::new().region(sdk_region(region));
    let answer = request.customize().config_override(there).send().await?;
    let policy = answer.policy.ok_or_else(|| incomplete("Policy"))?;
    Ok(Answer::PolicyText(PolicyText { policy: Some(policy) }))
}
