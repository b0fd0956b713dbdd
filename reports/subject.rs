//! What other systems call the subject of a finding: a path, where they ask for a file; a type of AWS's own lists.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use trailproof_core::aws::{Arn, Partition, Region};
use trailproof_core::finding::Finding;

use crate::text;

/// All but what RFC 3986 leaves unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Names are cut to so many characters in a path.
const NAME: usize = 200;

/// A relative, percent-encoded path for the finding's subject, which is no file:
/// `aws/<account>/<region or global>/<service>/<name>`.
pub fn path(finding: &Finding) -> String {
    let (service, name) = match Arn::parse(&finding.resource) {
        Ok(arn) => (arn.service, arn.resource),
        Err(_) => finding.resource.split_once('/').unwrap_or(("resource", &finding.resource)),
    };
    place(finding.account_id.as_str(), &finding.region, (service, name))
}

/// The path of an account as such.
pub fn account_path(account: &str) -> String {
    place(account, trailproof_core::finding::GLOBAL, ("account", account))
}

fn place(account: &str, region: &str, (service, name): (&str, &str)) -> String {
    let name = text::line(name);
    let name = text::cut_chars(&name, NAME);
    let parts = [account, region, service].into_iter().chain(name.split('/'));
    let parts: Vec<String> = parts.map(segment).collect();
    format!("aws/{}", parts.join("/"))
}

/// A path of the user's own, each step percent-encoded.
pub fn encoded(path: &str) -> String {
    path.split('/').map(segment).collect::<Vec<_>>().join("/")
}

/// One step of a path that leads nowhere else: a step of dots alone would climb.
fn segment(text: &str) -> String {
    let text = text::line(text);
    let aside = if text.bytes().all(|byte| byte == b'.') { "_" } else { "" };
    format!("{aside}{}", utf8_percent_encode(&text, RESERVED))
}

/// The type of the resource as Security Hub's format lists it; `Other` where it lists none.
pub fn aws_type(resource: &str) -> &'static str {
    let Ok(arn) = Arn::parse(resource) else {
        return if resource.starts_with("account/") { "AwsAccount" } else { "Other" };
    };
    match (arn.service, arn.resource.split(['/', ':']).next().unwrap_or_default()) {
        ("cloudtrail", "trail") => "AwsCloudTrailTrail",
        ("s3", _) => "AwsS3Bucket",
        ("kms", "key") => "AwsKmsKey",
        ("iam", "user") => "AwsIamUser",
        ("iam", "role") => "AwsIamRole",
        ("iam", "group") => "AwsIamGroup",
        ("iam", "policy") => "AwsIamPolicy",
        ("sns", _) => "AwsSnsTopic",
        ("lambda", "function") => "AwsLambdaFunction",
        ("cloudwatch", "alarm") => "AwsCloudWatchAlarm",
        _ => "Other",
    }
}

/// The region to which a finding is reported: what has none belongs to the partition's own, as AWS has it.
pub fn home(region: &str, partition: &Partition) -> Region {
    region.parse().unwrap_or_else(|_| partition.global_region())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use trailproof_core::finding::Status;

    use super::*;
    use crate::sample;

    fn path_of(resource: &str, region: &str) -> String {
        let mut finding = sample::finding("cloudtrail-enabled", "011111111111", Status::Fail, "");
        resource.clone_into(&mut finding.resource);
        region.clone_into(&mut finding.region);
        path(&finding)
    }

    #[test]
    fn a_path_tells_account_region_service_and_name() {
        let trail = "arn:aws:cloudtrail:eu-west-1:011111111111:trail/main";
        assert_eq!(path_of(trail, "eu-west-1"), "aws/011111111111/eu-west-1/cloudtrail/trail/main");
        assert_eq!(path_of("arn:aws:s3:::logs", "global"), "aws/011111111111/global/s3/logs");
        let account = "aws/011111111111/global/account/011111111111";
        assert_eq!(path_of("account/011111111111", "global"), account);
        assert_eq!(account_path("011111111111"), account);
        assert_eq!(
            path_of("arn:aws:logs:eu-west-1:1:log-group:/aws/a b", "eu-west-1"),
            "aws/011111111111/eu-west-1/logs/log-group%3A/aws/a%20b"
        );
    }

    #[test]
    fn no_path_climbs() {
        assert_eq!(
            path_of("arn:aws:s3:::../../../etc/passwd", ".."),
            "aws/011111111111/_../s3/_../_../_../etc/passwd"
        );
        assert_eq!(path_of("//", "global"), "aws/011111111111/global/_/_/_");
    }

    #[test]
    fn what_has_no_region_is_at_home_in_the_partitions_own() {
        assert_eq!(home("eu-west-1", &Partition::new("aws")).as_str(), "eu-west-1");
        assert_eq!(home("global", &Partition::new("aws-cn")).as_str(), "cn-north-1");
        assert_eq!(home("../x", &Partition::new("aws")).as_str(), "us-east-1");
    }

    proptest! {
        #[test]
        fn any_path_is_relative_and_of_harmless_characters(resource in any::<String>(), region in any::<String>()) {
            let path = path_of(&resource, &region);
            prop_assert!(path.starts_with("aws/011111111111/"));
            let harmless = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%/".contains(&byte);
            prop_assert!(path.bytes().all(harmless));
            prop_assert!(path.split('/').all(|step| !step.bytes().all(|byte| byte == b'.')));
        }
    }
}
