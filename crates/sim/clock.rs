//! Virtual time: the description's `now`, and from the first call on as much more as tokio's clock says has passed.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use tokio::time::Instant;

/// A clock that begins to run with the simulator's first call, and shows the description's `now` until then.
///
/// Under tokio's paused clock it is exact. Give it to the client (`time_source`), so that signatures and the lives of
/// credentials are measured by the clock that the simulator answers by.
#[derive(Debug, Clone)]
pub struct Clock {
    start: SystemTime,
    first_call: Arc<OnceLock<Instant>>,
}

impl Clock {
    pub(crate) fn new(start: SystemTime) -> Self {
        Self { start, first_call: Arc::default() }
    }

    /// The virtual time of a call; the first one's is zero.
    pub(crate) fn call(&self) -> Duration {
        let now = Instant::now();
        now.duration_since(*self.first_call.get_or_init(|| now))
    }

    /// How long ago the first call was made.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.first_call.get().map_or(Duration::ZERO, Instant::elapsed)
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        self.start.checked_add(self.elapsed()).unwrap_or(self.start)
    }
}
