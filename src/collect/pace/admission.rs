//! How many calls may be open at once, so shared that nobody who waits, hangs or retries keeps others from calling.
//!
//! A permit is held for one attempt and not for one question: whoever backs off holds none. An attempt that takes
//! longer than calls usually do gives its permit back and goes on beside the others, so that a hung connection costs
//! the others no more than an answered one. Calls on which others wait come first, retries last.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, oneshot};

/// An attempt that has brought no answer by then no longer holds up the others. Calls across the world take a third
/// of a second; a long page of IAM takes longer, and may.
pub const LEASE: Duration = Duration::from_millis(400);

/// So many times the permits may be open beside them: a bound on connections while much hangs.
const SLOW_FACTOR: usize = 4;

/// Which turn an attempt takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// The first attempt of a call without whose answer others cannot be made: the way into accounts and regions.
    Ahead,
    /// The first attempt of any other call.
    First,
    /// A further one.
    Again,
}

/// No call may begin any more: the run is ending.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the run is ending: no further call is made")
    }
}

impl std::error::Error for Closed {}

/// Who may call now.
#[derive(Debug)]
pub struct Admission {
    state: Mutex<State>,
    capacity: usize,
    appetite: Notify,
}

#[derive(Debug)]
struct State {
    free: usize,
    slow: usize,
    /// Who waits, by turn.
    waiting: [VecDeque<oneshot::Sender<Permit>>; 3],
    closed: bool,
}

impl State {
    fn next(&mut self) -> Option<oneshot::Sender<Permit>> {
        self.waiting.iter_mut().find_map(VecDeque::pop_front)
    }

    fn queue(&mut self, turn: Turn) -> &mut VecDeque<oneshot::Sender<Permit>> {
        let [ahead, first, again] = &mut self.waiting;
        match turn {
            Turn::Ahead => ahead,
            Turn::First => first,
            Turn::Again => again,
        }
    }
}

impl Admission {
    /// So many calls at once.
    pub fn new(capacity: usize) -> Arc<Self> {
        let state = State {
            free: capacity,
            slow: capacity * SLOW_FACTOR,
            waiting: Default::default(),
            closed: false,
        };
        Arc::new(Self { state: Mutex::new(state), capacity, appetite: Notify::new() })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing below panics while it holds the lock; should it, the counts are still whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a permit.
    ///
    /// # Errors
    /// Where the run is ending.
    pub async fn admit(self: &Arc<Self>, turn: Turn) -> Result<Permit, Closed> {
        let waiting = {
            let mut state = self.state();
            if state.closed {
                return Err(Closed);
            }
            if state.free > 0 {
                state.free -= 1;
                return Ok(Permit { admission: Some(Arc::clone(self)), slow: false });
            }
            let (sender, receiver) = oneshot::channel();
            state.queue(turn).push_back(sender);
            receiver
        };
        waiting.await.map_err(|_| Closed)
    }

    /// Lets no further call begin; those that wait for a permit are refused, those that have one go on.
    pub fn close(&self) {
        let waiting = {
            let mut state = self.state();
            // Told once: who waits for a change would else be woken by every call of this.
            if std::mem::replace(&mut state.closed, true) {
                return;
            }
            std::mem::take(&mut state.waiting)
        };
        // Their receivers learn it by the drop.
        drop(waiting);
        self.appetite.notify_one();
    }

    /// Whether more work would find its turn soon: fewer first attempts wait than can be open.
    pub fn is_hungry(&self) -> bool {
        self.state().queue(Turn::First).len() < self.capacity
    }

    /// Whether most permits lie unused.
    pub fn is_idle(&self) -> bool {
        self.state().free * 2 > self.capacity
    }

    /// How many calls may be open at once.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Waits until that may have changed.
    pub async fn appetite(&self) {
        self.appetite.notified().await;
    }

    fn hand_on(&self, mut permit: Permit) {
        let mut state = self.state();
        while let Some(next) = state.next() {
            match next.send(permit) {
                Ok(()) => {
                    drop(state);
                    self.appetite.notify_one();
                    return;
                }
                // Whoever waited has given up.
                Err(returned) => permit = returned,
            }
        }
        // Counted free below: its drop must not do so again.
        permit.admission = None;
        state.free += 1;
        drop(state);
        self.appetite.notify_one();
    }
}

/// The right to have one attempt open; given on when it is dropped.
#[derive(Debug)]
pub struct Permit {
    admission: Option<Arc<Admission>>,
    slow: bool,
}

impl Permit {
    /// Of a call that runs beside the others' turns.
    pub fn beside() -> Self {
        Self { admission: None, slow: false }
    }

