//! The calls that the organization's own policies cost.

use crate::description::{Organization, PolicyType};
use crate::minimal::ledger::Ledger;
use crate::minimal::walk::{
    DESCRIBED, GLOBAL, ORGANIZATIONS_PAGE, Walk, count, organization_pages,
};

impl Walk<'_> {
    /// A list for each type, then each policy on it. Only of an organization with all features there are any, and one
    /// of them nobody can detach, so that it is known without asking where it is attached.
    pub(super) fn policies(&self, organization: &Organization, ledger: &mut Ledger<'_>) {
        if self.reads.resource_policy {
            ledger.call("organizations:DescribeResourcePolicy", GLOBAL, 1);
            ledger.row(DESCRIBED + 1);
        }
        if !self.reads.policies || organization.feature_set != "ALL" {
            return;
        }
        let land = self.world.land;
        let everything = 1 + land.unit_count() + land.member_count();
        let full = everything - organization.full_access_detached.len();
        for kind in [PolicyType::ServiceControlPolicy, PolicyType::ResourceControlPolicy] {
            let own = organization.policies.iter().filter(|policy| policy.kind == kind);
            // How many targets each has that is asked for them; the last of each list is AWS's own.
            let mut listed: Vec<Option<usize>> = own.map(|own| Some(own.targets.len())).collect();
            match kind {
                PolicyType::ServiceControlPolicy => listed.push(Some(full)),
                PolicyType::ResourceControlPolicy => {
                    let enabled = organization.policy_types.iter().any(|name| name == kind.name());
                    listed.extend(enabled.then_some(None));
                }
            }
            ledger.call("organizations:ListPolicies", GLOBAL, organization_pages(listed.len()));
            ledger.row(DESCRIBED + organization_pages(listed.len()));
            for (place, targets) in listed.into_iter().enumerate() {
                let known = DESCRIBED + 1 + count(place / ORGANIZATIONS_PAGE);
                if self.reads.policy {
                    ledger.call("organizations:DescribePolicy", GLOBAL, 1);
                    ledger.row(known + 1);
                }
                if let Some(targets) = targets.filter(|_| self.reads.targets) {
                    let pages = organization_pages(targets);
                    ledger.call("organizations:ListTargetsForPolicy", GLOBAL, pages);
                    ledger.row(known + pages);
                }
            }
        }
    }
}
