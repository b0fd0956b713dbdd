//! Which answers open a question: of hundreds that an account gives, few are worth a look at what is still missing.

use crate::answer::{Answer, EventHistory};
use crate::fact::Fact;
use crate::snapshot::{Observation, Outcome, Probe};

/// Whether an answer, or its lack, may open another question to the same account: whether [`super::missing`] may give after it
/// what it did not give before.
#[must_use]
pub fn may_open(probe: &Probe, observation: &Observation) -> bool {
    match probe.fact {
        // Where there are none, something else is asked; or it is the last of several that must all be there.
        Fact::Session | Fact::Regions | Fact::Trails => true,
        Fact::BucketList
        | Fact::BucketEncryption
        | Fact::Key
        | Fact::EventDataStores
        | Fact::EventDataStore
        | Fact::EventRules
        | Fact::TrailHistory => match &observation.outcome {
            Outcome::Gap(_) => false,
            Outcome::Answer(Answer::BucketList(all)) => !all.is_empty(),
            Outcome::Answer(Answer::EventDataStores(all)) => !all.is_empty(),
            Outcome::Answer(Answer::EventRules(all)) => !all.is_empty(),
            Outcome::Answer(Answer::EventHistory(EventHistory { events, .. })) => {
                !events.is_empty()
            }
            Outcome::Answer(_) => true,
        },
        _ => false,
    }
}
