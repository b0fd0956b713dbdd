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
        self.all_seen(days).err()
    }

    fn all_seen(&self, days: u32) -> Observed<()> {
        self.trails().into_iter().find_map(Result::err).map_or(Ok(()), Err)?;
        self.deletions(self.document, days)?;
        let Some(management) = self.organization.management()? else { return Ok(()) };
        self.organization.trails_complete(management)?;
        let unread = self.organization.administrators_unread(management);
        unread.into_iter().next().map_or(Ok(()), Err)?;
        let administrators = self.organization.trail_administrators().into_iter();
        let mut others = administrators.filter(|document| document.account != self.id());
        others.try_for_each(|document| self.deletions(document, days))
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
