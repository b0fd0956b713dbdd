//! Pages: a slice of a list and the token of the next.

use std::ops::Range;

/// Where a page begins. The token says it in words, since nobody but the simulator has to read it.
const PREFIX: &str = "page-from-";

/// A page of a list.
pub(super) struct Page<'a, T> {
    pub(super) items: Vec<&'a T>,
    pub(super) next: Option<String>,
}

/// The page that a token leads to; none when the token is not one of ours.
pub(super) fn page<'a, T>(items: &'a [T], token: Option<&str>, size: usize) -> Option<Page<'a, T>> {
    let (places, next) = places(items.len(), token, size)?;
    Some(Page { items: items.get(places)?.iter().collect(), next })
}

/// Which items of a list of that length are on the page, for lists that are made a page at a time.
pub(super) fn places(
    length: usize,
    token: Option<&str>,
    size: usize,
) -> Option<(Range<usize>, Option<String>)> {
    let start = match token {
        Some(token) => token.strip_prefix(PREFIX)?.parse().ok().filter(|at| *at <= length)?,
        None => 0,
    };
    let end = length.min(start.saturating_add(size));
    Some((start..end, (end < length).then(|| format!("{PREFIX}{end}"))))
}

/// The page size that was asked for, if it is within the service's bounds.
pub(super) fn size(asked: Option<i64>, most: usize) -> Option<usize> {
    match asked {
        None => Some(most),
        Some(asked) => usize::try_from(asked).ok().filter(|size| (1..=most).contains(size)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_one_another_and_end() {
        let list = [1, 2, 3, 4, 5];
        let first = page(&list, None, 2).unwrap();
        assert_eq!(first.items, [&1, &2]);
        let second = page(&list, first.next.as_deref(), 2).unwrap();
        let third = page(&list, second.next.as_deref(), 2).unwrap();
        assert_eq!((third.items, third.next), (vec![&5], None));
        assert!(page(&list, Some("nonsense"), 2).is_none());
        assert!(page(&list, Some("page-from-9"), 2).is_none());
    }
}
