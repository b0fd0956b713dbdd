//! AWS Config: a region's recorders with their state, and how they deliver.

use aws_sdk_config::config::Builder;
use aws_sdk_config::types::{ConfigurationRecorder, ConfigurationRecorderStatus, DeliveryStatus};
use trailproof_core::answer::{Answer, DeliveryChannel, Recorder, Recorders};
use trailproof_core::aws::Region;

use crate::collect::gap::Failure;
use crate::collect::organizations::{incomplete, within};
use crate::collect::session::{Session, sdk_region};

const NO_RECORDER: &str = "NoSuchConfigurationRecorderException";

fn there(region: &Region) -> Builder {
    Builder::new().region(sdk_region(region))
}

/// Where the customer has no recorder nothing more is asked: those that services made for themselves do not count.
pub async fn recorders(session: &Session, region: &Region) -> Result<Answer, Failure> {
    let request = session.config_service().describe_configuration_recorders();
    let sent = request.customize().config_override(there(region)).send().await;
    let described = match sent.map_err(Failure::from) {
        Ok(answer) => {
            answer.configuration_recorders.ok_or_else(|| incomplete("ConfigurationRecorders"))?
        }
        Err(failure) if failure.is(&[NO_RECORDER]) => Vec::new(),
        Err(failure) => return Err(failure),
    };
    let mut recorders: Vec<Recorder> = described.iter().map(recorder).collect();
    recorders.sort();
    let mut found = Recorders { configuration_recorders: recorders, ..Recorders::default() };
    if !found.configuration_recorders.iter().any(Recorder::is_own) {
        return Ok(Answer::Recorders(Some(found)));
    }
    let request = session.config_service().describe_configuration_recorder_status();
    let sent = request.customize().config_override(there(region)).send().await;
    let answer =
        sent.map_err(|error| within("DescribeConfigurationRecorderStatus", error.into()))?;
    for status in answer.configuration_recorders_status() {
        let named = found.configuration_recorders.iter_mut();
        named
            .filter(|one| Some(one.name.as_str()) == status.name())
            .for_each(|one| state(one, status));
    }
    let mut own = found.configuration_recorders.iter().filter(|one| one.is_own());
    if own.any(|one| one.recording.is_none()) {
        return Err(within(
            "DescribeConfigurationRecorderStatus",
            incomplete("a recorder's status"),
        ));
    }
    let request = session.config_service().describe_delivery_channel_status();
    let sent = request.customize().config_override(there(region)).send().await;
    let answer = sent.map_err(|error| within("DescribeDeliveryChannelStatus", error.into()))?;
    let channel = |status: &aws_sdk_config::types::DeliveryChannelStatus| DeliveryChannel {
        name: status.name().unwrap_or_default().to_owned(),
        history_status: word(
            status.config_history_delivery_info().and_then(|info| info.last_status()),
        ),
        snapshot_status: word(
            status.config_snapshot_delivery_info().and_then(|info| info.last_status()),
        ),
        stream_status: word(
            status.config_stream_delivery_info().and_then(|info| info.last_status()),
        ),
    };
    let channels = answer.delivery_channels_status.ok_or_else(|| {
        within("DescribeDeliveryChannelStatus", incomplete("DeliveryChannelsStatus"))
    })?;
    found.delivery_channels = channels.iter().map(channel).collect();
    found.delivery_channels.sort();
    Ok(Answer::Recorders(Some(found)))
}

fn word(status: Option<&DeliveryStatus>) -> Option<String> {
    status.map(|status| status.as_str().to_owned())
}

fn recorder(recorder: &ConfigurationRecorder) -> Recorder {
    let group = recorder.recording_group();
    let strategy = group.and_then(|group| group.recording_strategy()).and_then(|s| s.use_only());
    let excluded = group.and_then(|group| group.exclusion_by_resource_types());
    let excluded = excluded.map(|excluded| excluded.resource_types()).unwrap_or_default();
    Recorder {
        name: recorder.name().unwrap_or_default().to_owned(),
        service_principal: recorder.service_principal().map(str::to_owned),
        recording_scope: recorder.recording_scope().map(|scope| scope.as_str().to_owned()),
        all_supported: group.map(|group| group.all_supported()),
        include_global_resource_types: group.map(|group| group.include_global_resource_types()),
        recording_strategy: strategy.map(|strategy| strategy.as_str().to_owned()),
        excluded_resource_types: excluded.iter().map(|kind| kind.as_str().to_owned()).collect(),
        recording: None,
        last_status: None,
    }
}

fn state(recorder: &mut Recorder, status: &ConfigurationRecorderStatus) {
    recorder.recording = Some(status.recording());
    recorder.last_status = status.last_status().map(|status| status.as_str().to_owned());
}
