use crate::testing::{A, B, Heard, M, X, ask, simulator};

fn get(account: &str, region: &str, bucket: &str, query: &str) -> Heard {
    let uri = format!("https://s3.{region}.amazonaws.com/{bucket}?{query}");
    ask(account, region).s3(&simulator(), "GET", &uri)
}

fn head(account: &str, region: &str, bucket: &str) -> Heard {
    let uri = format!("https://{bucket}.s3.{region}.amazonaws.com/");
    ask(account, region).s3(&simulator(), "HEAD", &uri)
}

#[test]
fn buckets_are_listed_in_pages_and_tell_their_regions_when_asked_with_a_parameter() {
    let plain = get(A, "us-east-1", "", "x-id=ListBuckets");
    assert!(!plain.body.contains("BucketRegion"));
    assert_eq!(plain.body.matches("<Bucket>").count(), 3);
    let first = get(A, "us-east-1", "", "max-buckets=2");
    assert_eq!(first.body.matches("<Bucket>").count(), 2);
    assert!(first.body.contains("<Name>bare</Name>"));
    assert!(first.body.contains("<BucketRegion>us-east-1</BucketRegion>"));
    let token = first.tag("ContinuationToken").unwrap();
    let second = get(A, "us-east-1", "", &format!("max-buckets=2&continuation-token={token}"));
    assert!(second.body.contains("<Name>with.dots</Name>"));
    assert_eq!(second.tag("ContinuationToken"), None);
    let region = get(A, "us-east-1", "", "bucket-region=us-east-1");
    assert_eq!(region.body.matches("<Bucket>").count(), 1);
    assert_eq!(
        get(A, "us-east-1", "", "max-buckets=0").error(),
        (400, "InvalidArgument".to_owned())
    );
    assert_eq!(get(B, "us-east-1", "", "").body.matches("<Bucket>").count(), 0);
}

#[test]
fn a_head_tells_four_cases_apart_and_has_no_body() {
    let region = |heard: &Heard| heard.header("x-amz-bucket-region").map(str::to_owned);
    for (heard, status, there) in [
        (head(A, "eu-west-1", "logs"), 200, true),
        (head(M, "eu-west-1", "logs"), 200, true),
        (head(B, "eu-west-1", "logs"), 403, true),
        (head(X, "us-east-1", "logs"), 301, true),
        (head(A, "eu-west-1", "none"), 404, false),
    ] {
        assert_eq!((heard.status, heard.body.as_str()), (status, ""));
        assert_eq!(region(&heard), there.then(|| "eu-west-1".to_owned()));
    }
}

#[test]
fn the_expected_owner_is_checked() {
    let ask = |owner| {
        let question = ask(A, "eu-west-1").header("x-amz-expected-bucket-owner", owner);
        question.s3(&simulator(), "GET", "https://logs.s3.eu-west-1.amazonaws.com/?acl").status
    };
    assert_eq!((ask(A), ask(M)), (200, 403));
}

#[test]
fn what_is_configured_is_told() {
    let told = |query| get(A, "eu-west-1", "logs", query).body;
    assert!(told("versioning").ends_with(
        "<Status>Enabled</Status><MfaDelete>Disabled</MfaDelete></VersioningConfiguration>"
    ));
    assert!(told("object-lock").contains("<ObjectLockEnabled>Enabled</ObjectLockEnabled><Rule><DefaultRetention><Mode>COMPLIANCE</Mode><Years>1</Years>"));
    assert!(told("policyStatus").contains("<IsPublic>true</IsPublic>"));
    assert_eq!(told("policy"), r#"{"Version":"2012-10-17","Statement":[]}"#);
    assert!(told("publicAccessBlock").contains(
        "<BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>false</IgnorePublicAcls>"
    ));
    assert!(
        told("ownershipControls")
            .contains("<Rule><ObjectOwnership>BucketOwnerEnforced</ObjectOwnership></Rule>")
    );
    let acl = told("acl");
    assert_eq!(acl.matches("<Grant>").count(), 2);
    assert!(acl.contains("xsi:type=\"Group\"><URI>http://acs.amazonaws.com/groups/global/AllUsers</URI></Grantee><Permission>READ</Permission>"));
}

#[test]
fn lifecycle_rules_are_told_with_their_filters() {
    let body = get(A, "eu-west-1", "logs", "lifecycle").body;
    assert!(body.contains("<Rule><ID>one</ID><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Expiration><Days>400</Days></Expiration><Transition><Days>90</Days><StorageClass>GLACIER</StorageClass></Transition><NoncurrentVersionExpiration><NoncurrentDays>30</NoncurrentDays></NoncurrentVersionExpiration></Rule>"), "{body}");
    assert!(body.contains("<Filter><And><Prefix>a&amp;b/</Prefix><Tag><Key>k</Key><Value>v</Value></Tag></And></Filter><Status>Disabled</Status><Expiration><Date>2027-01-01T00:00:00Z</Date></Expiration>"), "{body}");
}

#[test]
fn what_is_not_configured_has_its_own_error() {
    for (query, code) in [
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("policyStatus", "NoSuchBucketPolicy"),
        ("policy", "NoSuchBucketPolicy"),
        ("publicAccessBlock", "NoSuchPublicAccessBlockConfiguration"),
        ("ownershipControls", "OwnershipControlsNotFoundError"),
    ] {
        assert_eq!(get(A, "us-east-1", "bare", query).error(), (404, code.to_owned()));
    }
    let versioning = get(A, "us-east-1", "bare", "versioning");
    assert!(versioning.body.ends_with("2006-03-01/\"></VersioningConfiguration>"));
}

#[test]
fn strangers_wrong_regions_and_missing_buckets_are_refused() {
    for query in ["versioning", "acl", "policy", "lifecycle"] {
        assert_eq!(get(M, "eu-west-1", "logs", query).error(), (403, "AccessDenied".to_owned()));
        let wrong = get(A, "us-east-1", "logs", query);
        assert_eq!(wrong.error(), (301, "PermanentRedirect".to_owned()));
        assert_eq!(wrong.header("x-amz-bucket-region"), Some("eu-west-1"));
        assert_eq!(get(A, "eu-west-1", "none", query).error(), (404, "NoSuchBucket".to_owned()));
    }
    let text = get(M, "eu-west-1", "logs", "lifecycle").tag("Message").unwrap();
    assert!(text.contains("s3:GetLifecycleConfiguration"), "the action, not the operation: {text}");
}

#[test]
fn the_account_has_a_public_access_block_of_its_own() {
    let by = |account: &str, about: &str| {
        let uri = format!(
            "https://{about}.s3-control.eu-west-1.amazonaws.com/v20180820/configuration/publicAccessBlock"
        );
        ask(account, "eu-west-1").header("x-amz-account-id", about).s3(&simulator(), "GET", &uri)
    };
    assert!(by(A, A).body.contains("<RestrictPublicBuckets>true</RestrictPublicBuckets>"));
    let absent = by(B, B);
    assert_eq!(absent.error(), (404, "NoSuchPublicAccessBlockConfiguration".to_owned()));
    assert!(absent.body.contains("<ErrorResponse><Error>"));
    assert_eq!(by(B, A).error(), (403, "AccessDenied".to_owned()));
}
