//! The log group that a trail delivers to, as its ARN places it, and what was read there.

use std::collections::BTreeSet;

use crate::answer::{
    Alarms, CompositeAlarm, LogGroup, MetricAlarm, MetricFilter, MetricTransformation, MuteRule,
};
use crate::aws::{AccountId, Arn, Region};
use crate::evidence::Observed;
use crate::fact::Fact;
use crate::organization::{Organization, of_region};
use crate::snapshot::Source;

/// A log group: whose it is and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogDestination {
    /// The ARN, as the trail has it.
    pub arn: String,
    /// The account.
    pub owner: AccountId,
    /// The region.
    pub region: Region,
}

/// How an alarm looks at the metric that a filter writes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) alarm: &'a MetricAlarm,
    pub(super) dimensions: &'a std::collections::BTreeMap<String, String>,
    pub(super) statistic: Option<&'a str>,
    pub(super) period: Option<i32>,
    pub(super) unit: Option<&'a str>,
    /// Whether the threshold is about this very metric, and not about an expression.
    pub(super) direct: bool,
}

impl LogDestination {
    /// The log group of that ARN; none where the text is no log group's.
    #[must_use]
    pub fn of(arn: &str) -> Option<Self> {
        let parsed = Arn::parse(arn).ok()?;
        let (owner, region) = (parsed.account_id()?, parsed.region()?);
        arn.contains(":log-group:").then(|| Self { arn: arn.to_owned(), owner, region })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        let name = self.arn.split_once(":log-group:").map_or(self.arn.as_str(), |(_, name)| name);
        name.strip_suffix(":*").unwrap_or(name)
    }

    /// Its description; none inside where there is no such group.
    ///
    /// # Errors
    /// The call's gap, or why nobody could be asked.
    pub fn described<'a>(
        &self,
        all: &'a Organization,
    ) -> Observed<(&'a Option<LogGroup>, &'a Source)> {
        all.resource(Fact::LogGroup, &self.arn, self.owner)
    }

    /// Its metric filters.
    ///
    /// # Errors
    /// As [`Self::described`].
    pub fn filters<'a>(
        &self,
        all: &'a Organization,
    ) -> Observed<(&'a Vec<MetricFilter>, &'a Source)> {
        all.resource(Fact::MetricFilters, &self.arn, self.owner)
    }

    /// The alarms of its account and region.
    ///
    /// # Errors
    /// As [`Self::described`].
    pub fn alarms<'a>(&self, all: &'a Organization) -> Observed<(&'a Alarms, &'a Source)> {
        all.resource(Fact::Alarms, &of_region(self.owner, &self.region), self.owner)
    }

    /// What mutes alarms there.
    ///
    /// # Errors
    /// As [`Self::described`].
    pub fn mutes<'a>(&self, all: &'a Organization) -> Observed<(&'a Vec<MuteRule>, &'a Source)> {
        all.resource(Fact::MuteRules, &of_region(self.owner, &self.region), self.owner)
    }

    /// The alarms that look at a metric of its filters.
    ///
    /// # Errors
    /// The gap of its filters or of the alarms.
    pub fn watching<'a>(&self, all: &'a Organization) -> Observed<Vec<&'a MetricAlarm>> {
        let (filters, _) = self.filters(all)?;
        if filters.is_empty() {
            return Ok(Vec::new());
        }
        let (alarms, _) = self.alarms(all)?;
        let metrics = || filters.iter().flat_map(|filter| &filter.metric_transformations);
        let watches =
            |alarm: &&MetricAlarm| metrics().any(|metric| !looks(alarm, metric).is_empty());
        Ok(alarms.metric_alarms.iter().filter(watches).collect())
    }

    /// The topics that these alarms name, and composite alarms on them.
    #[must_use]
    pub fn topics(&self, all: &Organization) -> BTreeSet<String> {
        let (Ok(watching), Ok((alarms, _))) = (self.watching(all), self.alarms(all)) else {
            return BTreeSet::new();
        };
        let composite = |composite: &&CompositeAlarm| {
            let rule = composite.alarm_rule.as_deref().unwrap_or_default();
            watching.iter().any(|alarm| rule.contains(&alarm.alarm_name))
        };
        let composites = alarms.composite_alarms.iter().filter(composite);
        let own = watching.iter().flat_map(|alarm| &alarm.alarm_actions);
        own.chain(composites.flat_map(|alarm| &alarm.alarm_actions))
            .filter(|arn| super::notify::is_topic(arn))
            .cloned()
            .collect()
    }
}

/// The ways in which an alarm looks at a metric: usually one or none.
pub(super) fn looks<'a>(alarm: &'a MetricAlarm, metric: &MetricTransformation) -> Vec<Look<'a>> {
    let is = |name: &Option<String>, space: &Option<String>| {
        name.as_ref() == Some(&metric.metric_name)
            && space.as_ref() == Some(&metric.metric_namespace)
    };
    if is(&alarm.metric_name, &alarm.namespace) {
        return vec![Look {
            alarm,
            dimensions: &alarm.dimensions,
            statistic: alarm.statistic.as_deref(),
            period: alarm.period,
            unit: alarm.unit.as_deref(),
            direct: true,
        }];
    }
    // Another account's metric of the same name is another metric.
    let own = |account: &Option<String>| {
        account.as_deref().is_none_or(|id| alarm.alarm_arn.contains(&format!(":{id}:")))
    };
    let queries = alarm.metrics.iter();
    queries
        .filter(|query| is(&query.metric_name, &query.namespace) && own(&query.account_id))
        .map(|query| Look {
            alarm,
            dimensions: &query.dimensions,
            statistic: query.stat.as_deref(),
            period: query.period,
            unit: query.unit.as_deref(),
            direct: query.return_data != Some(false)
                && alarm.metrics.iter().all(|other| other.expression.is_none()),
        })
        .collect()
}
