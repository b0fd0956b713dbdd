use aws_smithy_async::time::TimeSource;
use serde_json::json;
use tokio::time::{Instant, sleep};

use super::*;
use crate::fault::Effect;
use crate::quota::Quota;
use crate::testing::{A, B, Heard, M, ask, simulator};
use crate::{Slow, What};

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

async fn trails(simulator: &Simulator, account: &str, region: &str) -> Heard {
    ask(account, region).call(simulator, "cloudtrail:DescribeTrails", json!({})).await
}

/// The code of an error; empty for an answer.
async fn code(simulator: &Simulator, account: &str, region: &str) -> String {
    trails(simulator, account, region).await.error().1
}

#[tokio::test(start_paused = true)]
async fn latency_is_exact_and_may_differ_by_account_region_and_operation() {
    let slow = |account: Option<&str>, region: Option<&str>, latency| Slow {
        account: account.map(str::to_owned),
        region: region.map(str::to_owned),
        latency,
        ..Slow::default()
    };
    let latency = Latency::fixed(ms(50))
        .but(slow(Some(B), None, ms(2_000)))
        .but(slow(None, Some("ap-*"), ms(250)))
        .but(Slow { operation: Some("kms:*".to_owned()), latency: ms(0), ..Slow::default() });
    let text = serde_json::to_string(&latency).unwrap();
    assert_eq!(serde_json::from_str::<Latency>(&text).unwrap(), latency);
    let simulator = simulator().with_latency(latency);
    let start = Instant::now();
    for _ in 0..20 {
        trails(&simulator, A, "eu-west-1").await;
    }
    assert_eq!(start.elapsed(), ms(1_000));
    trails(&simulator, A, "ap-south-1").await;
    assert_eq!(start.elapsed(), ms(1_250));
    trails(&simulator, B, "ap-south-1").await;
    assert_eq!(start.elapsed(), ms(3_250));
    ask(A, "eu-west-1").call(&simulator, "kms:DescribeKey", json!({})).await;
    assert_eq!(start.elapsed(), ms(3_250));
    let refused = simulator.with_fault(Fault::on("*", Effect::AccessDenied));
    assert_eq!(code(&refused, A, "eu-west-1").await, "AccessDeniedException");
    assert_eq!(start.elapsed(), ms(3_300));
}

#[tokio::test(start_paused = true)]
async fn calls_wait_side_by_side() {
    let simulator = simulator().with_latency(Latency::fixed(ms(50))).counting();
    let start = Instant::now();
    let caller = |_| {
        let simulator = simulator.clone();
        tokio::spawn(async move {
            for _ in 0..20 {
                trails(&simulator, A, "eu-west-1").await;
            }
        })
    };
    let callers: Vec<_> = (0..50).map(caller).collect();
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(start.elapsed(), ms(1_000));
    assert_eq!(simulator.counts()["cloudtrail:DescribeTrails"], 1_000);
}

#[tokio::test(start_paused = true)]
async fn quotas_are_token_buckets_of_account_and_region() {
    let simulator = simulator().with_quotas(Quotas::aws());
    for _ in 0..10 {
        assert_eq!(code(&simulator, A, "eu-west-1").await, "");
    }
    assert_eq!(code(&simulator, A, "eu-west-1").await, "ThrottlingException");
    assert_eq!(code(&simulator, A, "eu-west-3").await, "");
    assert_eq!(code(&simulator, B, "eu-west-1").await, "");
    sleep(ms(99)).await;
    assert_eq!(code(&simulator, A, "eu-west-1").await, "ThrottlingException");
    sleep(ms(1)).await;
    assert_eq!(code(&simulator, A, "eu-west-1").await, "");
    assert_eq!(code(&simulator, A, "eu-west-1").await, "ThrottlingException");
    sleep(ms(3_600_000)).await;
    for _ in 0..10 {
        assert_eq!(code(&simulator, A, "eu-west-1").await, "", "never more than the burst");
    }
    assert_eq!(code(&simulator, A, "eu-west-1").await, "ThrottlingException");
    assert_eq!(simulator.throttled()["cloudtrail:DescribeTrails"], 4);
}

