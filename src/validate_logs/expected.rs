//! Chains that must be there although no digest of the time says so: that all of them are gone is no proof of anything.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use trailproof_core::pattern;
use trailproof_digest::{Folder, Kind, ObjectKey, PlaceReport, Trail};

use super::setup::Setup;
use super::source::Source;
use super::walk::Job;

/// Accounts and regions that the user named.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    /// Account ids; none for all.
    pub accounts: Vec<String>,
    /// Names and globs of regions; none for all.
    pub regions: Vec<String>,
}

/// A folder in which a chain may be missing.
#[derive(Clone, Debug)]
pub struct Expected {
    /// What is to be walked.
    pub job: Job,
    /// Whether a chain must be there, whatever the walk comes to: one was there before, or the user named the place.
    surely: bool,
}

/// The name and home region of a trail.
type Named = (String, String);

/// What is known of a bucket's folders after the first walk.
#[derive(Debug, Default)]
pub struct Walked {
    /// The trails that the user named.
    named: Vec<Trail>,
    /// Folders in which an earlier run proved a chain.
    demanded: Vec<Folder>,
    /// Folders in which a chain was found.
    with_chain: BTreeSet<Folder>,
    /// Folders in which none was.
    without: BTreeSet<Folder>,
    /// The trails of each prefix and organization.
    trails: BTreeMap<(String, Option<String>), BTreeSet<Named>>,
}

impl Chosen {
    /// Whether an account is of what the user named.
    pub fn holds_account(&self, account: &str) -> bool {
        self.accounts.is_empty() || self.accounts.iter().any(|one| one == account)
    }

    /// Whether a folder is of what the user named.
    pub fn holds(&self, folder: &Folder) -> bool {
        let region = self.regions.is_empty()
            || self.regions.iter().any(|glob| pattern::matches(glob, &folder.region));
        self.holds_account(&folder.account) && region
    }

    /// Whether the user asked for just this one.
    fn names(&self, folder: &Folder) -> bool {
        let account = self.accounts.contains(&folder.account);
        let region = self.named_regions().any(|region| *region == folder.region);
        region && (account || self.accounts.is_empty()) || account && self.regions.is_empty()
    }

    /// Regions that the user named one by one.
    fn named_regions(&self) -> impl Iterator<Item = &String> {
        self.regions.iter().filter(|region| !region.contains(['*', '?']))
    }
}

/// Where a folder's trails are known from.
fn origin(folder: &Folder) -> (String, Option<String>) {
    (folder.prefix.clone(), folder.organization.clone())
}

impl Walked {
    /// Nothing so far, beyond the trails that the user named and the folders that had a chain before.
    pub fn new(named: Vec<Trail>, demanded: Vec<Folder>) -> Self {
        Self { named, demanded, ..Self::default() }
    }

    /// Takes in what a folder came to.
    pub fn take(&mut self, folder: Folder, report: &PlaceReport) {
        if report.chains.is_empty() {
            self.without.insert(folder);
            return;
        }
        let trails = self.trails.entry(origin(&folder)).or_default();
        trails.extend(report.chains.iter().map(|one| (one.trail.clone(), one.home_region.clone())));
        self.with_chain.insert(folder);
    }

    /// The folders that have no chain and should, with the trails that should have one.
    pub async fn expected(&self, source: &Source, setup: &Setup) -> Vec<Expected> {
        let chosen = &setup.chosen;
        let mut surely: BTreeSet<Folder> = self.named(chosen);
        surely.extend(self.demanded.iter().cloned());
        surely.extend(self.of_members(setup));
        let mut expected = Vec::new();
        for folder in &self.without {
            let earlier = match source.first_digest(folder).await {
                Some(ObjectKey::Digest(first)) if first.end < setup.period.to => {
                    vec![trail((first.trail, first.home_region))]
                }
                _ => Vec::new(),
            };
            let demanded = surely.remove(folder);
            let surely = demanded || !earlier.is_empty() || chosen.names(folder);
            let trails = if earlier.is_empty() { self.known(folder) } else { earlier };
            expected.push(Expected { job: setup.job(folder.clone(), trails, false), surely });
        }
        surely.retain(|folder| !self.with_chain.contains(folder));
        for folder in surely {
            let before = self.demanded.contains(&folder) && self.named.is_empty();
            let trails = if before { Vec::new() } else { self.known(&folder) };
            expected.push(Expected { job: setup.job(folder, trails, false), surely: true });
        }
        expected
    }

