//! One trail, folded from every view of it: its owner's, its replicas', and those of the members that it records.

use crate::answer::{EventSelectors, TrailDescription, TrailStatus};
use crate::aws::{AccountId, Arn, Region};
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::key::KeyTarget;
use crate::selector::{Half, Recorded, Selectors};
use crate::snapshot::{Source, Sourced};

/// One trail. Its identity is its ARN, never its name.
#[derive(Debug, Clone)]
pub struct Trail {
    /// The best view of its settings: the owner's at home, else the owner's elsewhere, else a member's.
    pub description: Sourced<TrailDescription>,
    /// The account in its ARN: for an organization trail the management account, whoever made it.
    pub owner: AccountId,
    /// The best view of its status.
    pub(crate) status: Observed<Sourced<TrailStatus>>,
    /// What it was told to record, as read; not asked for where the default is known to be in force.
    pub(crate) selectors: Observed<Sourced<EventSelectors>>,
    /// How deliveries went: the owner's view from the home region and no other, since each view differs and a view
    /// that is missing must not be replaced by a kinder one. Where the owner is outside the run, the view of the
    /// delegated administrator who stands in.
    pub(crate) delivery: Observed<Sourced<TrailStatus>>,
    /// The delivery error, where it names KMS: in that view, or where the owner is outside the run in anyone's.
    pub(crate) kms_error: Observed<Option<Sourced<String>>>,
}

impl Trail {
    /// The identity.
    #[must_use]
    pub fn arn(&self) -> &str {
        &self.description.value.trail_arn
    }

    /// The name, for people.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.description.value.name
    }

    /// The region in which it was made and in which alone it can be changed.
    #[must_use]
    pub fn home(&self) -> &Region {
        &self.description.value.home_region
    }

    /// Whether it records every account of an organization.
    #[must_use]
    pub fn is_organization_trail(&self) -> bool {
        self.description.value.is_organization_trail == Some(true)
    }

    /// The bucket that it delivers to.
    #[must_use]
    pub fn bucket(&self) -> Option<&str> {
        self.description.value.s3_bucket_name.as_deref().filter(|name| !name.is_empty())
    }

    /// The key that it encrypts with, as AWS shows it.
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        self.description.value.kms_key_id.as_deref().filter(|id| !id.is_empty())
    }

    /// The log group that it also delivers to.
    #[must_use]
    pub fn log_group(&self) -> Option<&str> {
        let arn = self.description.value.cloud_watch_logs_log_group_arn.as_deref();
        arn.filter(|arn| !arn.is_empty())
    }

    /// The role by which it delivers to the log group, where that was kept.
    #[must_use]
    pub fn log_role(&self) -> Option<&str> {
        let arn = self.description.value.cloud_watch_logs_role_arn.as_deref();
        arn.filter(|arn| !arn.is_empty())
    }

    /// How it names a stream in its log group: that of its home region and its owner.
    #[must_use]
    pub fn log_stream(&self, organization: Option<&str>) -> String {
        let within = organization.filter(|_| self.is_organization_trail());
        let within = within.map(|id| format!("{id}_")).unwrap_or_default();
        format!("{within}{}_CloudTrail_{}", self.owner, self.home())
    }

    /// The topic that it notifies.
    #[must_use]
    pub fn topic(&self) -> Option<&str> {
        self.description.value.sns_topic_arn.as_deref().filter(|arn| !arn.is_empty())
    }

    /// Where its key lies, given the region of its bucket.
    pub(crate) fn key_target(&self, bucket_region: Option<&Region>) -> Option<KeyTarget> {
        Some(KeyTarget::new(self.key()?, self.owner, bucket_region, self.home()))
    }

    /// The root of all its keys in the bucket: `{prefix/}AWSLogs/`.
    #[must_use]
    pub fn key_space(&self) -> String {
        match self.description.value.s3_key_prefix.as_deref() {
            Some(prefix) if !prefix.is_empty() => {
                format!("{}/AWSLogs/", prefix.trim_end_matches('/'))
            }
            _ => "AWSLogs/".to_owned(),
        }
    }

    /// A setting as proof.
    #[must_use]
    pub fn cite(&self, field: &str, value: impl Into<serde_json::Value>) -> Evidence {
        self.description.source.cite(field, value)
    }

    /// A member that AWS may leave out: absent is false only in the owner's own answer.
    fn flag(&self, name: &str, value: Option<bool>) -> Observed<bool> {
        match value {
            Some(value) => Ok(value),
            None if self.description.source.account == self.owner => Ok(false),
            None => Err(Gap {
                account: Some(self.description.source.account),
                region: self.description.source.probe.region.clone(),
                ..Gap::new(
                    Fact::Trails,
                    Cause::CrossAccountUnreadable,
                    format!("{name} of {} is not shown to this account", self.arn()),
                )
            }),
        }
    }

    /// Whether it records every region.
    ///
    /// # Errors
    /// Where only another account's view was read and leaves it out.
    pub fn is_multi_region(&self) -> Observed<bool> {
        self.flag("IsMultiRegionTrail", self.description.value.is_multi_region_trail)
    }

    /// Whether digests are delivered.
    ///
    /// # Errors
    /// As [`Self::is_multi_region`].
    pub fn validates_log_files(&self) -> Observed<bool> {
        self.flag("LogFileValidationEnabled", self.description.value.log_file_validation_enabled)
    }

    /// Whether it records global services.
    ///
    /// # Errors
    /// As [`Self::is_multi_region`].
    pub fn includes_global_services(&self) -> Observed<bool> {
        let value = self.description.value.include_global_service_events;
        self.flag("IncludeGlobalServiceEvents", value)
    }

    /// Its status with its source.
    ///
    /// # Errors
    /// Where no account's view of it was read.
    pub fn status(&self) -> Observed<&Sourced<TrailStatus>> {
        self.status.as_ref().map_err(Clone::clone)
    }

    /// How deliveries went, as its owner sees them from its home region.
    ///
    /// # Errors
    /// Where that view was not read.
    pub fn delivery(&self) -> Observed<&Sourced<TrailStatus>> {
        self.delivery.as_ref().map_err(Clone::clone)
    }

    /// Whether it is logging: a property of the trail, the same in each region.
    ///
    /// # Errors
    /// Where its status was not read, or did not say.
    pub fn is_logging(&self) -> Observed<bool> {
        let status = self.status()?;
        status.value.is_logging.ok_or_else(|| {
            Gap::new(Fact::TrailStatus, Cause::Undecidable, "GetTrailStatus left out IsLogging")
        })
    }

    /// What it records. The default selector, where nobody changed it, needs no call of its own.
    ///
    /// # Errors
    /// Where custom selectors are in force and were not read, or where AWS shows none of them.
    pub fn selectors(&self) -> Observed<Selectors> {
        if self.description.value.has_custom_event_selectors == Some(false) {
            return Ok(Selectors::default_selector());
        }
        let read = &self.selectors.as_ref().map_err(Clone::clone)?.value;
        if read.event_selectors.is_empty() && read.advanced_event_selectors.is_empty() {
            let detail = format!("{} has custom event selectors, and none are shown", self.arn());
            return Err(Gap::new(Fact::EventSelectors, Cause::Undecidable, detail));
        }
        Ok(Selectors::normalise(read))
    }

    /// The proof of what it records. Selectors can be long and the same trail is cited for every region: the value is
    /// what they come to, the whole answer lies under the evidence's source.
    #[must_use]
    pub fn cite_selectors(&self) -> Evidence {
        let summary = self.selectors().map(|selectors| selectors.summary());
        match &self.selectors {
            Ok(read) if self.description.value.has_custom_event_selectors != Some(false) => {
                let classic = read.value.advanced_event_selectors.is_empty();
                let field = if classic { "EventSelectors" } else { "AdvancedEventSelectors" };
                read.source.cite(field, summary.unwrap_or_default())
            }
            _ => self
                .cite("HasCustomEventSelectors", self.description.value.has_custom_event_selectors),
        }
    }

    /// The proof of whether it logs, where that was read.
    #[must_use]
    pub fn cite_logging(&self) -> Option<Evidence> {
        let status = self.status.as_ref().ok()?;
        Some(status.source.cite("IsLogging", status.value.is_logging))
    }

    /// How much of both halves of the management events it records.
    ///
    /// # Errors
    /// As [`Self::selectors`].
    pub fn management(&self) -> Observed<[(Half, Recorded); 2]> {
        let selectors = self.selectors()?;
        Ok(Half::BOTH.map(|half| (half, selectors.management(half))))
    }

    /// Whether it records all management events, both halves, nothing left out.
    ///
    /// # Errors
    /// As [`Self::selectors`].
    pub fn records_all_management(&self) -> Observed<bool> {
        Ok(self.management()?.iter().all(|(_, recorded)| *recorded == Recorded::Full))
    }
}

