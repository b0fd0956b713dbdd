//! What the scanner asks of the detection services.

use serde_json::{Value, json};

use super::Scan;
use crate::testing::{Heard, ask};

impl Scan<'_> {
    fn rest(&self, (account, region): (&str, &str), service: &str, path: &str) -> Heard {
        let uri = format!("https://{service}.{region}.amazonaws.com{path}");
        let sent = ("GET", uri.as_str(), String::new());
        ask(account, region).send(self.simulator, service, sent).unwrap()
    }

    pub(super) fn detection(&mut self, account: &str, regions: &[String], row: u64) {
        let row = row + 1;
        for region in regions {
            let here = (account, region.as_str());
            let detectors = self.rest(here, "guardduty", "/detector");
            self.answer(row);
            for id in ids(&detectors) {
                self.rest(here, "guardduty", &format!("/detector/{id}"));
                self.answer(row + 1);
            }
            let hub = self.rest(here, "securityhub", "/accounts");
            if hub.status == 200 && region == "us-east-1" {
                self.rest(here, "securityhub", "/findingAggregator/list");
                self.answer(row + 1);
            }
            let recorders =
                self.json(here, "config:DescribeConfigurationRecorders", json!({})).json();
            let mut own = recorders["ConfigurationRecorders"].as_array().into_iter().flatten();
            if own.any(|recorder| recorder["servicePrincipal"].is_null()) {
                self.json(here, "config:DescribeConfigurationRecorderStatus", json!({}));
                self.json(here, "config:DescribeDeliveryChannelStatus", json!({}));
                self.answer(row + 2);
            }
            self.rest(here, "access-analyzer", "/analyzer");
            if self.management.as_deref() == Some(account) {
                let told = self.rest(here, "guardduty", "/admin");
                if told.status == 200 {
                    let accounts = told.json();
                    let accounts = accounts["adminAccounts"].as_array().into_iter().flatten();
                    for one in accounts {
                        let id = one["adminAccountId"].as_str().unwrap().to_owned();
                        self.administered.push((id, region.clone(), row));
                    }
                }
            }
        }
    }

    /// What the administrator of GuardDuty does with the accounts.
    pub(super) fn administration(&mut self) {
        for (id, region, row) in std::mem::take(&mut self.administered) {
            let Some(inside) = self.inside.get(&id).copied() else { continue };
            let here = (id.as_str(), region.as_str());
            let detectors = self.rest(here, "guardduty", "/detector");
            let row = self.answer(row.max(inside) + 1);
            if let Some(detector) = ids(&detectors).first() {
                self.rest(here, "guardduty", &format!("/detector/{detector}/admin"));
                self.answer(row + 1);
            }
        }
    }
}

fn ids(detectors: &Heard) -> Vec<String> {
    let told: Value = if detectors.status == 200 { detectors.json() } else { Value::Null };
    let ids = told["detectorIds"].as_array().into_iter().flatten();
    ids.map(|id| id.as_str().unwrap().to_owned()).collect()
}
