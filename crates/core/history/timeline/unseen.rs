//! The trails that an account may have had and that nobody saw.

use crate::account::AccountView;
use crate::evidence::{Gap, Observed};
use crate::history::inquiry::undecided;
use crate::history::look::Look;
use crate::history::names::DELETE_TRAIL;
use crate::history::probes;
use crate::snapshot::Document;

impl AccountView<'_> {
    /// Why there may be a trail that recorded the account once and that nobody saw: a trail of one region may have been
    /// one of all regions, and of one that was deleted history alone tells, its own or that of whoever may delete the
    /// organization's trails.
    pub(super) fn unseen(&self, days: u32) -> Option<Gap> {
        let own = self.trails().into_iter().find_map(Result::err);
        own.or_else(|| self.deletions(self.document, days).err()).or_else(|| {
            let management = match self.organization.management() {
                Ok(management) => management?,
                Err(gap) => return Some(gap),
            };
            let others = self.organization.trail_administrators().into_iter();
            let mut others = others.filter(|document| document.account != self.id());
            (self.organization.trails_complete(management).err())
                .or_else(|| self.organization.administrators_unread(management).into_iter().next())
                .or_else(|| others.find_map(|document| self.deletions(document, days).err()))
        })
    }

    /// Whether the history of an account tells of every trail that it deleted.
    fn deletions(&self, document: &Document, days: u32) -> Observed<()> {
        let Some(member) = self.organization.members.get(&document.account) else { return Ok(()) };
        let open = self.organization.regions_in_scope(member);
        let open = open.filter(|region| !member.closed_regions.contains(*region));
        let probes = open.map(|region| probes::trail_history(region, DELETE_TRAIL));
        let mut look = Look::at(document, probes, days);
        let unreadable = look.past.iter().find(|past| past.event.unreadable);
        look.gaps.extend(unreadable.map(|past| undecided(past, "its record cannot be read")));
        look.gaps.into_iter().next().map_or(Ok(()), Err)
    }
}
