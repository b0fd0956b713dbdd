//! What may be tampered with: the resources of an account as questions about them.

use std::collections::{BTreeMap, BTreeSet};

use trailproof_iam::{Known, NamedPolicy, PolicyDocument};

use super::limits::Foreign;
use super::roll::Roll;
use super::{actions, objects};
use crate::answer::{KeyMetadata, Topic};
use crate::aws::Arn;
use crate::bucket::Bucket;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::key::Key;
use crate::organization::Organization;
use crate::resource_policy::{KeyPolicy, ResourcePolicy};

/// One action on one ARN.
#[derive(Debug, Clone, PartialEq)]
pub struct Ask {
    /// The action.
    pub action: String,
    /// What it is authorised on: the resource itself, a part of it such as an object, or `*`.
    pub on: String,
    /// Why it is not known whether having the action would matter; a yes is then none.
    pub moot: Option<Gap>,
}

impl Ask {
    /// An action on an ARN, which surely matters.
    #[must_use]
    pub fn new(action: &str, on: &str) -> Self {
        Self { action: action.to_owned(), on: on.to_owned(), moot: None }
    }
}

/// A resource, and what is asked about it.
#[derive(Debug, Clone)]
pub struct Target {
    /// The resource's ARN, as reports name it.
    pub resource: String,
    /// What is asked. Of an action that stands there several times, on several parts, one yes is enough.
    pub asks: Vec<Ask>,
    /// The resource's own policy; none inside where it has none.
    pub policy: Observed<Option<NamedPolicy>>,
    /// Who owns it, where it is not the principals' own account.
    pub owner: Option<Foreign>,
    /// Whether it is a key that AWS manages.
    pub is_aws_managed_key: bool,
    /// What is known of the circumstances of a request to it.
    pub known: Vec<(String, Known)>,
    /// Why some circumstances that could be known are not: an answer that hangs on conditions is none then.
    pub doubt: Option<Gap>,
    /// Why a part of it that nobody was asked about may be in somebody's reach.
    pub incomplete: Option<Gap>,
}

impl Target {
    /// A resource of the principals' own account that has no policy of its own.
    #[must_use]
    pub fn plain(resource: &str, asks: Vec<Ask>) -> Self {
        Self {
            resource: resource.to_owned(),
            asks,
            policy: Ok(None),
            owner: None,
            is_aws_managed_key: false,
            known: Vec::new(),
            doubt: None,
            incomplete: None,
        }
    }

    /// These actions on a trail or an event data store.
    #[must_use]
    pub fn recorder(resource: &str, actions: &[&str]) -> Self {
        Self::plain(resource, actions.iter().map(|action| Ask::new(action, resource)).collect())
    }

    /// These actions on a log bucket, or on the logs and digests in it, as the actions go. The roll tells which of them
    /// have to be told apart.
    #[must_use]
    pub fn bucket(
        bucket: &Bucket,
        actions: &[&str],
        (roll, organization): (&Roll, &Organization),
    ) -> Self {
        let arn = bucket.arn();
        let policy = bucket.resource_policy().map(|read| named(read.policy, &arn));
        let document = policy.as_ref().ok().and_then(Option::as_ref).map(|named| &named.document);
        let samples = objects::samples((bucket, organization), roll.documents().chain(document));
        let mut target = Self::plain(&arn, Vec::new());
        for action in actions {
            match actions::kind(action) {
                actions::Kind::Object => target
                    .asks
                    .extend(samples.objects.iter().map(|object| Ask::new(action, object))),
                actions::Kind::Whole | actions::Kind::Stream => {
                    target.asks.push(Ask::new(action, &arn));
                }
                actions::Kind::Nothing => target.asks.push(Ask::new(action, "*")),
            }
        }
        target.policy = policy;
        target.incomplete = samples.incomplete;
        match &bucket.region {
            Some(region) => {
                let known = Known::Values(vec![region.to_string()]);
                target.known.push(("aws:RequestedRegion".to_owned(), known));
            }
            None => {
                let detail = format!("the region of {} was not read", bucket.name);
                target.doubt = Some(Gap {
                    account: bucket.owner,
                    ..Gap::new(Fact::BucketHead, Cause::CrossAccountUnreadable, detail)
                });
            }
        }
        target
    }

