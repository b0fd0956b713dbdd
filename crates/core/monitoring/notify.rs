//! Whether an alarm's action reaches somebody: a topic that is there, takes CloudWatch's word, and has a subscriber.

use trailproof_iam::PolicyDocument;

use super::{Broken, Fault};
use crate::answer::Topic;
use crate::aws::Arn;
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::key::TOPICS_KEY_OF_AWS;
use crate::organization::Organization;
use crate::resource_policy::{Caller, Context, Fill, KeyPolicy, Request, Ruling, Target, rule};
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
    if let Some(key) = key.filter(|key| key.ends_with(TOPICS_KEY_OF_AWS)) {
        let message =
            format!("{arn} is encrypted with {key}, a key that CloudWatch cannot publish with");
        return fault(Broken::TopicKey, message, source.cite("KmsMasterKeyId", key));
    }
    if let Some((message, cited)) = locks((arn, topic), (alarm, source), all)? {
        return fault(Broken::TopicKey, message, cited);
    }
    if topic.subscriptions_confirmed.is_none() {
        let detail = format!("how many subscriptions to {arn} are confirmed is not shown");
        return Err(open(Cause::Undecidable, detail));
    }
    Ok(Ok(arn.to_owned()))
}

/// What CloudWatch must be let do with a key to publish to a topic that is encrypted with it.
const USE: [&str; 2] = ["kms:Decrypt", "kms:GenerateDataKey"];

/// Why the topic's key, where it is the customer's own, keeps an alarm from publishing.
fn locks(
    (arn, topic): (&str, &Topic),
    (alarm, source): (&str, &Source),
    all: &Organization,
) -> Observed<Option<(String, Evidence)>> {
    if topic.kms_master_key_id.as_deref().is_none_or(str::is_empty) {
        return Ok(None);
    }
    let open = |cause, detail| Gap {
        account: Some(source.account),
        ..Gap::new(Fact::KeyPolicy, cause, detail)
    };
    let Some(key) = all.key_of_topic(arn, topic) else {
        return Err(open(Cause::NotAttempted, format!("the key of {arn} was not looked at")));
    };
    let metadata = key.metadata()?;
    if let Some(found) = metadata
        .value
        .as_ref()
        .filter(|found| found.key_state.as_deref().is_some_and(|state| state != "Enabled"))
    {
        let state = found.key_state.clone();
        let message = format!("the key of {arn} is {}", state.as_deref().unwrap_or("not enabled"));
        return Ok(Some((message, metadata.source.cite("KeyState", state))));
    }
    let read = match all.key_policy(key)? {
        KeyPolicy::Read(read) => read,
        // One of AWS's own under another name, and none at all: nobody can let CloudWatch use either.
        KeyPolicy::Aws(cited) => {
            let message =
                format!("{arn} is encrypted with a key of AWS's own, which CloudWatch cannot use");
            return Ok(Some((message, cited)));
        }
        KeyPolicy::NoKey(cited) => {
            return Ok(Some((format!("the key of {arn} does not exist"), cited)));
        }
    };
    let id = metadata.value.as_ref().map_or(key.arn.as_str(), |found| found.arn.as_str());
    let named = format!("the policy of the key {id}");
    let context = circumstances(alarm, source);
    for action in USE {
        let target = Target::One(id);
        let caller = Caller::Service(CLOUDWATCH);
        let request = Request { caller, action, target, context: &context };
        let ruling = match &read.policy {
            Some(policy) => rule(&policy.document, &request),
            None => Ruling::NotGranted,
        };
        return match ruling {
            Ruling::Allowed(_) => continue,
            Ruling::NotGranted => {
                let message = format!("{named} does not let CloudWatch use it for {arn}");
                Ok(Some((message, read.cite_all())))
            }
            Ruling::Denied(by) => {
                let message = format!("{by} of {named} keeps CloudWatch from using it for {arn}");
                Ok(Some((message, read.cite(&by.to_string()))))
            }
            Ruling::Undecidable(by) => {
                Err(open(Cause::Undecidable, format!("it hangs on {by} of {named}")))
            }
        };
    }
    Ok(None)
}

/// Who publishes an alarm, and from where.
fn circumstances(alarm: &str, source: &Source) -> Context {
    let account = Arn::parse(alarm).ok().and_then(|arn| arn.account_id());
    let account = account.unwrap_or(source.account).to_string();
    Context::default()
        .with("aws:SourceArn", alarm)
        .with("aws:SourceAccount", account.clone())
        .with("aws:SourceOwner", account)
        .with("aws:SecureTransport", "true")
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:PrincipalServiceName", CLOUDWATCH)
        .fill("aws:PrincipalOrgID", Fill::Absent)
        .fill("aws:PrincipalArn", Fill::Absent)
        .fill("aws:PrincipalAccount", Fill::Absent)
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
    let context = circumstances(alarm, source);
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
