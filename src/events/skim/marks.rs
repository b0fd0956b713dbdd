//! Where the quotes and brackets of a JSON text are, found in 64 bytes at a time.

use wide::u8x64;

/// So many bytes are looked at together: a bit of a word for each.
const BLOCK: usize = 64;

/// Goes through a text once, from quote to quote; brackets within quotes are none, nor are quotes behind a backslash.
#[derive(Debug)]
pub struct Marks<'a> {
    text: &'a [u8],
    /// Where the block begins that is looked at, and where the next one does.
    block: usize,
    next: usize,
    /// The quotes of the block that were not handed out.
    quotes: u64,
    /// Its backslashes.
    slashes: u64,
    /// Whether its last byte takes the meaning from the next one.
    escapes: bool,
    /// Behind the last backslash of the blocks before.
    slashed: usize,
}

impl<'a> Marks<'a> {
    /// Before the first byte.
    pub fn new(text: &'a [u8]) -> Self {
        Self { text, block: 0, next: 0, quotes: 0, slashes: 0, escapes: false, slashed: 0 }
    }

    /// The bytes of a block; white space behind the last one.
    #[inline]
    fn bytes(&self, at: usize) -> Option<u8x64> {
        let rest = self.text.get(at..).filter(|rest| !rest.is_empty())?;
        let bytes = rest.first_chunk::<BLOCK>().copied().unwrap_or_else(|| {
            let mut bytes = [b' '; BLOCK];
            bytes.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
            bytes
        });
        Some(u8x64::new(bytes))
    }

    /// Looks at the next block for its quotes. None where there is none.
    #[inline]
    fn load(&mut self) -> Option<u8x64> {
        let bytes = self.bytes(self.next)?;
        if self.slashes != 0 {
            self.slashed = self.next - self.slashes.leading_zeros() as usize;
        }
        self.slashes = all_of(bytes, b'\\');
        self.quotes = all_of(bytes, b'"') & !self.escaped();
        self.block = self.next;
        self.next += BLOCK;
        Some(bytes)
    }

    /// The bytes of the block that a backslash takes the meaning from.
    #[inline]
    fn escaped(&mut self) -> u64 {
        let mut escaped = u64::from(std::mem::take(&mut self.escapes));
        let mut open = self.slashes & !escaped;
        while open != 0 {
            let first = open & open.wrapping_neg();
            let behind = first << 1;
            self.escapes = behind == 0;
            escaped |= behind;
            open &= !(first | behind);
        }
        escaped
    }

    /// The place of the next quote.
    #[inline]
    pub fn quote(&mut self) -> Option<usize> {
        while self.quotes == 0 {
            self.load()?;
        }
        let at = self.quotes.trailing_zeros();
        self.quotes &= self.quotes - 1;
        Some(self.block + at as usize)
    }

    /// Whether a backslash is between two places, of which the second is that of the quote that was handed out last.
    #[inline]
    pub fn is_slashed(&self, from: usize, to: usize) -> bool {
        let behind = from.checked_sub(self.block).map_or(u64::MAX, |bit| u64::MAX << bit);
        let before = (1 << (to - self.block)) - 1;
        self.slashed > from || self.slashes & behind & before != 0
    }

    /// The place behind the bracket that closes what is open at this place: so many brackets, of which none behind it was
    /// looked at. It is not within quotes, and what is before it is passed over.
    #[inline(never)]
    pub fn end(&mut self, at: usize, mut open: u32) -> Option<usize> {
        while at >= self.next {
            self.load()?;
        }
        let mut bytes = self.bytes(self.block)?;
        let mut behind = u64::MAX << at.checked_sub(self.block)?;
        let mut within = 0;
        loop {
            let quoted = filled(self.quotes & behind) ^ within;
            within = if quoted >> (BLOCK - 1) == 0 { 0 } else { u64::MAX };
            // Square and curly brackets differ in one bit, which nothing else turns into a bracket.
            let either = bytes | u8x64::splat(b'{' - b'[');
            let opening = all_of(either, b'{') & !quoted & behind;
            let closing = all_of(either, b'}') & !quoted & behind;
            let closes = closing.count_ones();
            // As long as the block cannot close it, only their numbers matter.
            if open <= closes {
                let mut brackets = opening | closing;
                while brackets != 0 {
                    let first = brackets & brackets.wrapping_neg();
                    brackets ^= first;
                    if opening & first != 0 {
                        open += 1;
                        continue;
                    }
                    open = open.checked_sub(1)?;
                    if open == 0 {
                        self.quotes &= !(first | (first - 1));
                        return Some(self.block + first.trailing_zeros() as usize + 1);
                    }
                }
            } else {
                open = open + opening.count_ones() - closes;
            }
            bytes = self.load()?;
            behind = u64::MAX;
        }
    }
}

