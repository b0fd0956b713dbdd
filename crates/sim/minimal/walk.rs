//! The walk over the organization and through each account.

use std::collections::{BTreeMap, BTreeSet};

use crate::description::{Account, AccountState, RegionState};
use crate::minimal::follow::Follow;
use crate::minimal::ledger::Ledger;
use crate::minimal::reads::Reads;
use crate::world::{SeenTrail, World};

/// The largest pages of the lists.
const ORGANIZATIONS_PAGE: usize = 20;
const REGIONS_PAGE: usize = 50;
const BUCKETS_PAGE: usize = 1000;
const PRINCIPALS_PAGE: usize = 1000;
/// Where the endpoints of global services are.
const GLOBAL: &str = "us-east-1";

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
            return;
        }
        if self.reads.bucket_list {
            let pages = pages(account.buckets.len(), BUCKETS_PAGE);
            ledger.call("s3:ListBuckets", GLOBAL, pages);
            ledger.row(inside + pages);
            follow.lists(inside + pages);
        }
        if self.reads.principals {
            let pages = pages(self.principals(account), PRINCIPALS_PAGE);
            ledger.call("iam:GetAccountAuthorizationDetails", GLOBAL, pages);
            ledger.row(inside + pages);
        }
        if self.reads.regions {
            let regions = self.regions(inside, ledger);
            if self.reads.trails {
                self.trails(account, regions + 1, (ledger, follow));
            }
        }
        ledger.next_account();
    }

    /// Users, groups and roles.
    fn principals(&self, account: &Account) -> usize {
        let baseline = &self.world.frame.baseline_iam;
        self.world.land.principals(account)
            + baseline.users.len()
            + baseline.groups.len()
            + baseline.roles.len()
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
        account: &Account,
        row: u64,
        (ledger, follow): (&mut Ledger<'_>, &mut Follow),
    ) {
        let frame = self.world.frame;
        // What is being switched on or off is asked too: it is not off.
        let on =
            |region: &&String| self.world.region_state(account, region) != RegionState::Disabled;
        let regions: BTreeSet<&String> =
            frame.default_regions.iter().chain(&frame.opt_in_regions).filter(on).collect();
        let mut seen: BTreeMap<String, (SeenTrail<'_>, &String)> = BTreeMap::new();
        for region in &regions {
            ledger.call("cloudtrail:DescribeTrails", region, 1);
            if !self.world.closed_by_scp(account, region) {
                for trail in self.world.trails_in(account, region) {
                    seen.entry(self.world.trail_arn(trail)).or_insert((trail, region));
                }
            }
        }
        ledger.row(row);
        for (trail, first) in seen.into_values() {
            let home = &trail.trail.home_region;
            let own = trail.owner == account.id;
            if self.reads.status {
                let place = if own || regions.contains(home) { home } else { first };
                ledger.call("cloudtrail:GetTrailStatus", place, 1);
                ledger.row(row + 1);
            }
            if self.reads.selectors && own && trail.trail.has_custom_selectors() {
                ledger.call("cloudtrail:GetEventSelectors", home, 1);
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
fn pages(items: usize, page: usize) -> u64 {
    count(items.div_ceil(page).max(1))
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// The pages of an organization's list.
pub(super) fn organization_pages(items: usize) -> u64 {
    pages(items, ORGANIZATIONS_PAGE)
}
