use aws_smithy_types::body::SdkBody;

use super::*;

fn read(method: &str, uri: &str, service: &str, body: &'static str) -> Request {
    let mut http = HttpRequest::new(SdkBody::from(body));
    http.set_method(method).unwrap();
    http.set_uri(uri.to_owned()).unwrap();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=ASIADEMO222222222222/20261121/eu-west-1/{service}/aws4_request, SignedHeaders=host, Signature=0"
    );
    http.headers_mut().insert("authorization", authorization);
    Request::read(&http)
}

#[test]
fn both_styles_of_address_name_the_same_bucket() {
    for (uri, bucket) in [
        ("https://logs.s3.eu-west-1.amazonaws.com/?acl", "logs"),
        ("https://logs.s3.amazonaws.com/?acl", "logs"),
        ("https://logs.s3.dualstack.eu-west-1.amazonaws.com/?acl", "logs"),
        ("https://logs.s3-fips.us-east-1.amazonaws.com/?acl", "logs"),
        ("https://with.dots.s3.eu-west-1.amazonaws.com.cn/?acl", "with.dots"),
        ("https://s3.eu-west-1.amazonaws.com/logs?acl", "logs"),
        ("https://s3.eu-west-1.amazonaws.com/with.dots/?acl", "with.dots"),
        ("http://127.0.0.1:9000/logs?acl", "logs"),
    ] {
        let request = read("GET", uri, "s3", "");
        assert_eq!(
            (request.operation.as_str(), request.resource.as_str()),
            ("GetBucketAcl", bucket)
        );
    }
}

#[test]
fn s3_operations_come_from_method_path_and_query() {
    for (method, uri, operation) in [
        ("GET", "https://s3.eu-west-1.amazonaws.com/?x-id=ListBuckets", "ListBuckets"),
        ("HEAD", "https://b.s3.eu-west-1.amazonaws.com/", "HeadBucket"),
        ("GET", "https://b.s3.eu-west-1.amazonaws.com/?policyStatus", "GetBucketPolicyStatus"),
        ("GET", "https://b.s3.eu-west-1.amazonaws.com/?policy", "GetBucketPolicy"),
        ("PUT", "https://b.s3.eu-west-1.amazonaws.com/?policy", "PUT ?policy"),
        ("GET", "https://b.s3.eu-west-1.amazonaws.com/?logging", "GetBucketLogging"),
        ("GET", "https://b.s3.eu-west-1.amazonaws.com/?website", "GET ?website"),
        ("GET", "https://b.s3.eu-west-1.amazonaws.com/k?x-id=GetObject", "GetObject"),
        ("HEAD", "https://s3.eu-west-1.amazonaws.com/b/k", "HEAD object ?"),
    ] {
        assert_eq!(read(method, uri, "s3", "").operation, operation, "{method} {uri}");
    }
}

#[test]
fn s3_control_is_told_from_s3_although_it_signs_as_s3() {
    let uri = "https://222222222222.s3-control.eu-west-1.amazonaws.com/v20180820/configuration/publicAccessBlock";
    let request = read("GET", uri, "s3", "");
    assert_eq!(request.action(), "s3control:GetPublicAccessBlock");
    assert_eq!(request.iam_action(), "s3:GetAccountPublicAccessBlock");
}

#[test]
fn forms_are_decoded() {
    let body =
        "Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fa+b&F.member.1=x&F.member.2=y";
    let request = read("POST", "https://sts.eu-west-1.amazonaws.com/", "sts", body);
    assert_eq!(request.action(), "sts:AssumeRole");
    assert_eq!(request.resource, "arn:aws:iam::1:role/a b");
    assert_eq!(request.list("F"), ["x", "y"]);
}

#[test]
fn who_signs_with_foreign_keys_has_no_account() {
    let mut http = HttpRequest::new(SdkBody::empty());
    http.headers_mut()
        .insert("authorization", "AWS4-HMAC-SHA256 Credential=AKIAX/1/eu-west-1/sts/aws4_request");
    assert_eq!(Request::read(&http).account, "");
    assert_eq!(Request::read(&HttpRequest::new(SdkBody::empty())).service, "");
}

#[test]
fn the_fingerprint_ignores_attempts_and_sees_everything_else() {
    let uri = "https://kms.eu-west-1.amazonaws.com/";
    let one = read("POST", uri, "kms", "{\"KeyId\":\"a\"}");
    assert_eq!(one.digest, read("POST", uri, "kms", "{\"KeyId\":\"a\"}").digest);
    assert_ne!(one.digest, read("POST", uri, "kms", "{\"KeyId\":\"b\"}").digest);
    assert_eq!(attempt("ttl=2; attempt=3; max=3"), Some(3));
    assert_eq!(attempt("nothing"), None);
}
