//! The walk over the organization and through each account.

use std::collections::{BTreeMap, BTreeSet};

use crate::description::{Account, AccountState, Bucket, EventDataStore, Iam, RegionState};
use crate::land::Held;
use crate::minimal::follow::Follow;
use crate::minimal::keys::{Place, User};
use crate::minimal::ledger::Ledger;
use crate::minimal::reads::Reads;
use crate::services::aws_policies_in_use;
use crate::world::{SeenTrail, World};

/// CloudTrail's principal, for delegation.
pub(super) const CLOUDTRAIL: &str = "cloudtrail.amazonaws.com";
/// The largest pages of the lists.
pub(super) const ORGANIZATIONS_PAGE: usize = 20;
const REGIONS_PAGE: usize = 50;
const BUCKETS_PAGE: usize = 1000;
const PRINCIPALS_PAGE: usize = 1000;
const STORES_PAGE: usize = 1000;
/// The calls in a row after which the organization is known: who calls, then what it is.
pub(super) const DESCRIBED: u64 = 2;
/// Where the endpoints of global services are.
pub(super) const GLOBAL: &str = "us-east-1";

/// Who calls, what is to be read, and where.
pub(super) struct Walk<'w> {
    pub(super) world: &'w World<'w>,
    pub(super) reads: Reads,
    caller: String,
    /// Whether the caller may list the organization; otherwise its own account is all that it knows of.
    pub(super) listed: bool,
}

impl<'w> Walk<'w> {
    pub(super) fn new(world: &'w World<'w>, reads: Reads) -> Self {
        let caller = world.frame.caller_account().to_owned();
        let listed = world.account(&caller).is_some_and(|account| {
            world.is_management(&account) || world.is_delegated(&account, None)
        });
        Self { world, reads, caller, listed }
    }

    pub(super) fn all(&self, ledger: &mut Ledger<'_>) {
        let roles = if self.reads.accounts { self.accounts(ledger) } else { 0 };
        // The rest are calls of the caller's own, so they share the caller's quotas.
        ledger.call("sts:GetCallerIdentity", "", 1);
        ledger.row(1);
        ledger.call("sts:AssumeRole", "", roles);
        ledger.call("organizations:DescribeOrganization", GLOBAL, 1);
        ledger.row(2);
        self.organization(ledger);
        ledger.next_account();
    }

    /// Walks through every account that the caller knows of; the number of roles that have to be assumed for that.
    fn accounts(&self, ledger: &mut Ledger<'_>) -> u64 {
        let mut follow = Follow::default();
        let mut roles = 0;
        if self.listed {
            for place in 0..self.world.land.member_count() {
                let Some(account) = self.world.member(place) else { continue };
                roles += u64::from(is_active(&account) && account.id != self.caller);
                self.account(&account, self.known(&account.id, place), (ledger, &mut follow));
            }
        } else if let Some(account) = self.world.account(&self.caller) {
            self.account(&account, 1, (ledger, &mut follow));
        }
        follow.all(self, ledger);
        roles
    }

    /// The calls in a row after which a member is known: up to the page that lists it. The caller knows its own account
    /// from the first answer.
    pub(super) fn known(&self, id: &str, place: usize) -> u64 {
        let page = count(place / ORGANIZATIONS_PAGE);
        // Behind the first page AWS may put an empty one, and the simulator always does.
        let empty = u64::from(page > 0);
        if id == self.caller { 1 } else { 3 + page + empty }
    }

    /// A caller that may not list the organization is told so once.
    fn organization(&self, ledger: &mut Ledger<'_>) {
        let caller = self.world.account(&self.caller);
        if caller.is_none_or(|account| self.world.organization_of(&account).is_none()) {
            return;
        }
        let members = if self.listed { self.world.land.member_count() } else { 0 };
        let pages = pages(members, ORGANIZATIONS_PAGE);
        let pages = pages + u64::from(pages > 1);
        ledger.call("organizations:ListAccounts", GLOBAL, pages);
        ledger.row(2 + pages);
        if self.listed && self.reads.account_tags {
            ledger.call("organizations:ListTagsForResource", GLOBAL, count(members));
            ledger.row(3 + pages);
        }
        if self.listed && self.reads.tree {
            self.tree(ledger);
        }
        let organization = self.world.frame.organization.as_ref().filter(|_| self.listed);
        if let Some(organization) = organization {
            if self.reads.delegates {
                self.delegates(DESCRIBED, ledger);
            }
            if self.reads.trusted {
                let services: BTreeSet<&String> = organization.trusted_services.iter().collect();
                let pages = organization_pages(services.len());
                ledger.call("organizations:ListAWSServiceAccessForOrganization", GLOBAL, pages);
                ledger.row(DESCRIBED + pages);
            }
            self.analyzer_administrators(ledger);
            self.policies(organization, ledger);
        }
    }