#[tokio::test(start_paused = true)]
async fn quotas_stand_apart_and_others_may_use_them_too() {
    let simulator = simulator().with_quotas(Quotas::aws().used("cloudtrail:*", 7));
    let lookup = || ask(A, "eu-west-1").call(&simulator, "cloudtrail:LookupEvents", json!({}));
    for expected in ["", "", "ThrottlingException"] {
        assert_eq!(lookup().await.error().1, expected);
    }
    for expected in ["", "", "", "ThrottlingException"] {
        assert_eq!(code(&simulator, A, "eu-west-1").await, expected);
    }
    // Three a second are left.
    sleep(ms(334)).await;
    assert_eq!(code(&simulator, A, "eu-west-1").await, "");
    assert_eq!(code(&simulator, A, "eu-west-1").await, "ThrottlingException");
    let none = crate::testing::simulator().with_quotas(Quotas::aws().used("cloudtrail:*", 10));
    sleep(ms(10_000)).await;
    assert_eq!(code(&none, A, "eu-west-1").await, "ThrottlingException");
}

#[test]
fn a_global_quota_is_one_for_all_regions() {
    let simulator = simulator().with_quotas(Quotas::aws());
    let list = |region: &str| {
        let uri = "https://account.us-east-1.amazonaws.com/listRegions";
        ask(A, region).send(&simulator, "account", ("POST", uri, "{}".to_owned())).unwrap().error()
    };
    for region in ["us-east-1", "us-east-1", "eu-west-1", "eu-west-1", "us-east-1"] {
        assert_eq!(list(region).0, 200);
    }
    assert_eq!(list("us-west-2"), (429, "TooManyRequestsException".to_owned()));
}

