//! The short way to objects, over a bucket in this process.

use aws_credential_types::Credentials;
use aws_sdk_s3::config::{BehaviorVersion, Region, SharedCredentialsProvider};
use aws_smithy_runtime_api::client::http::{HttpConnectorFuture, SharedHttpClient, http_client_fn};
use aws_smithy_types::body::SdkBody;

use super::*;

/// A bucket on one address, which keeps what it was asked: each object holds its own path, but those that are gone or
/// refused.
#[derive(Debug, Clone, Default)]
struct Bucket(Arc<Mutex<Vec<HttpRequest>>>);

impl HttpConnector for Bucket {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let path = request.uri().split('?').next().unwrap().to_owned();
        let status: u16 = match &path {
            path if path.ends_with("gone") => 404,
            path if path.ends_with("refused") => 403,
            _ => 200,
        };
        let answer = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(path));
        self.0.lock().unwrap().push(request);
        HttpConnectorFuture::ready(Ok(answer))
    }
}

impl Bucket {
    fn client(&self) -> aws_sdk_s3::Client {
        let connector = SharedHttpConnector::new(self.clone());
        let http: SharedHttpClient = http_client_fn(move |_, _| connector.clone());
        let keys = Credentials::new("AKID", "secret", Some("a token".to_owned()), None, "test");
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .credentials_provider(SharedCredentialsProvider::new(keys))
            .region(Region::new("eu-west-1"))
            .http_client(http);
        aws_sdk_s3::Client::from_conf(config.build())
    }

    fn last(&self) -> HttpRequest {
        self.0.lock().unwrap().pop().unwrap()
    }
}

/// Asks through the SDK, which shows the way.
async fn shown(bucket: &Bucket, direct: &Direct, key: &str) {
    let lesson = direct.lesson(key).unwrap();
    let request = bucket.client().get_object().bucket("logs").key(key);
    request.customize().interceptor(lesson.clone()).send().await.unwrap();
    direct.learn(&lesson);
}

#[tokio::test]
async fn the_second_object_is_asked_for_like_the_first_but_for_key_and_signature() {
    let (bucket, direct) = (Bucket::default(), Direct::default());
    assert!(direct.get("AWSLogs/b.gz").await.is_none(), "nothing is known yet");
    shown(&bucket, &direct, "AWSLogs/a.gz").await;
    let first = bucket.last();
    assert!(direct.lesson("AWSLogs/b.gz").is_none(), "there is nothing left to learn");

    let answer = direct.get("AWSLogs/b.gz").await.unwrap();
    let second = bucket.last();
    assert_eq!(second.uri(), first.uri().replace("a.gz", "b.gz"));
    assert!(answer.body().bytes().unwrap().ends_with(b"/AWSLogs/b.gz"));
    for name in ["x-amz-content-sha256", "x-amz-security-token", "user-agent"] {
        let value = second.headers().get(name);
        assert_eq!((value.is_some(), value), (true, first.headers().get(name)), "{name}");
    }
    let scope = |request: &HttpRequest| {
        let signed = request.headers().get("authorization").unwrap().to_owned();
        signed.split(',').next().unwrap().to_owned()
    };
    assert_eq!(scope(&second), scope(&first));
    let signed = second.headers().get("authorization").unwrap().to_owned();
    let names =
        "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-amz-user-agent,";
    assert!(signed.contains(names), "{signed}");
    assert!(second.headers().get("amz-sdk-invocation-id").is_none());
}

#[tokio::test]
async fn whatever_is_no_object_is_left_to_the_sdk() {
    let (bucket, direct) = (Bucket::default(), Direct::default());
    shown(&bucket, &direct, "AWSLogs/a.gz").await;
    assert!(direct.get("AWSLogs/gone").await.is_none());
    assert!(
        direct.get("AWSLogs/b.gz").await.is_some(),
        "one that is gone says nothing of the others"
    );
    assert!(direct.get("AWSLogs/refused").await.is_none());
    let asked = bucket.0.lock().unwrap().len();
    assert!(direct.get("AWSLogs/b.gz").await.is_none(), "the way has to be shown again");
    assert_eq!(bucket.0.lock().unwrap().len(), asked);
    shown(&bucket, &direct, "AWSLogs/a.gz").await;
    assert!(direct.get("AWSLogs/b.gz").await.is_some());
}

#[test]
fn only_keys_that_stand_in_an_address_as_they_are_go_the_short_way() {
    for key in ["AWSLogs/1/CloudTrail/us-east-1/a_b~c.json.gz", "a/.b/c..d"] {
        assert!(is_plain(key), "{key}");
    }
    for key in ["", "a b", "a+b", "a%2Fb", "é", "a?b", "a#b", "a/../b", "./a", "a\nb"] {
        assert!(!is_plain(key), "{key}");
    }
}

#[test]
fn only_signatures_of_the_known_kind_for_s3_are_made_here() {
    let of = |scope: &str| {
        format!("AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0")
    };
    assert_eq!(region(&of("AKID/20261121/eu-west-1/s3/aws4_request")), Some("eu-west-1"));
    assert_eq!(region(&of("AKID/20261121/eu-west-1/s3express/aws4_request")), None);
    assert_eq!(region("AWS4-ECDSA-P256-SHA256 Credential=AKID/20261121/s3/aws4_request"), None);
}

#[test]
fn the_sdk_s_correction_of_a_wrong_clock_holds_for_our_signatures_too() {
    let now = SystemTime::try_from(DateTime::from_secs(1_795_000_000)).unwrap();
    let at = |secs: i64| {
        let text = DateTime::from_secs(secs).fmt(Format::DateTime).unwrap();
        text.replace(['-', ':'], "")
    };
    assert_eq!(Skew::of(&at(1_795_000_001), now), Some(Skew(0)));
    for ahead in [-3600, 3600] {
        let skew = Skew::of(&at(1_795_000_000 + ahead), now).unwrap();
        assert_eq!(DateTime::from(skew.applied_to(now)).secs(), 1_795_000_000 + ahead);
    }
    assert_eq!(Skew::of("yesterday", now), None);
}
