//! What was decided of a log group and a set, so that a thousand members of an organization ask once.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::chain::Outcome;

/// The log group, the set, of whom, and how long a period may be.
type Asked = (String, &'static str, Option<(String, String)>, u32);

/// Answers that were worked out before. They follow from the graph alone, so that it does not matter who asked first.
#[derive(Debug, Default)]
pub(crate) struct Memo(Mutex<BTreeMap<Asked, Outcome>>);

impl Memo {
    pub(super) fn get(&self, asked: &Asked) -> Option<Outcome> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(asked).cloned()
    }

    pub(super) fn keep(&self, asked: Asked, outcome: &Outcome) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(asked, outcome.clone());
    }
}
