//! Many folders under way at once: what they ask for is fetched and looked at on all cores.

use std::collections::{BTreeMap, VecDeque};
use std::future::ready;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use trailproof_digest::{
    Evidence, FetchRequest, Folder, ListRequest, Next, Options, Place, PlaceReport, Span, Trail,
};

use super::buffers::Buffers;
use super::keys::Keys;
use super::line::Line;
use super::source::Source;
use crate::collect::Ending;
use crate::exit::Stop;
use crate::progress::ObjectProgress;

/// How many folders are under way at most: each holds its digests' keys in memory.
pub const PLACES: usize = 64;

/// The bytes that objects under way may take together, as long as the next ones are no larger than those before.
const MEMORY: u64 = 10 << 20;
/// Requests that may be under way however large the objects are.
const LEAST: usize = 4;
/// Requests that may be under way once log files are asked for, and before it is known how large they are.
const UNKNOWING: usize = 32;

/// How often progress is told.
const TICK: Duration = Duration::from_secs(1);

/// A folder that is to be walked.
#[derive(Clone, Debug)]
pub struct Job {
    /// The folder.
    pub folder: Folder,
    /// The trails that must have a chain there; none where each that has one is to be proved.
    pub trails: Vec<Trail>,
    /// What is known of trails that may have one.
    pub known: Vec<Trail>,
    /// Whether those are to be proved, too, that have a chain there without being named.
    pub discover: bool,
    /// The time that it is to answer for.
    pub span: Span,
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
    /// How many folders may be under way at once.
    pub places: usize,
    /// What is wanted of each proved log file: its text in, what is to be written out.
    pub select: Option<Arc<Select>>,
}

/// Takes what is wanted from a log file's text.
pub struct Select(pub Box<Selecting>);

/// A log file's text in, what is to be written out: it is put into a buffer that is empty.
type Selecting = dyn Fn(&[u8], &mut Vec<u8>) + Send + Sync;

impl std::fmt::Debug for Select {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str("Select")
    }
}

/// Who is told what comes out.
pub struct Ends<'a> {
    /// Of each folder that is done.
    pub finished: &'a mut dyn FnMut(Job, PlaceReport) -> Result<(), Stop>,
    /// What was selected, file by file, in the order in which they were asked for.
    pub selected: &'a mut dyn FnMut(&[u8]) -> Result<(), Stop>,
}

/// What came back of a request.
enum Answer {
    Listed(ListRequest, Result<Vec<String>, String>),
    Seen(Evidence),
    Selected(Evidence, Selected),
}

/// What was taken from a log file.
struct Selected {
    /// The file's place in the order.
    number: u64,
    bytes: Vec<u8>,
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
    /// Whether a log file was asked for.
    asks: bool,
    /// The largest object of late, in bytes; nothing before a log file was answered for.
    largest: Option<u64>,
    /// How many objects were asked for whose order matters.
    numbered: u64,
    /// Answers that came before their turn: what is selected is the same in the same order each time.
    early: BTreeMap<u64, (usize, Evidence, Vec<u8>)>,
    /// For texts, and for what is selected of them, which is shorter and waits longer.
    texts: Arc<Buffers>,
    selections: Arc<Buffers>,
    line: Arc<Line>,
}

impl Crew {
    /// How many requests may be under way, so that the objects of all of them fit into memory, and those that wait.
    fn room(&self, window: usize) -> usize {
        let fit = match self.largest {
            Some(largest) => usize::try_from(MEMORY / largest.max(1)).unwrap_or(usize::MAX),
            None if self.asks => UNKNOWING,
            None => window,
        };
        window.min(fit.max(LEAST).saturating_sub(self.early.len())).max(1)
    }

    /// A folder may have something to ask for again.
    fn wake(&mut self, id: usize) {
        let Some(active) = self.active.get_mut(&id) else { return };
        if std::mem::take(&mut active.waits) {
            self.ready.push_back(id);
        }
    }

    /// Remembers a large object for some thousand smaller ones.
    fn saw(&mut self, evidence: &Evidence) {
        let largest = match self.largest {
            Some(largest) => largest - largest / 1024,
            // A digest says nothing of how large they are.
            None if evidence.fingerprint().is_some() => return,
            None => 0,
        };
        // It comes in pieces, which are put together.
        self.largest = Some(evidence.stored_bytes().saturating_mul(2).max(largest));
    }
}

