//! Whose principals a resource concerns, and the questions to them about it.

use std::collections::BTreeSet;

use trailproof_iam::{Effect, Known, PolicyDocument, Principal, Principals};

use super::object::{Kind, Object};
use crate::account::AccountView;
use crate::aws::AccountId;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::policy::Policy;
use crate::privilege::{Ask, Foreign, Roll, Target};
use crate::resource_policy::{KeyPolicy, account_of};
use crate::safeguard::Lock;
use crate::trail::Trail;

/// What a lock that nobody lifts takes away: versions stay, whoever asks.
const HELD: [&str; 2] = ["s3:DeleteObjectVersion", "s3:BypassGovernanceRetention"];
/// What S3 lets nobody do but the bucket's own account.
const OWN_BUCKET: [&str; 3] = ["s3:PutBucketPolicy", "s3:DeleteBucketPolicy", "s3:GetBucketPolicy"];
/// What KMS lets other accounts do with a key; everything else is its own account's.
const SHARED_KEY: [&str; 17] = [
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:DeriveSharedSecret",
    "kms:DescribeKey",
    "kms:Encrypt",
    "kms:GenerateDataKey",
    "kms:GenerateDataKeyPair",
    "kms:GenerateDataKeyPairWithoutPlaintext",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:GenerateMac",
    "kms:GetKeyRotationStatus",
    "kms:GetPublicKey",
    "kms:ListGrants",
    "kms:RetireGrant",
    "kms:RevokeGrant",
    "kms:Sign",
    "kms:Verify",
];
/// Services whose resources have no policies of their own.
const WITHOUT_POLICIES: [&str; 7] =
    ["cloudtrail", "cloudwatch", "config", "guardduty", "securityhub", "access-analyzer", "ec2"];

/// How an account is concerned.
#[derive(Debug, Clone)]
pub(super) enum Concern {
    /// It owns the resource, or acts in the owner's stead.
    Own,
    /// The resource's policy lets it in from outside.
    Foreign(AccountId),
    /// Whether it may act in the owner's stead is not known.
    Doubt(Gap),
}

/// Whether an account's principals have to be asked about a resource.
///
/// # Errors
/// Where that is not known.
pub(super) fn concern(
    (object, actions): (&Object, &[String]),
    account: AccountId,
    organization: &Organization,
) -> Observed<Option<Concern>> {
    if object.kind == Kind::Trail {
        return Ok(of_trail(object, account, organization));
    }
    let Some(owner) = object.owner else {
        let bucket = organization.bucket(object.bucket());
        if bucket.is_some_and(crate::bucket::Bucket::is_missing) {
            return Ok(None);
        }
        let detail = format!("which account owns {} is not known", object.arn);
        let listed = bucket.and_then(|bucket| bucket.unlisted.as_deref());
        return Err(match listed {
            Some(listed) => {
                Gap { detail: format!("{detail}: {}", listed.detail), ..listed.clone() }
            }
            None => Gap::new(Fact::BucketList, Cause::CrossAccountUnreadable, detail),
        });
    };
    if owner == account {
        return Ok(Some(Concern::Own));
    }
    let over = || actions.iter().filter(|action| reaches_over(object, action));
    if over().next().is_none() {
        return Ok(None);
    }
    let policy = policy_of(object, organization)?;
    let named = policy
        .is_some_and(|policy| over().any(|action| lets_in(&policy, (account, action.as_str()))));
    Ok(named.then_some(Concern::Foreign(owner)))
}

fn of_trail(object: &Object, account: AccountId, organization: &Organization) -> Option<Concern> {
    let trail = organization.trail(&object.arn)?;
    if trail.owner == account {
        return Some(Concern::Own);
    }
    if !trail.is_organization_trail() {
        return None;
    }
    match (organization.administers_trails(account), organization.trail_belongs(trail, account)) {
        (Ok(false), _) | (_, Ok(false)) => None,
        (Ok(true), Ok(true)) => Some(Concern::Own),
        (Err(gap), _) | (_, Err(gap)) => Some(Concern::Doubt(gap)),
    }
}

/// Whether the service takes the call from another account at all.
fn reaches_over(object: &Object, action: &str) -> bool {
    match object.kind {
        Kind::Bucket | Kind::Objects => !OWN_BUCKET.contains(&action),
        Kind::Key => SHARED_KEY.contains(&action) || action.starts_with("kms:ReEncrypt"),
        Kind::Topic => true,
        Kind::Trail | Kind::Store | Kind::LogGroup | Kind::Other => false,
    }
}

/// The policy by which others may come in; none where they cannot.
fn policy_of(object: &Object, organization: &Organization) -> Observed<Option<PolicyDocument>> {
    match object.kind {
        Kind::Bucket | Kind::Objects => {
            let Some(bucket) = organization.bucket(object.bucket()) else { return Ok(None) };
            Ok(bucket.resource_policy()?.policy.map(|policy| policy.document))
        }
        Kind::Key => {
            let Some(key) = object.key_in(organization) else { return Ok(None) };
            match organization.key_policy(key)? {
                KeyPolicy::Read(read) => Ok(read.policy.map(|policy| policy.document)),
                KeyPolicy::Aws(_) | KeyPolicy::NoKey(_) => Ok(None),
            }
        }
        Kind::Topic => match Target::topic(&object.arn, &[], organization) {
            Some(target) => Ok(target.policy?.map(|policy| (*policy.document).clone())),
            None => Ok(None),
        },
        Kind::Trail | Kind::Store | Kind::LogGroup | Kind::Other => Ok(None),
    }
}

