//! Event data stores of CloudTrail Lake, and channels.

use trailproof_core::answer::{Answer, ChannelEntry, EventDataStore, PolicyText, StoreEntry};
use trailproof_core::aws::Region;

use super::cloudtrail::{advanced, there};
use super::gap::Failure;
use super::organizations::incomplete;
use super::session::Session;

/// AWS's greatest page.
const PAGE: i32 = 1000;

/// A region's event data stores. AWS no longer shows more than name and ARN here.
pub async fn stores(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.cloudtrail().list_event_data_stores().max_results(PAGE);
    let (mut token, mut stores) = (None, Vec::new());
    loop {
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there(region)).send().await?;
        for store in answer.event_data_stores.ok_or_else(|| incomplete("EventDataStores"))? {
            let arn = store.event_data_store_arn.clone();
            stores.push(StoreEntry {
                event_data_store_arn: arn.ok_or_else(|| incomplete("an event data store's ARN"))?,
                name: store.name,
            });
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            stores.sort_by(|one: &StoreEntry, other| {
                one.event_data_store_arn.cmp(&other.event_data_store_arn)
            });
            return Ok(Answer::EventDataStores(stores));
        }
    }
}

/// A region's channels: those by which AWS services are sent events, and those by which others send theirs.
pub async fn channels(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.cloudtrail().list_channels().max_results(PAGE);
    let (mut token, mut channels) = (None, Vec::new());
    loop {
        let request = request.clone().set_next_token(token);
        let answer = request.customize().config_override(there(region)).send().await?;
        for channel in answer.channels.ok_or_else(|| incomplete("Channels"))? {
            channels.push(ChannelEntry {
                channel_arn: channel.channel_arn.ok_or_else(|| incomplete("a channel's ARN"))?,
                name: channel.name,
            });
        }
        token = answer.next_token.filter(|token| !token.is_empty());
        if token.is_none() {
            channels.sort();
            return Ok(Answer::Channels(channels));
        }
    }
}

pub async fn store(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.cloudtrail().get_event_data_store().event_data_store(arn);
    let answer = request.customize().config_override(there(region)).send().await?;
    let status = answer.status.ok_or_else(|| incomplete("Status"))?;
    let selectors = answer.advanced_event_selectors.unwrap_or_default();
    Ok(Answer::EventDataStore(EventDataStore {
        name: answer.name,
        status: Some(status.as_str().to_owned()),
        advanced_event_selectors: selectors.iter().map(advanced).collect(),
        multi_region_enabled: answer.multi_region_enabled,
        organization_enabled: answer.organization_enabled,
        retention_period: answer.retention_period,
        termination_protection_enabled: answer.termination_protection_enabled,
        kms_key_id: answer.kms_key_id.filter(|id| !id.is_empty()),
    }))
}

/// None where AWS says that the store has no policy.
pub async fn policy(session: &Session, region: &Region, arn: &str) -> Result<Answer, Failure> {
    let request = session.cloudtrail().get_resource_policy().resource_arn(arn);
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = match sent.map_err(Failure::from) {
        Ok(answer) => answer,
        Err(failure) if failure.is(&["ResourcePolicyNotFoundException"]) => {
            return Ok(Answer::PolicyText(PolicyText::default()));
        }
        Err(failure) => return Err(failure),
    };
    let policy = answer.resource_policy.ok_or_else(|| incomplete("ResourcePolicy"))?;
    Ok(Answer::PolicyText(PolicyText { policy: Some(policy) }))
}
