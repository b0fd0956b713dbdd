//! Many folders under way at once: what they ask for is fetched and looked at on all cores.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use trailproof_digest::{
    Evidence, Folder, Limits, ListRequest, Next, Options, Place, PlaceReport, Trail,
};

use super::keys::Keys;
use super::source::Source;
use crate::collect::Ending;
use crate::exit::Stop;
use crate::progress::ObjectProgress;

/// How many folders are under way at most: each holds its digests' keys in memory.
const PLACES: usize = 64;

/// How often progress is told.
const TICK: Duration = Duration::from_secs(1);

/// A folder that is to be walked.
#[derive(Clone, Debug)]
pub struct Job {
    /// The folder.
    pub folder: Folder,
    /// The trails that must have a chain there; none where each that has one is to be proved.
    pub trails: Vec<Trail>,
}

/// How it is walked.
#[derive(Clone, Debug)]
pub struct Walk {
    /// Where the objects are.
    pub source: Arc<Source>,
    /// The keys that digests are verified with.
    pub keys: Arc<Keys>,
    /// What is to be proved.
    pub options: Options,
    /// How many requests may be under way at once.
    pub window: usize,
    /// Who is told how far it is.
    pub progress: Arc<ObjectProgress>,
    /// Ends it early.
    pub ending: Ending,
}

/// What came back of a request.
enum Answer {
    Listed(ListRequest, Result<Vec<String>, String>),
    Seen(Evidence),
}

struct Active {
    place: Place,
    job: Job,
    /// Whether it can do nothing before an answer.
    waits: bool,
}

/// The folders and requests under way.
#[derive(Default)]
struct Crew {
    active: BTreeMap<usize, Active>,
    /// Those that may ask for something.
    ready: VecDeque<usize>,
    tasks: JoinSet<(usize, Answer)>,
    begun: usize,
}

impl Walk {
    /// Walks all, and hands on each folder's report when it is done. Where the run is to end early, what is under way is
    /// left.
    ///
    /// # Errors
    /// What `finished` says, or a fault of our own.
    pub async fn run(
        &self,
        jobs: Vec<Job>,
        finished: &mut dyn FnMut(Job, PlaceReport) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let (mut jobs, mut crew) = (jobs.into_iter(), Crew::default());
        let mut clock = tokio::time::interval(TICK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            while crew.tasks.len() < self.window.max(1) {
                if let Some(id) = crew.ready.pop_front() {
                    if let Some((job, report)) = self.step(&mut crew, id) {
                        self.progress.folder();
                        finished(job, report)?;
                    }
                } else if crew.active.len() < PLACES
                    && let Some(job) = jobs.next()
                {
                    self.begin(&mut crew, job);
                } else {
                    break;
                }
            }
            let answer = tokio::select! {
                biased;
                () = self.ending.begins() => return Ok(()),
                _ = clock.tick() => {
                    self.progress.tick();
                    continue;
                }
                answer = crew.tasks.join_next() => answer,
            };
            match answer {
                None => return Ok(()),
                Some(Ok((id, answer))) => self.take(&mut crew, id, answer),
                Some(Err(error)) => {
                    return Err(Stop::internal(format!(
                        "an object could not be looked at: {error}"
                    )));
                }
            }
        }
    }

    fn begin(&self, crew: &mut Crew, job: Job) {
        let Job { folder, trails } = job.clone();
        let bucket = self.source.bucket();
        let place = Place::new(bucket, folder, trails, self.options.clone());
        crew.active.insert(crew.begun, Active { place, job, waits: false });
        crew.ready.push_back(crew.begun);
        crew.begun += 1;
    }

    /// Does what a folder asks for next; gives its report where that is nothing more.
    fn step(&self, crew: &mut Crew, id: usize) -> Option<(Job, PlaceReport)> {
        let active = crew.active.get_mut(&id)?;
        let source = self.source.clone();
        match active.place.step() {
            Next::List(request) => {
                crew.tasks.spawn(async move {
                    let keys = source.list(&request).await;
                    (id, Answer::Listed(request, keys))
                });
            }
            Next::Fetch(request) => {
                crew.tasks.spawn(async move {
                    (id, Answer::Seen(source.look_at(&request, &Limits::default()).await))
                });
            }
            Next::Wait => {
                active.waits = true;
                return None;
            }
            Next::Done => {
                let Active { place, job, .. } = crew.active.remove(&id)?;
                return Some((job, place.finish()));
            }
        }
        crew.ready.push_back(id);
        None
    }

    fn take(&self, crew: &mut Crew, id: usize, answer: Answer) {
        let Some(active) = crew.active.get_mut(&id) else { return };
        match answer {
            Answer::Listed(request, listed) => {
                let outcome = listed.map(|keys| {
                    keys.iter().for_each(|key| active.place.listed(key));
                });
                active.place.listing_done(&request, outcome);
            }
            Answer::Seen(evidence) => {
                self.progress.object(evidence.stored_bytes());
                active.place.take(evidence, &self.keys.ring());
            }
        }
        if std::mem::take(&mut active.waits) {
            crew.ready.push_back(id);
        }
    }
}
