//! One question to one account, with everything that proves the asking.

use std::collections::BTreeMap;

use jiff::Timestamp;
use trailproof_core::answer::Answer;
use trailproof_core::aws::{AccountId, Region};
use trailproof_core::evidence::{Cause, Gap};
use trailproof_core::fact::Fact;
use trailproof_core::snapshot::{Observation, Outcome, Probe};

use super::gap::Failure;
use super::recorder::{Record, recorded};
use super::session::Session;
use super::{
    account, cloudtrail, cloudwatch, control_policies, detection, events, history, iam, kms, lake,
    logs, organizations, s3, sns,
};

/// The clock of a run: the real one, or a fixed one for a demo that two runs must agree on.
#[derive(Debug, Clone, Copy)]
pub enum Clock {
    /// Now.
    System,
    /// Always then.
    Fixed(Timestamp),
}

impl Clock {
    /// The time, in whole seconds: evidence needs no more.
    pub fn now(self) -> Timestamp {
        match self {
            Self::Fixed(time) => time,
            Self::System => {
                let now = Timestamp::now();
                Timestamp::from_second(now.as_second()).unwrap_or(now)
            }
        }
    }
}

/// How questions are put: by which clock, and how many pages of event history are read for one.
#[derive(Debug, Clone, Copy)]
pub struct How {
    /// The clock.
    pub clock: Clock,
    /// The pages.
    pub pages: u32,
}

/// Of what is asked to know whom to ask, nothing lies in event history.
impl From<Clock> for How {
    fn from(clock: Clock) -> Self {
        Self { clock, pages: 1 }
    }
}

/// Puts a question and keeps what came of it.
pub async fn ask(session: &Session, probe: &Probe, how: impl Into<How>) -> Observation {
    let How { clock, pages } = how.into();
    let called_at = clock.now();
    let (outcome, record) = recorded(answer(session, probe, (called_at, pages))).await;
    observation(session.account, probe, called_at, (outcome, record))
}

/// The observation of a question that was put.
pub fn observation(
    account: AccountId,
    probe: &Probe,
    called_at: Timestamp,
    (outcome, record): (Result<Answer, Failure>, Record),
) -> Observation {
    let operation = probe.fact.operation();
    let error_code = outcome.as_ref().err().and_then(|failure| failure.code.clone());
    Observation {
        operation: operation.into(),
        parameters: parameters(probe, called_at),
        called_at,
        responses: record.responses,
        error_code,
        outcome: match outcome {
            Ok(answer) => Outcome::Answer(answer),
            Err(failure) => Outcome::Gap(Gap {
                account: Some(account),
                region: probe.region.clone(),
                ..Gap::new(probe.fact, failure.cause, format!("{operation}: {}", failure.message))
            }),
        },
    }
}

/// The request's members, as AWS names them.
fn parameters(probe: &Probe, called_at: Timestamp) -> BTreeMap<String, String> {
    let mut parameters = BTreeMap::new();
    if let Some(region) = &probe.region {
        parameters.insert("Region".to_owned(), region.to_string());
    }
    if let Some(resource) = &probe.resource {
        let name = match probe.fact {
            Fact::TrailStatus | Fact::TrailDelivery => "Name",
            Fact::InsightSelectors if resource.contains(":eventdatastore/") => "EventDataStore",
            Fact::EventSelectors | Fact::InsightSelectors => "TrailName",
            Fact::TrailTags => "ResourceIdList",
            Fact::EventDataStore => "EventDataStore",
            Fact::StorePolicy => "ResourceArn",
            Fact::AccountTags => "ResourceId",
            Fact::OrganizationPolicies => "Filter",
            Fact::OrganizationPolicy | Fact::PolicyTargets => "PolicyId",
            Fact::Key | Fact::KeyRotation | Fact::KeyPolicy => "KeyId",
            Fact::Topic => "TopicArn",
            Fact::LogGroup | Fact::MetricFilters | Fact::SubscriptionFilters => "LogGroupArn",
            fact if Fact::OF_HISTORY.contains(&fact) => "EventName",
            _ => "Bucket",
        };
        match resource.split_once('/') {
            Some((owner, bucket)) if probe.fact == Fact::BucketOwner => {
                parameters.insert("ExpectedBucketOwner".to_owned(), owner.to_owned());
                parameters.insert(name.to_owned(), bucket.to_owned());
            }
            _ => drop(parameters.insert(name.to_owned(), resource.clone())),
        }
    }
    if probe.fact == Fact::RecentEvents {
        parameters.insert("EndTime".to_owned(), cloudtrail::until(called_at).to_string());
    }
    if Fact::OF_HISTORY.contains(&probe.fact) {
        parameters.insert("StartTime".to_owned(), history::since(called_at).to_string());
        parameters.insert("EndTime".to_owned(), called_at.to_string());
    }
    let fixed = match probe.fact {
        Fact::Trails => Some(("IncludeShadowTrails", "true")),
        Fact::DelegatedAdministrators => Some(("ServicePrincipal", organizations::CLOUDTRAIL)),
        Fact::AnalyzerAdministrators => Some(("ServicePrincipal", organizations::ACCESS_ANALYZER)),
        _ => None,
    };
    parameters.extend(fixed.map(|(name, value)| (name.to_owned(), value.to_owned())));
    parameters
}

