//! AWS Config: a region's recorder with its state, and its delivery channel.

use serde_json::{Value, json};

use crate::description::ConfigService;
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::{Answer, Ask};

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    let config = config(ask);
    let told: Value = match ask.request.operation.as_str() {
        "DescribeConfigurationRecorders" => {
            let recorder = config.map(|config| recorder(ask, config));
            json!({ "ConfigurationRecorders": recorder.into_iter().collect::<Vec<_>>() })
        }
        "DescribeConfigurationRecorderStatus" => {
            let status = config.filter(|config| !is_linked(ask, config)).map(|config| {
                let recording = !config.stopped_in.contains(&ask.request.region);
                json!({ "name": "default", "recording": recording, "lastStatus": "Success" })
            });
            json!({ "ConfigurationRecordersStatus": status.into_iter().collect::<Vec<_>>() })
        }
        "DescribeDeliveryChannelStatus" => {
            let status = config.filter(|config| !is_linked(ask, config)).map(|config| {
                let failing = config.failing_in.contains(&ask.request.region);
                let last = if failing { "Failure" } else { "Success" };
                json!({
                    "name": "default",
                    "configHistoryDeliveryInfo": { "lastStatus": last },
                    "configSnapshotDeliveryInfo": { "lastStatus": "Not_Applicable" },
                    "configStreamDeliveryInfo": { "lastStatus": last },
                })
            });
            json!({ "DeliveryChannelsStatus": status.into_iter().collect::<Vec<_>>() })
        }
        _ => return Err(Failure::unknown_operation(ask.request)),
    };
    Ok(Reply::json(told))
}

fn config<'a>(ask: Ask<'a>) -> Option<&'a ConfigService> {
    let config = ask.world.detection(ask.caller).config.as_ref()?;
    (!config.off_in.contains(&ask.request.region)).then_some(config)
}

fn is_linked(ask: Ask<'_>, config: &ConfigService) -> bool {
    config.service_linked_in.contains(&ask.request.region)
}

fn recorder(ask: Ask<'_>, config: &ConfigService) -> Value {
    let global = config.global_types_in.contains(&ask.request.region);
    if is_linked(ask, config) {
        return json!({
            "name": "AWSConfigurationRecorderForSecurityHub", "recordingScope": "INTERNAL",
            "servicePrincipal": "securityhub.amazonaws.com",
            "recordingGroup": { "allSupported": false, "includeGlobalResourceTypes": false },
        });
    }
    json!({
        "name": "default", "recordingScope": "PAID",
        "roleARN": format!("arn:aws:iam::{}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", ask.caller.id),
        "recordingGroup": {
            "allSupported": true, "includeGlobalResourceTypes": global,
            "recordingStrategy": { "useOnly": "ALL_SUPPORTED_RESOURCE_TYPES" },
        },
    })
}

#[cfg(test)]
#[path = "config/tests.rs"]
mod tests;