#[test]
fn full_buckets_are_forgotten() {
    let quota = Quota { operation: "*".to_owned(), rate: 10, burst: 10, global: false, used: 0 };
    let (quotas, meter) = (Quotas(vec![quota]), Meter::default());
    for second in 0..60_u64 {
        for account in 0..100_u64 {
            let account = format!("{:012}", second * 100 + account);
            let http =
                ask(&account, "eu-west-1").request("kms", ("POST", "https://x/", String::new()));
            assert!(meter.admits(&quotas, &Request::read(&http), Duration::from_secs(second)));
        }
    }
    assert!(meter.len() <= 1_024, "{}", meter.len());
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_drips_behind_its_headers() {
    let simulator = simulator()
        .with_latency(Latency::fixed(ms(50)))
        .with_fault(Fault::on("*", Effect::SlowBody { millis: 2_000 }));
    let whole = crate::testing::simulator();
    let start = Instant::now();
    let heard = trails(&simulator, A, "eu-west-1").await;
    assert_eq!(start.elapsed(), ms(2_050));
    assert_eq!(heard, trails(&whole, A, "eu-west-1").await);
}

#[tokio::test]
async fn a_truncated_body_ends_in_the_middle() {
    let simulator = simulator().with_fault(Fault::on("*", Effect::Truncated));
    let question = ask(A, "eu-west-1");
    let error = question.try_call(&simulator, "cloudtrail:DescribeTrails", json!({})).await;
    let error = error.unwrap_err();
    let whole = trails(&crate::testing::simulator(), A, "eu-west-1").await.body.len();
    assert!(error.starts_with(&format!("after {} bytes", whole / 2)), "{error}");
    assert!(error.contains("UnexpectedEof"), "{error}");
}

#[test]
fn a_server_without_a_runtime_writes_what_comes_at_once() {
    let request = || {
        let uri = "https://logs.s3.eu-west-1.amazonaws.com/?acl";
        ask(A, "eu-west-1").request("s3", ("GET", uri, String::new()))
    };
    let bytes = |simulator: Simulator| {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::pin!(simulator.call(request())).poll(&mut context) {
            std::task::Poll::Ready(Ok(mut response)) => {
                let length: usize =
                    response.headers().get("content-length").unwrap().parse().unwrap();
                (crate::spill(response.body_mut()), length)
            }
            other => panic!("{other:?}"),
        }
    };
    let ((whole, broken), length) = bytes(simulator());
    assert!(whole.len() == length && !broken);
    let cut = simulator().with_fault(Fault::on("*", Effect::Truncated));
    let ((half, broken), length) = bytes(cut);
    assert!(broken && length == whole.len() && half == whole[..length / 2]);
}

#[tokio::test(start_paused = true)]
async fn faults_have_windows_of_virtual_time_that_begin_with_the_first_call() {
    let fault = Fault::on("*", Effect::ServerError).after(ms(1_000)).until(ms(2_000));
    let simulator = simulator().with_fault(fault);
    sleep(ms(1_500)).await;
    for (wait, expected) in
        [(0, ""), (999, ""), (1, "InternalFailure"), (999, "InternalFailure"), (1, "")]
    {
        sleep(ms(wait)).await;
        assert_eq!(code(&simulator, A, "eu-west-1").await, expected);
    }
}

#[tokio::test(start_paused = true)]
async fn an_account_that_is_closed_during_the_scan_is_listed_so_and_answers_no_more() {
    let close = Change::after(ms(1_000), A, What::CloseAccount);
    let text = serde_json::to_string(&close).unwrap();
    assert_eq!(text, r#"{"after":1000,"account":"222222222222","what":"close_account"}"#);
    let simulator = simulator().with_change(close);
    let state = async || {
        let list = ask(M, "us-east-1").call(&simulator, "organizations:ListAccounts", json!({}));
        list.await.json()["Accounts"][1]["State"].clone()
    };
    let parameters =
        format!("RoleArn=arn:aws:iam::{A}:role/Reader&RoleSessionName=run&ExternalId=s3cret");
    let enter = || ask(M, "us-east-1").query(&simulator, "sts:AssumeRole", &parameters).status;
    assert_eq!((state().await, enter()), (json!("ACTIVE"), 200));
    assert_eq!(code(&simulator, A, "eu-west-1").await, "");
    sleep(ms(1_000)).await;
    assert_eq!((state().await, enter()), (json!("CLOSED"), 403));
    assert_eq!(code(&simulator, A, "eu-west-1").await, "UnrecognizedClientException");
    let acl = "https://logs.s3.eu-west-1.amazonaws.com/?acl";
    let s3 = ask(A, "eu-west-1").s3(&simulator, "GET", acl);
    assert_eq!(s3.error(), (403, "AccountProblem".to_owned()));
    assert_eq!(code(&simulator, B, "eu-west-1").await, "");
}

#[tokio::test(start_paused = true)]
async fn a_region_that_is_disabled_during_the_scan_is_listed_so_and_knows_no_token() {
    let change = |what| Change::after(ms(500), A, what);
    let simulator = simulator()
        .with_change(change(What::DisableRegion("me-central-1".to_owned())))
        .with_change(change(What::EnableRegion("me-south-1".to_owned())));
    let states = || {
        let uri = "https://account.us-east-1.amazonaws.com/listRegions";
        let heard = ask(A, "us-east-1").send(&simulator, "account", ("POST", uri, "{}".to_owned()));
        let body = heard.unwrap().json();
        let regions = body["Regions"].as_array().unwrap().clone();
        let of = |name| {
            regions.iter().find(|r| r["RegionName"] == name).unwrap()["RegionOptStatus"].clone()
        };
        [of("me-central-1"), of("me-south-1")]
    };
    assert_eq!(states(), ["ENABLED", "ENABLING"]);
    assert_eq!(code(&simulator, A, "me-central-1").await, "");
    sleep(ms(500)).await;
    assert_eq!(states(), ["DISABLED", "ENABLED"]);
    assert_eq!(code(&simulator, A, "me-central-1").await, "UnrecognizedClientException");
    assert_eq!(code(&simulator, A, "me-south-1").await, "");
}

#[tokio::test(start_paused = true)]
async fn trails_and_roles_change_too() {
    let at_once = |account, what| Change::after(ms(0), account, what);
    let simulator = simulator()
        .with_change(at_once(M, What::StopTrail("org".to_owned())))
        .with_change(at_once(A, What::DeleteTrail("own".to_owned())))
        .with_change(at_once(B, What::DenyRoles));
    let list = trails(&simulator, A, "us-east-1").await.json();
    let arns: Vec<&str> = list["trailList"]
        .as_array()
        .unwrap()
        .iter()
        .map(|t| t["TrailARN"].as_str().unwrap())
        .collect();
    assert_eq!(arns, ["arn:aws:cloudtrail:eu-west-1:111111111111:trail/org"]);
    for region in ["us-east-1", "eu-west-1"] {
        let status =
            ask(A, region).json(&simulator, "cloudtrail:GetTrailStatus", json!({"Name": arns[0]}));
        assert_eq!(status.json()["IsLogging"], false);
    }
    let parameters = format!("RoleArn=arn:aws:iam::{B}:role/Reader&RoleSessionName=run");
    assert_eq!(ask(M, "us-east-1").query(&simulator, "sts:AssumeRole", &parameters).status, 403);
}

#[tokio::test(start_paused = true)]
async fn sessions_end_and_say_when() {
    let simulator = simulator().with_session_lifetime(ms(900_000));
    let parameters =
        format!("RoleArn=arn:aws:iam::{A}:role/Reader&RoleSessionName=run&ExternalId=s3cret");
    let lend = || {
        let heard =
            ask(M, "us-east-1").with_static_keys().query(&simulator, "sts:AssumeRole", &parameters);
        (heard.tag("SessionToken").unwrap(), heard.tag("Expiration").unwrap())
    };
    let first = lend();
    assert_eq!(first.1, "2026-11-21T22:57:57Z");
    sleep(ms(300_000)).await;
    let second = lend();
    assert_eq!(second.1, "2026-11-21T23:02:57Z");
    let code = async |token: &str| {
        let question = ask(A, "eu-west-1").with_token(token);
        question.call(&simulator, "cloudtrail:DescribeTrails", json!({})).await.error().1
    };
    sleep(ms(599_999)).await;
    assert_eq!(code(&first.0).await, "");
    sleep(ms(1)).await;
    assert_eq!(code(&first.0).await, "ExpiredTokenException");
    assert_eq!(code(&second.0).await, "");
    let acl = "https://logs.s3.eu-west-1.amazonaws.com/?acl";
    let s3 = ask(A, "eu-west-1").with_token(&first.0).s3(&simulator, "GET", acl);
    assert_eq!(s3.error(), (400, "ExpiredToken".to_owned()));
    let who =
        ask(A, "eu-west-1").with_token(&second.0).query(&simulator, "sts:GetCallerIdentity", "");
    assert!(who.tag("Arn").unwrap().ends_with(":assumed-role/Reader/run"));
}

#[tokio::test(start_paused = true)]
async fn the_callers_own_keys_may_end_too() {
    let simulator = simulator().with_caller_lifetime(ms(60_000));
    let who =
        || ask(M, "us-east-1").with_static_keys().query(&simulator, "sts:GetCallerIdentity", "");
    assert_eq!(who().status, 200);
    sleep(ms(60_000)).await;
    assert_eq!(who().error(), (403, "ExpiredToken".to_owned()));
    assert_eq!(code(&simulator, A, "eu-west-1").await, "", "sessions live on");
}

#[tokio::test(start_paused = true)]
async fn the_clock_stands_until_the_first_call_and_the_date_follows_it_where_asked_to() {
    let still = simulator();
    let running = simulator().with_running_clock();
    let clock = running.clock();
    sleep(ms(5_000)).await;
    assert_eq!(clock.now(), running.now());
    for simulator in [&still, &running] {
        trails(simulator, A, "eu-west-1").await;
    }
    sleep(ms(61_500)).await;
    assert_eq!(clock.now(), running.now() + ms(61_500));
    let date = async |simulator| {
        let heard = trails(simulator, A, "eu-west-1").await;
        (heard.header("date").unwrap().to_owned(), heard.header("age").is_some())
    };
    assert_eq!(date(&still).await, ("Sat, 21 Nov 2026 22:42:57 GMT".to_owned(), true));
    assert_eq!(date(&running).await, ("Sat, 21 Nov 2026 22:43:58 GMT".to_owned(), false));
}

#[tokio::test(start_paused = true)]
async fn a_server_whose_clock_differs_refuses_signatures_that_are_too_far_off() {
    let told = async |offset: i64, signed: &str| {
        let simulator = simulator().with_clock_offset(offset);
        let question = ask(A, "eu-west-1").header("x-amz-date", signed);
        let heard = question.call(&simulator, "cloudtrail:DescribeTrails", json!({})).await;
        let message = heard.json()["message"].as_str().unwrap_or_default().to_owned();
        (heard.error().1, message, heard.header("date").unwrap().to_owned())
    };
    assert_eq!(told(300, "20261121T224257Z").await.0, "");
    let (code, message, date) = told(600, "20261121T224257Z").await;
    assert_eq!(code, "InvalidSignatureException");
    let text = "Signature expired: 20261121T224257Z is now earlier than 20261121T224757Z (20261121T225257Z - 5 min.)";
    assert_eq!((message.as_str(), date.as_str()), (text, "Sat, 21 Nov 2026 22:52:57 GMT"));
    assert_eq!(told(600, "20261121T225257Z").await.0, "", "the client has learnt the difference");
    let (_, message, _) = told(-600, "20261121T224257Z").await;
    let text = "Signature not yet current: 20261121T224257Z is still later than 20261121T223757Z (20261121T223257Z + 5 min.)";
    assert_eq!(message, text);
    let s3 = |offset: i64| {
        let question = ask(A, "eu-west-1").header("x-amz-date", "20261121T224257Z");
        let simulator = simulator().with_clock_offset(offset);
        question.s3(&simulator, "GET", "https://logs.s3.eu-west-1.amazonaws.com/?acl").error()
    };
    assert_eq!(s3(900).0, 200);
    assert_eq!(s3(901), (403, "RequestTimeTooSkewed".to_owned()));
}
