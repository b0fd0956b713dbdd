use std::collections::BTreeSet;

use std::time::Duration;

use serde_json::json;

use super::*;
use crate::testing::{Heard, ask};
use crate::{Change, Simulator, What};

fn generator(accounts: usize) -> Generator {
    Generator::new(Shape { seed: 7, accounts, ..Shape::default() })
}

#[test]
fn ids_lead_back_to_their_places() {
    let generator = generator(100_000);
    let mut seen = BTreeSet::new();
    for index in (0..=100_000).step_by(37) {
        let id = generator.id(index);
        assert_eq!((id.len(), generator.index(&id)), (12, Some(index)));
        assert!(seen.insert(id));
    }
    assert_eq!(generator.index(&generator.id(100_001)), None);
    for foreign in ["", "12", "000000000000", "99999999999x", "0111111111111"] {
        assert_eq!(generator.index(foreign), None);
    }
    let other = Generator::new(Shape { seed: 8, accounts: 100_000, ..Shape::default() });
    assert_ne!(other.id(0), generator.id(0));
}

fn shape(accounts: usize) -> Shape {
    Shape {
        seed: 11,
        accounts,
        accounts_per_unit: 4,
        units_per_unit: 3,
        opt_in_regions: 0.3,
        own_trails: 0.8,
        suspended: 0.1,
        role_denied: 0.1,
        ..Shape::default()
    }
}

#[test]
fn a_materialised_world_is_a_description_without_contradictions() {
    for accounts in [1, 2, 3, 60] {
        let description = shape(accounts).describe();
        let read = Description::from_json(&description.to_json().unwrap()).unwrap();
        assert_eq!(read, description);
        assert_eq!(read.accounts.len(), accounts + 1, "the stranger is one more");
        assert!(
            read.accounts.iter().enumerate().all(|(i, a)| a.id == shape(accounts).account_id(i))
        );
    }
}

#[test]
fn trails_come_in_every_shape() {
    let description = shape(400).describe();
    let own =
        || description.accounts.iter().skip(1).flat_map(|a| a.trails.iter().map(move |t| (a, t)));
    let some = |what: &dyn Fn(&(&Account, &crate::Trail)) -> bool| own().any(|pair| what(&pair));
    assert!(some(&|(_, t)| !t.is_multi_region_trail));
    assert!(some(&|(a, t)| a.buckets.iter().any(|b| b.name == t.s3_bucket_name)));
    assert!(some(&|(_, t)| t.s3_bucket_name.starts_with("deleted-")));
    assert!(some(&|(_, t)| t.s3_bucket_name.starts_with("organization-trail-")));
    assert!(some(
        &|(a, t)| t.s3_bucket_name.starts_with("artifacts-") && !t.s3_bucket_name.contains(&a.id)
    ));
    assert!(some(&|(_, t)| !t.status.is_logging));
    assert!(some(&|(a, t)| t.kms_key_id.as_ref().is_some_and(|k| !k.contains(&a.id))));
    assert!(some(&|(_, t)| t.kms_key_id.as_deref() == Some("alias/trail-0")));
    assert!(some(&|(_, t)| !t.advanced_event_selectors.is_empty()));
    assert!(some(&|(_, t)| !t.event_selectors.is_empty()));
    assert!(description.accounts.iter().any(|a| a.trails.len() == 2));
    assert!(description.accounts.iter().any(|a| a.role_denied));
    assert!(description.accounts.iter().any(|a| a.opted_in_regions.len() > 1));
}

#[test]
fn what_hangs_on_trails_and_buckets_comes_in_every_shape() {
    let description = Shape { event_data_stores: 0.3, ..shape(400) }.describe();
    let accounts = || description.accounts.iter();
    let trails = || accounts().flat_map(|account| &account.trails);
    let buckets = || accounts().flat_map(|account| &account.buckets);
    let keys = || accounts().flat_map(|account| &account.keys);
    let stores = || accounts().flat_map(|account| &account.event_data_stores);
    let names: BTreeSet<&str> = buckets().map(|bucket| bucket.name.as_str()).collect();
    let owned = |account: &Account, name: &str| account.buckets.iter().any(|b| b.name == name);
    let logging = |there: bool, own: bool| {
        let targets = accounts().flat_map(|account| {
            let logging = account.buckets.iter().filter_map(|bucket| bucket.logging.as_ref());
            logging.map(move |logging| (account, logging.target.as_str()))
        });
        let fits = |(account, target): (&Account, &str)| {
            names.contains(target) == there && owned(account, target) == own
        };
        { targets }.any(fits)
    };
    assert!(logging(true, true) && logging(true, false) && logging(false, false));
    assert!(buckets().any(|b| b.replication.iter().any(|r| !names.contains(&*r.destination))));
    assert!(buckets().any(|b| b.tags.values().any(|value| value == "confidential")));
    assert!(buckets().any(|b| b.no_encryption) && buckets().any(|b| b.encryption.is_some()));
    assert!(keys().any(|key| key.no_rotation) && keys().any(|key| !key.no_rotation));
    assert!(trails().any(|trail| trail.sns_topic_arn.is_some()));
    assert!(
        trails().any(|trail| trail.has_insight_selectors) && trails().any(|t| !t.tags.is_empty())
    );
    assert!(trails().any(|trail| !trail.status_in.is_empty()));
    assert!(accounts().any(|account| account.topics.iter().any(|topic| topic.missing)));
    assert!(accounts().any(|account| account.log_groups.iter().any(|group| group.missing)));
    assert!(stores().any(|s| s.kms_key_id.is_some()) && stores().any(|s| s.policy.is_some()));
    assert!(accounts().any(|account| account.events.values().any(Vec::is_empty)));
}

