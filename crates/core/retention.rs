//! How long lifecycle rules and Object Lock let a log live, and how soon it is moved out of immediate reach.
//!
//! What was not read leaves a range between the least and the most: a question is answered where the whole range
//! answers it, and is a gap otherwise.

use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;

use crate::answer::{BucketVersioning, LifecycleRule, ObjectLock};
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;
use crate::reason::Reason;

mod archive;
mod reach;

pub use archive::{Archiving, archived_before};
pub(crate) use reach::name;
pub use reach::reaches;

use reach::{meets, overlap};

/// A time for which something is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// So many days.
    Days(u32),
    /// Nothing ends it.
    Forever,
}

impl Span {
    const NONE: Self = Self::Days(0);

    /// Whether it is that long.
    #[must_use]
    pub fn reaches(self, days: u32) -> bool {
        self >= Self::Days(days)
    }

    fn then(self, more: Self) -> Self {
        match (self, more) {
            (Self::Days(one), Self::Days(other)) => Self::Days(one.saturating_add(other)),
            _ => Self::Forever,
        }
    }
}

impl From<i32> for Span {
    /// AWS's days; a negative number, which it does not give, keeps nothing.
    fn from(days: i32) -> Self {
        Self::Days(u32::try_from(days).unwrap_or(0))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("1 day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Forever => f.write_str("for ever"),
        }
    }
}

/// The rule that ends a log's life first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Binding {
    /// The rule's id.
    pub rule: String,
    /// The keys that it is about; all where absent.
    pub prefix: Option<String>,
    /// Set where it names a day instead of an age.
    pub date: Option<Timestamp>,
}

/// What a reader should know beside the number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Note {
    /// A rule asks for tags, which CloudTrail's objects do not have.
    TagsIgnored,
    /// A rule keeps the newest noncurrent versions whatever their age, and a log has one version only.
    KeptByCount,
    /// The lock decides, and holds nothing that was written before it.
    LockIsYounger,
}

impl Note {
    /// What findings say for it.
    #[must_use]
    pub fn reason(self) -> Reason {
        match self {
            Self::TagsIgnored => Reason::TAG_FILTER_IGNORED,
            Self::KeptByCount => Reason::KEPT_BY_COUNT,
            Self::LockIsYounger => Reason::LOCK_REACHES_LATER_OBJECTS,
        }
    }
}

/// How long logs are kept, as far as it was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Retention {
    /// At least so long.
    pub least: Span,
    /// At most so long; the same where all was read.
    pub most: Span,
    /// The rule that ends a log first; none where no rule ends a log, or the lock outlasts it.
    pub bound: Option<Binding>,
    /// What a reader should know beside it.
    pub notes: BTreeSet<Note>,
    /// What was not read, where the least and the most differ.
    pub unread: Option<Gap>,
}

impl Retention {
    /// Whether logs are kept for so many days.
    ///
    /// # Errors
    /// What was not read, where that decides.
    pub fn reaches(&self, days: u32) -> Observed<bool> {
        match (self.least.reaches(days), self.most.reaches(days), &self.unread) {
            (true, ..) => Ok(true),
            (_, false, _) | (.., None) => Ok(false),
            (.., Some(gap)) => Err(gap.clone()),
        }
    }
}

/// Which keys a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys<'a> {
    /// CloudTrail's files under a root such as `AWSLogs/`.
    Under(&'a str),
    /// All that begin so.
    Prefix(&'a str),
    /// Any key: a trail that nobody saw may deliver under any prefix.
    Any,
}

/// What decides for how long a bucket keeps what is in it.
#[derive(Debug, Clone)]
pub struct Storage<'a> {
    /// The lifecycle rules.
    pub rules: Observed<&'a [LifecycleRule]>,
    /// Versioning.
    pub versioning: Observed<&'a BucketVersioning>,
    /// Object Lock.
    pub lock: Observed<&'a ObjectLock>,
}

/// When one rule ends a log's life.
#[derive(Debug, Clone, PartialEq)]
struct Ending {
    least: Span,
    most: Span,
    rule: Binding,
    unread: Option<Gap>,
}

