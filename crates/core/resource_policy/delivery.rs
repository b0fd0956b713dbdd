//! Whether a bucket's policy lets CloudTrail deliver for one trail.

use super::ResourcePolicy;
use super::context::{Context, Fill};
use super::principal::CLOUDTRAIL;
use super::request::{Caller, Request, Ruling, Target, rule};
use super::scope::legacy_principals;
use crate::aws::AccountId;
use crate::bucket::Bucket;
use crate::evidence::{Observed, find};
use crate::organization::Organization;
use crate::reason::Reason;
use crate::trail::Trail;

/// A trail as its deliveries show it to the bucket.
#[derive(Debug, Clone)]
pub struct Deliverer<'a> {
    /// Its ARN, which every delivery carries.
    pub trail: &'a str,
    /// Its owner.
    pub owner: AccountId,
    /// The owner's organization; none for a lone account. A gap leaves conditions on it open.
    pub organization: Observed<Option<&'a str>>,
    /// The key that it encrypts with, as the trail names it.
    pub key: Option<&'a str>,
    /// The bucket's owner, where known.
    pub bucket_owner: Option<AccountId>,
}

impl<'a> Deliverer<'a> {
    /// A trail of the graph, as it delivers to that bucket.
    #[must_use]
    pub fn of(trail: &'a Trail, bucket: &Bucket, organization: &'a Organization) -> Self {
        Self {
            trail: trail.arn(),
            owner: trail.owner,
            organization: organization.id(),
            key: trail.key(),
            bucket_owner: bucket.owner,
        }
    }
}

/// One thing that must be allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivering<'a> {
    /// To look at the bucket's ACL, by the bucket's ARN.
    AclCheck(&'a str),
    /// To write all keys that begin so, by the ARN of the prefix, which ends in the account's or organization's id and
    /// a slash.
    Write(&'a str),
}

/// Why a delivery is not allowed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What findings say for it.
    pub reason: Reason,
    /// What is refused, for people.
    pub message: String,
    /// The statement that refuses it, where one does.
    pub statement: Option<String>,
}

/// The kinds of files that every trail writes below an account's prefix.
const KINDS: [&str; 2] = ["CloudTrail/", "CloudTrail-Digest/"];

