//! What a scan is to read, with all that has to be read before it.

use std::collections::BTreeSet;

/// The operations whose facts are wanted.
#[derive(Debug)]
pub(super) struct Reads {
    pub(super) tree: bool,
    pub(super) account_tags: bool,
    /// Anything for which an account has to be entered.
    pub(super) accounts: bool,
    pub(super) regions: bool,
    pub(super) trails: bool,
    pub(super) status: bool,
    pub(super) selectors: bool,
    pub(super) principals: bool,
    pub(super) bucket_list: bool,
    pub(super) bucket_head: bool,
    /// The operations that read one configuration of a bucket each.
    pub(super) bucket: BTreeSet<String>,
    pub(super) account_block: bool,
    pub(super) key: bool,
}

impl Reads {
    pub(super) fn new(wanted: &BTreeSet<String>) -> Self {
        let wants = |name: &str| wanted.contains(name);
        let not_of_one = ["s3:ListBuckets", "s3:HeadBucket"];
        let of_one =
            |name: &&String| name.starts_with("s3:") && !not_of_one.contains(&name.as_str());
        let bucket: BTreeSet<String> = wanted.iter().filter(of_one).cloned().collect();
        let (status, selectors) =
            (wants("cloudtrail:GetTrailStatus"), wants("cloudtrail:GetEventSelectors"));
        let (bucket_head, account_block) =
            (wants("s3:HeadBucket"), wants("s3control:GetPublicAccessBlock"));
        let key = wants("kms:DescribeKey");
        // Which buckets are log buckets is known from trails, and whose they are from the lists of buckets.
        let log_buckets = bucket_head || account_block || !bucket.is_empty();
        let trails =
            status || selectors || key || log_buckets || wants("cloudtrail:DescribeTrails");
        let regions = trails || wants("account:ListRegions");
        let bucket_list = log_buckets || wants("s3:ListBuckets");
        let principals = wants("iam:GetAccountAuthorizationDetails");
        Self {
            account_tags: wants("organizations:ListTagsForResource"),
            tree: wants("organizations:ListOrganizationalUnitsForParent"),
            accounts: regions || bucket_list || principals || wants("sts:AssumeRole"),
            regions,
            trails,
            status,
            selectors,
            principals,
            bucket_list,
            bucket_head,
            bucket,
            account_block,
            key,
        }
    }
}
