//! The files that together hold a report, one open at a time.

use std::cell::RefCell;
use std::io::{self, BufWriter, Write};

use super::xml::{Counts, Document};

/// The files that are still to be written, with what their roots count.
pub struct Files {
    pub counts: std::iter::Enumerate<std::vec::IntoIter<Counts>>,
    pub millis: i64,
}

pub type Sink<'o> = RefCell<&'o mut dyn FnMut(usize, &[u8]) -> io::Result<()>>;

impl Files {
    /// Begins the next.
    pub fn next<'s, 'o>(&mut self, out: &'s Sink<'o>) -> io::Result<Option<Begun<'s, 'o>>> {
        let Some((number, counts)) = self.counts.next() else { return Ok(None) };
        let piece = BufWriter::new(Piece { number, out });
        Document::begin(piece, &counts, self.millis).map(Some)
    }
}

pub type Begun<'s, 'o> = Document<BufWriter<Piece<'s, 'o>>>;

/// The way from a document to the output.
pub struct Piece<'s, 'o> {
    number: usize,
    out: &'s Sink<'o>,
}

impl Write for Piece<'_, '_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.out.borrow_mut())(self.number, bytes).map(|()| bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
