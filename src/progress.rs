//! How far a run is: on stderr only, as bars on a terminal and as a plain line now and then elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Without a terminal a line is due after so long.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// The progress of one run.
#[derive(Debug)]
pub struct Progress {
    bar: ProgressBar,
    lines: bool,
    total: AtomicUsize,
    done: AtomicUsize,
    calls: AtomicUsize,
    last_line: Mutex<Instant>,
}

impl Progress {
    /// Silent where asked or where nobody watches.
    pub fn new(quiet: bool) -> Self {
        let terminal = std::io::stderr().is_terminal();
        let bar = ProgressBar::new(0);
        bar.set_draw_target(if quiet || !terminal {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        });
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} accounts  {msg}") {
            bar.set_style(style);
        }
        Self {
            bar,
            lines: !quiet && !terminal,
            total: AtomicUsize::new(0),
            done: AtomicUsize::new(0),
            calls: AtomicUsize::new(0),
            last_line: Mutex::new(Instant::now()),
        }
    }

    /// So many accounts are to be read.
    pub fn begin(&self, accounts: usize) {
        self.total.store(accounts, Ordering::Relaxed);
        self.bar.set_length(accounts as u64);
    }

    /// One more account was read.
    pub fn account(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
        self.bar.inc(1);
        self.line();
    }

    /// So many more calls were made.
    pub fn calls(&self, calls: usize) {
        let total = self.calls.fetch_add(calls, Ordering::Relaxed) + calls;
        self.bar.set_message(format!("{total} calls"));
        self.line();
    }

    fn line(&self) {
        if !self.lines {
            return;
        }
        let mut last = self.last_line.lock().unwrap_or_else(PoisonError::into_inner);
        if last.elapsed() >= LINE_EVERY {
            *last = Instant::now();
            let (done, total) =
                (self.done.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
            let calls = self.calls.load(Ordering::Relaxed);
            let _ = writeln!(std::io::stderr(), "{done} of {total} accounts, {calls} calls");
        }
    }

    /// The run is over.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
