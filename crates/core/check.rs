//! What a check is: plain constant data and one function that judges one subject.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::account::AccountView;
use crate::answer::BucketEntry;
use crate::bucket::Bucket;
use crate::control::{COMMON, Control, Framework};
use crate::evidence::Observed;
use crate::fact::Fact;
use crate::finding::Verdict;
use crate::key::Key;
use crate::language::Japanese;
use crate::monitoring::{TrailGroup, WatchedAlarm};
use crate::organization::Organization;
use crate::period::{Period, Reach};
use crate::policy::Policy;
use crate::principal::Principal;
use crate::store::Store;
use crate::trail::Trail;

/// How bad it is when a check fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Hygiene.
    Low,
    /// A layer is missing.
    Medium,
    /// One more fault and the evidence is gone.
    High,
    /// The evidence is gone, or anyone can reach it.
    Critical,
}

impl Severity {
    /// All, worst first.
    pub const ALL: [Self; 5] = [Self::Critical, Self::High, Self::Medium, Self::Low, Self::Info];

    /// The weight that follows from it, unless the check says otherwise.
    #[must_use]
    pub const fn weight(self) -> u32 {
        match self {
            Self::Critical => 10,
            Self::High => 6,
            Self::Medium => 3,
            Self::Low => 1,
            Self::Info => 0,
        }
    }

    /// The word that reports print.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
            Self::Info => "info",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// The catalogue's nine groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Group {
    /// Is there a record at all?
    Presence,
    /// Is it intact and out of reach?
    Protection,
    /// Does it arrive?
    Delivery,
    /// Who could stop it?
    Privilege,
    /// Would anyone be told?
    Monitoring,
    /// Is every account part of it?
    Organization,
    /// Was it ever off?
    Continuity,
    /// Is money wasted?
    Cost,
    /// The same questions for CloudTrail Lake.
    Lake,
}

impl Group {
    /// All nine, in the catalogue's order.
    pub const ALL: [Self; 9] = [
        Self::Presence,
        Self::Protection,
        Self::Delivery,
        Self::Privilege,
        Self::Monitoring,
        Self::Organization,
        Self::Continuity,
        Self::Cost,
        Self::Lake,
    ];

    /// The word that reports print, which is also the folder's name in `checks/`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Presence => "presence",
            Self::Protection => "protection",
            Self::Delivery => "delivery",
            Self::Privilege => "privilege",
            Self::Monitoring => "monitoring",
            Self::Organization => "organization",
            Self::Continuity => "continuity",
            Self::Cost => "cost",
            Self::Lake => "lake",
        }
    }

    /// The question that its checks answer.
    #[must_use]
    pub fn question(self) -> &'static str {
        match self {
            Self::Presence => "Is there a record at all?",
            Self::Protection => "Is it intact and out of reach?",
            Self::Delivery => "Does it arrive?",
            Self::Privilege => "Who could stop it?",
            Self::Monitoring => "Would anyone be told?",
            Self::Organization => "Is every account part of it?",
            Self::Continuity => "Was it ever off?",
            Self::Cost => "Is money wasted?",
            Self::Lake => "The same questions for CloudTrail Lake.",
        }
    }
}

impl fmt::Display for Group {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

/// How to mend what a check found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Remediation {
    /// What to do, in one or two sentences.
    pub summary: &'static str,
    /// A command that does it; `{trail}`, `{bucket}`, `{key}`, `{principal}` and `{region}` stand for the subject.
    pub command: &'static str,
    /// AWS's page on it.
    pub link: &'static str,
}

/// The state that satisfies a check, as infrastructure code; beside the check's constant where such code is how it is
/// done. Names in it stand for the user's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct AsCode {
    /// In Terraform's language, with the AWS provider.
    pub terraform: Option<&'static str>,
    /// In CloudFormation, as YAML.
    pub cloudformation: Option<&'static str>,
}

impl AsCode {
    /// Both languages.
    #[must_use]
    pub const fn both(terraform: &'static str, cloudformation: &'static str) -> Self {
        Self { terraform: Some(terraform), cloudformation: Some(cloudformation) }
    }

    /// Where CloudFormation has no resource for it.
    #[must_use]
    pub const fn terraform(terraform: &'static str) -> Self {
        Self { terraform: Some(terraform), cloudformation: None }
    }
}

/// What a check may look at beside its subject.
#[derive(Debug, Clone, Copy)]
pub struct Audit<'a> {
    /// The evidence graph.
    pub organization: &'a Organization,
    /// What the user expects.
    pub policy: &'a Policy,
    /// The time that the audit is about, where the user named one.
    pub period: Option<Period>,
}