/// Whether some statement may allow an action to somebody of an account.
fn lets_in(policy: &PolicyDocument, (account, action): (AccountId, &str)) -> bool {
    let names = |entry: &Principal| match entry {
        Principal::Aws(value) => value == "*" || account_of(value) == Some(account),
        Principal::Anyone | Principal::CanonicalUser(_) | Principal::Unknown { .. } => true,
        Principal::Service(_) | Principal::Federated(_) => false,
    };
    policy.statements.iter().any(|statement| {
        statement.effect == Effect::Allow
            && statement.actions.matches(action)
            && statement.principal.as_ref().is_some_and(|principals| match principals {
                Principals::Principal(entries) => entries.iter().any(names),
                Principals::NotPrincipal(_) => true,
            })
    })
}

/// The question about a resource to the principals of an account; none where there is no such thing.
///
/// # Errors
/// Where it is not known what there is to ask about.
pub(super) fn target(
    (object, actions): (&Object, &[String]),
    concern: &Concern,
    (view, roll, policy): (&AccountView<'_>, &Roll, &Policy),
) -> Observed<Option<Target>> {
    let organization = view.organization;
    let mine = |action: &&String| match concern {
        Concern::Foreign(_) => reaches_over(object, action),
        Concern::Own | Concern::Doubt(_) => true,
    };
    let actions: Vec<&str> = actions.iter().filter(mine).map(String::as_str).collect();
    let mut target = match object.kind {
        Kind::Trail | Kind::Store => Some(Target::recorder(&object.arn, &actions)),
        Kind::LogGroup => Some(log_group((object, &actions), organization)),
        Kind::Topic => Target::topic(&object.arn, &actions, organization),
        Kind::Key => match object.key_in(organization) {
            Some(key) => {
                let own = matches!(concern, Concern::Own);
                Target::key(key, &actions, (organization, own))?
            }
            None => None,
        },
        Kind::Bucket | Kind::Objects => in_bucket((object, &actions), (roll, policy), organization),
        Kind::Other => Some(other(object, &actions)),
    };
    if let (Some(target), Concern::Foreign(owner)) = (&mut target, concern)
        && target.owner.is_none()
    {
        target.owner = Some(Foreign::of(organization, *owner));
        let unknown = |key: &str| (key.to_owned(), Known::Unknown);
        target.known.extend(["aws:ResourceOrgPaths", "aws:ResourceOrgID"].map(unknown));
        if object.kind == Kind::Topic {
            // AWS documents it no more. The policy that every topic begins with keeps other accounts out by it, so that
            // whoever calls from one surely does not bear the owner's.
            let caller = Known::Values(vec![view.id().to_string()]);
            target.known.push(("aws:SourceOwner".to_owned(), caller));
        }
    }
    Ok(match concern {
        Concern::Doubt(gap) => target.map(|target| target.moot(&actions, gap)),
        Concern::Own | Concern::Foreign(_) => target,
    })
}

fn in_bucket(
    (object, actions): (&Object, &[&str]),
    (roll, policy): (&Roll, &Policy),
    organization: &Organization,
) -> Option<Target> {
    let bucket = organization.bucket(object.bucket()).filter(|bucket| !bucket.is_missing())?;
    let with = (roll, organization);
    let target = if object.key().is_some() {
        let mut one = Target::bucket(bucket, &[], with);
        one.resource.clone_from(&object.arn);
        one.incomplete = None;
        one.asks = actions.iter().map(|action| Ask::new(action, &object.arn)).collect();
        one
    } else {
        Target::bucket(bucket, actions, with)
    };
    Some(match bucket.lock_kept(policy) {
        Ok(Lock::Holds { .. }) => target.without(&HELD),
        Ok(_) => target,
        Err(gap) => target.moot(&HELD, &gap),
    })
}

/// A log group with the streams that trails write there; where no trail does, with none by name.
fn log_group((object, actions): (&Object, &[&str]), organization: &Organization) -> Target {
    let group = |arn: &str| arn.strip_suffix(":*").unwrap_or(arn).to_owned();
    let meant = group(&object.arn);
    let writes = |trail: &&Trail| trail.log_group().is_some_and(|arn| group(arn) == meant);
    // An organization's trail names its streams by the organization's id.
    let (id, mut unnamed, mut streams) = (organization.id(), None, BTreeSet::new());
    for trail in organization.trails().filter(writes) {
        if trail.is_organization_trail() {
            unnamed = unnamed.or_else(|| id.clone().err());
        }
        streams.insert(trail.log_stream(id.clone().ok().flatten()));
    }
    if streams.is_empty() {
        streams.insert(String::new());
    }
    let mut target = Target::log_group(&object.arn, actions, &streams);
    target.incomplete = unnamed;
    target
}

fn other(object: &Object, actions: &[&str]) -> Target {
    let mut target = Target::recorder(&object.arn, actions);
    if !WITHOUT_POLICIES.contains(&object.service()) {
        let detail = format!("whether {} has a policy of its own was not asked", object.arn);
        target.policy = Err(Gap::new(Fact::AuthorizationDetails, Cause::NotAttempted, detail));
    }
    target
}
