//! What lies beside the accounts' own trails: services, stores, buckets, topics, log groups, keys.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{KeyUse, Scan};
use crate::testing::{Heard, ask};

const OF_A_REPLICA: [&str; 2] = ["versioning", "object-lock"];
const OF_A_TARGET: [&str; 7] = [
    "versioning",
    "object-lock",
    "lifecycle",
    "policyStatus",
    "acl",
    "publicAccessBlock",
    "ownershipControls",
];
const OF_A_LOG_BUCKET: [&str; 5] =
    ["policy", "logging", "replication", "encryption", "notification"];

/// The first text between two tags, from each place where the first one is.
fn tags(body: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}>"), format!("</{name}>"));
    let parts = body.split(&open).skip(1);
    parts.map(|part| part.split(&close).next().unwrap().to_owned()).collect()
}

/// Account, region and the rest of an ARN.
fn apart(arn: &str) -> Option<(String, String, String)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", _, _, region, account, rest] => {
            Some(((*account).to_owned(), (*region).to_owned(), (*rest).to_owned()))
        }
        _ => None,
    }
}

impl Scan<'_> {
    pub(super) fn services(&mut self) {
        self.list("ListAWSServiceAccessForOrganization", ("", ""), 2);
        self.policies();
        let analyzers = ("ServicePrincipal", "access-analyzer.amazonaws.com");
        self.list("ListDelegatedAdministrators", analyzers, 2);
        let trails = ("ServicePrincipal", "cloudtrail.amazonaws.com");
        for (page, row) in self.list("ListDelegatedAdministrators", trails, 2) {
            for delegate in page["DelegatedAdministrators"].as_array().unwrap() {
                self.delegates.push((delegate["Id"].as_str().unwrap().to_owned(), row));
            }
        }
    }

    fn policies(&mut self) {
        let caller = self.caller.clone();
        let here = (caller.as_str(), "us-east-1");
        self.json(here, "organizations:DescribeResourcePolicy", json!({}));
        self.answer(3);
        for kind in ["SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"] {
            for (page, row) in self.list("ListPolicies", ("Filter", kind), 2) {
                for policy in page["Policies"].as_array().unwrap() {
                    let id = policy["Id"].as_str().unwrap();
                    self.json(here, "organizations:DescribePolicy", json!({ "PolicyId": id }));
                    self.answer(row + 1);
                    if id != "p-RCPFullAWSAccess" {
                        self.list("ListTargetsForPolicy", ("PolicyId", id), row);
                    }
                }
            }
        }
    }

    pub(super) fn regional(&mut self, account: &str, regions: &[String], row: u64) {
        for region in regions {
            let here = (account, region.as_str());
            self.json(here, "cloudtrail:LookupEvents", json!({ "MaxResults": 1 }));
            let heard = self.json(here, "cloudtrail:ListEventDataStores", json!({}));
            let row = self.answer(row + 1);
            for store in heard.json()["EventDataStores"].as_array().into_iter().flatten() {
                let arn = store["EventDataStoreArn"].as_str().unwrap();
                let body = json!({ "EventDataStore": arn });
                self.json(here, "cloudtrail:GetInsightSelectors", body.clone());
                self.json(here, "cloudtrail:GetResourcePolicy", json!({ "ResourceArn": arn }));
                let told = self.json(here, "cloudtrail:GetEventDataStore", body).json();
                let row = self.answer(row + 1);
                self.use_key(told["KmsKeyId"].as_str(), here, (account, row));
            }
        }
    }

    fn use_key(
        &mut self,
        text: Option<&str>,
        (owner, region): (&str, &str),
        (asker, row): (&str, u64),
    ) {
        let Some(text) = text else { return };
        let (owner, region) = match apart(text) {
            Some((owner, region, _)) => (owner, region),
            None => (owner.to_owned(), region.to_owned()),
        };
        let text = text.to_owned();
        self.keys.push(KeyUse { text, owner, region, asker: asker.to_owned(), row });
    }

    pub(super) fn bucket_read(
        &self,
        (owner, region): (&str, &str),
        name: &str,
        read: &str,
    ) -> Heard {
        let uri = format!("https://{name}.s3.{region}.amazonaws.com/?{read}");
        ask(owner, region).s3(self.simulator, "GET", &uri)
    }

    pub(super) fn follow(&mut self) {
        let mut trails = std::mem::take(&mut self.trails);
        if self.management.is_none() {
            // What belongs to accounts of which nothing is known is not looked at.
            let own = format!(":{}:", self.caller);
            trails.retain(|arn, _| arn.contains(&own));
        }
        self.stand_in(&trails);
        let mut buckets: BTreeMap<String, (u64, BTreeSet<String>)> = BTreeMap::new();
        for (arn, (trail, row)) in &trails {
            let owner = apart(arn).unwrap().0;
            let name = trail["S3BucketName"].as_str().unwrap().to_owned();
            let bucket = buckets.entry(name).or_insert((*row, BTreeSet::new()));
            bucket.0 = bucket.0.min(*row);
            bucket.1.extend(Some(owner).filter(|owner| self.entered.contains(owner)));
        }
        let (mut blocks, mut regions) = (BTreeSet::new(), BTreeMap::new());
        let mut companions: BTreeMap<String, (u64, BTreeSet<String>, bool)> = BTreeMap::new();
        for (name, (row, askers)) in &buckets {
            let Some((owner, region, listed)) = self.owned.get(name).cloned() else {
                let place = self.sought(name, *row, askers);
                regions.extend(place.map(|place| (name.clone(), place)));
                continue;
            };
            let known = (*row).max(listed);
            regions.insert(name.clone(), (region.clone(), known));
            let row = self.answer(known + 1);
            let here = (owner.as_str(), region.as_str());
            for read in OF_A_TARGET {
                self.bucket_read(here, name, read);
            }
            let told = OF_A_LOG_BUCKET.map(|read| self.bucket_read(here, name, read));
            let whole: String = told.iter().map(|heard| heard.body.as_str()).collect();
            let key = tags(&whole, "KMSMasterKeyID").first().cloned();
            self.use_key(key.as_deref(), here, (&owner, row));
            let targets = tags(&whole, "TargetBucket").into_iter().map(|name| (name, true));
            let copies = tags(&whole, "Bucket").into_iter();
            let copies = copies.map(|arn| (arn.rsplit(":::").next().unwrap().to_owned(), false));
            for (companion, is_target) in targets.chain(copies) {
                if buckets.contains_key(&companion) {
                    continue;
                }
                let known = companions.entry(companion).or_insert((row, BTreeSet::new(), false));
                known.0 = known.0.min(row);
                known.1.extend(askers.iter().cloned());
                known.2 |= is_target;
            }
            self.block(&owner, &mut blocks);
        }
        for (name, (row, askers, is_target)) in &companions {
            let Some((owner, region, listed)) = self.owned.get(name).cloned() else {
                self.sought(name, *row, askers);
                continue;
            };
            self.answer((*row).max(listed) + 1);
            let reads = if *is_target { &OF_A_TARGET[..] } else { &OF_A_REPLICA };
            for read in reads {
                self.bucket_read((&owner, &region), name, read);
            }
            if *is_target {
                self.block(&owner, &mut blocks);
            }
        }
        self.told(&trails);
        for (arn, (trail, row)) in &trails {
            let owner = apart(arn).unwrap().0;
            let key = trail["KmsKeyId"].as_str();
            let place = regions.get(trail["S3BucketName"].as_str().unwrap());
            match (key.and_then(apart), place) {
                (Some((_, region, _)), _) => self.use_key(key, (&owner, &region), (&owner, *row)),
                (None, Some((region, known))) => {
                    self.use_key(key, (&owner, region), (&owner, *known));
                }
                (None, None) => {}
            }
        }
        self.ask_keys();
    }

    fn stand_in(&mut self, trails: &BTreeMap<String, (Value, u64)>) {
        let closed = self.management.as_ref().is_some_and(|id| !self.entered.contains(id));
        let stand_in = self.delegates.iter().find(|(id, _)| self.entered.contains(id)).cloned();
        let Some((id, listed)) = stand_in.filter(|_| closed) else { return };
        let orphans = trails.iter().filter(|(_, (trail, _))| {
            trail["IsOrganizationTrail"] == true && trail["HasCustomEventSelectors"] == true
        });
        for (arn, (trail, row)) in orphans {
            let home = trail["HomeRegion"].as_str().unwrap();
            self.json((&id, home), "cloudtrail:GetEventSelectors", json!({ "TrailName": arn }));
            self.answer(listed.max(*row) + 1);
        }
    }

    /// A bucket that nobody lists: where it lies, and since when that is known.
    fn sought(&mut self, name: &str, row: u64, askers: &BTreeSet<String>) -> Option<(String, u64)> {
        let asker = askers.first()?;
        let head = |region: &str, owner: Option<&String>| {
            let uri = format!("https://{name}.s3.{region}.amazonaws.com/");
            let question = ask(asker, region);
            let question = match owner {
                Some(owner) => question.header("x-amz-expected-bucket-owner", owner),
                None => question,
            };
            question.s3(self.simulator, "HEAD", &uri)
        };
        let mut heard = head("us-east-1", None);
        let mut row = row.max(self.listed) + 1;
        let region = heard.header("x-amz-bucket-region").map(str::to_owned);
        if heard.status == 301 {
            heard = head(region.as_ref().unwrap(), None);
            row += 1;
        }
        if heard.status == 200 {
            let owners: BTreeSet<&String> = self.closed.iter().collect();
            for owner in owners.iter().take(25) {
                head(region.as_ref().unwrap(), Some(*owner));
            }
            let last = row + u64::from(!owners.is_empty());
            self.answer(last);
        }
        self.answer(row);
        region.map(|region| (region, row))
    }

    fn block(&self, owner: &str, blocks: &mut BTreeSet<String>) {
        if blocks.insert(owner.to_owned()) {
            let block = "https://s3-control.us-east-1.amazonaws.com/v20180820/configuration/publicAccessBlock";
            let question = ask(owner, "us-east-1").header("x-amz-account-id", owner);
            question.s3(self.simulator, "GET", block);
        }
    }

    /// Topics and log groups, each once and at its owner.
    fn told(&mut self, trails: &BTreeMap<String, (Value, u64)>) {
        let mut named: BTreeMap<(bool, String), (u64, BTreeSet<String>)> = BTreeMap::new();
        for (arn, (trail, row)) in trails {
            let owner = apart(arn).unwrap().0;
            for (member, topic) in [("SnsTopicARN", true), ("CloudWatchLogsLogGroupArn", false)] {
                let Some(arn) = trail[member].as_str() else { continue };
                let known = named.entry((topic, arn.to_owned())).or_insert((*row, BTreeSet::new()));
                known.0 = known.0.min(*row);
                known.1.insert(owner.clone());
            }
        }
        let mut filters = Vec::new();
        let mut topics: BTreeMap<String, u64> = BTreeMap::new();
        for ((is_topic, arn), (row, users)) in named {
            let Some((owner, region, _)) = apart(&arn) else { continue };
            if !self.entered.contains(&owner) {
                continue;
            }
            let row = self.answer(row + 1);
            let here = (owner.as_str(), region.as_str());
            if is_topic {
                topics.insert(arn, row - 1);
                continue;
            }
            let name = arn.split_once(":log-group:").unwrap().1.trim_end_matches(":*");
            let body = json!({ "logGroupName": name });
            let heard = self.json(here, "logs:DescribeMetricFilters", body);
            self.json(here, "logs:DescribeSubscriptionFilters", json!({ "logGroupName": name }));
            filters.push((owner.clone(), region.clone(), heard, row));
            let body = json!({ "logGroupIdentifiers": [arn.trim_end_matches(":*")] });
            let heard = self.json(here, "logs:DescribeLogGroups", body).json();
            let key = heard["logGroups"][0]["kmsKeyId"].as_str();
            for user in users {
                self.use_key(key, here, (&user, row));
            }
        }
        self.alarms(&filters, &mut topics);
        for (topic, row) in topics {
            let Some((owner, region, _)) = apart(&topic) else { continue };
            if self.entered.contains(&owner) {
                let parameters = format!("TopicArn={topic}");
                let question = ask(&owner, &region);
                question.query(self.simulator, "sns:GetTopicAttributes", &parameters);
                self.answer(row + 1);
            }
        }
    }

    /// The alarms beside the filters, and the topics that those on the filters' metrics name.
    fn alarms(
        &mut self,
        filters: &[(String, String, Heard, u64)],
        topics: &mut BTreeMap<String, u64>,
    ) {
        let mut alarms: BTreeMap<(String, String), (Value, u64)> = BTreeMap::new();
        for (owner, region, _, row) in filters {
            let place = (owner.clone(), region.clone());
            if let Some((_, known)) = alarms.get_mut(&place) {
                *known = (*known).min(*row);
                continue;
            }
            let here = (owner.as_str(), region.as_str());
            let body = json!({ "AlarmTypes": ["MetricAlarm", "CompositeAlarm"] });
            let heard = self.json(here, "cloudwatch:DescribeAlarms", body).json();
            alarms.insert(place, (heard, *row));
            let rules = self.json(here, "cloudwatch:ListAlarmMuteRules", json!({})).json();
            let rules = rules["AlarmMuteRuleSummaries"].as_array().cloned().unwrap_or_default();
            let open: Vec<_> = rules.iter().filter(|rule| rule["Status"] != "EXPIRED").collect();
            for rule in &open {
                let name = rule["AlarmMuteRuleArn"].as_str().unwrap().rsplit(':').next().unwrap();
                let body = json!({ "AlarmMuteRuleName": name });
                self.json(here, "cloudwatch:GetAlarmMuteRule", body);
            }
            self.answer(row + u64::try_from(open.len()).unwrap());
        }
        for (owner, region, heard, row) in filters {
            if heard.status != 200 {
                continue;
            }
            let (alarms, _) = &alarms[&(owner.clone(), region.clone())];
            let heard = heard.json();
            let metrics: Vec<_> = heard["metricFilters"].as_array().unwrap().iter().collect();
            let watching: Vec<&Value> = alarms["MetricAlarms"]
                .as_array()
                .into_iter()
                .flatten()
                .filter(|alarm| {
                    metrics.iter().any(|filter| {
                        let metric = &filter["metricTransformations"][0];
                        metric["metricName"] == alarm["MetricName"]
                            && metric["metricNamespace"] == alarm["Namespace"]
                    })
                })
                .collect();
            let composite = alarms["CompositeAlarms"].as_array().into_iter().flatten();
            let composite = composite.filter(|one| {
                let names = watching.iter().map(|alarm| alarm["AlarmName"].as_str().unwrap());
                let rule = one["AlarmRule"].as_str().unwrap();
                names.into_iter().any(|name| rule.contains(name))
            });
            for alarm in watching.iter().copied().chain(composite) {
                for action in alarm["AlarmActions"].as_array().into_iter().flatten() {
                    let action = action.as_str().unwrap();
                    if action.contains(":sns:") {
                        let known = topics.entry(action.to_owned()).or_insert(*row);
                        *known = (*known).min(*row);
                    }
                }
            }
        }
    }

    /// The rules on the event bus of a region, and the targets of those that are on events of CloudTrail.
    pub(super) fn bus(&mut self, here: (&str, &str), row: u64) {
        let heard = self.json(here, "events:ListRules", json!({}));
        let mut row = self.answer(row);
        let rules = heard.json()["Rules"].as_array().cloned().unwrap_or_default();
        let concerning = rules.iter().filter(|rule| {
            rule["State"] != "DISABLED"
                && rule["ManagedBy"].is_null()
                && rule["EventPattern"]
                    .as_str()
                    .is_some_and(|text| text.to_lowercase().contains("cloudtrail"))
        });
        let names: Vec<&str> = concerning.map(|rule| rule["Name"].as_str().unwrap()).collect();
        for name in &names {
            self.json(here, "events:ListTargetsByRule", json!({ "Rule": name }));
            row = self.answer(row + 1);
        }
    }

    fn ask_keys(&mut self) {
        let mut asked: BTreeMap<(String, String, String), (u64, String, String)> = BTreeMap::new();
        for used in std::mem::take(&mut self.keys) {
            let entered = |id: &String| self.entered.contains(id);
            let asker = [&used.owner, &used.asker].into_iter().find(|id| entered(id)).cloned();
            let Some(asker) = asker else { continue };
            let name = apart(&used.text).map_or(used.text.clone(), |(.., rest)| rest);
            let name = name.strip_prefix("key/").unwrap_or(&name).to_owned();
            let key = (used.owner, used.region, name);
            let known = asked.entry(key).or_insert((used.row, asker, used.text));
            known.0 = known.0.min(used.row);
        }
        let mut found: BTreeMap<String, (u64, Value)> = BTreeMap::new();
        for ((_, region, _), (row, asker, text)) in asked {
            let heard =
                self.json((&asker, &region), "kms:DescribeKey", json!({ "KeyId": text })).json();
            let row = self.answer(row + 1);
            if let Some(arn) = heard["KeyMetadata"]["Arn"].as_str() {
                let metadata = heard["KeyMetadata"].clone();
                let known = found.entry(arn.to_owned()).or_insert((row, metadata));
                known.0 = known.0.min(row);
            }
        }
        for (arn, (row, key)) in found {
            let (owner, region, _) = apart(&arn).unwrap();
            if !self.entered.contains(&owner) || key["KeyManager"] == "AWS" {
                continue;
            }
            let row = self.answer(row + 1);
            let here = (owner.as_str(), region.as_str());
            let going = ["PendingDeletion", "PendingReplicaDeletion", "PendingImport"];
            let rotates = key["Origin"] == "AWS_KMS"
                && key["KeySpec"] == "SYMMETRIC_DEFAULT"
                && key["KeyUsage"] == "ENCRYPT_DECRYPT"
                && !going.contains(&key["KeyState"].as_str().unwrap());
            if rotates {
                self.json(here, "kms:GetKeyRotationStatus", json!({ "KeyId": arn }));
            }
            self.json(here, "kms:GetKeyPolicy", json!({ "KeyId": arn }));
            self.answer(row);
        }
    }
}