impl Audit<'_> {
    /// The last so many days, or what of them lies in the period that the audit is about.
    #[must_use]
    pub fn reach(&self, days: u32) -> Reach {
        Reach { days, period: self.period }
    }
}

/// The function that judges one subject, by the subject's kind. The engine walks the subjects: no check has a loop
/// over accounts or regions, builds a report row or copies an ARN.
#[derive(Clone, Copy)]
pub enum Judge {
    /// The organization, once; not applicable where there is none.
    Organization(fn(&Organization, &Audit<'_>) -> Observed<Verdict>),
    /// Each active account of the organization (or the lone account).
    Account(fn(&AccountView<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each enabled region of each account.
    Region(fn(&RegionView<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each trail, at its owner; other accounts that see it inherit.
    Trail(fn(&Trail, &Audit<'_>) -> Observed<Verdict>),
    /// As [`Self::Trail`]; a trail whose owner is no account of the organization, in each account that sees it.
    SeenTrail(fn(&Trail, &Audit<'_>) -> Observed<Verdict>),
    /// Each trail in each region in which an account sees it: what happens to that account's events there.
    TrailRegion(fn(&TrailRegionView<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each trail in each enabled region of its owner, whether or not it is seen there.
    Replica(fn(&TrailRegionView<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each event data store, at its owner; not applicable to an account that has none.
    Store(fn(&Store, &Audit<'_>) -> Observed<Verdict>),
    /// Each name of a bucket that a trail delivers to, whether or not there is such a bucket, at its owner.
    BucketName(fn(&Bucket, &Audit<'_>) -> Observed<Verdict>),
    /// Each bucket that a trail delivers to, at its owner; not applicable where it is proved to be missing.
    Bucket(fn(&Bucket, &Audit<'_>) -> Observed<Verdict>),
    /// Each bucket that a trail delivers to, as [`Self::Bucket`], and each bucket to which such a one sends its access
    /// logs.
    EvidenceBucket(fn(&Bucket, &Audit<'_>) -> Observed<Verdict>),
    /// Each trail with the bucket that it delivers to, at the bucket's owner; the finding's resource is the trail.
    Delivery(fn(&Delivery<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each account that owns log buckets, by the first of them.
    BucketOwner(fn(&Bucket, &Audit<'_>) -> Observed<Verdict>),
    /// Each log bucket, and each account beside.
    BucketAndAccount {
        /// Of a bucket, as [`Self::Bucket`].
        bucket: fn(&Bucket, &Audit<'_>) -> Observed<Verdict>,
        /// Of an account, as [`Self::Account`].
        account: fn(&AccountView<'_>, &Audit<'_>) -> Observed<Verdict>,
    },
    /// Each bucket of an account that the policy designates. What the judge calls not applicable is not designated and
    /// has no finding; where none is designated the account has one.
    OwnBucket(fn(&OwnBucket<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each key that a trail or an event data store encrypts with, at its owner.
    Key(fn(&Key, &Audit<'_>) -> Observed<Verdict>),
    /// Each of those, and the keys of log buckets' default encryption and of log groups.
    AnyKey(fn(&Key, &Audit<'_>) -> Observed<Verdict>),
    /// Each log group that a trail delivers to, at its owner.
    LogGroup(fn(&TrailGroup, &Audit<'_>) -> Observed<Verdict>),
    /// Each alarm that looks at a metric of such a log group's filters, at the log group's owner.
    Alarm(fn(&WatchedAlarm<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each trail, at its owner and only there, with all that the owner's account tells.
    GuardedTrail(fn(&Trail, &AccountView<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each bucket that a trail delivers to, as [`Self::Bucket`], with all that its owner's account tells.
    GuardedBucket(fn(&Bucket, &AccountView<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each key, as [`Self::Key`], with all that its owner's account tells.
    GuardedKey(fn(&Key, &AccountView<'_>, &Audit<'_>) -> Observed<Verdict>),
    /// Each user, group and role. One finding for each that fails; where none does, one pass for the account.
    Principal(fn(&Principal, &Audit<'_>) -> Observed<Verdict>),
}

impl Judge {
    /// Whether its subjects are trails, or known only through trails.
    #[must_use]
    pub fn needs_trails(self) -> bool {
        match self {
            Self::Trail(_)
            | Self::SeenTrail(_)
            | Self::TrailRegion(_)
            | Self::Replica(_)
            | Self::BucketName(_)
            | Self::Bucket(_)
            | Self::EvidenceBucket(_)
            | Self::Delivery(_)
            | Self::BucketOwner(_)
            | Self::BucketAndAccount { .. }
            | Self::GuardedTrail(_)
            | Self::GuardedBucket(_)
            | Self::GuardedKey(_)
            | Self::LogGroup(_)
            | Self::Alarm(_)
            | Self::Key(_)
            | Self::AnyKey(_) => true,
            Self::Organization(_)
            | Self::Account(_)
            | Self::Region(_)
            | Self::Store(_)
            | Self::OwnBucket(_)
            | Self::Principal(_) => false,
        }
    }

    /// The kind of subject, as `explain` and `checks` print it.
    #[must_use]
    pub fn scope(self) -> &'static str {
        match self {
            Self::Organization(_) => "organization",
            Self::Account(_) => "account",
            Self::Region(_) => "account and region",
            Self::Trail(_) | Self::SeenTrail(_) | Self::GuardedTrail(_) => "trail",
            Self::TrailRegion(_) | Self::Replica(_) => "trail and region",
            Self::Store(_) => "event data store",
            Self::BucketName(_)
            | Self::Bucket(_)
            | Self::EvidenceBucket(_)
            | Self::GuardedBucket(_)
            | Self::OwnBucket(_) => "bucket",
            Self::Delivery(_) => "bucket and trail",
            Self::BucketOwner(_) => "account",
            Self::BucketAndAccount { .. } => "bucket and account",
            Self::Key(_) | Self::AnyKey(_) | Self::GuardedKey(_) => "key",
            Self::LogGroup(_) => "log group",
            Self::Alarm(_) => "alarm",
            Self::Principal(_) => "principal",
        }
    }
}

impl fmt::Debug for Judge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scope())
    }
}

/// One enabled region of one account.
#[derive(Clone, Copy)]
pub struct RegionView<'a> {
    /// The account.
    pub account: &'a AccountView<'a>,
    /// The region.
    pub region: &'a crate::aws::Region,
}

/// One trail in one region, as one account sees it.
#[derive(Clone, Copy)]
pub struct TrailRegionView<'a> {
    /// The account.
    pub account: &'a AccountView<'a>,
    /// The trail.
    pub trail: &'a Trail,
    /// The region.
    pub region: &'a crate::aws::Region,
}

/// One trail with the bucket that it delivers to.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The bucket.
    pub bucket: &'a Bucket,
    /// The trail.
    pub trail: &'a Trail,
}

/// One bucket of an account, whatever it is for.
#[derive(Clone, Copy)]
pub struct OwnBucket<'a> {
    /// The account.
    pub account: &'a AccountView<'a>,
    /// The bucket.
    pub bucket: &'a BucketEntry,
}

/// One check: everything that explains it, and the function that judges.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    /// The catalogue's id; AWS Config's managed-rule identifier where the check is that rule's equivalent.
    pub id: &'static str,
    /// The statement that the check proves: present tense, subject first, no full stop.
    pub title: &'static str,
    /// Its group, which is also its folder.
    pub group: Group,
    /// Its severity.
    pub severity: Severity,
    /// Its weight in the score; [`Severity::weight`] unless the check restates others.
    pub weight: u32,
    /// What an attacker or an outage gains when the statement is false.
    pub rationale: &'static str,
    /// How to mend it.
    pub remediation: Remediation,
    /// Its title, rationale and remediation for Japanese readers.
    pub japanese: Japanese,
    /// The framework requirements that it bears on.
    pub controls: &'static [Control],
    /// The facts that it reads, in order; what they need in turn follows.
    pub reads: &'static [Fact],
    /// The function that judges.
    pub judge: Judge,
}

impl Check {
    /// The requirements to show beside it: its own, or else what every check on the audit trail is related to. What
    /// only saves money is related to none.
    #[must_use]
    pub fn bears_on(&self) -> &'static [Control] {
        match (self.controls, self.group) {
            ([], Group::Cost) => &[],
            ([], _) => &COMMON,
            (own, _) => own,
        }
    }

    /// The requirements of a framework for which it surely speaks.
    pub fn speaks_for(&self, framework: Framework) -> impl Iterator<Item = &'static str> {
        self.controls
            .iter()
            .filter(move |control| control.framework == framework && control.sureness.is_sure())
            .map(|control| control.id)
    }

    /// Whether it is part of a framework's profile.
    #[must_use]
    pub fn is_in(&self, framework: Framework) -> bool {
        self.speaks_for(framework).next().is_some()
    }
}