/// The places of a byte among these.
#[inline]
fn all_of(bytes: u8x64, byte: u8) -> u64 {
    bytes.simd_eq(u8x64::splat(byte)).to_bitmask()
}

/// All bits from each odd one of these to before the next: what is within quotes.
fn filled(quotes: u64) -> u64 {
    (0..6).fold(quotes, |filled, power| filled ^ filled << (1 << power))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, a byte after the other: the places of quotes, and those of brackets outside of them.
    fn slowly(text: &[u8]) -> (Vec<usize>, Vec<(usize, bool)>) {
        let (mut quotes, mut brackets) = (Vec::new(), Vec::new());
        let (mut within, mut escaped) = (false, false);
        for (at, byte) in text.iter().enumerate() {
            let plain = !std::mem::take(&mut escaped);
            match byte {
                b'\\' => escaped = plain,
                b'"' if plain => {
                    within = !within;
                    quotes.push(at);
                }
                b'{' | b'[' if !within => brackets.push((at, true)),
                b'}' | b']' if !within => brackets.push((at, false)),
                _ => {}
            }
        }
        (quotes, brackets)
    }

    fn slow_end(brackets: &[(usize, bool)], at: usize) -> Option<usize> {
        let mut depth = 0;
        for (place, opens) in brackets.iter().filter(|one| one.0 >= at) {
            depth += if *opens { 1 } else { -1 };
            if depth == 0 {
                return Some(place + 1);
            }
        }
        None
    }

    fn texts() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            8 => Just(b'a'),
            2 => Just(b'"'),
            2 => Just(b'\\'),
            1 => proptest::sample::select(&b"{}[];:,\xfb\xdd\x02"[..]),
        ];
        proptest::collection::vec(byte, 0..400)
    }

    proptest! {
        #[test]
        fn quotes_are_found_as_a_byte_after_the_other(text in texts()) {
            let mut marks = Marks::new(&text);
            let found: Vec<usize> = std::iter::from_fn(|| marks.quote()).collect();
            prop_assert_eq!(&found, &slowly(&text).0);
            let mut marks = Marks::new(&text);
            for pair in found.chunks_exact(2) {
                let (open, close) = (marks.quote().unwrap(), marks.quote().unwrap());
                prop_assert_eq!((open, close), (pair[0], pair[1]));
                prop_assert_eq!(marks.is_slashed(open, close), text[open..close].contains(&b'\\'));
            }
        }

        #[test]
        fn what_a_bracket_opens_ends_where_it_is_closed(text in texts()) {
            let (quotes, brackets) = slowly(&text);
            let mut marks = Marks::new(&text);
            let mut at = 0;
            while let Some(&(open, _)) = brackets.iter().find(|one| one.0 >= at && one.1) {
                let end = slow_end(&brackets, open);
                prop_assert_eq!(Marks { ..marks }.end(open, 0), end);
                prop_assert_eq!(marks.end(open + 1, 1), end);
                let Some(end) = end else { return Ok(()) };
                let mut ahead = Marks { ..marks };
                let next = quotes.iter().copied().find(|quote| *quote >= end);
                prop_assert_eq!(ahead.quote(), next);
                at = end;
            }
        }
    }

    #[test]
    fn what_is_never_closed_has_no_end() {
        for text in ["{", "[{}", "{\"}\"", "{\"\\\"}", ""] {
            assert_eq!(Marks::new(text.as_bytes()).end(0, 0), None, "{text}");
        }
    }
}
