//! Well-known events: what CloudTrail calls them, of which kind they are, and in which region they are recorded.

use serde::Serialize;

use crate::aws::{Partition, Region};
use crate::selector::{Category, DescribedEvent, S3_OBJECT};

/// In which region an event is recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The region that was called.
    Called,
    /// The partition's region for global services, whatever region the caller has in mind.
    Global,
    /// Either, by the endpoint that was called.
    Either,
}

/// An event as CloudTrail would record it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Event {
    /// What is known of it.
    pub described: DescribedEvent,
    /// Where it is recorded.
    pub place: Place,
    /// Whether the category, and whether it reads, are guessed from its name. The user may know better.
    pub guessed: bool,
}

/// `eventSource` without its domain, `eventName`, whether it reads.
type Call = (&'static str, &'static str, bool);

const READS: bool = true;
const WRITES: bool = false;

/// Data events, with the resource's type.
const DATA: &[(&str, &[Call])] = &[
    (
        S3_OBJECT,
        &[
            ("s3", "AbortMultipartUpload", WRITES),
            ("s3", "CompleteMultipartUpload", WRITES),
            ("s3", "CopyObject", WRITES),
            ("s3", "CreateMultipartUpload", WRITES),
            ("s3", "DeleteObject", WRITES),
            ("s3", "DeleteObjects", WRITES),
            ("s3", "DeleteObjectTagging", WRITES),
            ("s3", "GetObject", READS),
            ("s3", "GetObjectAcl", READS),
            ("s3", "GetObjectTagging", READS),
            ("s3", "HeadBucket", READS),
            ("s3", "HeadObject", READS),
            ("s3", "ListMultipartUploads", READS),
            ("s3", "ListObjectVersions", READS),
            ("s3", "ListObjects", READS),
            ("s3", "ListParts", READS),
            ("s3", "PutObject", WRITES),
            ("s3", "PutObjectAcl", WRITES),
            ("s3", "PutObjectLegalHold", WRITES),
            ("s3", "PutObjectRetention", WRITES),
            ("s3", "PutObjectTagging", WRITES),
            ("s3", "RestoreObject", WRITES),
            ("s3", "SelectObjectContent", READS),
            ("s3", "UploadPart", WRITES),
            ("s3", "UploadPartCopy", WRITES),
        ],
    ),
    ("AWS::Lambda::Function", &[("lambda", "Invoke", WRITES)]),
    (
        "AWS::DynamoDB::Table",
        &[
            ("dynamodb", "BatchExecuteStatement", WRITES),
            ("dynamodb", "BatchGetItem", READS),
            ("dynamodb", "BatchWriteItem", WRITES),
            ("dynamodb", "DeleteItem", WRITES),
            ("dynamodb", "ExecuteStatement", WRITES),
            ("dynamodb", "ExecuteTransaction", WRITES),
            ("dynamodb", "GetItem", READS),
            ("dynamodb", "PutItem", WRITES),
            ("dynamodb", "Query", READS),
            ("dynamodb", "Scan", READS),
            ("dynamodb", "TransactGetItems", READS),
            ("dynamodb", "TransactWriteItems", WRITES),
            ("dynamodb", "UpdateItem", WRITES),
        ],
    ),
];

/// Management events whose reading or writing their name does not tell, or that people ask for.
const MANAGEMENT: &[Call] = &[
    ("cloudtrail", "DeleteTrail", WRITES),
    ("cloudtrail", "LookupEvents", READS),
    ("cloudtrail", "PutEventSelectors", WRITES),
    ("cloudtrail", "StartLogging", WRITES),
    ("cloudtrail", "StopLogging", WRITES),
    ("cloudtrail", "UpdateTrail", WRITES),
    ("kms", "Decrypt", READS),
    ("kms", "DisableKey", WRITES),
    ("kms", "Encrypt", READS),
    ("kms", "GenerateDataKey", READS),
    ("kms", "ScheduleKeyDeletion", WRITES),
    ("s3", "CreateBucket", WRITES),
    ("s3", "DeleteBucket", WRITES),
    ("s3", "DeleteBucketPolicy", WRITES),
    ("s3", "PutBucketPolicy", WRITES),
    ("signin", "ConsoleLogin", WRITES),
    ("sts", "AssumeRole", READS),
    ("sts", "AssumeRoleWithSAML", READS),
    ("sts", "AssumeRoleWithWebIdentity", READS),
    ("sts", "GetCallerIdentity", READS),
];

/// What people call some events, after the permission or the newer operation, and what CloudTrail calls them.
const ALIASES: [(&str, &str, &str); 3] = [
    ("lambda", "InvokeFunction", "Invoke"),
    ("s3", "ListBucket", "ListObjects"),
    ("s3", "ListObjectsV2", "ListObjects"),
];

/// Calls that read or write, by what is in them.
const EITHER: [&str; 3] = ["BatchExecuteStatement", "ExecuteStatement", "ExecuteTransaction"];

/// Services whose events are recorded in one region. Those of STS and of the console's sign-in follow the endpoint.
const GLOBAL: [(&str, Place); 6] = [
    ("cloudfront", Place::Global),
    ("iam", Place::Global),
    ("organizations", Place::Global),
    ("route53", Place::Global),
    ("signin", Place::Either),
    ("sts", Place::Either),
];

