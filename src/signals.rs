//! Signals: the first lets the open calls end and saves what was read, the second ends at once.

use std::io;

use serde_json::json;

use crate::collect::{Ending, Halt};
use crate::exit::{INTERRUPTED, TERMINATED};
use crate::log;

/// Turns signals into the run's ending, until it is dropped.
///
/// Where the system gives no way to hear of signals, they keep their usual effect: the program ends.
pub async fn watch(ending: Ending) {
    // Heard from here on, so that a signal that follows on the heels of another is not lost between the two.
    let Ok(mut signals) = Signals::new() else { return };
    let code = signals.next().await;
    ending.halt(Halt::Signal(code));
    let line = "interrupted: finishing the open calls; once more to stop at once";
    log::say("interrupted", line, json!({ "code": code }));
    std::process::exit(i32::from(signals.next().await));
}

/// The signals that ask the program to end.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let (interrupt, terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        Ok(Self { interrupt, terminate })
    }

    /// The exit code of the next signal.
    async fn next(&mut self) -> u8 {
        tokio::select! {
            _ = self.interrupt.recv() => INTERRUPTED,
            _ = self.terminate.recv() => TERMINATED,
        }
    }
}

/// The signals that ask the program to end.
#[cfg(windows)]
struct Signals(tokio::signal::windows::CtrlC);

#[cfg(windows)]
impl Signals {
    fn new() -> io::Result<Self> {
        tokio::signal::windows::ctrl_c().map(Self)
    }

    /// The exit code of the next signal.
    async fn next(&mut self) -> u8 {
        let _ = self.0.recv().await;
        INTERRUPTED
    }
}
