//! Buffers that are used again: the kernel clears every page of a large one that is fresh, and one that grows is copied.

use std::sync::{Mutex, PoisonError};

/// The bytes that are kept for later at most.
const MOST: usize = 4 << 20;

/// Those that nobody uses now.
#[derive(Debug, Default)]
pub struct Buffers(Mutex<Idle>);

#[derive(Debug, Default)]
struct Idle {
    buffers: Vec<Vec<u8>>,
    /// What they can hold together.
    bytes: usize,
}

impl Buffers {
    /// An empty one, which may have room already.
    pub fn take(&self) -> Vec<u8> {
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let buffer = idle.buffers.pop().unwrap_or_default();
        idle.bytes -= buffer.capacity();
        buffer
    }

    /// One that is used no more. It is kept while all of them are no larger than they may be.
    pub fn give(&self, mut buffer: Vec<u8>) {
        buffer.clear();
        let mut idle = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buffer.capacity() > 0 && idle.bytes + buffer.capacity() <= MOST {
            idle.bytes += buffer.capacity();
            idle.buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_given_is_taken_again_and_empty() {
        let buffers = Buffers::default();
        buffers.give(b"the text of another file".to_vec());
        let again = buffers.take();
        assert!(again.is_empty() && again.capacity() > 0);
        assert_eq!(buffers.take().capacity(), 0);
    }

    #[test]
    fn no_more_is_kept_than_may_be() {
        let buffers = Buffers::default();
        for _ in 0..3 {
            buffers.give(Vec::with_capacity(MOST / 2));
        }
        buffers.give(Vec::new());
        let kept: Vec<usize> = (0..3).map(|_| buffers.take().capacity()).collect();
        assert_eq!(kept, [MOST / 2, MOST / 2, 0]);
        buffers.give(Vec::with_capacity(MOST + 1));
        assert_eq!(buffers.take().capacity(), 0);
    }
}
