//! What is asked of GuardDuty, Security Hub, AWS Config and IAM Access Analyzer, region by region.

use std::collections::BTreeSet;

use crate::description::{Account, ConfigService};
use crate::minimal::follow::Follow;
use crate::minimal::ledger::Ledger;
use crate::minimal::walk::{DESCRIBED, GLOBAL, Walk, organization_pages, pages};

/// Who administers IAM Access Analyzer; the bare operation reads who administers CloudTrail.
pub(super) const ANALYZER_ADMINISTRATORS: &str =
    "organizations:ListDelegatedAdministrators/analyzers";
const GUARDDUTY: &str = "guardduty.amazonaws.com";
const ANALYZERS_PAGE: usize = 100;

impl Walk<'_> {
    /// Each service is asked once in a region, and more where it has more to tell.
    pub(super) fn detection(
        &self,
        (account, regions): (&Account, &BTreeSet<&String>),
        row: u64,
        (ledger, follow): (&mut Ledger<'_>, &mut Follow),
    ) {
        let detection = self.world.detection(account);
        for region in regions {
            let on = |off_in: &[String]| self.answers(account, region) && !off_in.contains(region);
            if self.reads.detectors {
                ledger.call("guardduty:ListDetectors", region, 1);
                ledger.row(row);
                if detection.guardduty.as_ref().is_some_and(|service| on(&service.off_in)) {
                    ledger.call("guardduty:GetDetector", region, 1);
                    ledger.row(row + 1);
                }
            }
            if self.reads.hub {
                ledger.call("securityhub:DescribeHub", region, 1);
                ledger.row(row);
                let hub = detection.security_hub.as_ref().is_some_and(|hub| on(&hub.off_in));
                if hub && region.as_str() == self.world_global() {
                    ledger.call("securityhub:ListFindingAggregators", region, 1);
                    ledger.row(row + 1);
                }
            }
            if self.reads.recorders {
                ledger.call("config:DescribeConfigurationRecorders", region, 1);
                ledger.row(row);
                let own = |config: &ConfigService| {
                    on(&config.off_in) && !config.service_linked_in.contains(region)
                };
                if detection.config.as_ref().is_some_and(own) {
                    ledger.call("config:DescribeConfigurationRecorderStatus", region, 1);
                    ledger.call("config:DescribeDeliveryChannelStatus", region, 1);
                    ledger.row(row + 2);
                }
            }
            if self.reads.analyzers {
                let here = detection.analyzers.iter().filter(|one| on(&one.off_in)).count();
                let pages = pages(here, ANALYZERS_PAGE);
                ledger.call("access-analyzer:ListAnalyzers", region, pages);
                ledger.row(row - 1 + pages);
            }
            if self.reads.administrators && self.listed && self.world.is_management(account) {
                let row = row.max(DESCRIBED + 1);
                ledger.call("guardduty:ListOrganizationAdminAccounts", region, 1);
                ledger.row(row);
                if self.answers(account, region) {
                    follow.administered((*region).clone(), row);
                }
            }
        }
    }

    /// Where the partition's global services are.
    fn world_global(&self) -> &'static str {
        match self.world.frame.partition.as_str() {
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            _ => "us-east-1",
        }
    }

    /// The list of those who administer IAM Access Analyzer.
    pub(super) fn analyzer_administrators(&self, ledger: &mut Ledger<'_>) {
        let organization = self.world.frame.organization.as_ref().filter(|_| self.listed);
        let Some(organization) = organization.filter(|_| self.reads.analyzer_administrators) else {
            return;
        };
        let delegates = organization.delegated_administrators.get("access-analyzer.amazonaws.com");
        let pages = organization_pages(delegates.map_or(0, Vec::len));
        ledger.call("organizations:ListDelegatedAdministrators", GLOBAL, pages);
        ledger.row(DESCRIBED + pages);
    }

    /// GuardDuty's administrator names its detector where it asks what is done with the organization's accounts.
    pub(super) fn administration(&self, regions: &[(String, u64)], ledger: &mut Ledger<'_>) {
        let organization = self.world.frame.organization.as_ref();
        let delegates = organization.and_then(|o| o.delegated_administrators.get(GUARDDUTY));
        let first = delegates.and_then(|delegates| delegates.first());
        let account = first.and_then(|id| self.world.account(id));
        let Some(account) = account.filter(|account| self.enters(account)) else { return };
        let place = self.world.land.place(&account.id).unwrap_or_default();
        let inside = self.inside(&account, place);
        for (region, row) in regions.iter().filter(|_| self.reads.detector_organization) {
            let row = (*row).max(inside);
            ledger.call("guardduty:ListDetectors", region, 1);
            ledger.row(row + 1);
            let guardduty = self.world.detection(&account).guardduty.as_ref();
            let on = guardduty.is_some_and(|service| !service.off_in.contains(region));
            if on && self.answers(&account, region) {
                ledger.call("guardduty:DescribeOrganizationConfiguration", region, 1);
                ledger.row(row + 2);
            }
        }
        ledger.next_account();
    }
}
