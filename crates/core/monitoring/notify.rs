//! Whether an alarm's action reaches somebody: a topic that is there, takes CloudWatch's word, and has a subscriber.

use trailproof_iam::PolicyDocument;

use super::{Broken, Fault};
use crate::answer::Topic;
use crate::aws::Arn;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::resource_policy::{Caller, Context, Fill, Request, Ruling, Target, rule};
use crate::snapshot::Source;

/// The service that publishes an alarm.
const CLOUDWATCH: &str = "cloudwatch.amazonaws.com";

/// Whether an action is a notification of a topic.
pub(super) fn is_topic(action: &str) -> bool {
    Arn::parse(action).is_ok_and(|arn| arn.service == "sns")
}

/// Whether somebody is told by one of an alarm's actions: what tells them, or the fault that is nearest to them.
pub(super) fn reaches(
    actions: &[String],
    alarm: &str,
    all: &Organization,
) -> Observed<Result<String, Fault>> {
    let (mut gap, mut nearest): (Option<Gap>, Option<Fault>) = (None, None);
    for action in actions {
        match one(action, alarm, all) {
            Ok(Ok(told)) => return Ok(Ok(told)),
            Ok(Err(fault)) => {
                if nearest.as_ref().is_none_or(|other| fault.broken < other.broken) {
                    nearest = Some(fault);
                }
            }
            Err(found) => {
                gap.get_or_insert(found);
            }
        }
    }
    match (gap, nearest) {
        (Some(gap), _) => Err(gap),
        (None, Some(fault)) => Ok(Err(fault)),
        (None, None) => Ok(Err(Fault {
            broken: Broken::NoNotification,
            message: format!("the alarm {} has no action", name_of(alarm)),
            evidence: Vec::new(),
        })),
    }
}

/// The name at the end of an alarm's ARN.
pub(super) fn name_of(alarm: &str) -> &str {
    alarm.split_once(":alarm:").map_or(alarm, |(_, name)| name)
}

fn one(action: &str, alarm: &str, all: &Organization) -> Observed<Result<String, Fault>> {
    let parsed = Arn::parse(action).ok();
    let service = parsed.map(|arn| arn.service).unwrap_or_default();
    match service {
        "sns" => topic(action, alarm, all),
        "lambda" | "ssm" | "ssm-incidents" => Ok(Ok(action.to_owned())),
        _ => Ok(Err(Fault {
            broken: Broken::NoNotification,
            message: format!("{action} tells nobody"),
            evidence: Vec::new(),
        })),
    }
}

fn topic(arn: &str, alarm: &str, all: &Organization) -> Observed<Result<String, Fault>> {
    let owner = Arn::parse(arn).ok().and_then(|arn| arn.account_id());
    let Some(owner) = owner else {
        let detail = format!("{arn} names no account");
        return Err(Gap::new(Fact::Topic, Cause::Undecidable, detail));
    };
    let (topic, source) = all.resource::<Option<Topic>>(Fact::Topic, arn, owner)?;
    let fault =
        |broken, message: String, cited| Ok(Err(Fault { broken, message, evidence: vec![cited] }));
    let Some(topic) = topic else {
        let message = format!("the topic {arn} does not exist");
        return fault(Broken::TopicMissing, message, source.cite("error", "NotFound"));
    };
    let confirmed = source.cite("SubscriptionsConfirmed", topic.subscriptions_confirmed);
    if topic.subscriptions_confirmed == Some(0) {
        let message = format!("nobody has confirmed a subscription to {arn}");
        return fault(Broken::NoConfirmedSubscription, message, confirmed);
    }
    let open = |cause, detail: String| Gap {
        account: Some(owner),
        ..Gap::new(Fact::Topic, cause, detail)
    };
    if let Some(message) =
        refuses((arn, topic), alarm, source).map_err(|(cause, why)| open(cause, why))?
    {
        return fault(Broken::TopicPolicy, message, source.cite("Policy", topic.policy.clone()));
    }
    // That key is AWS's own: nobody can let CloudWatch use it.
    let key = topic.kms_master_key_id.as_deref();
    if let Some(key) = key.filter(|key| key.ends_with("alias/aws/sns")) {
        let message =
            format!("{arn} is encrypted with {key}, a key that CloudWatch cannot publish with");
        return fault(Broken::TopicKey, message, source.cite("KmsMasterKeyId", key));
    }
    if topic.subscriptions_confirmed.is_none() {
        let detail = format!("how many subscriptions to {arn} are confirmed is not shown");
        return Err(open(Cause::Undecidable, detail));
    }
    // Whether a key of the customer's own lets CloudWatch use it is in a policy that is not asked for.
    Ok(Ok(match key {
        Some(key) => format!("{arn} (if the policy of its key {key} lets CloudWatch use it)"),
        None => arn.to_owned(),
    }))
}

/// Why the topic's policy does not let an alarm publish.
fn refuses(
    (arn, topic): (&str, &Topic),
    alarm: &str,
    source: &Source,
) -> Result<Option<String>, (Cause, String)> {
    let Some(text) = &topic.policy else {
        return Err((
            Cause::NotAttempted,
            format!("the snapshot does not keep the policy of {arn}"),
        ));
    };
    let document = PolicyDocument::parse(text)
        .map_err(|error| (Cause::Undecidable, format!("{error} in the policy of {arn}")))?;
    let account = Arn::parse(alarm).ok().and_then(|arn| arn.account_id());
    let account = account.unwrap_or(source.account).to_string();
    let context = Context::default()
        .with("aws:SourceArn", alarm)
        .with("aws:SourceAccount", account.clone())
        .with("aws:SourceOwner", account)
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:PrincipalServiceName", CLOUDWATCH)
        .fill("aws:PrincipalOrgID", Fill::Absent)
        .fill("aws:PrincipalArn", Fill::Absent)
        .fill("aws:PrincipalAccount", Fill::Absent);
    let request = Request {
        caller: Caller::Service(CLOUDWATCH),
        action: "sns:Publish",
        target: Target::One(arn),
        context: &context,
    };
    match rule(&document, &request) {
        Ruling::Allowed(_) => Ok(None),
        Ruling::NotGranted => {
            Ok(Some(format!("the policy of {arn} lets CloudWatch publish nothing")))
        }
        Ruling::Denied(by) => {
            Ok(Some(format!("{by} of the policy of {arn} keeps CloudWatch from publishing")))
        }
        Ruling::Undecidable(by) => {
            Err((Cause::Undecidable, format!("it hangs on {by} of the policy of {arn}")))
        }
    }
}
