//! Interruptions: the first signal lets the open calls end and saves what was read, the second ends at once.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::exit::{INTERRUPTED, TERMINATED};

/// Whether the run is to end early, and with which exit code.
#[derive(Debug, Clone, Default)]
pub struct Interruption {
    flag: Arc<AtomicBool>,
    code: Arc<AtomicU8>,
}

impl Interruption {
    /// What the collector looks at between calls.
    pub fn flag(&self) -> &AtomicBool {
        &self.flag
    }

    /// The exit code, where a signal came.
    pub fn code(&self) -> Option<u8> {
        Some(self.code.load(Ordering::Relaxed)).filter(|code| *code != 0)
    }

    /// Waits for signals until it is dropped.
    pub async fn watch(self) {
        let code = signal().await;
        self.code.store(code, Ordering::Relaxed);
        self.flag.store(true, Ordering::Relaxed);
        let line = "interrupted: finishing the open calls; once more to stop at once";
        let _ = writeln!(std::io::stderr(), "{line}");
        std::process::exit(i32::from(signal().await));
    }
}

/// The exit code of the next signal.
async fn signal() -> u8 {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            return tokio::select! {
                _ = tokio::signal::ctrl_c() => INTERRUPTED,
                _ = terminate.recv() => TERMINATED,
            };
        }
    }
    let _ = tokio::signal::ctrl_c().await;
    INTERRUPTED
}
