//! A run that ends before its work does: no further call begins, those under way get a moment, and what was read stays.

use std::time::Duration;

use tokio::sync::watch;

/// How long calls under way may still take.
const GRACE: Duration = Duration::from_secs(5);

/// Why a run ends early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Halt {
    /// A signal, with the exit code that tells of it.
    Signal(u8),
    /// The caller's credentials have ended and cannot be renewed: every further answer would be the same refusal.
    CredentialsExpired,
}

/// Whether and why a run ends early. Clones are one.
#[derive(Debug, Clone)]
pub struct Ending(watch::Sender<Option<Halt>>);

impl Default for Ending {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Ending {
    /// Ends the run, unless it is ending already.
    pub fn halt(&self, halt: Halt) {
        self.0.send_if_modified(|current| {
            let first = current.is_none();
            current.get_or_insert(halt);
            first
        });
    }

    /// Why the run is ending, where it is.
    pub fn halted(&self) -> Option<Halt> {
        *self.0.borrow()
    }

    /// Waits until the run is to end.
    pub async fn begins(&self) {
        // The sender lives as long as this does.
        let _ = self.0.subscribe().wait_for(Option::is_some).await;
    }

    /// Waits until the run is to end and calls under way have had their moment.
    pub async fn is_over(&self) {
        self.begins().await;
        tokio::time::sleep(GRACE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_reason_stays_and_calls_under_way_get_a_moment() {
        let ending = Ending::default();
        assert_eq!(ending.halted(), None);
        let other = ending.clone();
        other.halt(Halt::CredentialsExpired);
        other.halt(Halt::Signal(130));
        assert_eq!(ending.halted(), Some(Halt::CredentialsExpired));
        let start = tokio::time::Instant::now();
        ending.begins().await;
        assert_eq!(start.elapsed(), Duration::ZERO);
        ending.is_over().await;
        assert_eq!(start.elapsed(), GRACE);
    }
}
