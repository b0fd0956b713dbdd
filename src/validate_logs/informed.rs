//! What is known of a folder's chains before they are walked: where each was proved to, when it was stopped, who must
//! have one.

use jiff::{SignedDuration, Timestamp};
use trailproof_digest::{Folder, Span, Trail};

use super::setup::Setup;
use super::walk::Job;

/// The first digest of an account that joins ends within the hour.
const JOINING: SignedDuration = SignedDuration::from_hours(1);

impl Setup {
    /// How a folder is walked, where these trails must have a chain in it.
    pub fn job(&self, folder: Folder, trails: Vec<Trail>, discover: bool) -> Job {
        let mut trails: Vec<Trail> =
            trails.into_iter().map(|trail| self.informed(&folder, trail)).collect();
        if self.trail.is_none() {
            for head in self.checkpoint.iter().flat_map(|start| start.heads_in(&folder)) {
                let (name, home_region) = (head.trail.clone(), head.home_region.clone());
                let known = |one: &Trail| (&one.name, &one.home_region) == (&name, &home_region);
                if !trails.iter().any(known) {
                    let trail = Trail { name, home_region, ..Trail::default() };
                    trails.push(self.informed(&folder, trail));
                }
            }
        }
        let past = self.past.iter().flat_map(|past| &past.trails);
        let known = past.map(|past| {
            let (name, home_region) = (past.name.clone(), past.home_region.clone());
            self.informed(&folder, Trail { name, home_region, ..Trail::default() })
        });
        Job {
            known: known.collect(),
            discover: discover && self.trail.is_none(),
            span: self.span_of(&trails),
            folder,
            trails,
        }
    }

    /// With what is known of it.
    fn informed(&self, folder: &Folder, mut trail: Trail) -> Trail {
        let heads = self.checkpoint.iter().flat_map(|start| start.heads_in(folder));
        let mut own = heads
            .filter(|head| (&head.trail, &head.home_region) == (&trail.name, &trail.home_region));
        trail.checkpoint = own.next().map(|head| head.digest.clone());
        let past = self.past.as_ref();
        let past = past.and_then(|past| past.past(folder, (&trail.name, &trail.home_region)));
        trail.known_gaps = past.map(|past| past.stops()).unwrap_or_default();
        let joined = self.members.as_ref().and_then(|members| members.joined(folder));
        let joined = joined.and_then(|joined| joined.checked_add(JOINING).ok());
        trail.known_gaps.extend(joined.and_then(|joined| Span::new(Timestamp::MIN, joined)));
        trail
    }

    /// The time that a folder is to answer for: where no start was named, each goes on where it was proved to.
    fn span_of(&self, trails: &[Trail]) -> Span {
        let Some(start) = self.checkpoint.as_ref().filter(|_| self.from_checkpoint) else {
            return self.period;
        };
        let heads = trails.iter().filter_map(|trail| trail.checkpoint.as_ref());
        let from = heads.map(|head| head.end).min().unwrap_or(start.file.period.to);
        // What was proved to the end already is proved again.
        Span::new(from, self.period.to).unwrap_or(self.period)
    }

    /// The folders of which an earlier run proved a chain, as far as they are of what is asked for.
    pub fn demanded(&self) -> Vec<Folder> {
        let heads = self.checkpoint.iter().flat_map(|start| &start.file.heads);
        let mut folders: Vec<Folder> = heads
            .filter(|head| self.trail.as_ref().is_none_or(|trail| trail.is(&head.trail)))
            .map(|head| head.folder.clone())
            .filter(|folder| self.holds(folder))
            .collect();
        folders.dedup();
        folders
    }
}
