//! How far a run is: on stderr only, as a bar on a terminal and as a line now and then elsewhere.

mod objects;

pub use objects::ObjectProgress;

use std::collections::VecDeque;
use std::io::IsTerminal;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use crate::collect::Counters;
use crate::log::{self, LogFormat};

/// Without a terminal a line is due after so long.
const LINE_EVERY: Duration = Duration::from_secs(30);
/// Rates are taken over so many seconds at most: what was quick an hour ago says little of the next.
const MEMORY: usize = 60;
/// Accounts that must be done before a time is foretold.
const FORETOLD_FROM: usize = 10;

/// The progress of one run.
#[derive(Debug)]
pub struct Progress {
    shown: Shown,
    total: AtomicUsize,
    /// Whether the total is the last word.
    listed: AtomicBool,
    done: AtomicUsize,
    counters: OnceLock<Arc<Counters>>,
    history: Mutex<History>,
}

#[derive(Debug)]
enum Shown {
    Nothing,
    Bar(ProgressBar),
    Lines,
}

impl Shown {
    /// A bar of this form where somebody watches.
    fn new(quiet: bool, template: &str) -> Self {
        let bar = std::io::stderr().is_terminal() && log::format() == LogFormat::Text;
        match (quiet, bar) {
            (true, _) => Self::Nothing,
            (false, true) => {
                let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
                if let Ok(style) = ProgressStyle::with_template(template) {
                    bar.set_style(style);
                }
                Self::Bar(bar)
            }
            (false, false) => Self::Lines,
        }
    }
}

/// A point of the recent past.
#[derive(Debug, Clone, Copy)]
struct Mark {
    at: Instant,
    done: usize,
    calls: u64,
}

#[derive(Debug)]
struct History {
    marks: VecDeque<Mark>,
    last_line: Instant,
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Standing {
    done: usize,
    total: usize,
    listed: bool,
    calls: u64,
    per_second: f64,
    throttled: u64,
    left: Option<Duration>,
}

impl Progress {
    /// Silent where asked; else a bar where somebody watches, and lines elsewhere.
    pub fn new(quiet: bool) -> Self {
        let shown = Shown::new(quiet, "{bar:24} {pos}/{len} accounts{msg}");
        let history = History { marks: VecDeque::new(), last_line: Instant::now() };
        Self {
            shown,
            total: AtomicUsize::new(0),
            listed: AtomicBool::new(false),
            done: AtomicUsize::new(0),
            counters: OnceLock::new(),
            history: Mutex::new(history),
        }
    }

    /// Whether anybody is told.
    pub fn is_shown(&self) -> bool {
        !matches!(self.shown, Shown::Nothing)
    }

    /// The run begins; its calls are counted there.
    pub fn begin(&self, counters: Arc<Counters>) {
        let _ = self.counters.set(counters);
    }

    /// So many accounts are listed so far.
    pub fn found(&self, accounts: usize) {
        self.total.store(accounts, Ordering::Relaxed);
    }

    /// So many accounts are all.
    pub fn accounts(&self, accounts: usize) {
        self.found(accounts);
        self.listed.store(true, Ordering::Relaxed);
    }

