//! How far the reading of objects is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::{Value, json};

use super::{LINE_EVERY, Shown};
use crate::log;

/// The progress of a run over objects: each counts once, with its bytes as they are stored.
#[derive(Debug)]
pub struct ObjectProgress {
    shown: Shown,
    objects: AtomicU64,
    bytes: AtomicU64,
    folders: AtomicU64,
    total: AtomicU64,
    last: Mutex<Last>,
}

#[derive(Debug)]
struct Last {
    at: Instant,
    objects: u64,
    bytes: u64,
    line: Instant,
}

/// How far a run is.
#[derive(Debug, PartialEq)]
struct Standing {
    /// Walked, and to be walked.
    folders: (u64, u64),
    objects: u64,
    bytes: u64,
    objects_per_second: f64,
    /// Of 1,000,000 bytes, as they are stored.
    megabytes_per_second: f64,
}

impl std::fmt::Display for Standing {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { folders: (done, total), objects, .. } = self;
        let (rate, megabytes) = (self.objects_per_second, self.megabytes_per_second);
        write!(to, "{done} of {total} folders, {objects} objects, {rate:.0}/s, {megabytes:.1} MB/s")
    }
}

impl Standing {
    /// The same for programs.
    fn members(&self) -> Value {
        let tenths = |rate: f64| (rate * 10.0).round() / 10.0;
        json!({
            "folders_done": self.folders.0,
            "folders": self.folders.1,
            "objects": self.objects,
            "bytes": self.bytes,
            "objects_per_second": tenths(self.objects_per_second),
            "megabytes_per_second": tenths(self.megabytes_per_second),
        })
    }
}

impl ObjectProgress {
    /// Silent where asked; else a line that changes where somebody watches, and lines now and then elsewhere.
    pub fn new(quiet: bool) -> Self {
        let now = Instant::now();
        Self {
            shown: Shown::new(quiet, "{spinner} {msg}"),
            objects: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            folders: AtomicU64::new(0),
            total: AtomicU64::new(0),
            last: Mutex::new(Last { at: now, objects: 0, bytes: 0, line: now }),
        }
    }

    /// So many more folders are to be walked.
    pub fn found(&self, folders: usize) {
        self.total.fetch_add(folders as u64, Ordering::Relaxed);
    }

    /// One more folder is walked.
    pub fn folder(&self) {
        self.folders.fetch_add(1, Ordering::Relaxed);
    }

    /// One more object was read.
    pub fn object(&self, bytes: u64) {
        self.objects.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    /// A second has passed, or about one.
    pub fn tick(&self) {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let due = now.duration_since(last.line) >= LINE_EVERY;
        match &self.shown {
            Shown::Nothing => return,
            Shown::Lines if !due => return,
            Shown::Lines | Shown::Bar(_) => {}
        }
        let seconds = now.duration_since(last.at).as_secs_f64();
        let standing = self.standing(&last, seconds);
        let words = standing.to_string();
        (last.at, last.objects, last.bytes) = (now, standing.objects, standing.bytes);
        match &self.shown {
            Shown::Bar(bar) => bar.set_message(words),
            _ => {
                last.line = now;
                let more = standing.members();
                log::say("progress", &words, more);
            }
        }
    }

    /// How far it is, and how fast it went since it was told last, so many seconds ago.
    fn standing(&self, last: &Last, seconds: f64) -> Standing {
        let seconds = seconds.max(0.001);
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let (objects, bytes) = (of(&self.objects), of(&self.bytes));
        Standing {
            folders: (of(&self.folders), of(&self.total)),
            objects,
            bytes,
            objects_per_second: objects.saturating_sub(last.objects) as f64 / seconds,
            megabytes_per_second: bytes.saturating_sub(last.bytes) as f64 / seconds / 1e6,
        }
    }

    /// The run is over.
    pub fn end(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_tells_objects_and_megabytes_a_second_since_it_was_told_last() {
        let progress = ObjectProgress::new(true);
        progress.found(3);
        progress.folder();
        (0..50).for_each(|_| progress.object(20_000));
        let mut last = Last { at: Instant::now(), objects: 0, bytes: 0, line: Instant::now() };
        let standing = progress.standing(&last, 2.0);
        assert_eq!(standing.to_string(), "1 of 3 folders, 50 objects, 25/s, 0.5 MB/s");
        assert_eq!(
            standing.members(),
            json!({
                "folders_done": 1, "folders": 3, "objects": 50, "bytes": 1_000_000,
                "objects_per_second": 25.0, "megabytes_per_second": 0.5,
            })
        );
        (last.objects, last.bytes) = (standing.objects, standing.bytes);
        (0..10).for_each(|_| progress.object(1_000_000));
        let standing = progress.standing(&last, 4.0);
        assert_eq!(standing.to_string(), "1 of 3 folders, 60 objects, 2/s, 2.5 MB/s");
    }
}
