//! The form in which patterns of both languages are evaluated and compared.

use crate::bridge::EventPattern;
use crate::event::Event;
use crate::formula::Formula;
use crate::pattern::FilterPattern;
use crate::reading::Reading;
use crate::required::Condition;

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct Matcher {
    narrow: Formula,
    wide: Formula,
}

impl Matcher {
    /// The matcher of those of its events that meet a condition too.
    #[must_use]
    pub fn within(&self, condition: &Condition) -> Self {
        let both = |reading: Reading| {
            Formula::All(vec![self.formula(reading).clone(), condition.formula(reading)])
        };
        Self { narrow: both(Reading::Narrow), wide: both(Reading::Wide) }
    }

    /// Whether an event matches. An audit asks with [`Reading::Narrow`]: a match that is not sure is none.
    #[must_use]
    pub fn matches(&self, event: &Event<'_>, reading: Reading) -> bool {
        self.formula(reading).holds(event)
    }

    pub(crate) fn formula(&self, reading: Reading) -> &Formula {
        match reading {
            Reading::Narrow => &self.narrow,
            Reading::Wide => &self.wide,
        }
    }
}

impl From<&FilterPattern> for Matcher {
    fn from(pattern: &FilterPattern) -> Self {
        Self { narrow: pattern.formula(Reading::Narrow), wide: pattern.formula(Reading::Wide) }
    }
}

impl From<&EventPattern> for Matcher {
    fn from(pattern: &EventPattern) -> Self {
        Self { narrow: pattern.formula(Reading::Narrow), wide: pattern.formula(Reading::Wide) }
    }
}
