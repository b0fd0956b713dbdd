//! How far the reading of objects is.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use serde_json::json;

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
        let seconds = now.duration_since(last.at).as_secs_f64().max(0.001);
        let objects = self.objects.load(Ordering::Relaxed);
        let bytes = self.bytes.load(Ordering::Relaxed);
        let rate = (objects - last.objects) as f64 / seconds;
        let megabytes = (bytes - last.bytes) as f64 / seconds / 1e6;
        let (done, total) =
            (self.folders.load(Ordering::Relaxed), self.total.load(Ordering::Relaxed));
        let words = format!(
            "{done} of {total} folders, {objects} objects, {rate:.0}/s, {megabytes:.1} MB/s"
        );
        (last.at, last.objects, last.bytes) = (now, objects, bytes);
        match &self.shown {
            Shown::Bar(bar) => bar.set_message(words),
            _ => {
                last.line = now;
                let more = json!({
                    "folders_done": done,
                    "folders": total,
                    "objects": objects,
                    "bytes": bytes,
                    "objects_per_second": (rate * 10.0).round() / 10.0,
                    "megabytes_per_second": (megabytes * 10.0).round() / 10.0,
                });
                log::say("progress", &words, more);
            }
        }
    }

    /// The run is over.
    pub fn end(&self) {
        if let Shown::Bar(bar) = &self.shown {
            bar.finish_and_clear();
        }
    }
}