async fn answer(
    session: &Session,
    probe: &Probe,
    (called_at, pages): (Timestamp, u32),
) -> Result<Answer, Failure> {
    let region =
        || -> Region { probe.region.clone().unwrap_or_else(|| session.partition.global_region()) };
    let resource = probe.resource.as_deref().unwrap_or_default();
    match probe.fact {
        Fact::Caller | Fact::Session => {
            Err(Failure::new(Cause::InternalError, "a session asks nothing about itself"))
        }
        Fact::Organization => organizations::organization(session).await,
        Fact::Accounts => organizations::accounts(session, &mut |_| ()).await,
        Fact::AccountTags => organizations::account_tags(session, resource).await,
        Fact::OrganizationalUnits => organizations::tree(session).await,
        Fact::DelegatedAdministrators => {
            organizations::delegates(session, organizations::CLOUDTRAIL).await
        }
        Fact::AnalyzerAdministrators => {
            organizations::delegates(session, organizations::ACCESS_ANALYZER).await
        }
        Fact::TrustedServices => organizations::trusted_services(session).await,
        Fact::OrganizationPolicies => control_policies::list(session, resource).await,
        Fact::OrganizationPolicy => control_policies::describe(session, resource).await,
        Fact::PolicyTargets => control_policies::targets(session, resource).await,
        Fact::DelegationPolicy => control_policies::delegation(session).await,
        Fact::Regions => account::regions(session).await,
        Fact::Trails => cloudtrail::trails(session, &region()).await,
        Fact::TrailStatus | Fact::TrailDelivery => {
            cloudtrail::status(session, &region(), resource).await
        }
        Fact::EventSelectors => cloudtrail::selectors(session, &region(), resource).await,
        Fact::BucketList => s3::list(session).await,
        Fact::InsightSelectors => cloudtrail::insights(session, &region(), resource).await,
        Fact::TrailTags => cloudtrail::tags(session, &region(), resource).await,
        Fact::Topic => sns::topic(session, &region(), resource).await,
        Fact::LogGroup => logs::group(session, &region(), resource).await,
        Fact::MetricFilters => logs::filters(session, &region(), resource).await,
        Fact::SubscriptionFilters => logs::subscriptions(session, &region(), resource).await,
        Fact::Alarms => cloudwatch::alarms(session, &region()).await,
        Fact::MuteRules => cloudwatch::mute_rules(session, &region()).await,
        Fact::EventRules => events::rules(session, &region()).await,
        Fact::Channels => lake::channels(session, &region()).await,
        fact @ (Fact::Detectors
        | Fact::DetectorAdministrators
        | Fact::DetectorOrganization
        | Fact::SecurityHub
        | Fact::Recorders
        | Fact::Analyzers) => detection::regional(session, &region(), fact).await,
        Fact::RecentEvents => cloudtrail::newest_event(session, &region(), called_at).await,
        Fact::EventDataStores => lake::stores(session, &region()).await,
        Fact::EventDataStore => lake::store(session, &region(), resource).await,
        Fact::StorePolicy => lake::policy(session, &region(), resource).await,
        Fact::BucketHead => s3::head(session, resource, None).await,
        Fact::BucketOwner => match resource.split_once('/') {
            Some((owner, bucket)) => s3::head(session, bucket, Some(owner)).await,
            None => Err(Failure::new(Cause::InternalError, "the question names no owner")),
        },
        Fact::BucketTags => s3::tags(session, &region(), resource).await,
        Fact::BucketPolicy => s3::policy(session, &region(), resource).await,
        Fact::BucketLogging => s3::logging(session, &region(), resource).await,
        Fact::BucketReplication => s3::replication(session, &region(), resource).await,
        Fact::BucketEncryption => s3::encryption(session, &region(), resource).await,
        Fact::BucketNotification => s3::notification(session, &region(), resource).await,
        Fact::BucketVersioning => s3::versioning(session, &region(), resource).await,
        Fact::BucketObjectLock => s3::object_lock(session, &region(), resource).await,
        Fact::BucketLifecycle => s3::lifecycle(session, &region(), resource).await,
        Fact::BucketPolicyStatus => s3::policy_status(session, &region(), resource).await,
        Fact::BucketAcl => s3::acl(session, &region(), resource).await,
        Fact::BucketPublicAccessBlock => {
            s3::public_access_block(session, &region(), resource).await
        }
        Fact::BucketOwnershipControls => s3::ownership(session, &region(), resource).await,
        Fact::AccountPublicAccessBlock => s3::account_block(session).await,
        Fact::Key => kms::key(session, &region(), resource).await,
        Fact::KeyRotation => kms::rotation(session, &region(), resource).await,
        Fact::KeyPolicy => kms::policy(session, &region(), resource).await,
        Fact::AuthorizationDetails => iam::details(session).await,
        Fact::ServiceLinkedRole => iam::service_linked_role(session).await,
        fact @ (Fact::TrailHistory
        | Fact::BucketHistory
        | Fact::KeyHistory
        | Fact::DetectionHistory
        | Fact::OrganizationHistory) => {
            history::history(session, &region(), (fact, resource), (called_at, pages)).await
        }
        // No plan asks for it.
        Fact::LogValidation => Err(Failure::new(Cause::NotSupplied, "it is handed over")),
    }
}

/// AWS's time in ours; none where it is out of range.
pub fn timestamp(time: Option<&aws_smithy_types::DateTime>) -> Option<Timestamp> {
    time.and_then(|time| Timestamp::from_second(time.secs()).ok())
}
