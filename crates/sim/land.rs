//! Where accounts come from: a description that holds them all, or a generator that makes each when it is asked for.

use std::collections::BTreeMap;
use std::ops::{Deref, Range};

use crate::description::{Account, Bucket, Description, Iam, Key, Trail, Unit};
use crate::generated::Generator;
use crate::policies::Delivery;

/// Something of a world: lent by a description, or made for this request and gone with it.
#[derive(Debug)]
pub(crate) enum Held<'a, T> {
    Lent(&'a T),
    Made(Box<T>),
}

impl<T> Deref for Held<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self {
            Self::Lent(lent) => lent,
            Self::Made(made) => made,
        }
    }
}

impl<T: Clone> Held<'_, T> {
    pub(crate) fn into_owned(self) -> T {
        match self {
            Self::Lent(lent) => lent.clone(),
            Self::Made(made) => *made,
        }
    }
}

/// A world before anything happens to it; never changes after it is built.
#[derive(Debug)]
pub(crate) struct Land {
    /// All but the accounts and units of a generated world; the whole of a described one.
    pub(crate) frame: Description,
    source: Source,
}

#[derive(Debug)]
enum Source {
    Described(Index),
    /// The management account is kept: its trails are seen from everywhere.
    Generated(Box<Generator>, Box<Account>),
}

/// Positions in a description.
#[derive(Debug, Default)]
struct Index {
    accounts: BTreeMap<String, usize>,
    buckets: BTreeMap<String, (usize, usize)>,
    members: Vec<usize>,
    /// Accounts and their trails by the bucket that these deliver to.
    deliveries: BTreeMap<String, Vec<(usize, usize)>>,
    /// Members by the id of what they lie in.
    below: BTreeMap<String, Vec<usize>>,
    units: BTreeMap<String, usize>,
    units_below: BTreeMap<String, Vec<usize>>,
}

impl Index {
    fn new(description: &Description) -> Self {
        let mut index = Self::default();
        let root = description.organization.as_ref().map_or("", |o| o.root_id.as_str());
        for (position, account) in description.accounts.iter().enumerate() {
            index.accounts.insert(account.id.clone(), position);
            for (place, bucket) in account.buckets.iter().enumerate() {
                index.buckets.insert(bucket.name.clone(), (position, place));
            }
            for (place, trail) in account.trails.iter().enumerate() {
                let to = index.deliveries.entry(trail.s3_bucket_name.clone()).or_default();
                to.push((position, place));
            }
            if !account.outside {
                index.members.push(position);
                let parent = account.ou.as_deref().unwrap_or(root).to_owned();
                index.below.entry(parent).or_default().push(position);
            }
        }
        let units = description.organization.iter().flat_map(|organization| &organization.units);
        for (position, unit) in units.enumerate() {
            index.units.insert(unit.id.clone(), position);
            let parent = unit.parent.as_deref().unwrap_or(root).to_owned();
            index.units_below.entry(parent).or_default().push(position);
        }
        index
    }
}

impl Land {
    pub(crate) fn described(description: Description) -> Self {
        let source = Source::Described(Index::new(&description));
        Self { frame: description, source }
    }

    pub(crate) fn generated(generator: Generator) -> Self {
        let management = Box::new(generator.account(0));
        Self {
            frame: generator.frame(),
            source: Source::Generated(Box::new(generator), management),
        }
    }

    /// The description that is answered from, where there is one.
    pub(crate) fn description(&self) -> Option<&Description> {
        matches!(self.source, Source::Described(_)).then_some(&self.frame)
    }

