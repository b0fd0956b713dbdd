//! A scanner that knows nothing but the answers: what it asks, and after how many answers, is what must be foretold.

mod detection;
mod objects;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::Simulator;
use crate::testing::{Heard, ask};

/// The operations that one scan of everything reads.
pub(super) const ALL: [&str; 60] = [
    "sts:GetCallerIdentity",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListTagsForResource",
    "organizations:ListDelegatedAdministrators",
    "organizations:ListAWSServiceAccessForOrganization",
    "organizations:ListPolicies",
    "organizations:DescribePolicy",
    "organizations:ListTargetsForPolicy",
    "organizations:DescribeResourcePolicy",
    "sts:AssumeRole",
    "account:ListRegions",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:GetTrailStatus/region",
    "cloudtrail:GetEventSelectors",
    "cloudtrail:GetInsightSelectors",
    "cloudtrail:ListTags",
    "cloudtrail:LookupEvents",
    "cloudtrail:ListEventDataStores",
    "cloudtrail:GetEventDataStore",
    "cloudtrail:GetResourcePolicy",
    "sns:GetTopicAttributes",
    "logs:DescribeLogGroups",
    "logs:DescribeMetricFilters",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:ListAlarmMuteRules",
    "events:ListRules",
    "logs:DescribeSubscriptionFilters",
    "cloudtrail:ListChannels",
    "guardduty:ListDetectors",
    "guardduty:ListOrganizationAdminAccounts",
    "guardduty:DescribeOrganizationConfiguration",
    "securityhub:DescribeHub",
    "config:DescribeConfigurationRecorders",
    "access-analyzer:ListAnalyzers",
    "organizations:ListDelegatedAdministrators/analyzers",
    "s3:GetBucketNotificationConfiguration",
    "s3:ListBuckets",
    "s3:HeadBucket",
    "s3:HeadBucket/owner",
    "s3:GetBucketTagging",
    "s3:GetBucketPolicy",
    "s3:GetBucketLogging",
    "s3:GetBucketReplication",
    "s3:GetBucketEncryption",
    "s3:GetBucketVersioning",
    "s3:GetObjectLockConfiguration",
    "s3:GetBucketLifecycleConfiguration",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketAcl",
    "s3:GetPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
    "s3control:GetPublicAccessBlock",
    "kms:DescribeKey",
    "kms:GetKeyRotationStatus",
    "kms:GetKeyPolicy",
    "iam:GetAccountAuthorizationDetails",
    "iam:GetRole",
];
/// How a scan gets into accounts.
pub(super) struct Key {
    pub(super) role: &'static str,
    pub(super) external_id: &'static str,
}

struct Scan<'a> {
    simulator: &'a Simulator,
    caller: String,
    key: Key,
    /// The most answers in a row that any answer needed.
    longest: u64,
    entered: BTreeSet<String>,
    /// Bucket name to owner, region and row.
    owned: BTreeMap<String, (String, String, u64)>,
    listed: u64,
    /// Trails by ARN, each as it was first seen and in which row.
    trails: BTreeMap<String, (Value, u64)>,
    /// The organization's management account, if the caller may list it.
    management: Option<String>,
    /// The delegated administrators with the row of their list.
    delegates: Vec<(String, u64)>,
    /// Active accounts that let nobody in.
    closed: Vec<String>,
    /// The row in which each account is entered.
    inside: BTreeMap<String, u64>,
    /// Who administers GuardDuty, by region, with the row in which that is known.
    administered: Vec<(String, String, u64)>,
    /// What names a key: its text, whose and where it is meant, who can ask, in which row.
    keys: Vec<KeyUse>,
}

/// One use of a key.
struct KeyUse {
    text: String,
    owner: String,
    region: String,
    asker: String,
    row: u64,
}