impl Walk {
    /// Walks all, and hands on each folder's report when it is done. Where the run is to end early, what is under way is
    /// left.
    ///
    /// # Errors
    /// What the ends say, or a fault of our own.
    pub async fn run(&self, jobs: Vec<Job>, ends: &mut Ends<'_>) -> Result<(), Stop> {
        let (mut jobs, mut crew) = (jobs.into_iter(), Crew::default());
        let mut clock = tokio::time::interval(TICK);
        clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
        loop {
            while crew.tasks.len() < crew.room(self.window) {
                if let Some(id) = crew.ready.pop_front() {
                    if let Some((job, report)) = self.step(&mut crew, id) {
                        self.progress.folder();
                        (ends.finished)(job, report)?;
                    }
                } else if crew.active.len() < self.places
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
                Some(Ok((id, answer))) => {
                    self.take(&mut crew, id, answer);
                    self.hand_on(&mut crew, ends)?;
                }
                Some(Err(error)) => {
                    return Err(Stop::internal(format!(
                        "an object could not be looked at: {error}"
                    )));
                }
            }
        }
    }

    fn begin(&self, crew: &mut Crew, job: Job) {
        let Job { folder, trails, known, discover, span } = job.clone();
        let options = Options { known, discover, span, ..self.options.clone() };
        let place = Place::new(self.source.bucket(), folder, trails, options);
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
            Next::Fetch(request) => self.fetch(crew, id, request),
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

    /// Asks for an object, to look at it and to select from it.
    fn fetch(&self, crew: &mut Crew, id: usize, request: FetchRequest) {
        crew.asks |= !request.is_digest;
        let source = self.source.clone();
        let Some(select) = self.select.clone() else {
            crew.tasks.spawn(async move {
                (id, Answer::Seen(source.look_at(&request, ready(None)).await.0))
            });
            return;
        };
        let number = crew.numbered;
        crew.numbered += 1;
        let (texts, selections) = (crew.texts.clone(), crew.selections.clone());
        let line = crew.line.clone();
        crew.tasks.spawn(async move {
            // None is taken before there is something to put into it: most of the time a request only waits.
            let room = async {
                line.wait(number).await;
                Some(texts.take())
            };
            let (evidence, text) = source.look_at(&request, room).await;
            let proved = evidence.is_proved(&request);
            let mut bytes = Vec::new();
            if let (true, Some(text)) = (proved, &text) {
                bytes = selections.take();
                (select.0)(text, &mut bytes);
                line.took(&bytes);
            }
            texts.give(text.unwrap_or_default());
            // What waits for its turn keeps none that others can use.
            if bytes.is_empty() {
                selections.give(std::mem::take(&mut bytes));
            }
            (id, Answer::Selected(evidence, Selected { number, bytes }))
        });
    }

    fn take(&self, crew: &mut Crew, id: usize, answer: Answer) {
        match answer {
            Answer::Listed(request, listed) => {
                let Some(active) = crew.active.get_mut(&id) else { return };
                let outcome = listed.map(|keys| {
                    keys.iter().for_each(|key| active.place.listed(key));
                });
                active.place.listing_done(&request, outcome);
                crew.wake(id);
            }
            Answer::Seen(evidence) => {
                crew.saw(&evidence);
                self.seen(crew, (id, evidence));
            }
            Answer::Selected(evidence, Selected { number, bytes }) => {
                crew.saw(&evidence);
                crew.early.insert(number, (id, evidence, bytes));
            }
        }
    }

    fn seen(&self, crew: &mut Crew, (id, evidence): (usize, Evidence)) {
        self.progress.object(evidence.stored_bytes());
        if let Some(active) = crew.active.get_mut(&id) {
            active.place.take(evidence, &self.keys.ring());
            crew.wake(id);
        }
    }

    /// Takes the answers that have their turn, and hands on what was selected.
    fn hand_on(&self, crew: &mut Crew, ends: &mut Ends<'_>) -> Result<(), Stop> {
        while let Some((id, evidence, bytes)) = crew.early.remove(&crew.line.turn()) {
            crew.line.goes_on(&bytes);
            self.seen(crew, (id, evidence));
            (ends.selected)(&bytes)?;
            crew.selections.give(bytes);
        }
        Ok(())
    }
}