    fn at(&self, position: usize) -> Option<Held<'_, Account>> {
        self.frame.accounts.get(position).map(Held::Lent)
    }

    pub(crate) fn account(&self, id: &str) -> Option<Held<'_, Account>> {
        match &self.source {
            Source::Described(index) => self.at(*index.accounts.get(id)?),
            Source::Generated(_, management) if management.id == id => Some(Held::Lent(management)),
            Source::Generated(generator, _) => {
                let index = generator.index(id)?;
                Some(Held::Made(Box::new(generator.account(index))))
            }
        }
    }

    /// The bucket of that name with its owner's id.
    pub(crate) fn bucket(&self, name: &str) -> Option<(String, Held<'_, Bucket>)> {
        match &self.source {
            Source::Described(index) => {
                let (position, place) = index.buckets.get(name)?;
                let owner = self.frame.accounts.get(*position)?;
                Some((owner.id.clone(), Held::Lent(owner.buckets.get(*place)?)))
            }
            Source::Generated(generator, _) => {
                let owner = generator.account(generator.bucket_owner(name)?);
                let bucket = owner.buckets.into_iter().find(|bucket| bucket.name == name)?;
                Some((owner.id, Held::Made(Box::new(bucket))))
            }
        }
    }

    /// The trails that deliver to a bucket, where the world is described: a generated one describes every policy.
    pub(crate) fn deliveries(&self, bucket: &str) -> Vec<Delivery> {
        let Source::Described(index) = &self.source else { return Vec::new() };
        let places = index.deliveries.get(bucket).into_iter().flatten();
        let found = places.filter_map(|(position, place)| {
            let owner = self.frame.accounts.get(*position)?;
            Some(Delivery::of(&self.frame, &owner.id, owner.trails.get(*place)?))
        });
        found.collect()
    }

    /// The trails that encrypt with a key, likewise.
    pub(crate) fn encryptors(&self, owner: &str, key: &Key) -> Vec<Delivery> {
        let Source::Described(index) = &self.source else { return Vec::new() };
        let uses = |account: &Account, trail: &Trail| {
            let Some(name) = &trail.kms_key_id else { return false };
            let parts: Vec<&str> = name.splitn(6, ':').collect();
            let (account, region, name) = match parts.as_slice() {
                ["arn", _, _, region, account, name] => (*account, Some(*region), *name),
                _ => (account.id.as_str(), None, name.as_str()),
            };
            let name = name.strip_prefix("key/").unwrap_or(name);
            let here = match region {
                Some(region) => region == key.region,
                // An id or an alias means a key in the region of the bucket.
                None => index.buckets.get(&trail.s3_bucket_name).is_some_and(|(owner, place)| {
                    let owner = self.frame.accounts.get(*owner);
                    let bucket = owner.and_then(|owner| owner.buckets.get(*place));
                    bucket.is_some_and(|bucket| bucket.region == key.region)
                }),
            };
            account == owner && here && key.is_named(name)
        };
        let trails = self
            .frame
            .accounts
            .iter()
            .flat_map(|account| account.trails.iter().map(move |trail| (account, trail)));
        let used = trails.filter(|(account, trail)| uses(account, trail));
        used.map(|(account, trail)| Delivery::of(&self.frame, &account.id, trail)).collect()
    }

    /// The principals of an account; without its managed policies where nobody asks for them.
    pub(crate) fn iam<'a>(&'a self, account: &'a Account, policies: bool) -> Held<'a, Iam> {
        match &self.source {
            Source::Described(_) => Held::Lent(&account.iam),
            Source::Generated(generator, _) => {
                Held::Made(Box::new(generator.iam(&account.id, policies)))
            }
        }
    }

    /// How many users, groups, roles and managed policies an account has of its own.
    pub(crate) fn principals(&self, account: &Account) -> usize {
        match &self.source {
            Source::Described(_) => {
                let iam = &account.iam;
                iam.users.len() + iam.groups.len() + iam.roles.len() + iam.policies.len()
            }
            Source::Generated(generator, _) => generator.principals(),
        }
    }

    /// A member's place in the list of all.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        match &self.source {
            Source::Described(index) => {
                let position = index.accounts.get(id)?;
                index.members.binary_search(position).ok()
            }
            Source::Generated(generator, _) => generator.index(id),
        }
    }

    /// How many members the organization has.
    pub(crate) fn member_count(&self) -> usize {
        match &self.source {
            Source::Described(index) => index.members.len(),
            Source::Generated(generator, _) => generator.accounts(),
        }
    }

    /// A member of the organization by its place in the list of all.
    pub(crate) fn member(&self, place: usize) -> Option<Held<'_, Account>> {
        match &self.source {
            Source::Described(index) => self.at(*index.members.get(place)?),
            Source::Generated(generator, _) => Some(Held::Made(Box::new(generator.account(place)))),
        }
    }

    /// How many members lie directly in a unit or the root.
    pub(crate) fn count_below(&self, parent: &str) -> usize {
        match &self.source {
            Source::Described(index) => index.below.get(parent).map_or(0, Vec::len),
            Source::Generated(generator, _) => generator.count_below(parent),
        }
    }

    /// Those members by their places among the unit's own.
    pub(crate) fn members_below(
        &self,
        parent: &str,
        places: Range<usize>,
    ) -> Vec<Held<'_, Account>> {
        let found = |place| match &self.source {
            Source::Described(index) => self.at(*index.below.get(parent)?.get(place)?),
            Source::Generated(generator, _) => {
                Some(Held::Made(Box::new(generator.account(generator.below(parent, place)?))))
            }
        };
        places.filter_map(found).collect()
    }

    pub(crate) fn unit(&self, id: &str) -> Option<Held<'_, Unit>> {
        match &self.source {
            Source::Described(index) => self.unit_at(*index.units.get(id)?),
            Source::Generated(generator, _) => {
                Some(Held::Made(Box::new(generator.unit(generator.unit_index(id)?))))
            }
        }
    }

    fn unit_at(&self, position: usize) -> Option<Held<'_, Unit>> {
        self.frame.organization.as_ref()?.units.get(position).map(Held::Lent)
    }

    /// How many units there are in all.
    pub(crate) fn unit_count(&self) -> usize {
        match &self.source {
            Source::Described(index) => index.units.len(),
            Source::Generated(generator, _) => generator.units(),
        }
    }

    /// A unit by its place among all.
    pub(crate) fn unit_by_place(&self, place: usize) -> Option<Held<'_, Unit>> {
        match &self.source {
            Source::Described(_) => self.unit_at(place),
            Source::Generated(generator, _) => {
                (place < generator.units()).then(|| Held::Made(Box::new(generator.unit(place))))
            }
        }
    }

    pub(crate) fn unit_count_below(&self, parent: &str) -> usize {
        match &self.source {
            Source::Described(index) => index.units_below.get(parent).map_or(0, Vec::len),
            Source::Generated(generator, _) => generator.units_below(parent).len(),
        }
    }

    pub(crate) fn units_below(&self, parent: &str, places: Range<usize>) -> Vec<Held<'_, Unit>> {
        let found = |place: usize| match &self.source {
            Source::Described(index) => self.unit_at(*index.units_below.get(parent)?.get(place)?),
            Source::Generated(generator, _) => {
                let index = generator.units_below(parent).nth(place)?;
                Some(Held::Made(Box::new(generator.unit(index))))
            }
        };
        places.filter_map(found).collect()
    }
}