    /// The attempt takes long: it goes on beside the others, where there is room for one more of its kind.
    pub fn give_way(&mut self) {
        let Some(admission) = self.admission.clone().filter(|_| !self.slow) else { return };
        {
            let mut state = admission.state();
            if state.slow == 0 {
                return;
            }
            state.slow -= 1;
        }
        self.slow = true;
        admission.hand_on(Self { admission: Some(Arc::clone(&admission)), slow: false });
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let Some(admission) = self.admission.take() else { return };
        if self.slow {
            admission.state().slow += 1;
        } else {
            admission.clone().hand_on(Self { admission: Some(admission), slow: false });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_others_wait_for_comes_first_and_retries_come_last() {
        let admission = Admission::new(1);
        let held = admission.admit(Turn::First).await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut tasks = Vec::new();
        for (name, turn) in [("retry", Turn::Again), ("leaf", Turn::First), ("key", Turn::Ahead)] {
            let (admission, order) = (Arc::clone(&admission), Arc::clone(&order));
            tasks.push(tokio::spawn(async move {
                let _permit = admission.admit(turn).await.unwrap();
                order.lock().unwrap().push(name);
            }));
            tokio::task::yield_now().await;
        }
        drop(held);
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(*order.lock().unwrap(), ["key", "leaf", "retry"]);
    }

    #[tokio::test]
    async fn whoever_takes_long_makes_room_and_no_permit_is_lost() {
        let admission = Admission::new(1);
        let mut slow = admission.admit(Turn::First).await.unwrap();
        slow.give_way();
        slow.give_way();
        let next = admission.admit(Turn::First).await.unwrap();
        drop((slow, next));
        let state = admission.state();
        assert_eq!((state.free, state.slow), (1, SLOW_FACTOR));
    }

    #[tokio::test]
    async fn there_is_an_end_to_making_room() {
        let admission = Admission::new(1);
        let mut open = Vec::new();
        for _ in 0..=SLOW_FACTOR {
            let mut permit = admission.admit(Turn::First).await.unwrap();
            permit.give_way();
            open.push(permit);
        }
        // The last one found no room and holds its permit.
        assert_eq!(admission.state().free, 0);
        open.clear();
        let state = admission.state();
        assert_eq!((state.free, state.slow), (1, SLOW_FACTOR));
    }

    #[tokio::test]
    async fn a_waiter_that_gave_up_takes_no_permit_with_it() {
        let admission = Admission::new(1);
        let held = admission.admit(Turn::First).await.unwrap();
        {
            let mut gone = Box::pin(admission.admit(Turn::First));
            assert!(futures::poll!(&mut gone).is_pending());
        }
        drop(held);
        assert!(admission.admit(Turn::First).await.is_ok());
    }

    #[tokio::test]
    async fn nobody_begins_after_the_end() {
        let admission = Admission::new(1);
        let held = admission.admit(Turn::First).await.unwrap();
        let mut waiting = Box::pin(admission.admit(Turn::First));
        assert!(futures::poll!(&mut waiting).is_pending());
        admission.close();
        assert_eq!(waiting.await.unwrap_err(), Closed);
        drop(held);
        assert_eq!(admission.admit(Turn::First).await.unwrap_err(), Closed);
    }
}
