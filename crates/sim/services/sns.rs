//! Amazon SNS: a topic's attributes.

use serde_json::json;

use crate::description::{Account, Topic};
use crate::failure::Failure;
use crate::reply::Reply;
use crate::services::{Answer, Ask};
use crate::xml::Element;

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "GetTopicAttributes" => get_topic_attributes(ask),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

fn get_topic_attributes(ask: Ask<'_>) -> Answer {
    let arn = ask.request.text("TopicArn").unwrap_or_default();
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", _, "sns", region, account, name] = parts.as_slice() else {
        return Err(Failure::new(400, "InvalidParameter", "Invalid parameter: TopicArn"));
    };
    if *region != ask.request.region {
        return Err(Failure::new(400, "InvalidParameter", "Invalid parameter: TopicArn"));
    }
    if *account != ask.caller.id {
        let reason = format!(
            "on resource: {arn} because no resource-based policy allows the SNS:GetTopicAttributes action"
        );
        return Err(Failure::denied(ask.request, &reason));
    }
    let topic = topic(ask.caller, (region, name), arn)
        .ok_or_else(|| Failure::new(404, "NotFound", "Topic does not exist"))?;
    let own = || {
        json!({ "Version": "2008-10-17", "Statement": [{
            "Sid": "Owner",
            "Effect": "Allow",
            "Principal": { "AWS": "*" },
            "Action": ["SNS:GetTopicAttributes", "SNS:Publish", "SNS:Subscribe"],
            "Resource": arn,
            "Condition": { "StringEquals": { "AWS:SourceOwner": account } },
        }] })
    };
    let policy = topic.policy.unwrap_or_else(own).to_string();
    let mut entries = vec![
        ("DisplayName", String::new()),
        ("Owner", (*account).to_owned()),
        ("Policy", policy),
        ("SubscriptionsConfirmed", topic.subscriptions.to_string()),
        ("SubscriptionsDeleted", "0".to_owned()),
        ("SubscriptionsPending", "0".to_owned()),
        ("TopicArn", arn.to_owned()),
    ];
    entries.extend(topic.kms_key_id.map(|key| ("KmsMasterKeyId", key)));
    let entries = entries.into_iter().map(|(key, value)| {
        Element::new("entry").child(Element::leaf("key", key)).child(Element::leaf("value", value))
    });
    Ok(Reply::xml(Element::new("Result").child(Element::new("Attributes").children(entries))))
}

/// The described topic, or one that a trail of the account names.
fn topic(account: &Account, (region, name): (&str, &str), arn: &str) -> Option<Topic> {
    let described = account.topics.iter().find(|t| t.name == name && t.region == region);
    match described {
        Some(topic) => Some(topic.clone()).filter(|topic| !topic.missing),
        None => {
            let told = |trail: &crate::Trail| trail.sns_topic_arn.as_deref() == Some(arn);
            account.trails.iter().any(told).then(|| Topic {
                name: name.to_owned(),
                region: region.to_owned(),
                subscriptions: 1,
                ..Topic::default()
            })
        }
    }
}

#[cfg(test)]
#[path = "sns/tests.rs"]
mod tests;