/// Every page of a list, by the requests that lead to it.
fn pages(simulator: &Simulator, operation: &str, parent: Option<&str>) -> Vec<Heard> {
    let mut heard = Vec::new();
    let mut token: Option<String> = None;
    loop {
        let mut body = serde_json::Map::new();
        body.extend(parent.map(|parent| ("ParentId".to_owned(), parent.into())));
        body.extend(token.map(|token| ("NextToken".to_owned(), token.into())));
        let action = format!("organizations:{operation}");
        let (key, _) = simulator.caller_credentials();
        let question = ask(key.trim_start_matches("AKIADEMO"), "us-east-1");
        let page = question.json(simulator, &action, body.into());
        token = page.json()["NextToken"].as_str().map(str::to_owned);
        heard.push(page);
        if token.is_none() {
            return heard;
        }
    }
}

fn of_account(simulator: &Simulator, account: &Account) -> Vec<Heard> {
    let json =
        |region: &str, action: &str, body| ask(&account.id, region).json(simulator, action, body);
    let mut heard = Vec::new();
    for region in ["us-east-1", "eu-west-1", "me-central-1"] {
        heard.push(json(region, "cloudtrail:DescribeTrails", json!({})));
    }
    let home =
        |name: &str| account.trails.iter().find(|t| t.name == name).map(|t| t.home_region.clone());
    for trail in &account.trails {
        let region = home(&trail.name).unwrap();
        let body = json!({ "Name": trail.name, "TrailName": trail.name });
        heard.push(json(&region, "cloudtrail:GetTrailStatus", body.clone()));
        heard.push(json(&region, "cloudtrail:GetEventSelectors", body.clone()));
        heard.push(json(&region, "cloudtrail:GetInsightSelectors", body));
        let arn = format!("arn:aws:cloudtrail:{region}:{}:trail/{}", account.id, trail.name);
        heard.push(json(&region, "cloudtrail:ListTags", json!({ "ResourceIdList": [arn] })));
        if let Some(topic) = &trail.sns_topic_arn {
            let question = ask(&account.id, &region);
            let parameters = format!("TopicArn={topic}");
            heard.push(question.query(simulator, "sns:GetTopicAttributes", &parameters));
        }
        if let Some(key) = &trail.kms_key_id {
            heard.push(json(&region, "kms:DescribeKey", json!({ "KeyId": key })));
        }
        let name = &trail.s3_bucket_name;
        let uri = format!("https://{name}.s3.{region}.amazonaws.com/");
        heard.push(ask(&account.id, &region).s3(simulator, "HEAD", &uri));
    }
    for region in ["us-east-1", "eu-west-1", "ap-south-1"] {
        heard.push(json(region, "cloudtrail:LookupEvents", json!({ "MaxResults": 1 })));
        heard.push(json(region, "cloudtrail:ListEventDataStores", json!({})));
        heard.push(json(region, "logs:DescribeLogGroups", json!({})));
    }
    for store in &account.event_data_stores {
        let body = json!({ "EventDataStore": store.id });
        heard.push(json(&store.region, "cloudtrail:GetEventDataStore", body.clone()));
        heard.push(json(&store.region, "cloudtrail:GetInsightSelectors", body));
    }
    for key in &account.keys {
        let body = json!({ "KeyId": key.id });
        heard.push(json(&key.region, "kms:GetKeyRotationStatus", body.clone()));
        heard.push(json(&key.region, "kms:GetKeyPolicy", body));
    }
    for bucket in &account.buckets {
        for read in [
            "logging",
            "replication",
            "encryption",
            "tagging",
            "versioning",
            "object-lock",
            "lifecycle",
            "policyStatus",
            "policy",
            "acl",
            "publicAccessBlock",
            "ownershipControls",
        ] {
            let uri = format!("https://{}.s3.{}.amazonaws.com/?{read}", bucket.name, bucket.region);
            heard.push(ask(&account.id, &bucket.region).s3(simulator, "GET", &uri));
        }
    }
    let query = |action, parameters: &str| {
        ask(&account.id, "us-east-1").query(simulator, action, parameters)
    };
    heard.push(query("sts:GetCallerIdentity", ""));
    heard.push(query("iam:GetRole", "RoleName=AWSServiceRoleForCloudTrail"));
    let arn =
        format!("RoleArn=arn:aws:iam::{}:role/TrailproofAudit&RoleSessionName=audit", account.id);
    heard.push(query("sts:AssumeRole", &arn));
    heard.push(query("iam:GetAccountAuthorizationDetails", "MaxItems=1000"));
    let filter = "MaxItems=30&Filter.member.1=User&Filter.member.2=Group&Filter.member.3=Role";
    heard.push(query("iam:GetAccountAuthorizationDetails", filter));
    heard.push(query(
        "iam:GetAccountAuthorizationDetails",
        &format!("{filter}&Marker=page-from-30"),
    ));
    heard.push(ask(&account.id, "us-east-1").s3(
        simulator,
        "GET",
        "https://s3.us-east-1.amazonaws.com/?max-buckets=1000",
    ));
    let regions = ("POST", "https://account.us-east-1.amazonaws.com/listRegions", "{}".to_owned());
    heard.push(ask(&account.id, "us-east-1").send(simulator, "account", regions).unwrap());
    let block =
        "https://s3-control.us-east-1.amazonaws.com/v20180820/configuration/publicAccessBlock";
    let question = ask(&account.id, "us-east-1").header("x-amz-account-id", &account.id);
    heard.push(question.s3(simulator, "GET", block));
    let parents = json!({ "ChildId": account.id });
    heard.push(json("us-east-1", "organizations:DescribeOrganization", json!({})));
    let management = simulator.caller_credentials().0.replace("AKIADEMO", "");
    heard.push(ask(&management, "us-east-1").json(simulator, "organizations:ListParents", parents));
    heard
}

