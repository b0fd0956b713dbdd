//! Which accounts are to be read, each once, in the order in which they were listed, and how many of them at once.

use std::collections::{BTreeSet, VecDeque};

use trailproof_core::aws::AccountId;

/// So many accounts may be under way at once: what they hold in memory is bounded also while many hang.
const MOST: usize = 512;

/// So often in a row most calls must be unused before more accounts are let in: all may answer at one moment.
const IDLE: usize = 3;

/// The accounts that wait, and the room that there is for them.
#[derive(Debug)]
pub(super) struct Intake {
    waiting: VecDeque<AccountId>,
    taken: BTreeSet<AccountId>,
    usual: usize,
    room: usize,
    idle: usize,
}

impl Intake {
    /// Room for so many at once as long as they answer.
    pub(super) fn new(usual: usize) -> Self {
        Self { waiting: VecDeque::new(), taken: BTreeSet::new(), usual, room: usual, idle: 0 }
    }

    /// Takes an account, unless it was taken before.
    pub(super) fn take(&mut self, account: AccountId) {
        if self.taken.insert(account) {
            self.waiting.push_back(account);
        }
    }

    /// The next account, where there is room beside those under way.
    pub(super) fn next(&mut self, under_way: usize) -> Option<AccountId> {
        if under_way < self.room { self.waiting.pop_front() } else { None }
    }

    /// A moment has passed, in which most calls were used or not. Accounts that hang leave calls unused for more than
    /// a moment; others come in their place.
    pub(super) fn breathe(&mut self, unused: bool, under_way: usize) {
        self.idle = if unused { self.idle + 1 } else { 0 };
        let room = if self.idle < IDLE { self.usual } else { under_way + self.usual };
        self.room = room.min(MOST);
    }

    /// Whether nobody waits.
    pub(super) fn is_done(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many of them are still to be read, where so many were.
    pub(super) fn left(&self, read: usize) -> usize {
        self.taken.len().saturating_sub(read)
    }

    /// All accounts that were ever taken.
    pub(super) fn taken(&self) -> &BTreeSet<AccountId> {
        &self.taken
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_account_is_read_once_and_in_the_order_of_the_list() {
        let mut intake = Intake::new(9);
        let [one, two] = ["222222222222", "111111111111"].map(|id| id.parse().unwrap());
        [one, two, one].into_iter().for_each(|account| intake.take(account));
        assert_eq!((intake.next(0), intake.next(1), intake.next(2)), (Some(one), Some(two), None));
        intake.take(one);
        assert!(intake.is_done() && intake.taken().len() == 2);
    }

    #[test]
    fn accounts_that_hang_make_room_for_others_up_to_a_limit() {
        let mut intake = Intake::new(2);
        let fill = |intake: &mut Intake| {
            (0..2000_u32).for_each(|number| intake.take(format!("{number:012}").parse().unwrap()));
        };
        fill(&mut intake);
        assert!(intake.next(1).is_some() && intake.next(2).is_none());
        for _ in 1..IDLE {
            intake.breathe(true, 2);
            assert!(intake.next(2).is_none(), "that was a moment");
        }
        intake.breathe(true, 2);
        assert!(intake.next(3).is_some() && intake.next(4).is_none());
        intake.breathe(false, 4);
        assert!(intake.next(2).is_none(), "all answer again");
        (0..IDLE).for_each(|_| intake.breathe(true, 4000));
        assert!(intake.next(MOST).is_none() && intake.next(MOST - 1).is_some());
    }
}
