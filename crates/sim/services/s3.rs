//! Amazon S3: the buckets of an account and the configurations of a bucket.

mod configuration;
mod copies;
mod objects;

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::description::{Account, AclGrant, Bucket, PublicAccessBlock};
use crate::failure::Failure;
use crate::land::Held;
use crate::policies;
use crate::reply::Reply;
use crate::services::page::{page, size};
use crate::services::{Answer, Ask};
use crate::xml::Element;

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";
/// The header by which a bucket says where it lies, to whoever asks.
const REGION_HEADER: &str = "x-amz-bucket-region";

pub(super) fn answer(ask: Ask<'_>) -> Answer {
    match ask.request.operation.as_str() {
        "ListBuckets" => list_buckets(ask),
        "HeadBucket" => {
            let bucket = reach(ask)?;
            Ok(Reply::empty().header(REGION_HEADER, &bucket.region))
        }
        "GetBucketVersioning" => Ok(configuration::versioning(&*reach(ask)?)),
        "GetBucketNotificationConfiguration" => Ok(configuration::notification(&*reach(ask)?)),
        "GetObjectLockConfiguration" => configuration::object_lock(&*reach(ask)?),
        "GetBucketLifecycleConfiguration" => configuration::lifecycle(ask.world, &*reach(ask)?),
        "GetBucketPolicyStatus" => policy_status(ask, &*reach(ask)?),
        "GetBucketPolicy" => Ok(Reply::text(policy(ask, &*reach(ask)?)?.to_string())),
        "GetBucketLogging" => Ok(copies::logging(&*reach(ask)?)),
        "GetBucketReplication" => copies::replication(ask.world, &*reach(ask)?),
        "GetBucketEncryption" => copies::encryption(&*reach(ask)?),
        "GetBucketTagging" => copies::tagging(&*reach(ask)?),
        "GetBucketAcl" => Ok(acl(ask.caller, &*reach(ask)?)),
        "GetPublicAccessBlock" => match &reach(ask)?.public_access_block {
            Some(block) => Ok(public_access(block)),
            None => Err(absent(
                "NoSuchPublicAccessBlockConfiguration",
                "The public access block configuration was not found",
            )),
        },
        "GetBucketOwnershipControls" => configuration::ownership(&*reach(ask)?),
        "ListObjectsV2" => objects::list(ask.request, &*reach(ask)?),
        "GetObject" => objects::get(ask.request, &*reach(ask)?),
        _ => Err(Failure::unknown_operation(ask.request)),
    }
}