    /// The list of those who administer CloudTrail, asked for after so many calls in a row; the row of its last page.
    pub(super) fn delegates(&self, after: u64, ledger: &mut Ledger<'_>) -> u64 {
        let pages = self.delegates_listed() - DESCRIBED;
        ledger.call("organizations:ListDelegatedAdministrators", GLOBAL, pages);
        ledger.row(after + pages);
        after + pages
    }

    /// The calls in a row after which these are known, where they are wanted anyway.
    pub(super) fn delegates_listed(&self) -> u64 {
        let organization = self.world.frame.organization.as_ref();
        let delegates = organization.and_then(|o| o.delegated_administrators.get(CLOUDTRAIL));
        DESCRIBED + organization_pages(delegates.map_or(0, Vec::len))
    }

    /// Whether a trail is looked at: its owner is an account that the caller knows of.
    pub(super) fn judges(&self, seen: SeenTrail<'_>) -> bool {
        self.listed || seen.owner == self.caller
    }

    /// Whether an account answers in a region.
    pub(super) fn answers(&self, account: &Account, region: &str) -> bool {
        self.world.region_exists(region)
            && self.world.region_answers(account, region)
            && !self.world.closed_by_scp(account, region)
    }

    /// A bucket and its owner, where that can be entered.
    pub(super) fn owned(&self, bucket: &str) -> Option<(Held<'w, Account>, Held<'w, Bucket>)> {
        let (owner, bucket) = self.world.bucket(bucket)?;
        let owner = self.world.account(&owner).filter(|owner| self.enters(owner))?;
        Some((owner, bucket))
    }