#[test]
fn a_generated_world_answers_as_its_description_does() {
    let shape = shape(60);
    let description = shape.describe();
    let (made, told) = (Simulator::generated(shape), Simulator::new(description.clone()));
    for account in &description.accounts {
        assert_eq!(of_account(&made, account), of_account(&told, account), "{}", account.id);
    }
    assert!(made.description().is_none() && told.description().is_some());
    for operation in ["ListAccounts", "ListRoots", "ListDelegatedAdministrators"] {
        assert_eq!(pages(&made, operation, None), pages(&told, operation, None));
    }
    let units = &description.organization.as_ref().unwrap().units;
    assert_eq!(units.len(), 15);
    let mut listed = 0;
    for parent in units.iter().map(|unit| unit.id.as_str()).chain(["r-root", "ou-root-99999999"]) {
        for operation in ["ListOrganizationalUnitsForParent", "ListAccountsForParent"] {
            let (made, told) =
                (pages(&made, operation, Some(parent)), pages(&told, operation, Some(parent)));
            assert_eq!(made, told);
            let bodies = made.iter().map(Heard::json);
            listed += bodies.map(|b| b["Accounts"].as_array().map_or(0, Vec::len)).sum::<usize>();
        }
    }
    assert_eq!(listed, 60, "every account lies in exactly one place");
    assert!(made.unknown_operations().is_empty(), "{:?}", made.unknown_operations());
    assert_eq!(made.calls(), told.calls());
}

#[tokio::test(start_paused = true)]
async fn what_happens_to_a_generated_account_is_seen_in_its_lists() {
    let shape = shape(60);
    let id = shape.account_id(17);
    let close = Change::after(Duration::from_secs(1), &id, What::CloseAccount);
    let simulator = Simulator::generated(shape.clone()).with_change(close);
    let states = || {
        let listed = pages(&simulator, "ListAccounts", None);
        let page = listed.first().unwrap().json();
        let state = |index: usize| page["Accounts"][index]["State"].as_str().unwrap().to_owned();
        (state(17), (0..20).filter(|index| state(*index) == "CLOSED").count())
    };
    assert_eq!(states(), ("ACTIVE".to_owned(), 0));
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(states(), ("CLOSED".to_owned(), 1));
    let heard =
        ask(&id, "us-east-1").call(&simulator, "cloudtrail:DescribeTrails", json!({})).await;
    assert_eq!(heard.error().1, "UnrecognizedClientException");
}
