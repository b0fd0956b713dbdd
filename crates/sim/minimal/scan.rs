//! A scanner that knows nothing but the answers: what it asks, and after how many answers, is what must be foretold.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::Simulator;
use crate::testing::{Heard, ask};

/// The operations that one scan of everything reads.
pub(super) const ALL: [&str; 22] = [
    "sts:GetCallerIdentity",
    "organizations:DescribeOrganization",
    "organizations:ListAccounts",
    "organizations:ListOrganizationalUnitsForParent",
    "organizations:ListDelegatedAdministrators",
    "sts:AssumeRole",
    "account:ListRegions",
    "cloudtrail:DescribeTrails",
    "cloudtrail:GetTrailStatus",
    "cloudtrail:GetEventSelectors",
    "s3:ListBuckets",
    "s3:HeadBucket",
    "s3:GetBucketVersioning",
    "s3:GetObjectLockConfiguration",
    "s3:GetBucketLifecycleConfiguration",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketAcl",
    "s3:GetPublicAccessBlock",
    "s3:GetBucketOwnershipControls",
    "s3control:GetPublicAccessBlock",
    "kms:DescribeKey",
    "iam:GetAccountAuthorizationDetails",
];
const OF_A_BUCKET: [&str; 7] = [
    "versioning",
    "object-lock",
    "lifecycle",
    "policyStatus",
    "acl",
    "publicAccessBlock",
    "ownershipControls",
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
    };
    ask(&caller, "us-east-1").with_static_keys().query(simulator, "sts:GetCallerIdentity", "");
    let described =
        scan.json((&caller, "us-east-1"), "organizations:DescribeOrganization", json!({}));
    scan.answer(2);
    let mut accounts: Vec<(String, u64)> = Vec::new();
    let mut management =
        described.json()["Organization"]["MasterAccountId"].as_str().map(str::to_owned);
    if management.is_some() {
        for (page, row) in scan.list("ListAccounts", None, 2) {
            for account in page["Accounts"].as_array().unwrap() {
                if account["State"] == "ACTIVE" {
                    accounts.push((account["Id"].as_str().unwrap().to_owned(), row));
                }
            }
        }
    }
    if accounts.is_empty() {
        accounts.push((caller.clone(), 1));
        management = None;
    } else {
        scan.tree();
    }
    for (account, row) in accounts {
        let row = if account == caller { 1 } else { row };
        scan.account(&account, row);
    }
    scan.follow(management.as_deref());
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
    fn list(&mut self, operation: &str, parent: Option<&str>, after: u64) -> Vec<(Value, u64)> {
        let (mut pages, mut token, mut row) = (Vec::new(), Value::Null, after);
        loop {
            let mut body = serde_json::Map::new();
            if let Some(parent) = parent {
                body.insert("ParentId".to_owned(), parent.into());
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
        for (page, row) in self.list("ListRoots", None, 2) {
            open.push((page["Roots"][0]["Id"].as_str().unwrap().to_owned(), row));
        }
        while let Some((parent, row)) = open.pop() {
            self.list("ListAccountsForParent", Some(&parent), row);
            for (page, row) in self.list("ListOrganizationalUnitsForParent", Some(&parent), row) {
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
                return;
            }
        }
        self.entered.insert(account.to_owned());
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
        self.account_trails(account, &on, row);
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
        let own = self.owned.values_mut().filter(|(owner, ..)| owner == account);
        own.for_each(|(.., known)| *known = row);
        self.listed = self.listed.max(row);
    }

    fn principals(&mut self, account: &str, inside: u64) {
        let (mut row, mut marker) = (inside, String::new());
        loop {
            let parameters = format!(
                "MaxItems=1000&Filter.member.1=User&Filter.member.2=Group&Filter.member.3=Role{marker}"
            );
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
        let mut seen: BTreeMap<String, (Value, String)> = BTreeMap::new();
        for region in regions {
            let heard = self.json((account, region), "cloudtrail:DescribeTrails", json!({}));
            for trail in heard.json()["trailList"].as_array().into_iter().flatten() {
                let arn = trail["TrailARN"].as_str().unwrap().to_owned();
                seen.entry(arn).or_insert((trail.clone(), region.clone()));
            }
        }
        for (arn, (trail, first)) in seen {
            let home = trail["HomeRegion"].as_str().unwrap().to_owned();
            let own = arn.contains(&format!(":{account}:"));
            let place = if own || regions.contains(&home) { &home } else { &first };
            self.json((account, place), "cloudtrail:GetTrailStatus", json!({ "Name": arn }));
            self.answer(row + 1);
            if own && trail["HasCustomEventSelectors"] == true {
                let body = json!({ "TrailName": arn });
                self.json((account, &home), "cloudtrail:GetEventSelectors", body);
            }
            let known = self.trails.entry(arn).or_insert((trail, row));
            known.1 = known.1.min(row);
        }
    }

    fn follow(&mut self, management: Option<&str>) {
        let trails = std::mem::take(&mut self.trails);
        let orphans = trails.iter().filter(|(_, (trail, _))| trail["IsOrganizationTrail"] == true);
        // Who may not list the organization may not ask for its delegates either.
        let closed = management.is_some_and(|id| !self.entered.contains(id));
        if closed && let Some((arn, (trail, row))) = orphans.into_iter().next() {
            let pages = self.list("ListDelegatedAdministrators", None, *row);
            let delegates = pages.iter().flat_map(|(page, row)| {
                page["DelegatedAdministrators"].as_array().unwrap().iter().map(move |d| (d, *row))
            });
            let ids = delegates.map(|(d, row)| (d["Id"].as_str().unwrap().to_owned(), row));
            let stand_in = ids.into_iter().find(|(id, _)| self.entered.contains(id));
            if let Some((id, row)) = stand_in.filter(|_| trail["HasCustomEventSelectors"] == true) {
                let home = trail["HomeRegion"].as_str().unwrap();
                self.json((&id, home), "cloudtrail:GetEventSelectors", json!({ "TrailName": arn }));
                self.answer(row + 1);
            }
        }
        let mut buckets: BTreeMap<String, (u64, Vec<String>)> = BTreeMap::new();
        for (arn, (trail, row)) in &trails {
            let name = trail["S3BucketName"].as_str().unwrap().to_owned();
            let bucket = buckets.entry(name).or_insert((*row, Vec::new()));
            bucket.0 = bucket.0.min(*row);
            let owner = arn.split(':').nth(4).unwrap();
            bucket.1.extend(Some(owner.to_owned()).filter(|owner| self.entered.contains(owner)));
        }
        let mut blocks = BTreeSet::new();
        for (name, (row, askers)) in &buckets {
            self.bucket(name, (*row, askers), &mut blocks);
        }
        self.keys(&trails);
    }

    fn bucket(
        &mut self,
        name: &str,
        (row, askers): (u64, &[String]),
        blocks: &mut BTreeSet<String>,
    ) {
        let Some((owner, region, listed)) = self.owned.get(name).cloned() else {
            if let Some(asker) = askers.iter().min() {
                let head = |region: &str| {
                    let uri = format!("https://{name}.s3.{region}.amazonaws.com/");
                    ask(asker, region).s3(self.simulator, "HEAD", &uri)
                };
                let heard = head("us-east-1");
                let row = self.answer(row.max(self.listed) + 1);
                if heard.status == 301 {
                    head(heard.header("x-amz-bucket-region").unwrap());
                    self.answer(row + 1);
                }
            }
            return;
        };
        let row = self.answer(row.max(listed) + 1);
        for read in OF_A_BUCKET {
            let uri = format!("https://{name}.s3.{region}.amazonaws.com/?{read}");
            ask(&owner, &region).s3(self.simulator, "GET", &uri);
        }
        self.owned.insert(name.to_owned(), (owner.clone(), region, row - 1));
        if blocks.insert(owner.clone()) {
            let block = "https://s3-control.us-east-1.amazonaws.com/v20180820/configuration/publicAccessBlock";
            let question = ask(&owner, "us-east-1").header("x-amz-account-id", &owner);
            question.s3(self.simulator, "GET", block);
        }
    }

    fn keys(&mut self, trails: &BTreeMap<String, (Value, u64)>) {
        let mut asked: BTreeMap<(String, String, String), (u64, String)> = BTreeMap::new();
        for (arn, (trail, row)) in trails {
            let Some(key) = trail["KmsKeyId"].as_str() else { continue };
            let trail_owner = arn.split(':').nth(4).unwrap().to_owned();
            let parts: Vec<&str> = key.split(':').collect();
            let (account, region, row) = match parts.as_slice() {
                ["arn", _, _, region, account, _] => {
                    ((*account).to_owned(), (*region).to_owned(), *row)
                }
                _ => match self.owned.get(trail["S3BucketName"].as_str().unwrap()) {
                    Some((_, region, listed)) => (trail_owner.clone(), region.clone(), *listed),
                    None => continue,
                },
            };
            let owner = Some(account.clone()).filter(|account| self.entered.contains(account));
            let asker = owner.or(Some(trail_owner).filter(|owner| self.entered.contains(owner)));
            if let Some(asker) = asker {
                let known = asked.entry((account, region, key.to_owned())).or_insert((row, asker));
                known.0 = known.0.min(row);
            }
        }
        for ((_, region, key), (row, asker)) in asked {
            self.json((&asker, &region), "kms:DescribeKey", json!({ "KeyId": key }));
            self.answer(row + 1);
        }
    }
}