    /// One more account was read.
    pub fn account(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    /// A second has passed.
    pub fn tick(&self) {
        let mut history = self.history.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let standing = self.standing(&mut history, now);
        match &self.shown {
            Shown::Nothing => {}
            Shown::Bar(bar) => {
                bar.set_length(standing.total as u64);
                bar.set_position(standing.done as u64);
                bar.set_message(standing.words());
            }
            Shown::Lines if now.duration_since(history.last_line) >= LINE_EVERY => {
                history.last_line = now;
                standing.say();
            }
            Shown::Lines => {}
        }
    }

    fn standing(&self, history: &mut History, now: Instant) -> Standing {
        let counters = self.counters.get();
        let calls = counters.map_or(0, |counters| counters.attempts());
        let done = self.done.load(Ordering::Relaxed);
        let mark = Mark { at: now, done, calls };
        let first = history.marks.front().copied().unwrap_or(mark);
        history.marks.push_back(mark);
        if history.marks.len() > MEMORY {
            history.marks.pop_front();
        }
        let seconds = now.duration_since(first.at).as_secs_f64();
        let rate = |from: u64, to: u64| {
            if seconds > 0.0 { to.saturating_sub(from) as f64 / seconds } else { 0.0 }
        };
        let total = self.total.load(Ordering::Relaxed);
        let listed = self.listed.load(Ordering::Relaxed);
        let pace = rate(first.done as u64, done as u64);
        // Foretold only from what was seen: with too few accounts done, or none of late, nobody knows.
        let known = listed && done >= FORETOLD_FROM.min(total) && pace > 0.0;
        let left =
            known.then(|| Duration::from_secs_f64((total.saturating_sub(done)) as f64 / pace));
        Standing {
            done,
            total,
            listed,
            calls,
            per_second: rate(first.calls, calls),
            throttled: counters.map_or(0, |counters| counters.throttled()),
            left,
        }
    }

    /// The run is over.
    pub fn end(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

impl Standing {
    /// Beside the bar, which shows the accounts.
    fn words(&self) -> String {
        let more = if self.listed { "" } else { " listed so far" };
        let throttled = match self.throttled {
            0 => String::new(),
            throttled => format!(", {throttled} throttled"),
        };
        let left = match self.left {
            Some(left) => format!(", {} left", about(left)),
            None => String::new(),
        };
        format!("{more}, {} calls, {:.0}/s{throttled}{left}", self.calls, self.per_second)
    }

    fn say(&self) {
        let message = format!("{} of {} accounts{}", self.done, self.total, self.words());
        let more = json!({
            "accounts_done": self.done,
            "accounts": self.total,
            "listing_complete": self.listed,
            "calls": self.calls,
            "calls_per_second": (self.per_second * 10.0).round() / 10.0,
            "throttled": self.throttled,
            "seconds_left": self.left.map(|left| left.as_secs()),
        });
        log::say("progress", &message, more);
    }
}

/// No more exact than it can be known.
fn about(left: Duration) -> String {
    match left.as_secs() {
        0..=9 => "a few seconds".to_owned(),
        seconds @ 10..=89 => format!("about {} s", seconds.div_ceil(10) * 10),
        seconds @ 90..=5_399 => format!("about {} min", seconds.div_ceil(60)),
        seconds => format!("about {:.1} h", seconds as f64 / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(progress: &Progress, history: &mut History, seconds: u64) -> Standing {
        progress.standing(history, history_start(history) + Duration::from_secs(seconds))
    }

    fn history_start(history: &History) -> Instant {
        history.last_line
    }

    fn begun() -> (Progress, History) {
        let history = History { marks: VecDeque::new(), last_line: Instant::now() };
        (Progress::new(true), history)
    }

    #[test]
    fn no_time_is_foretold_before_there_is_reason_to() {
        let (progress, mut history) = begun();
        progress.found(40);
        assert_eq!(standing(&progress, &mut history, 0).left, None);
        (0..20).for_each(|_| progress.account());
        // More accounts may be listed.
        assert_eq!(standing(&progress, &mut history, 10).left, None);
        progress.accounts(100);
        let at = standing(&progress, &mut history, 20);
        assert_eq!((at.done, at.total, at.left), (20, 100, Some(Duration::from_secs(80))));
    }

    #[test]
    fn a_run_that_stands_still_foretells_nothing() {
        let (progress, mut history) = begun();
        progress.accounts(100);
        (0..50).for_each(|_| progress.account());
        for second in 0..=MEMORY as u64 + 1 {
            standing(&progress, &mut history, second);
        }
        assert_eq!(standing(&progress, &mut history, 200).left, None);
    }

    #[test]
    fn what_is_left_is_said_no_more_exactly_than_it_is_known() {
        let said: Vec<_> =
            [3, 31, 125, 7300].map(|seconds| about(Duration::from_secs(seconds))).into();
        assert_eq!(said, ["a few seconds", "about 40 s", "about 3 min", "about 2.0 h"]);
    }
}