/// Whether the policy allows all that is named: the statements that do so, or the first fault.
///
/// # Errors
/// Where nothing is refused, and something hangs on what is not known of CloudTrail's requests.
pub fn delivers(
    policy: &ResourcePolicy,
    deliverer: &Deliverer<'_>,
    needs: &[Delivering<'_>],
) -> Observed<Result<Vec<String>, Fault>> {
    let rulings = needs.iter().map(|need| one(policy, deliverer, *need));
    let rulings: Vec<Observed<Result<String, Fault>>> = rulings.collect();
    let fault = find(rulings.iter().cloned(), |ruling| Ok(ruling.is_err()))?;
    if let Some(Err(fault)) = fault {
        return Ok(Err(fault));
    }
    let mut by: Vec<String> = rulings.into_iter().flatten().flatten().collect();
    by.dedup();
    Ok(Ok(by))
}

fn one(
    policy: &ResourcePolicy,
    deliverer: &Deliverer<'_>,
    need: Delivering<'_>,
) -> Observed<Result<String, Fault>> {
    let (action, what, reason, context) = match need {
        Delivering::AclCheck(bucket) => {
            ("s3:GetBucketAcl", bucket.to_owned(), Reason::ACL_CHECK_NOT_ALLOWED, base(deliverer))
        }
        Delivering::Write(prefix) => {
            ("s3:PutObject", format!("{prefix}*"), Reason::PATH_NOT_ALLOWED, writing(deliverer))
        }
    };
    let caller = Caller::Service(CLOUDTRAIL);
    let ask =
        |target| rule(&policy.document, &Request { caller, action, target, context: &context });
    let mut ruling = match need {
        Delivering::AclCheck(bucket) => ask(Target::One(bucket)),
        Delivering::Write(prefix) => ask(Target::Under(prefix)),
    };
    // A policy may name the kinds of files one by one.
    if let (Delivering::Write(prefix), Ruling::Undecidable(_)) = (need, &ruling) {
        let kinds = KINDS.map(|kind| format!("{prefix}{kind}"));
        let [logs, digests] = kinds.each_ref().map(|prefix| ask(Target::Under(prefix)));
        ruling = match (logs, digests) {
            (Ruling::Allowed(by), Ruling::Allowed(_)) => Ruling::Allowed(by),
            (refused @ (Ruling::Denied(_) | Ruling::NotGranted), _)
            | (_, refused @ (Ruling::Denied(_) | Ruling::NotGranted)) => refused,
            (open @ Ruling::Undecidable(_), _) | (_, open) => open,
        };
    }
    match ruling {
        Ruling::Allowed(by) => Ok(Ok(by)),
        Ruling::Denied(by) => Ok(Err(Fault {
            reason: Reason::DENIED,
            message: format!("{by} denies CloudTrail {action} on {what}"),
            statement: Some(by),
        })),
        Ruling::NotGranted => match legacy_principals(policy, &[action]) {
            // AWS says that they still work in the regions of then, and not in which way.
            Some(by) => Err(policy.undecidable(format!(
                "{by} allows {action} to CloudTrail's former accounts only, which newer regions do not use"
            ))),
            None => Ok(Err(Fault {
                reason,
                message: format!("no statement allows CloudTrail {action} on {what}"),
                statement: None,
            })),
        },
        Ruling::Undecidable(by) => Err(policy.undecidable(format!(
            "whether CloudTrail may {action} on {what} hangs on {by}, which asks for what is not known of its requests"
        ))),
    }
}

/// What every request of CloudTrail to a bucket carries: it comes under the service's own name, not from anybody's
/// network, account or organization.
fn base(deliverer: &Deliverer<'_>) -> Context {
    let organization = match &deliverer.organization {
        Ok(Some(id)) => Fill::OneOf(vec![(*id).to_owned()]),
        Ok(None) => Fill::Absent,
        Err(_) => Fill::Unknown,
    };
    let bucket_owner =
        deliverer.bucket_owner.map_or(Fill::Unknown, |owner| Fill::OneOf(vec![owner.to_string()]));
    let absent = [
        "aws:PrincipalOrgID",
        "aws:PrincipalOrgPaths",
        "aws:PrincipalTag/*",
        "aws:username",
        "aws:SourceVpc",
        "aws:SourceVpce",
        "aws:SourceVpcArn",
        "aws:VpcSourceIp",
        "aws:VpceAccount",
        "aws:VpceOrgID",
        "aws:VpceOrgPaths",
        "aws:CalledVia",
        "aws:CalledViaFirst",
        "aws:CalledViaLast",
        "aws:MultiFactorAuthPresent",
        "aws:MultiFactorAuthAge",
        "aws:FederatedProvider",
        "aws:SourceIdentity",
        "s3:DataAccessPointArn",
        "s3:DataAccessPointAccount",
        "s3:AccessPointNetworkOrigin",
        "s3:x-amz-acl",
        "s3:x-amz-server-side-encryption",
        "s3:x-amz-server-side-encryption-aws-kms-key-id",
        "s3:x-amz-server-side-encryption-customer-algorithm",
    ];
    let context = Context::default()
        .with("aws:SourceArn", deliverer.trail)
        .with("aws:SourceAccount", deliverer.owner.as_str())
        .fill("aws:SourceOrgID", organization)
        .with("aws:PrincipalIsAWSService", "true")
        .with("aws:PrincipalServiceName", CLOUDTRAIL)
        .with("aws:ViaAWSService", "false")
        .with("aws:SecureTransport", "true")
        // No service of AWS speaks an older one.
        .fill("s3:TlsVersion", Fill::OneOf(vec!["1.2".into(), "1.3".into()]))
        .fill("aws:PrincipalArn", Fill::Other)
        .fill("aws:PrincipalAccount", Fill::Other)
        .fill("aws:ResourceAccount", bucket_owner.clone())
        .fill("s3:ResourceAccount", bucket_owner);
    absent.into_iter().fold(context, |context, key| context.fill(key, Fill::Absent))
}

/// What it carries beside when it writes.
fn writing(deliverer: &Deliverer<'_>) -> Context {
    let (algorithm, key) = match deliverer.key {
        None => ("AES256", Fill::Absent),
        // An alias or a bare id does not tell how the request names the key.
        Some(arn) if arn.starts_with("arn:") && arn.contains(":key/") => {
            ("aws:kms", Fill::OneOf(vec![arn.to_owned()]))
        }
        Some(_) => ("aws:kms", Fill::Unknown),
    };
    base(deliverer)
        .with("s3:x-amz-acl", "bucket-owner-full-control")
        .with("s3:x-amz-server-side-encryption", algorithm)
        .fill("s3:x-amz-server-side-encryption-aws-kms-key-id", key)
}