    /// The account, region and rest of an ARN, where the account can be entered.
    pub(super) fn at_owner<'a>(
        &self,
        arn: &'a str,
    ) -> Option<(Held<'w, Account>, &'a str, &'a str)> {
        let mut parts = arn.splitn(6, ':');
        let region = parts.nth(3).filter(|region| !region.is_empty())?;
        let account = self.world.account(parts.next()?).filter(|account| self.enters(account))?;
        Some((account, region, parts.next()?))
    }

    /// Two lists for the root and for each unit; a unit is known after the page that names it.
    fn tree(&self, ledger: &mut Ledger<'_>) {
        let land = self.world.land;
        let Some(organization) = &self.world.frame.organization else { return };
        ledger.call("organizations:ListRoots", GLOBAL, 1);
        // Deepest first and no more than the siblings of each level: the tree is never whole in memory.
        let mut open = vec![(organization.root_id.clone(), 3_u64)];
        while let Some((parent, known)) = open.pop() {
            let units = land.unit_count_below(&parent);
            let unit_pages = pages(units, ORGANIZATIONS_PAGE);
            let account_pages = pages(land.count_below(&parent), ORGANIZATIONS_PAGE);
            ledger.call("organizations:ListOrganizationalUnitsForParent", GLOBAL, unit_pages);
            ledger.call("organizations:ListAccountsForParent", GLOBAL, account_pages);
            ledger.row(known + unit_pages.max(account_pages));
            let below = land.units_below(&parent, 0..units).into_iter().enumerate();
            open.extend(below.map(|(place, unit)| {
                (unit.id.clone(), known + 1 + count(place / ORGANIZATIONS_PAGE))
            }));
        }
    }

    /// Whether a scan gets into an account.
    pub(super) fn enters(&self, account: &Account) -> bool {
        let own = account.id == self.caller;
        let open = self.listed && !account.outside && !account.role_denied;
        is_active(account) && (own || open)
    }

    /// The calls in a row after which an account's buckets are listed.
    pub(super) fn buckets_listed(&self, account: &Account) -> u64 {
        let place = self.world.land.place(&account.id).unwrap_or_default();
        let inside = self.known(&account.id, place) + u64::from(account.id != self.caller);
        inside + pages(account.buckets.len(), BUCKETS_PAGE)
    }

    /// The calls in a row after which an account is entered.
    pub(super) fn inside(&self, account: &Account, place: usize) -> u64 {
        self.known(&account.id, place) + u64::from(account.id != self.caller)
    }

    fn account(
        &self,
        account: &Account,
        known: u64,
        (ledger, follow): (&mut Ledger<'_>, &mut Follow),
    ) {
        if !is_active(account) && account.id != self.caller {
            return;
        }
        let inside = known + u64::from(account.id != self.caller);
        ledger.row(inside);
        if !self.enters(account) {
            follow.closed();
            return;
        }
        if self.reads.bucket_list {
            let pages = pages(account.buckets.len(), BUCKETS_PAGE);
            ledger.call("s3:ListBuckets", GLOBAL, pages);
            ledger.row(inside + pages);
            follow.lists(inside + pages);
            for bucket in account.buckets.iter().filter(|_| self.reads.bucket_tags) {
                ledger.call("s3:GetBucketTagging", &bucket.region, 1);
                ledger.row(inside + pages + 1);
            }
        }
        if self.reads.linked_role && self.world.is_management(account) && self.listed {
            ledger.call("iam:GetRole", GLOBAL, 1);
            ledger.row(inside.max(DESCRIBED) + 1);
        }
        if self.world.is_management(account) && self.listed {
            self.organization_history(inside.max(DESCRIBED) + 1, ledger);
        }
        if self.reads.principals {
            let pages = self.principal_pages(account);
            ledger.call("iam:GetAccountAuthorizationDetails", GLOBAL, pages);
            ledger.row(inside + pages);
        }
        if self.reads.regions {
            let row = self.regions(inside, ledger) + 1;
            let frame = self.world.frame;
            // What is being switched on or off is asked too: it is not off.
            let on = |region: &&String| {
                self.world.region_state(account, region) != RegionState::Disabled
            };
            let regions: BTreeSet<&String> =
                frame.default_regions.iter().chain(&frame.opt_in_regions).filter(on).collect();
            self.regional((account, &regions), row, (ledger, follow));
            self.detection((account, &regions), row, (ledger, follow));
            if self.reads.rules {
                super::watched::rules(self, account, (&regions, row), (ledger, follow));
            }
            if self.reads.trails {
                self.trails((account, &regions), row, (ledger, follow));
            }
        }
        ledger.next_account();
    }

    /// What is asked of each region beside its trails, and then of each event data store.
    fn regional(
        &self,
        (account, regions): (&Account, &BTreeSet<&String>),
        row: u64,
        (ledger, follow): (&mut Ledger<'_>, &mut Follow),
    ) {
        for region in regions {
            if self.reads.events {
                ledger.call("cloudtrail:LookupEvents", region, 1);
                ledger.row(row);
            }
            if !self.reads.store_list {
                continue;
            }
            let here = account.event_data_stores.iter();
            let here = here.filter(|s| s.region == **region && self.answers(account, region));
            let here: Vec<&EventDataStore> = here.collect();
            let pages = pages(here.len(), STORES_PAGE);
            ledger.call("cloudtrail:ListEventDataStores", region, pages);
            let row = row - 1 + pages;
            ledger.row(row);
            for store in here {
                for (operation, wanted) in [
                    ("cloudtrail:GetEventDataStore", self.reads.store),
                    ("cloudtrail:GetResourcePolicy", self.reads.store_policy),
                    ("cloudtrail:GetInsightSelectors", self.reads.insights),
                ] {
                    if wanted {
                        ledger.call(operation, region, 1);
                        ledger.row(row + 1);
                    }
                }
                let user = User { owner: &account.id, row: row + 1, asker: Some(&account.id) };
                let key = store.kms_key_id.as_deref().filter(|_| self.reads.store);
                follow.keys.add(key, Place::Region(region), user);
                follow.guards.add(key, Place::Region(region), user);
            }
        }
    }

    /// Pages of users, groups, roles and managed policies, those of AWS that are in use among them.
    fn principal_pages(&self, account: &Account) -> u64 {
        let frame = self.world.frame;
        let Iam { users, groups, roles, policies } = &frame.baseline_iam;
        let baseline = users.len() + groups.len() + roles.len() + policies.len();
        let own = self.world.land.principals(account) + baseline;
        let most = pages(own + frame.aws_managed_policies.len(), PRINCIPALS_PAGE);
        if pages(own, PRINCIPALS_PAGE) == most {
            return most;
        }
        // Only at the end of a page it matters which these are.
        pages(own + aws_policies_in_use(self.world, account), PRINCIPALS_PAGE)
    }

    /// The calls in a row after which the regions are known. Only where regions can be switched on are they asked for.
    fn regions(&self, inside: u64, ledger: &mut Ledger<'_>) -> u64 {
        let frame = self.world.frame;
        if !matches!(frame.partition.as_str(), "aws" | "aws-cn") {
            return inside;
        }
        let all = frame.default_regions.len() + frame.opt_in_regions.len();
        let pages = pages(all, REGIONS_PAGE);
        ledger.call("account:ListRegions", GLOBAL, pages);
        ledger.row(inside + pages);
        inside + pages
    }

    fn trails(
        &self,
        (account, regions): (&Account, &BTreeSet<&String>),
        row: u64,
        (ledger, follow): (&mut Ledger<'_>, &mut Follow),
    ) {
        let mut seen: BTreeMap<String, (SeenTrail<'_>, Vec<&String>)> = BTreeMap::new();
        for region in regions {
            ledger.call("cloudtrail:DescribeTrails", region, 1);
            if !self.world.closed_by_scp(account, region) {
                for trail in self.world.trails_in(account, region) {
                    let known = seen.entry(self.world.trail_arn(trail));
                    known.or_insert((trail, Vec::new())).1.push(region);
                }
            }
        }
        ledger.row(row);
        let trails: Vec<SeenTrail<'_>> = seen.values().map(|(trail, _)| *trail).collect();
        self.trail_history((account, regions), &trails, (row, &mut *ledger));
        let homes: BTreeSet<&str> = trails
            .iter()
            .filter(|trail| trail.owner == account.id)
            .map(|trail| trail.trail.home_region.as_str())
            .collect();
        for home in homes.into_iter().filter(|_| self.reads.channels) {
            let here = account.channels.iter().filter(|channel| channel.region == home);
            let pages = pages(here.count(), STORES_PAGE);
            ledger.call("cloudtrail:ListChannels", home, pages);
            ledger.row(row + pages);
        }
        for (trail, seen_in) in seen.into_values() {
            let home = &trail.trail.home_region;
            let own = trail.owner == account.id;
            let place = match seen_in.first() {
                Some(first) if !own && !regions.contains(home) => *first,
                _ => home,
            };
            if self.reads.status {
                ledger.call("cloudtrail:GetTrailStatus", place, 1);
                ledger.row(row + 1);
            }
            if self.reads.delivery {
                let asked = |region: &&&String| self.reads.status && **region == place;
                for region in seen_in.iter().filter(|region| !asked(region)) {
                    ledger.call("cloudtrail:GetTrailStatus", region, 1);
                    ledger.row(row + 1);
                }
            }
            let details = [
                (
                    "cloudtrail:GetEventSelectors",
                    self.reads.selectors && trail.trail.has_custom_selectors(),
                ),
                (
                    "cloudtrail:GetInsightSelectors",
                    self.reads.insights && !trail.trail.insights().is_empty(),
                ),
                ("cloudtrail:ListTags", self.reads.trail_tags),
            ];
            for (operation, _) in details.into_iter().filter(|(_, wanted)| own && *wanted) {
                ledger.call(operation, home, 1);
                ledger.row(row + 1);
            }
            follow.trail(self, trail, row);
        }
    }
}

fn is_active(account: &Account) -> bool {
    account.state == AccountState::Active
}

/// The pages of a list; an empty one has one too.
pub(super) fn pages(items: usize, page: usize) -> u64 {
    count(items.div_ceil(page).max(1))
}

pub(super) fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The pages of an organization's list.
pub(super) fn organization_pages(items: usize) -> u64 {
    pages(items, ORGANIZATIONS_PAGE)
}