/// What names of calls that only read begin with, by custom.
const READING: [&str; 11] = [
    "BatchGet", "Check", "Describe", "Get", "Head", "List", "Lookup", "Query", "Scan", "Search",
    "View",
];

fn place(service: &str) -> Place {
    GLOBAL.iter().find(|(name, _)| *name == service).map_or(Place::Called, |(_, place)| *place)
}

/// The names of the well-known events, as `service:Name`, in order.
#[must_use]
pub fn names() -> Vec<String> {
    let data = DATA.iter().flat_map(|(_, calls)| calls.iter());
    let mut names: Vec<String> =
        data.chain(MANAGEMENT).map(|(service, name, _)| format!("{service}:{name}")).collect();
    names.sort();
    names
}

/// The event that a name means: `s3:GetObject`, or with the whole source, `s3.amazonaws.com:GetObject`. What is not
/// well known is taken for a management event, and its half guessed from its name. None inside: the name has no colon.
#[must_use]
pub fn event(name: &str) -> Option<Event> {
    let (source, name) = name.split_once(':')?;
    let service = source.strip_suffix(".amazonaws.com").unwrap_or(source).to_ascii_lowercase();
    if service.is_empty() || name.is_empty() {
        return None;
    }
    let alias = ALIASES.iter().find(|(of, alias, _)| *of == service && *alias == name);
    let name = alias.map_or(name, |(.., name)| *name);
    let is = |call: &&Call| call.0 == service && call.1 == name;
    let data = DATA
        .iter()
        .find_map(|(kind, calls)| calls.iter().find(is).map(|(.., reads)| (*kind, *reads)));
    let known = MANAGEMENT.iter().find(is).map(|(.., reads)| *reads);
    let guess = || READING.iter().any(|prefix| name.starts_with(prefix));
    let (category, read_only, kind) = match (data, known) {
        (Some((kind, reads)), _) => (Category::Data, reads, Some(kind.to_owned())),
        (None, Some(reads)) => (Category::Management, reads, None),
        (None, None) => (Category::Management, guess(), None),
    };
    Some(Event {
        place: place(&service),
        described: DescribedEvent {
            category: Some(category),
            event_source: Some(format!("{service}.amazonaws.com")),
            event_name: Some(name.to_owned()),
            read_only: (data.is_none() || !EITHER.contains(&name)).then_some(read_only),
            resource_type: kind,
            ..DescribedEvent::default()
        },
        guessed: data.is_none() && known.is_none(),
    })
}

/// Whether a well-known call on resources of a type reads.
pub(crate) fn reads(resource_type: &str, name: &str) -> Option<bool> {
    let (_, calls) = DATA.iter().find(|(kind, _)| *kind == resource_type)?;
    let call = calls.iter().find(|call| call.1 == name && !EITHER.contains(&name))?;
    Some(call.2)
}

/// The regions in which an event of a place may be recorded, and whether that is certain. (For China AWS names no
/// region: both are possible.)
#[must_use]
pub fn regions(place: Place, partition: &Partition, called: &Region) -> Vec<Region> {
    let global = || match partition.as_str() {
        "aws-cn" => partition.default_regions(),
        _ => vec![partition.global_region()],
    };
    let mut regions = match place {
        Place::Called => vec![called.clone()],
        Place::Global => global(),
        Place::Either => global().into_iter().chain([called.clone()]).collect(),
    };
    regions.sort();
    regions.dedup();
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn well_known_events_are_what_cloudtrail_calls_them() {
        let get = event("s3:GetObject").unwrap();
        assert_eq!(get.described.category, Some(Category::Data));
        assert_eq!(get.described.resource_type.as_deref(), Some(S3_OBJECT));
        assert_eq!((get.described.read_only, get.guessed), (Some(true), false));
        let delete = event("s3.amazonaws.com:DeleteBucket").unwrap();
        assert_eq!(delete.described.category, Some(Category::Management));
        assert_eq!((delete.described.read_only, delete.guessed), (Some(false), false));
        let role = event("iam:CreateRole").unwrap();
        assert_eq!(
            (role.place, role.guessed, role.described.read_only),
            (Place::Global, true, Some(false))
        );
        assert_eq!(event("ec2:DescribeInstances").unwrap().described.read_only, Some(true));
        let list = event("s3:ListBucket").unwrap().described;
        assert_eq!(list.event_name.as_deref(), Some("ListObjects"));
        assert_eq!(event("dynamodb:ExecuteStatement").unwrap().described.read_only, None);
        assert!(["GetObject", ":x", "s3:", ""].iter().all(|name| event(name).is_none()));
        assert!(names().iter().all(|name| !event(name).unwrap().guessed));
    }

    #[test]
    fn global_services_are_recorded_in_one_region() {
        let of = |partition: &str, called: &str| -> Vec<String> {
            let called = called.parse().unwrap();
            let found = regions(Place::Global, &Partition::new(partition), &called);
            found.iter().map(ToString::to_string).collect()
        };
        assert_eq!(of("aws", "eu-west-1"), ["us-east-1"]);
        assert_eq!(of("aws-us-gov", "us-gov-east-1"), ["us-gov-west-1"]);
        assert_eq!(of("aws-cn", "cn-north-1"), ["cn-north-1", "cn-northwest-1"]);
        let either = regions(Place::Either, &Partition::new("aws"), &"eu-west-1".parse().unwrap());
        assert_eq!(either.len(), 2);
    }
}