/// Scans everything; the longest row of calls.
pub(super) fn scan(simulator: &Simulator, key: Key) -> u64 {
    let caller = simulator.caller_credentials().0.replace("AKIADEMO", "");
    let mut scan = Scan {
        simulator,
        caller: caller.clone(),
        key,
        longest: 0,
        entered: BTreeSet::new(),
        owned: BTreeMap::new(),
        listed: 0,
        trails: BTreeMap::new(),
        management: None,
        delegates: Vec::new(),
        closed: Vec::new(),
        inside: BTreeMap::new(),
        administered: Vec::new(),
        keys: Vec::new(),
    };
    ask(&caller, "us-east-1").with_static_keys().query(simulator, "sts:GetCallerIdentity", "");
    let described =
        scan.json((&caller, "us-east-1"), "organizations:DescribeOrganization", json!({}));
    scan.answer(2);
    let mut accounts: Vec<(String, u64)> = Vec::new();
    let management =
        described.json()["Organization"]["MasterAccountId"].as_str().map(str::to_owned);
    if management.is_some() {
        for (page, row) in scan.list("ListAccounts", ("", ""), 2) {
            for account in page["Accounts"].as_array().unwrap() {
                let body = json!({ "ResourceId": account["Id"] });
                scan.json((&caller, "us-east-1"), "organizations:ListTagsForResource", body);
                scan.answer(row + 1);
                if account["State"] == "ACTIVE" {
                    accounts.push((account["Id"].as_str().unwrap().to_owned(), row));
                }
            }
        }
    }
    if accounts.is_empty() {
        accounts.push((caller.clone(), 1));
    } else {
        scan.management = management;
        scan.tree();
        scan.services();
    }
    for (account, row) in accounts {
        let row = if account == caller { 1 } else { row };
        scan.account(&account, row);
    }
    scan.administration();
    scan.follow();
    scan.longest
}

