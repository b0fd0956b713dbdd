//! Who may be looked at next, where the order of what is selected matters.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

/// The bytes selected of files that wait for their turn, from which on no more is looked at but what has its turn.
const EARLY: u64 = 4 << 20;

/// So many may be looked at ahead of the turn however large they are: as long as the cores have enough to do.
const LEAST: u64 = 4;

/// What keeps those that come early from taking all memory: no more is looked at than has room while it waits for its turn,
/// and that is what is next. What is far behind would leave those before it to go one by one.
#[derive(Debug, Default)]
pub struct Line {
    /// How many had their turn.
    turn: watch::Sender<u64>,
    /// The bytes that were selected and not handed on.
    held: AtomicU64,
    /// The most that was selected of one of late, in bytes.
    largest: AtomicU64,
}

impl Line {
    /// Waits until what has this number may be looked at.
    pub async fn wait(&self, number: u64) {
        let may = |turn: &u64| {
            let fit = EARLY / self.largest.load(Ordering::Relaxed).max(1);
            let near = number.saturating_sub(*turn) < fit.max(LEAST);
            *turn == number || near && self.held.load(Ordering::Relaxed) < EARLY
        };
        // That the sender is gone cannot be: it is held here.
        let _ = self.turn.subscribe().wait_for(may).await;
    }

    /// These bytes were selected.
    pub fn took(&self, bytes: &[u8]) {
        let length = bytes.len() as u64;
        self.held.fetch_add(length, Ordering::Relaxed);
        // A large one is remembered for some thousand smaller ones.
        let longer = |largest: u64| Some(length.max(largest - largest.div_ceil(1024)));
        let _ = self.largest.fetch_update(Ordering::Relaxed, Ordering::Relaxed, longer);
    }

    /// The number that has its turn.
    pub fn turn(&self) -> u64 {
        *self.turn.borrow()
    }

    /// What has its turn, and these bytes, is handed on.
    pub fn goes_on(&self, bytes: &[u8]) {
        self.held.fetch_sub(bytes.len() as u64, Ordering::Relaxed);
        self.turn.send_modify(|turn| *turn += 1);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[test]
    fn where_much_waits_only_what_has_its_turn_may_go() {
        let line = Line::default();
        let may = |number| line.wait(number).now_or_never().is_some();
        assert!(may(0) && may(1) && may(100));
        let (most, one) = (vec![0; EARLY as usize - 1], [0]);
        line.took(&most);
        assert!(may(0) && may(1));
        line.took(&one);
        assert_eq!([0, 1, 2].map(may), [true, false, false]);
        // What had its turn held nothing.
        line.goes_on(&[]);
        assert_eq!((line.turn(), [0, 1, 2].map(may)), (1, [false, true, false]));
        line.goes_on(&one);
        assert!(may(1) && may(2) && may(3));
    }

    #[test]
    fn those_that_are_next_go_before_those_that_are_far_behind() {
        let line = Line::default();
        let far =
            |from: u64| (from..).take_while(|number| line.wait(*number).now_or_never().is_some());
        let tenth = vec![0; (EARLY / 10) as usize];
        line.took(&tenth);
        assert_eq!(far(0).count(), 10);
        line.goes_on(&tenth);
        assert_eq!(far(1).count(), 10);
        let half = vec![0; (EARLY / 2) as usize];
        line.took(&half);
        assert_eq!(far(1).count(), LEAST as usize);
        line.goes_on(&half);
        for _ in 0..20_000 {
            line.took(&[0]);
            line.goes_on(&[0]);
        }
        assert_eq!(
            far(line.turn()).take(1_000).count(),
            1_000,
            "a large one is forgotten in the end"
        );
    }

    #[tokio::test]
    async fn who_waits_is_told() {
        let line = Line::default();
        let bytes = vec![0; EARLY as usize];
        line.took(&bytes);
        let (turn, room) = (line.wait(1), line.wait(3));
        futures::pin_mut!(turn, room);
        assert!(turn.as_mut().now_or_never().is_none() && room.as_mut().now_or_never().is_none());
        line.goes_on(&[]);
        turn.await;
        assert!(room.as_mut().now_or_never().is_none());
        line.goes_on(&bytes);
        room.await;
    }
}