/// How near a view is to the truth of a trail: the owner's at home before its replicas, a member's last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum View {
    OwnerAtHome,
    OwnerElsewhere,
    OtherAccount,
}

/// One view among several: what is read beats what is not, then the nearer view, then the smaller account and region,
/// so that the order of reading changes nothing.
#[derive(Debug, Clone)]
pub(crate) struct Best<T> {
    rank: (bool, View, AccountId, Option<Region>),
    pub(crate) value: Observed<Sourced<T>>,
}

impl<T> Best<T> {
    pub(crate) fn new(arn: &str, source: &Source, value: Observed<Sourced<T>>) -> Self {
        let parsed = Arn::parse(arn).ok();
        let (owner, home) = parsed.map_or((None, None), |arn| (arn.account_id(), arn.region()));
        let view = match (owner == Some(source.account), source.probe.region == home) {
            (true, true) => View::OwnerAtHome,
            (true, false) => View::OwnerElsewhere,
            (false, _) => View::OtherAccount,
        };
        let rank = (value.is_err(), view, source.account, source.probe.region.clone());
        Self { rank, value }
    }

    /// Whose view it is.
    pub(crate) fn account(&self) -> AccountId {
        self.rank.2
    }

    /// Keeps the better of the two.
    pub(crate) fn better(&mut self, other: Self) {
        if other.rank < self.rank {
            *self = other;
        }
    }

    /// Keeps the better of what there may be and the other.
    pub(crate) fn merge(slot: &mut Option<Self>, other: Self) {
        match slot {
            Some(best) => best.better(other),
            None => *slot = Some(other),
        }
    }
}
