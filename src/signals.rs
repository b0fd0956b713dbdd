//! Signals: the first lets the open calls end and saves what was read, the second ends at once.

use serde_json::json;

use crate::collect::{Ending, Halt};
use crate::exit::{INTERRUPTED, TERMINATED};
use crate::log;

/// Turns signals into the run's ending, until it is dropped.
pub async fn watch(ending: Ending) {
    let code = signal().await;
    ending.halt(Halt::Signal(code));
    let line = "interrupted: finishing the open calls; once more to stop at once";
    log::say("interrupted", line, json!({ "code": code }));
    std::process::exit(i32::from(signal().await));
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