/// The bucket that a request names, if the caller may ask this of it, in its own region. A stranger learns in which
/// region a bucket lies, but nothing else.
fn reach(ask: Ask<'_>) -> Result<Held<'_, Bucket>, Failure> {
    let Some((owner, bucket)) = ask.world.bucket(&ask.request.resource) else {
        return Err(absent("NoSuchBucket", "The specified bucket does not exist"));
    };
    if bucket.region != ask.request.region {
        return Err(Failure::new(
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
        )
        .header(REGION_HEADER, &bucket.region));
    }
    let expected = ask.request.expected_owner.as_deref();
    let own = owner == ask.caller.id;
    let invited =
        ask.request.operation == "HeadBucket" && bucket.head_accounts.contains(&ask.caller.id);
    if !(own || invited) || expected.is_some_and(|expected| expected != owner) {
        let resource = format!("on resource: \"arn:aws:s3:::{}\"", bucket.name);
        return Err(Failure::denied(ask.request, &resource).header(REGION_HEADER, &bucket.region));
    }
    Ok(bucket)
}

fn list_buckets(ask: Ask<'_>) -> Answer {
    let request = ask.request;
    let parameters = ["max-buckets", "continuation-token", "prefix", "bucket-region"];
    // S3 tells the regions only to those who give it a parameter.
    let tells_region = parameters.iter().any(|name| request.has(name));
    let prefix = request.text("prefix");
    let region = request.text("bucket-region");
    let mut buckets: Vec<&Bucket> = ask
        .caller
        .buckets
        .iter()
        .filter(|bucket| prefix.is_none_or(|prefix| bucket.name.starts_with(prefix)))
        .filter(|bucket| region.is_none_or(|region| bucket.region == region))
        .collect();
    buckets.sort_by(|a, b| a.name.cmp(&b.name));
    let found = size(request.number("max-buckets"), 10_000)
        .and_then(|size| page(&buckets, request.text("continuation-token"), size))
        .ok_or_else(|| Failure::new(400, "InvalidArgument", "Argument is not valid"))?;
    let entries = found.items.into_iter().map(|bucket| {
        let created = bucket.created.map(|when| ask.world.resolve(when).rfc3339());
        Element::new("Bucket")
            .child(Element::leaf("Name", &bucket.name))
            .child(Element::leaf(
                "CreationDate",
                created.unwrap_or_else(|| "2020-01-01T00:00:00Z".to_owned()),
            ))
            .maybe("BucketRegion", tells_region.then_some(&bucket.region))
    });
    Ok(Reply::xml(
        root("ListAllMyBucketsResult")
            .child(owner(ask.caller))
            .child(Element::new("Buckets").children(entries))
            .maybe("ContinuationToken", found.next)
            .maybe("Prefix", prefix),
    ))
}

/// The described policy, or the one that the trails need that deliver to the bucket.
fn policy(ask: Ask<'_>, bucket: &Bucket) -> Result<Value, Failure> {
    if let Some(policy) = &bucket.policy {
        return Ok(policy.clone());
    }
    let deliveries = ask.world.land.deliveries(&bucket.name);
    if bucket.no_policy || deliveries.is_empty() {
        return Err(absent("NoSuchBucketPolicy", "The bucket policy does not exist"));
    }
    Ok(policies::bucket(&ask.world.frame.partition, &bucket.name, &deliveries))
}

fn policy_status(ask: Ask<'_>, bucket: &Bucket) -> Answer {
    policy(ask, bucket)?;
    let status = Element::leaf("IsPublic", bucket.policy_is_public);
    Ok(Reply::xml(root("PolicyStatus").child(status)))
}

fn acl(account: &Account, bucket: &Bucket) -> Reply {
    let all = AclGrant {
        uri: None,
        id: Some(canonical_id(&account.id)),
        permission: "FULL_CONTROL".to_owned(),
    };
    let grants = [&all].into_iter().chain(&bucket.acl).map(|grant| {
        let kind = if grant.uri.is_some() { "Group" } else { "CanonicalUser" };
        let grantee = Element::new("Grantee")
            .attribute("xmlns:xsi", "http://www.w3.org/2001/XMLSchema-instance")
            .attribute("xsi:type", kind)
            .maybe("ID", grant.id.as_ref())
            .maybe("URI", grant.uri.as_ref());
        Element::new("Grant").child(grantee).child(Element::leaf("Permission", &grant.permission))
    });
    Reply::xml(
        root("AccessControlPolicy")
            .child(owner(account))
            .child(Element::new("AccessControlList").children(grants)),
    )
}

/// The four switches, the same for a bucket and for an account.
pub(super) fn public_access(block: &PublicAccessBlock) -> Reply {
    Reply::xml(
        root("PublicAccessBlockConfiguration")
            .child(Element::leaf("BlockPublicAcls", block.block_public_acls))
            .child(Element::leaf("IgnorePublicAcls", block.ignore_public_acls))
            .child(Element::leaf("BlockPublicPolicy", block.block_public_policy))
            .child(Element::leaf("RestrictPublicBuckets", block.restrict_public_buckets)),
    )
}

/// A bucket or a configuration that is not there.
pub(super) fn absent(code: &'static str, text: &str) -> Failure {
    Failure::new(404, code, text)
}

fn root(name: &'static str) -> Element {
    Element::new(name).attribute("xmlns", NAMESPACE)
}

fn owner(account: &Account) -> Element {
    Element::new("Owner").child(Element::leaf("ID", canonical_id(&account.id)))
}

/// S3's own name for an account: 64 hexadecimal digits that do not show the account id.
fn canonical_id(account: &str) -> String {
    Sha256::digest(account.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
#[path = "s3/tests.rs"]
mod tests;
