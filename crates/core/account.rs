//! One account as checks see it: its own observations, and the graph for everything that it shares.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use crate::answer::{
    AuthorizationDetails, BucketEntry, RecentEvent, Tags, TrailDescription, TrailStatus,
};
use crate::aws::{AccountId, Region};
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::organization::{Member, Organization};
use crate::principal::Principal;
use crate::privilege::Roll;
use crate::snapshot::{Document, Probe, Source};
use crate::trail::Trail;

/// One account of the run whose evidence could be asked for.
#[derive(Debug, Clone, Copy)]
pub struct AccountView<'a> {
    /// What is known of it without its document.
    pub member: &'a Member,
    /// The graph.
    pub organization: &'a Organization,
    pub(crate) document: &'a Document,
    /// Filled when a check first asks for it.
    pub(crate) roll: &'a OnceLock<Observed<Roll>>,
}

/// A trail as one account sees it.
#[derive(Debug, Clone)]
pub struct SeenTrail<'a> {
    /// The trail itself.
    pub trail: &'a Trail,
    /// The first region in which this account saw it.
    pub seen_in: Region,
    source: Source,
}

impl SeenTrail<'_> {
    /// The sight of it as proof.
    #[must_use]
    pub fn cite(&self) -> Evidence {
        self.source.cite("trailList[].TrailARN", self.trail.arn())
    }
}

impl<'a> AccountView<'a> {
    /// The account.
    #[must_use]
    pub fn id(&self) -> AccountId {
        self.member.id
    }

    /// The account as a resource: `account/111122223333`.
    #[must_use]
    pub fn resource(&self) -> String {
        format!("account/{}", self.member.id)
    }

    /// The regions in which trails must record, in order. Ask [`Self::region_scope`] before saying "all".
    pub fn regions(&self) -> impl Iterator<Item = &'a Region> + use<'a> {
        self.organization.regions_in_scope(self.member)
    }

    /// Whether a gap comes of a region that is proved to be closed to the account's principals, by a service control
    /// policy that refused the reader too. There is nothing behind it that could be done or made.
    #[must_use]
    pub fn is_closed(&self, gap: &Gap) -> bool {
        gap.cause == Cause::ScpDenied
            && gap.region.as_ref().is_some_and(|region| self.member.closed_regions.contains(region))
    }

    /// Whether the regions are known and not just supposed.
    ///
    /// # Errors
    /// `region_scope_unproven` where the account's own list was not read.
    pub fn region_scope(&self) -> Observed<()> {
        self.member.region_scope.as_deref().cloned().map_or(Ok(()), Err)
    }

