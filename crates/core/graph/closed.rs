//! Which regions of an account are closed, as far as they refused to answer.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::GraphBuilder;
use crate::aws::Region;
use crate::control_policies::Ground;
use crate::evidence::Cause;
use crate::snapshot::Document;

impl GraphBuilder {
    /// The regions of an account that a service control policy closed to the reader, where it closes them to everybody.
    pub(super) fn add_closed_regions(&mut self, document: &Document) {
        let refused: BTreeSet<&Region> = document
            .observations
            .keys()
            .filter(
                |probe| matches!(document.answer(probe), Err(gap) if gap.cause == Cause::ScpDenied),
            )
            .filter_map(|probe| probe.region.as_ref())
            .collect();
        if refused.is_empty() {
            return;
        }
        let ground = Ground {
            partition: &self.manifest.partition,
            description: &self.description,
            members: &self.members,
            policies: &self.control_policies,
        };
        let closed = |region: &&&Region| ground.closure(document.account, region).is_some();
        let closed: BTreeSet<Region> =
            refused.iter().filter(closed).map(|region| (*region).clone()).collect();
        let closed = Arc::new(closed);
        let closed = self.closed.get(&closed).cloned().unwrap_or_else(|| {
            self.closed.insert(closed.clone());
            closed
        });
        if let Some(member) = self.members.get_mut(&document.account) {
            member.scp_denied = true;
            member.closed_regions = closed;
        }
    }
}