    /// The folders of the accounts and regions of the organization, where its trail writes to.
    fn of_members(&self, setup: &Setup) -> BTreeSet<Folder> {
        let Some(members) = &setup.members else { return BTreeSet::new() };
        let all = self.with_chain.iter().chain(&self.without).chain(&self.demanded);
        let of_organization =
            |folder: &&Folder| folder.organization.as_ref() == Some(&members.organization);
        let mut prefixes: BTreeSet<String> =
            all.filter(of_organization).map(|folder| folder.prefix.clone()).collect();
        if prefixes.is_empty() {
            prefixes.insert(setup.prefix.clone().unwrap_or_default());
        }
        let slots = prefixes.iter().flat_map(|prefix| {
            members.slots.iter().map(move |slot| Folder {
                prefix: prefix.clone(),
                organization: Some(members.organization.clone()),
                account: slot.account.clone(),
                region: slot.region.clone(),
            })
        });
        slots.filter(|folder| setup.holds(folder)).collect()
    }

    /// Folders of accounts and regions that the user named, and that hold nothing at all.
    fn named(&self, chosen: &Chosen) -> BTreeSet<Folder> {
        let all = || self.with_chain.iter().chain(&self.without);
        let origins: BTreeSet<_> = all().map(origin).collect();
        let there: BTreeSet<(&str, &str)> =
            all().map(|one| (one.account.as_str(), one.region.as_str())).collect();
        let mut named = BTreeSet::new();
        for (prefix, organization) in origins {
            let of_origin =
                || all().filter(|one| (&one.prefix, &one.organization) == (&prefix, &organization));
            // What was not named is what is there.
            let accounts: BTreeSet<&String> = match chosen.accounts.is_empty() {
                true => of_origin().map(|one| &one.account).collect(),
                false => chosen.accounts.iter().collect(),
            };
            for account in accounts {
                let absent = !there.iter().any(|(one, _)| one == account);
                let regions: BTreeSet<&String> = match chosen.named_regions().next() {
                    Some(_) => chosen.named_regions().collect(),
                    None if absent => of_origin().map(|one| &one.region).collect(),
                    None => BTreeSet::new(),
                };
                for region in regions {
                    if !there.contains(&(account.as_str(), region.as_str())) {
                        named.insert(Folder {
                            prefix: prefix.clone(),
                            organization: organization.clone(),
                            account: account.clone(),
                            region: region.clone(),
                        });
                    }
                }
            }
        }
        named
    }

    /// The trails of a folder's surroundings; one without a name where nothing names any.
    fn known(&self, folder: &Folder) -> Vec<Trail> {
        if !self.named.is_empty() {
            return self.named.clone();
        }
        let known = self.trails.get(&origin(folder)).cloned().unwrap_or_default();
        match known.is_empty() {
            true => vec![Trail::default()],
            false => known.into_iter().map(trail).collect(),
        }
    }
}

impl Expected {
    /// Whether what it came to is to be told: where only a folder is there, log files of the time must lie in it.
    pub fn tells(&self, report: &PlaceReport) -> bool {
        let lie_there = |kind| {
            matches!(kind, Kind::LogUnreferenced | Kind::LogUncovered | Kind::ObjectUnverified)
        };
        self.surely
            || report.chains.iter().any(|chain| chain.logs.unverified > 0)
            || report.findings.iter().any(|finding| lie_there(finding.kind))
    }
}

fn trail((name, home_region): Named) -> Trail {
    Trail { name, home_region, ..Trail::default() }
}
