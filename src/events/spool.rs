//! Events that wait until it is known who they were of: on disk, packed, so that memory stays small.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, Write};

use snap::raw::{Decoder, Encoder};

use super::cells;

/// So much is written before a new piece begins.
const PIECE: usize = 1 << 20;

/// Events of a log file, written but for who they were of.
#[derive(Debug, Default)]
pub struct Rows {
    /// What is finished, and each time the session that stands behind it.
    cells: Vec<u8>,
    /// What was written since the last one of which that is not known.
    text: Vec<u8>,
}

/// A session that is not known yet: its access key, and how it is called.
pub type Session<'a> = (&'a str, &'a str);

impl Rows {
    /// Where the next event is written to.
    pub fn text(&mut self) -> &mut Vec<u8> {
        if self.text.len() >= PIECE {
            self.piece(None);
        }
        &mut self.text
    }

    /// What was written last is of this session.
    pub fn of_session(&mut self, session: Session<'_>) {
        self.piece(Some(session));
    }

    fn piece(&mut self, session: Option<Session<'_>>) {
        let (key, name) = session.unzip();
        let cells = [Some(self.text.as_slice()), key.map(str::as_bytes), name.map(str::as_bytes)];
        cells.into_iter().for_each(|cell| cells::put(cell, &mut self.cells));
        self.text.clear();
    }

    /// All of it, packed; nothing where there is no event.
    ///
    /// # Errors
    /// A file of more than 4 GiB of events.
    pub fn packed(mut self) -> io::Result<Vec<u8>> {
        if !self.text.is_empty() {
            self.piece(None);
        }
        match self.cells.as_slice() {
            [] => Ok(Vec::new()),
            cells => Ok(Encoder::new().compress_vec(cells)?),
        }
    }
}

/// Writes out events that were packed, each time with what `tail` says of its session.
///
/// # Errors
/// What was changed since it was packed.
pub fn unpack(
    packed: &[u8],
    out: &mut Vec<u8>,
    tail: &mut dyn FnMut(Session<'_>, &mut Vec<u8>),
) -> io::Result<()> {
    if packed.is_empty() {
        return Ok(());
    }
    let text = |bytes| std::str::from_utf8(bytes).map_err(io::Error::other);
    let cells = Decoder::new().decompress_vec(packed)?;
    let mut rest = cells.as_slice();
    let mut next = || cells::take(&mut rest);
    while let (Some(row), Some(key), Some(name)) = (next(), next(), next()) {
        out.extend_from_slice(row.unwrap_or_default());
        if let (Some(key), Some(name)) = (key, name) {
            tail((text(key)?, text(name)?), out);
        }
    }
    Ok(())
}

/// Packed events on their way to the disk, log file by log file.
#[derive(Debug)]
pub struct Spool(BufWriter<File>);

impl Spool {
    /// An empty one, which nobody else can open and which is gone with us.
    ///
    /// # Errors
    /// Where the system gives no temporary file.
    pub fn begin() -> io::Result<Self> {
        Ok(Self(BufWriter::new(tempfile::tempfile()?)))
    }

    /// Takes what was packed of a log file.
    ///
    /// # Errors
    /// A full disk.
    pub fn add(&mut self, packed: &[u8]) -> io::Result<()> {
        let length = u32::try_from(packed.len()).map_err(io::Error::other)?;
        self.0.write_all(&length.to_be_bytes())?;
        self.0.write_all(packed)
    }

    /// No more will come; all of it, from the beginning.
    ///
    /// # Errors
    /// A full disk.
    pub fn end(self) -> io::Result<Spooled> {
        let mut file = self.0.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.rewind()?;
        Ok(Spooled(BufReader::new(file)))
    }
}

/// What a [`Spool`] took.
#[derive(Debug)]
pub struct Spooled(BufReader<File>);

impl Spooled {
    /// What was packed of the next log file.
    ///
    /// # Errors
    /// A disk that does not give back what was written.
    pub fn next(&mut self) -> io::Result<Option<Vec<u8>>> {
        let mut length = [0; 4];
        if self.0.fill_buf()?.is_empty() {
            return Ok(None);
        }
        self.0.read_exact(&mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).map_err(io::Error::other)?;
        let mut packed = vec![0; length];
        self.0.read_exact(&mut packed)?;
        Ok(Some(packed))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of that many bytes, each second one of a session.
    fn rows(lengths: &[usize]) -> (Rows, Vec<u8>) {
        let (mut rows, mut expected) = (Rows::default(), Vec::new());
        for (number, length) in lengths.iter().enumerate() {
            let text = format!("{number}").repeat(*length);
            rows.text().extend_from_slice(text.as_bytes());
            expected.extend_from_slice(text.as_bytes());
            let (key, name) = (format!("ASIA{number}"), format!("role/{number}"));
            if number % 2 == 1 {
                rows.of_session((&key, &name));
                expected.extend_from_slice(format!("<{key} {name}>").as_bytes());
            }
        }
        (rows, expected)
    }

    #[test]
    fn what_was_put_on_disk_comes_back_in_its_order_with_its_sessions() {
        let mut spool = Spool::begin().unwrap();
        let mut expected = Vec::new();
        for lengths in [&[1, 2, 3][..], &[0], &[5, 0, PIECE, 7, 7], &[3, 4]] {
            let (rows, text) = rows(lengths);
            spool.add(&rows.packed().unwrap()).unwrap();
            expected.extend_from_slice(&text);
        }
        let (mut spooled, mut out) = (spool.end().unwrap(), Vec::new());
        while let Some(packed) = spooled.next().unwrap() {
            let mut tail = |(key, name): Session<'_>, out: &mut Vec<u8>| {
                out.extend_from_slice(format!("<{key} {name}>").as_bytes());
            };
            unpack(&packed, &mut out, &mut tail).unwrap();
        }
        assert!(out == expected, "{} and {} bytes", out.len(), expected.len());
    }

    #[test]
    fn a_file_without_an_event_takes_nothing() {
        assert!(Rows::default().packed().unwrap().is_empty());
        unpack(&[], &mut Vec::new(), &mut |_, _| unreachable!()).unwrap();
    }
}
