//! Cells one behind the other, as bytes that go from thread to thread, or to disk.

/// Writes a cell: its length plus one, or nought where there is none, and its bytes.
pub fn put(cell: Option<&[u8]>, out: &mut Vec<u8>) {
    // What a log file holds is far shorter than 4 GiB.
    let length = cell.and_then(|bytes| u32::try_from(bytes.len() + 1).ok()).unwrap_or(0);
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(cell.filter(|_| length > 0).unwrap_or_default());
}

/// Takes the next cell; the outer none where they end, the inner one where the cell is empty.
pub fn take<'a>(cells: &mut &'a [u8]) -> Option<Option<&'a [u8]>> {
    let (length, rest) = cells.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let Some(length) = length.checked_sub(1) else {
        *cells = rest;
        return Some(None);
    };
    let (cell, rest) = rest.split_at_checked(length)?;
    *cells = rest;
    Some(Some(cell))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_is_taken_and_an_empty_cell_is_not_none() {
        let all = [Some(&b"one"[..]), None, Some(b""), Some(b"\0\t\n")];
        let mut out = Vec::new();
        all.iter().for_each(|cell| put(*cell, &mut out));
        let mut rest = out.as_slice();
        let taken: Vec<_> = std::iter::from_fn(|| take(&mut rest)).collect();
        assert_eq!(taken, all);
        let mut cut = out.get(..5).unwrap();
        assert_eq!(take(&mut cut), None, "a cell is there whole or not at all");
    }
}
