//! What could not be read, gathered while the judges go on.

use std::collections::BTreeMap;

use crate::assessment::Unread;
use crate::aws::AccountId;
use crate::evidence::{Cause, Gap};
use crate::finding::GLOBAL;
use crate::organization::Organization;

/// Every account without a session, and whatever made a finding unknown, once for each account, region and cause.
/// What was read and could not be decided is not in it, nor what nobody handed over: a scan does not read it.
#[derive(Debug, Default)]
pub(super) struct Gaps(BTreeMap<(AccountId, String, Cause), String>);

impl Gaps {
    /// Those of the accounts to which no call could be made.
    pub(super) fn of_sessions(organization: &Organization) -> Self {
        let mut gaps = Self::default();
        for member in organization.members.values().filter(|member| member.is_judged()) {
            if let Err(gap) = &member.session {
                gaps.add(member.id, gap);
            }
        }
        gaps
    }

    /// Adds one, met in that account.
    pub(super) fn add(&mut self, account: AccountId, gap: &Gap) {
        if matches!(gap.cause, Cause::Undecidable | Cause::NotSupplied) {
            return;
        }
        let region = gap.region.as_ref().map_or(GLOBAL, |region| region.as_str());
        let row = self.0.entry((gap.account.unwrap_or(account), region.to_owned(), gap.cause));
        let message = row.or_insert_with(|| gap.detail.clone());
        // Of several messages the first in order, so that the order of findings changes nothing.
        if gap.detail < *message {
            message.clone_from(&gap.detail);
        }
    }

    /// The rows of the report, sorted.
    pub(super) fn rows(self) -> Vec<Unread> {
        self.0
            .into_iter()
            .map(|((account_id, region, reason), message)| Unread {
                account_id,
                region,
                reason,
                message,
            })
            .collect()
    }
}
