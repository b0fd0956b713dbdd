//! What came out of a run so far, and the report that it comes to.

use trailproof_digest::{ChainReport, Finding, PlaceReport, Trail, Verdict};
use trailproof_reports::{LogsReport, LogsSource, LogsTotals, UnreadPlace};

use super::expected::Walked;
use super::journal::{Journal, Round};
use super::mirror::Found;
use super::setup::{Setup, TrailAsked};
use super::walk::{Ends, Job, Walk};
use crate::exit::Stop;

/// Takes what was selected of a log file.
pub type Selected<'a> = dyn FnMut(&[u8]) -> Result<(), Stop> + 'a;

/// What came out so far.
pub struct Answer {
    /// What was asked.
    pub setup: Setup,
    /// Where it is kept.
    pub journal: Journal,
    reports: Vec<PlaceReport>,
    unread: Vec<UnreadPlace>,
}

/// Of a trail that nothing names, nobody knows what a digest would be called: its folder is named instead.
fn name_places(report: &mut PlaceReport) {
    let PlaceReport { chains, findings } = report;
    let nameless = |finding: &&mut Finding| finding.trail.is_empty() && finding.predicted;
    for finding in findings.iter_mut().filter(nameless) {
        finding.key = chains.first().map(|chain| chain.folder.digests());
    }
}

/// The order in which chains are listed.
fn by_place(one: &ChainReport, other: &ChainReport) -> std::cmp::Ordering {
    let place = one.account_id.cmp(&other.account_id);
    let place = place.then_with(|| one.region.cmp(&other.region));
    let place = place.then_with(|| one.trail.cmp(&other.trail));
    let place = place.then_with(|| one.home_region.cmp(&other.home_region));
    place.then_with(|| one.folder.cmp(&other.folder))
}

impl Answer {
    /// Nothing so far.
    pub fn new(setup: Setup, journal: Journal) -> Self {
        Self { setup, journal, reports: Vec::new(), unread: Vec::new() }
    }

    /// Walks what is there, and then what is not and should be.
    ///
    /// # Errors
    /// A bucket that cannot be listed at all, what the journal or `selected` says.
    pub async fn walk(&mut self, walk: &Walk, selected: &mut Selected<'_>) -> Result<(), Stop> {
        let (prefix, chosen) = (self.setup.prefix.as_deref(), &self.setup.chosen);
        let found = walk.source.folders(prefix, chosen).await;
        self.nothing_listed(&found)?;
        self.unread.extend(found.unread);
        self.unread.extend(self.setup.members_unread.iter().map(|reason| UnreadPlace {
            prefix: "the organization's accounts and regions".to_owned(),
            reason: reason.clone(),
        }));
        let named: Vec<Trail> = self.setup.trail.iter().map(TrailAsked::trail).collect();
        let folders = found.folders.into_iter().filter(|folder| self.setup.holds(folder));
        let jobs = folders.map(|folder| self.setup.job(folder, named.clone(), true)).collect();
        let mut walked = Walked::new(named, self.setup.demanded());
        for (job, report) in self.walk_round((walk, Round::Found), jobs, selected).await? {
            walked.take(job.folder, &report);
            self.reports.push(report);
        }
        if walk.ending.halted().is_some() {
            return Ok(());
        }
        let expected = walked.expected(&walk.source, &self.setup).await;
        let jobs = expected.iter().map(|one| one.job.clone()).collect();
        for (job, mut report) in self.walk_round((walk, Round::Expected), jobs, selected).await? {
            let of_job = expected.iter().find(|one| one.job.folder == job.folder);
            if of_job.is_some_and(|one| one.tells(&report)) {
                name_places(&mut report);
                self.reports.push(report);
            }
        }
        Ok(())
    }

    /// A bucket that cannot be listed at all is no run: what is wrong is mostly its name or the caller's permissions.
    fn nothing_listed(&self, found: &Found) -> Result<(), Stop> {
        match found.unread.first() {
            Some(unread) if found.folders.is_empty() && self.setup.mirror.is_none() => {
                let (bucket, UnreadPlace { prefix, reason }) = (&self.setup.bucket, unread);
                Err(Stop::start(format!("cannot list s3://{bucket}/{prefix}: {reason}")))
            }
            _ => Ok(()),
        }
    }

    async fn walk_round(
        &mut self,
        (walk, round): (&Walk, Round),
        jobs: Vec<Job>,
        selected: &mut Selected<'_>,
    ) -> Result<Vec<(Job, PlaceReport)>, Stop> {
        walk.progress.found(jobs.len());
        let (mut done, mut open) = (Vec::new(), Vec::new());
        for job in jobs {
            match self.journal.take(round, &job.folder) {
                Some(report) => {
                    walk.progress.folder();
                    done.push((job, report));
                }
                None => open.push(job),
            }
        }
        let journal = &mut self.journal;
        let finished = &mut |job: Job, report| {
            journal.keep(round, &job.folder, &report)?;
            done.push((job, report));
            Ok(())
        };
        walk.run(open, &mut Ends { finished, selected }).await?;
        Ok(done)
    }

    /// What it comes to.
    pub fn report(self) -> LogsReport {
        let verdict = Verdict::of(&self.reports);
        let (mut chains, mut findings) = (Vec::new(), Vec::new());
        for mut report in self.reports {
            self.setup.past.iter().for_each(|past| past.explain(&mut report));
            chains.extend(report.chains);
            findings.extend(report.findings);
        }
        chains.sort_by(by_place);
        findings.sort_by(Finding::order);
        let Setup { bucket, mirror, period, as_of, checkpoint, moved, .. } = self.setup;
        let mirror = mirror.map(|place| place.root.display().to_string());
        LogsReport {
            schema: trailproof_reports::logs::SCHEMA.to_owned(),
            tool_version: env!("CARGO_PKG_VERSION").to_owned(),
            source: LogsSource { bucket, mirror, moved },
            period,
            as_of,
            checkpoint: checkpoint.map(|start| start.used()),
            verdict,
            totals: LogsTotals::of(&chains),
            chains,
            findings,
            unread: self.unread,
        }
    }
}