impl Storage<'_> {
    /// How long those keys are kept. Lifecycle cannot remove a locked version, so the lock's days are a floor.
    #[must_use]
    pub fn retention(&self, keys: Keys<'_>) -> Retention {
        let mut kept = self.by_rules(keys);
        match &self.lock {
            Ok(lock) => {
                let held = Span::Days(lock_days(lock).unwrap_or(0));
                if held > kept.least {
                    kept.bound = None;
                    kept.notes.insert(Note::LockIsYounger);
                }
                kept.least = kept.least.max(held);
                kept.most = kept.most.max(held);
            }
            // Without a rule that ends anything there is nothing for a lock to hold.
            Err(gap) if kept.least < Span::Forever => {
                kept.most = Span::Forever;
                kept.unread.get_or_insert_with(|| gap.clone());
            }
            Err(_) => {}
        }
        if kept.least == kept.most {
            kept.unread = None;
        }
        kept
    }

    fn by_rules(&self, keys: Keys<'_>) -> Retention {
        let mut notes = BTreeSet::new();
        let rules = match &self.rules {
            Ok(rules) => *rules,
            Err(gap) => {
                let unread = Some(gap.clone());
                return Retention {
                    least: Span::NONE,
                    most: Span::Forever,
                    bound: None,
                    notes,
                    unread,
                };
            }
        };
        let tagged = |rule: &LifecycleRule| {
            rule.status == "Enabled" && rule.has_tag_filter && meets(rule.prefix.as_deref(), keys)
        };
        if rules.iter().any(|rule| tagged(rule) && ends(rule)) {
            notes.insert(Note::TagsIgnored);
        }
        let mut matching: Vec<&LifecycleRule> =
            rules.iter().filter(|rule| reaches(rule, keys)).collect();
        // What is said must not hang on the order in which AWS lists the rules.
        matching.sort();
        if matching.iter().any(|rule| by_count(rule)) {
            notes.insert(Note::KeptByCount);
        }
        let endings: Vec<Ending> =
            matching.iter().filter_map(|rule| self.ending(rule, &matching)).collect();
        let least = endings.iter().map(|ending| ending.least).min().unwrap_or(Span::Forever);
        let unread = endings.iter().find_map(|ending| ending.unread.clone());
        let first = endings.into_iter().min_by_key(|ending| (ending.most, ending.least));
        let (most, bound) = match first {
            Some(ending) if ending.least < Span::Forever => (ending.most, Some(ending.rule)),
            _ => (Span::Forever, None),
        };
        Retention { least, most, bound, notes, unread }
    }

    /// When a rule ends the logs that it is about; none where it ends nothing.
    fn ending(&self, rule: &LifecycleRule, matching: &[&LifecycleRule]) -> Option<Ending> {
        if !ends(rule) {
            return None;
        }
        let binding =
            Binding { rule: name(rule), prefix: rule.prefix.clone(), date: rule.expiration_date };
        let certain = |span, rule| Some(Ending { least: span, most: span, rule, unread: None });
        if rule.expiration_date.is_some() {
            // All that exists on that day goes, however young: nothing is promised to any log.
            return certain(Span::NONE, binding);
        }
        let Some(days) = rule.expiration_days.map(Span::from) else {
            let gap = untold(rule, "Expiration");
            let (least, most) = (Span::NONE, Span::Forever);
            return Some(Ending { least, most, rule: binding, unread: Some(gap) });
        };
        // An expired version becomes a noncurrent one where versions are kept, and is gone where they are not.
        let together = matching
            .iter()
            .filter(|other| overlap(rule.prefix.as_deref(), other.prefix.as_deref()));
        let noncurrent = self.noncurrent(together.copied());
        match &self.versioning {
            Ok(versioning) if versioning.status.as_deref() == Some("Enabled") => {
                let (least, most, unread) = noncurrent;
                Some(Ending {
                    least: days.then(least),
                    most: days.then(most),
                    rule: binding,
                    unread,
                })
            }
            Ok(_) => certain(days, binding),
            Err(gap) => Some(Ending {
                least: days,
                most: days.then(noncurrent.1),
                rule: binding,
                unread: Some(gap.clone()),
            }),
        }
    }

    /// How long noncurrent versions live under those rules: at least, at most, and why these differ.
    fn noncurrent<'r>(
        &self,
        rules: impl Iterator<Item = &'r LifecycleRule>,
    ) -> (Span, Span, Option<Gap>) {
        let (mut least, mut most, mut unread) = (Span::Forever, Span::Forever, None);
        for rule in
            rules.filter(|rule| does(rule, "NoncurrentVersionExpiration") && !by_count(rule))
        {
            match rule.noncurrent_days.map(Span::from) {
                Some(days) => {
                    least = least.min(days);
                    most = most.min(days);
                }
                None => {
                    least = Span::NONE;
                    unread.get_or_insert_with(|| untold(rule, "NoncurrentVersionExpiration"));
                }
            }
        }
        (least, most, unread.filter(|_| least < most))
    }
}

/// Whether a rule has that action, in either form of a snapshot.
fn does(rule: &LifecycleRule, action: &str) -> bool {
    let told = match action {
        "Expiration" => rule.expiration_days.is_some() || rule.expiration_date.is_some(),
        "NoncurrentVersionExpiration" => rule.noncurrent_days.is_some() || by_count(rule),
        _ => !rule.transitions.is_empty(),
    };
    told || rule.actions.iter().any(|name| name == action)
}

/// Whether a rule takes current versions away. A lone delete marker is no version.
fn ends(rule: &LifecycleRule) -> bool {
    let markers = rule.expired_object_delete_marker.is_some();
    let timed = rule.expiration_days.is_some() || rule.expiration_date.is_some();
    timed || (does(rule, "Expiration") && !markers)
}

/// Whether a rule keeps the newest noncurrent versions whatever their age. A log is written once: it has one.
fn by_count(rule: &LifecycleRule) -> bool {
    rule.newer_noncurrent_versions.is_some_and(|count| count >= 1)
}

fn untold(rule: &LifecycleRule, action: &str) -> Gap {
    let detail =
        format!("the snapshot does not hold when the {action} of rule {} acts", name(rule));
    Gap::new(Fact::BucketLifecycle, Cause::Undecidable, detail)
}

/// The days for which a new object is locked; none without Object Lock or a default retention.
#[must_use]
pub fn lock_days(lock: &ObjectLock) -> Option<u32> {
    let retention = lock.default_retention.as_ref();
    let retention = retention.filter(|_| lock.object_lock_enabled.as_deref() == Some("Enabled"))?;
    let days = |number: i32| u32::try_from(number).unwrap_or(0);
    let of_years = retention.years.map(|years| days(years).saturating_mul(365));
    // AWS gives one of the two.
    retention.days.map(days).into_iter().chain(of_years).min()
}

#[cfg(test)]
mod tests;