impl Scan<'_> {
    fn answer(&mut self, row: u64) -> u64 {
        self.longest = self.longest.max(row);
        row
    }

    fn json(&self, (account, region): (&str, &str), action: &str, body: Value) -> Heard {
        ask(account, region).json(self.simulator, action, body)
    }

    /// The pages of a list of the organization's, each with its row.
    fn list(
        &mut self,
        operation: &str,
        (name, value): (&str, &str),
        after: u64,
    ) -> Vec<(Value, u64)> {
        let (mut pages, mut token, mut row) = (Vec::new(), Value::Null, after);
        loop {
            let mut body = serde_json::Map::new();
            if !name.is_empty() {
                body.insert(name.to_owned(), value.into());
            }
            if !token.is_null() {
                body.insert("NextToken".to_owned(), token);
            }
            let caller = self.caller.clone();
            let heard = self.json(
                (&caller, "us-east-1"),
                &format!("organizations:{operation}"),
                body.into(),
            );
            row = self.answer(row + 1);
            if heard.status != 200 {
                return Vec::new();
            }
            let page = heard.json();
            token = page["NextToken"].clone();
            pages.push((page, row));
            if token.is_null() {
                return pages;
            }
        }
    }

    fn tree(&mut self) {
        let mut open = Vec::new();
        for (page, row) in self.list("ListRoots", ("", ""), 2) {
            open.push((page["Roots"][0]["Id"].as_str().unwrap().to_owned(), row));
        }
        while let Some((parent, row)) = open.pop() {
            self.list("ListAccountsForParent", ("ParentId", &parent), row);
            for (page, row) in
                self.list("ListOrganizationalUnitsForParent", ("ParentId", &parent), row)
            {
                let units = page["OrganizationalUnits"].as_array().unwrap();
                open.extend(units.iter().map(|u| (u["Id"].as_str().unwrap().to_owned(), row)));
            }
        }
    }

    fn account(&mut self, account: &str, known: u64) {
        let mut inside = known;
        if account != self.caller {
            let parameters = format!(
                "RoleArn=arn:aws:iam::{account}:role/{}&RoleSessionName=scan&ExternalId={}",
                self.key.role, self.key.external_id
            );
            let caller = ask(&self.caller, "us-east-1");
            let entered = caller.query(self.simulator, "sts:AssumeRole", &parameters);
            inside = self.answer(known + 1);
            if entered.status != 200 {
                self.closed.push(account.to_owned());
                return;
            }
        }
        self.entered.insert(account.to_owned());
        self.inside.insert(account.to_owned(), inside);
        self.buckets(account, inside);
        self.principals(account, inside);
        let uri = "https://account.us-east-1.amazonaws.com/listRegions";
        let regions = ask(account, "us-east-1")
            .send(self.simulator, "account", ("POST", uri, "{}".to_owned()))
            .unwrap()
            .json();
        let row = self.answer(inside + 1);
        let regions = regions["Regions"].as_array().unwrap().iter();
        let on = regions.filter(|region| region["RegionOptStatus"] != "DISABLED");
        let on: Vec<String> = on.map(|r| r["RegionName"].as_str().unwrap().to_owned()).collect();
        self.regional(account, &on, row);
        self.detection(account, &on, row);
        self.account_trails(account, &on, row);
        if self.management.as_deref() == Some(account) {
            let question = ask(account, "us-east-1");
            let name = "RoleName=AWSServiceRoleForCloudTrail";
            question.query(self.simulator, "iam:GetRole", name);
            self.answer(inside.max(2) + 1);
        }
    }

    fn buckets(&mut self, account: &str, inside: u64) {
        let (mut row, mut token) = (inside, String::new());
        loop {
            let uri = format!("https://s3.us-east-1.amazonaws.com/?max-buckets=1000{token}");
            let heard = ask(account, "us-east-1").s3(self.simulator, "GET", &uri);
            row = self.answer(row + 1);
            for bucket in heard.body.split("<Bucket>").skip(1) {
                let tag = |name: &str| {
                    let rest = bucket.split_once(&format!("<{name}>")).unwrap().1;
                    rest.split_once('<').unwrap().0.to_owned()
                };
                self.owned.insert(tag("Name"), (account.to_owned(), tag("BucketRegion"), 0));
            }
            match heard.tag("ContinuationToken") {
                Some(next) => token = format!("&continuation-token={next}"),
                None => break,
            }
        }
        let own = self.owned.iter_mut().filter(|(_, (owner, ..))| owner == account);
        let mut listed = Vec::new();
        for (name, (_, region, known)) in own {
            *known = row;
            listed.push((name.clone(), region.clone()));
        }
        for (name, region) in listed {
            self.bucket_read((account, &region), &name, "tagging");
            self.answer(row + 1);
        }
        self.listed = self.listed.max(row);
    }

    fn principals(&mut self, account: &str, inside: u64) {
        let (mut row, mut marker) = (inside, String::new());
        loop {
            let parameters = format!("MaxItems=1000{marker}");
            let question = ask(account, "us-east-1");
            let heard =
                question.query(self.simulator, "iam:GetAccountAuthorizationDetails", &parameters);
            row = self.answer(row + 1);
            match heard.tag("Marker") {
                Some(next) => marker = format!("&Marker={next}"),
                None => return,
            }
        }
    }

    fn account_trails(&mut self, account: &str, regions: &[String], row: u64) {
        let row = self.answer(row + 1);
        let mut seen: BTreeMap<String, (Value, Vec<String>)> = BTreeMap::new();
        for region in regions {
            let heard = self.json((account, region), "cloudtrail:DescribeTrails", json!({}));
            for trail in heard.json()["trailList"].as_array().into_iter().flatten() {
                let arn = trail["TrailARN"].as_str().unwrap().to_owned();
                seen.entry(arn).or_insert((trail.clone(), Vec::new())).1.push(region.clone());
            }
        }
        for region in regions {
            self.bus((account, region), row);
        }
        let mine = format!(":{account}:");
        let own = seen.iter().filter(|(arn, _)| arn.contains(&mine));
        let homes: BTreeSet<String> =
            own.map(|(_, (trail, _))| trail["HomeRegion"].as_str().unwrap().to_owned()).collect();
        for home in homes {
            self.json((account, &home), "cloudtrail:ListChannels", json!({}));
            self.answer(row + 1);
        }
        for (arn, (trail, seen_in)) in seen {
            let home = trail["HomeRegion"].as_str().unwrap().to_owned();
            let own = arn.contains(&format!(":{account}:"));
            let place = if own || regions.contains(&home) { &home } else { &seen_in[0] };
            let further = seen_in.iter().filter(|region| *region != place);
            for region in [place].into_iter().chain(further) {
                self.json((account, region), "cloudtrail:GetTrailStatus", json!({ "Name": arn }));
            }
            self.answer(row + 1);
            let named = json!({ "TrailName": arn });
            if own && trail["HasCustomEventSelectors"] == true {
                self.json((account, &home), "cloudtrail:GetEventSelectors", named.clone());
            }
            if own && trail["HasInsightSelectors"] == true {
                self.json((account, &home), "cloudtrail:GetInsightSelectors", named);
            }
            if own {
                let body = json!({ "ResourceIdList": [arn] });
                self.json((account, &home), "cloudtrail:ListTags", body);
            }
            let known = self.trails.entry(arn).or_insert((trail, row));
            known.1 = known.1.min(row);
        }
    }
}