    /// The trails that one region shows, own and foreign, by ARN: AWS promises no order.
    ///
    /// # Errors
    /// The gap of the region's `DescribeTrails`.
    pub fn trails_in(&self, region: &Region) -> Observed<Vec<SeenTrail<'a>>> {
        let probe = Probe::regional(Fact::Trails, region);
        let (descriptions, source) = self.document.read::<Vec<TrailDescription>>(&probe)?;
        let mut seen: Vec<_> = descriptions
            .iter()
            .filter_map(|description| {
                let trail = self.organization.trail(&description.trail_arn)?;
                Some(SeenTrail { trail, seen_in: region.clone(), source: source.clone() })
            })
            .collect();
        seen.sort_by(|one, other| one.trail.arn().cmp(other.trail.arn()));
        Ok(seen)
    }

    /// Every trail that applies to this account, once, by ARN; then a gap for each region that was not read, unless
    /// [`Self::is_closed`], and one where there may be regions that nobody knows of, or where none is in scope.
    #[must_use]
    pub fn trails(&self) -> Vec<Observed<SeenTrail<'a>>> {
        let mut seen: BTreeMap<&str, SeenTrail<'a>> = BTreeMap::new();
        let mut gaps = Vec::new();
        for region in self.regions() {
            match self.trails_in(region) {
                Ok(trails) => {
                    for trail in trails {
                        seen.entry(trail.trail.arn()).or_insert(trail);
                    }
                }
                Err(gap) if self.is_closed(&gap) => {}
                Err(gap) => gaps.push(gap),
            }
        }
        gaps.extend(self.region_scope().err());
        if gaps.is_empty() {
            gaps.extend(self.member.trails_read.clone().err().map(|gap| *gap));
        }
        seen.into_values().map(Ok).chain(gaps.into_iter().map(Err)).collect()
    }

    /// Each trail in each region that shows it, by ARN and region.
    #[must_use]
    pub fn sights(&self) -> Vec<(&'a Trail, Region)> {
        let trails = self.member.sees.iter();
        let trails =
            trails.filter_map(|(arn, regions)| Some((self.organization.trail(arn)?, regions)));
        trails
            .flat_map(|(trail, regions)| regions.iter().map(move |r| (trail, r.clone())))
            .collect()
    }

    /// Whether at least one region told of its trails.
    #[must_use]
    pub fn any_region_told(&self) -> bool {
        self.regions().any(|region| self.trails_in(region).is_ok())
    }

    /// The first gap behind which there may be trails that nobody sees.
    #[must_use]
    pub fn trails_unseen(&self) -> Option<Gap> {
        self.trails().into_iter().find_map(Result::err)
    }

    /// Whether a trail is logging, as this account or else its owner was told.
    ///
    /// # Errors
    /// Where neither was told. A foreign trail that this account may not ask about is no fault of the trail's.
    pub fn is_logging(&self, trail: &Trail) -> Observed<bool> {
        self.own_status(trail)
            .and_then(|(status, _)| status.is_logging)
            .map_or_else(|| trail.is_logging(), Ok)
    }

    fn own_status(&self, trail: &Trail) -> Option<(&'a TrailStatus, Source)> {
        self.document
            .about(Fact::TrailStatus, trail.arn())
            .find_map(|probe| self.document.read::<TrailStatus>(probe).ok())
    }

    /// The proof of whether a trail is logging, where there is one.
    #[must_use]
    pub fn cite_logging(&self, trail: &Trail) -> Option<Evidence> {
        self.own_status(trail)
            .map(|(status, source)| source.cite("IsLogging", status.is_logging))
            .or_else(|| trail.cite_logging())
    }

    /// The buckets that this account owns.
    ///
    /// # Errors
    /// The gap of `ListBuckets`.
    pub fn buckets(&self) -> Observed<(&'a [BucketEntry], Source)> {
        self.document
            .read::<Vec<BucketEntry>>(&Probe::global(Fact::BucketList))
            .map(|(buckets, source)| (buckets.as_slice(), source))
    }

    /// The users, groups and roles of this account.
    ///
    /// # Errors
    /// The gap of `GetAccountAuthorizationDetails`.
    pub fn principals(&self) -> Observed<Vec<Principal>> {
        let probe = Probe::global(Fact::AuthorizationDetails);
        let (details, source) = self.document.read::<AuthorizationDetails>(&probe)?;
        let principal = |entry: &crate::answer::PrincipalEntry| Principal {
            entry: entry.clone(),
            partition: self.organization.partition().clone(),
            source: source.clone(),
        };
        Ok(details.principals.iter().map(principal).collect())
    }

    /// Its principals with all that decides on what they may do to the evidence, read once for all checks.
    ///
    /// # Errors
    /// The gap of `GetAccountAuthorizationDetails`.
    pub fn roll(&self) -> Observed<&'a Roll> {
        let read = || Roll::read(self, crate::privilege::all_actions());
        self.roll.get_or_init(read).as_ref().map_err(Clone::clone)
    }

    /// The proof that a region was asked for its trails and what it showed.
    #[must_use]
    pub fn cite_trails_in(&self, region: &Region) -> Evidence {
        let probe = Probe::regional(Fact::Trails, region);
        let source = self.document.source(&probe);
        let arns = self.trails_in(region).map(|trails| {
            trails.iter().map(|seen| seen.trail.arn().to_owned()).collect::<Vec<_>>()
        });
        source.cite("trailList[].TrailARN", arns.unwrap_or_default())
    }

    /// Whether a trail that this account sees may count for it: its own, or an organization trail of its organization.
    ///
    /// # Errors
    /// Where the organization was not read and the trail is another account's.
    pub fn belongs(&self, trail: &Trail) -> Observed<bool> {
        self.organization.trail_belongs(trail, self.id())
    }

    /// How a trail's deliveries from one region went, as this account was told there.
    ///
    /// # Errors
    /// The gap of that region's `GetTrailStatus`.
    pub fn delivery(&self, trail: &Trail, region: &Region) -> Observed<(&'a TrailStatus, Source)> {
        let at_home = Probe::resource(Fact::TrailStatus, Some(region), trail.arn());
        let probe = if self.document.observations.contains_key(&at_home) {
            at_home
        } else {
            Probe::resource(Fact::TrailDelivery, Some(region), trail.arn())
        };
        self.document.read::<TrailStatus>(&probe)
    }

    /// The newest management event that a region's history shows from before the run; none inside where it shows none.
    ///
    /// # Errors
    /// The gap of the region's `LookupEvents`.
    pub fn newest_event(&self, region: &Region) -> Observed<(&'a Option<RecentEvent>, Source)> {
        self.document.read::<Option<RecentEvent>>(&Probe::regional(Fact::RecentEvents, region))
    }

    /// The tags of one of its buckets.
    ///
    /// # Errors
    /// The gap of `GetBucketTagging`.
    pub fn bucket_tags(&self, bucket: &BucketEntry) -> Observed<(&'a Tags, Source)> {
        let region = bucket.bucket_region.as_ref();
        self.document.read::<Tags>(&Probe::resource(Fact::BucketTags, region, &bucket.name))
    }
}
