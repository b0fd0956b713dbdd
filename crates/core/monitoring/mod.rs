//! Whether anybody would be told of an event: from the trail that records it over a log group's filters, metrics and
//! alarms, or over a rule on the event bus, to a confirmed subscription.

use crate::reason::Reason;

mod alarm;
mod asked;
mod bridge;
mod chain;
mod composite;
mod criteria;
mod feed;
mod group;
mod links;
mod memo;
mod notify;
mod told;
mod watched;

#[cfg(test)]
mod tests;

pub use asked::Events;
pub use bridge::{concerns_cloudtrail, names_cloudtrail};
pub use chain::{Missed, Outcome, Told};
pub use group::LogDestination;
pub(crate) use memo::Memo;
pub use told::{Limits, is_recorded, region_of_globals, told, told_in};
pub use trailproof_filter_pattern::sets::{EventSet, SETS};
pub use watched::{TrailGroup, WatchedAlarm};

/// Where the chain from an event to a person is broken, from the person's end to the event's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// Nobody has confirmed a subscription to the topic.
    NoConfirmedSubscription,
    /// The topic is encrypted with a key that CloudWatch cannot use.
    TopicKey,
    /// The topic's policy lets CloudWatch publish nothing.
    TopicPolicy,
    /// There is no such topic.
    TopicMissing,
    /// The alarm does something, and tells nobody.
    NoNotification,
    /// The alarm's actions are switched off.
    AlarmActionsDisabled,
    /// A rule mutes the alarm now.
    AlarmMuted,
    /// The alarm goes off once and never again.
    StuckInAlarm,
    /// One event is too few for the alarm: it wants several periods.
    DatapointsUnreachable,
    /// The alarm looks too seldom.
    PeriodTooLong,
    /// One event is too few for the threshold, or no number of them reaches it.
    ThresholdUnreachable,
    /// The alarm looks at another unit.
    UnitMismatch,
    /// The alarm looks at other dimensions.
    DimensionMismatch,
    /// No alarm looks at the metric.
    NoAlarm,
    /// The filter sees no events of the account or region.
    FieldSelection,
    /// The filter takes everything, so that nobody can tell what it told of.
    Overbroad,
}

impl Broken {
    /// All, from the person's end.
    pub const ALL: [Self; 16] = [
        Self::NoConfirmedSubscription,
        Self::TopicKey,
        Self::TopicPolicy,
        Self::TopicMissing,
        Self::NoNotification,
        Self::AlarmActionsDisabled,
        Self::AlarmMuted,
        Self::StuckInAlarm,
        Self::DatapointsUnreachable,
        Self::PeriodTooLong,
        Self::ThresholdUnreachable,
        Self::UnitMismatch,
        Self::DimensionMismatch,
        Self::NoAlarm,
        Self::FieldSelection,
        Self::Overbroad,
    ];

    /// What findings say for it.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::NoConfirmedSubscription => Reason::NO_CONFIRMED_SUBSCRIPTION,
            Self::TopicKey => Reason::TOPIC_KEY,
            Self::TopicPolicy => Reason::TOPIC_POLICY,
            Self::TopicMissing => Reason::TOPIC_MISSING,
            Self::NoNotification => Reason::NO_NOTIFICATION,
            Self::AlarmActionsDisabled => Reason::ALARM_ACTIONS_DISABLED,
            Self::AlarmMuted => Reason::ALARM_MUTED,
            Self::StuckInAlarm => Reason::STUCK_IN_ALARM,
            Self::DatapointsUnreachable => Reason::DATAPOINTS_UNREACHABLE,
            Self::PeriodTooLong => Reason::PERIOD_TOO_LONG,
            Self::ThresholdUnreachable => Reason::THRESHOLD_UNREACHABLE,
            Self::UnitMismatch => Reason::UNIT_MISMATCH,
            Self::DimensionMismatch => Reason::DIMENSION_MISMATCH,
            Self::NoAlarm => Reason::NO_ALARM,
            Self::FieldSelection => Reason::FIELD_SELECTION,
            Self::Overbroad => Reason::OVERBROAD,
        }
    }
}

/// A broken link, in words.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Which it is.
    pub broken: Broken,
    /// A lower-case fragment that names what was seen.
    pub message: String,
    /// The proof.
    pub evidence: Vec<crate::evidence::Evidence>,
}