    /// These actions on a key; none where there is no such key. `own` is whether it is of the principals' own account.
    ///
    /// # Errors
    /// Where it is not known which key it is, or its state was not read.
    pub fn key(
        key: &Key,
        actions: &[&str],
        (organization, own): (&Organization, bool),
    ) -> Observed<Option<Self>> {
        let Some(KeyMetadata { arn, .. }) = &key.metadata()?.value else { return Ok(None) };
        let mut target =
            Self::plain(arn, actions.iter().map(|action| Ask::new(action, arn)).collect());
        target.policy = match organization.key_policy(key) {
            Ok(KeyPolicy::Read(read)) => match named(read.policy, arn) {
                Some(policy) => Ok(Some(policy)),
                None => {
                    let detail = format!("the answer leaves out the policy of {arn}");
                    Err(Gap::new(Fact::KeyPolicy, Cause::ServiceError, detail))
                }
            },
            Ok(KeyPolicy::Aws(_)) => {
                target.is_aws_managed_key = true;
                let detail = format!("what AWS allows with its own key {arn} is not read");
                Err(Gap::new(Fact::KeyPolicy, Cause::Undecidable, detail))
            }
            Ok(KeyPolicy::NoKey(_)) => return Ok(None),
            Err(gap) => Err(gap),
        };
        if !own {
            target.owner = Some(Foreign::of(organization, key.target.account));
            let unknown = |key: &str| (key.to_owned(), Known::Unknown);
            target.known.extend(["aws:ResourceOrgPaths", "aws:ResourceOrgID"].map(unknown));
        }
        Ok(Some(target))
    }

    /// These actions on a log group, or on the streams of these names in it, as the actions go. CloudWatch Logs asks for
    /// rights on a group's streams even where the group is meant, and names none then; that is why policies name groups
    /// with `:*` behind.
    #[must_use]
    pub fn log_group(arn: &str, actions: &[&str], streams: &BTreeSet<String>) -> Self {
        let group = arn.strip_suffix(":*").unwrap_or(arn);
        let on = |action: &str| match actions::kind(action) {
            actions::Kind::Nothing => vec!["*".to_owned()],
            actions::Kind::Stream => {
                streams.iter().map(|stream| format!("{group}:log-stream:{stream}")).collect()
            }
            actions::Kind::Whole | actions::Kind::Object => vec![format!("{group}:log-stream:")],
        };
        let asks = actions.iter().flat_map(|action| {
            on(action).into_iter().map(move |resource| Ask::new(action, &resource))
        });
        Self::plain(group, asks.collect())
    }

    /// These actions on a detector of GuardDuty, or on no resource in particular, as the actions go.
    #[must_use]
    pub fn detector(arn: &str, actions: &[&str]) -> Self {
        let on = |action: &str| match actions::kind(action) {
            actions::Kind::Nothing => "*",
            _ => arn,
        };
        Self::plain(arn, actions.iter().map(|action| Ask::new(action, on(action))).collect())
    }

    /// These actions on a topic; none where there is no such topic.
    #[must_use]
    pub fn topic(arn: &str, actions: &[&str], organization: &Organization) -> Option<Self> {
        let mut target = Self::recorder(arn, actions);
        let owner = target.account()?;
        let unread = |cause, detail: &str| Gap {
            account: Some(owner),
            ..Gap::new(Fact::Topic, cause, format!("{detail} {arn}"))
        };
        target.policy = match organization.resource::<Option<Topic>>(Fact::Topic, arn, owner) {
            Ok((None, _)) => return None,
            Ok((Some(topic), _)) => match &topic.policy {
                None => {
                    Err(unread(Cause::NotAttempted, "the snapshot does not keep the policy of"))
                }
                Some(text) => PolicyDocument::parse(text)
                    .map(|document| {
                        Some(NamedPolicy::new(format!("the policy of {arn}"), document))
                    })
                    .map_err(|error| {
                        unread(Cause::Undecidable, &format!("{error} in the policy of"))
                    }),
            },
            Err(gap) => Err(gap),
        };
        Some(target)
    }

    /// The target without the asks about some actions.
    #[must_use]
    pub fn without(mut self, actions: &[&str]) -> Self {
        self.asks.retain(|ask| !actions.contains(&ask.action.as_str()));
        self
    }

    /// The target with a yes to some actions counting for nothing but this gap.
    #[must_use]
    pub fn moot(mut self, actions: &[&str], gap: &Gap) -> Self {
        let concerned = self.asks.iter_mut().filter(|ask| actions.contains(&ask.action.as_str()));
        concerned.for_each(|ask| ask.moot = Some(gap.clone()));
        self
    }

    /// Why it is not known whether there is anything to tamper with: its policy was not read, or having any of the actions
    /// may not matter.
    #[must_use]
    pub fn doubted(&self) -> Option<&Gap> {
        let moot = || self.asks.iter().map(|ask| ask.moot.as_ref()).collect::<Option<Vec<_>>>();
        self.policy.as_ref().err().or_else(|| moot()?.first().copied())
    }

    /// By action, how many ARNs are asked about.
    #[must_use]
    pub fn actions(&self) -> BTreeMap<&str, usize> {
        let mut actions = BTreeMap::new();
        for ask in &self.asks {
            *actions.entry(ask.action.as_str()).or_default() += 1;
        }
        actions
    }

    /// The account in its ARN, where that names one.
    #[must_use]
    pub fn account(&self) -> Option<crate::aws::AccountId> {
        Arn::parse(&self.resource).ok()?.account_id()
    }
}

fn named(policy: Option<ResourcePolicy>, resource: &str) -> Option<NamedPolicy> {
    policy.map(|policy| NamedPolicy::new(format!("the policy of {resource}"), policy.document))
}
