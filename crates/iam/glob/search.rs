//! The walk over all patterns at once: a product of their automata, breadth first.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::{Found, Glob, Token};

/// The places of a pattern at which one may stand, ascending; none when nothing can match any more.
type Places = Vec<usize>;

/// Patterns that a text must be in are followed one place at a time up to this number, which keeps two patterns
/// polynomial; more of them would multiply, and are followed as sets.
const BY_PLACE: usize = 2;

/// Letters for the "any other letter" of a found text: what names are made of.
const PLAIN: &str = "xabcdefghijklmnopqrstuvwyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

pub(super) fn start(glob: &Glob) -> Places {
    settle(glob, BTreeSet::from([0]))
}

pub(super) fn step(glob: &Glob, places: &[usize], letter: char) -> Places {
    let mut next = BTreeSet::new();
    for &place in places {
        match glob.tokens.get(place) {
            Some(token) if token.takes(letter) => {
                next.insert(if token.is_run() { place } else { place + 1 });
            }
            _ => {}
        }
    }
    settle(glob, next)
}

pub(super) fn accepts(glob: &Glob, places: &[usize]) -> bool {
    places.last() == Some(&glob.tokens.len())
}

/// Adds the places behind runs, which may be empty, and drops those before the last free run: whatever they could
/// still match, that run takes too.
fn settle(glob: &Glob, places: BTreeSet<usize>) -> Places {
    let mut settled = places;
    let behind: Vec<_> = settled.iter().copied().filter(|&at| is_run(glob, at)).collect();
    settled.extend(behind.into_iter().map(|at| at + 1));
    let last = settled.iter().rev().copied().find(|&at| glob.tokens.get(at) == Some(&Token::Run));
    let kept = match last {
        Some(free) => settled.split_off(&free),
        None => settled,
    };
    kept.into_iter().collect()
}

fn is_run(glob: &Glob, place: usize) -> bool {
    glob.tokens.get(place).is_some_and(|token| token.is_run())
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    by_place: Vec<usize>,
    by_set: Vec<Places>,
}

pub(super) struct Search<'g> {
    by_place: Vec<&'g Glob>,
    /// With whether the text must be in it.
    by_set: Vec<(&'g Glob, bool)>,
    other: char,
}

impl<'g> Search<'g> {
    pub(super) fn new(in_all: &[&'g Glob], in_none: &[&'g Glob]) -> Self {
        let (by_place, rest) =
            if in_all.len() > BY_PLACE { (&[][..], in_all) } else { (in_all, &[][..]) };
        let wanted = rest.iter().map(|glob| (*glob, true));
        let mut letters = BTreeSet::from([':']);
        for glob in in_all.iter().chain(in_none) {
            letters.extend(glob.tokens.iter().filter_map(|token| match token {
                Token::Char(letter) => Some(*letter),
                _ => None,
            }));
        }
        let other = PLAIN.chars().chain('¡'..).find(|letter| !letters.contains(letter));
        Self {
            by_place: by_place.to_vec(),
            by_set: wanted.chain(in_none.iter().map(|glob| (*glob, false))).collect(),
            // Only a pattern with every character there is would leave none.
            other: other.unwrap_or('\u{0}'),
        }
    }

    /// Takes its steps from those that are left.
    pub(super) fn run(&self, left: &mut usize) -> Found {
        let first = State {
            by_place: vec![0; self.by_place.len()],
            by_set: self.by_set.iter().map(|(glob, _)| start(glob)).collect(),
        };
        let mut parents: BTreeMap<State, Option<(State, char)>> = BTreeMap::new();
        let mut queue = VecDeque::from([first.clone()]);
        if self.is_dead(&first) {
            return Found::Nothing;
        }
        parents.insert(first, None);
        while let Some(state) = queue.pop_front() {
            if self.is_found(&state) {
                return Found::Text(text_to(&parents, &state));
            }
            for letter in self.letters(&state) {
                for next in self.successors(&state, letter) {
                    let cost = 1 + next.by_set.iter().map(Vec::len).sum::<usize>();
                    match left.checked_sub(cost) {
                        Some(rest) => *left = rest,
                        None => {
                            *left = 0;
                            return Found::TooLarge;
                        }
                    }
                    if !self.is_dead(&next) && !parents.contains_key(&next) {
                        parents.insert(next.clone(), Some((state.clone(), letter)));
                        queue.push_back(next);
                    }
                }
            }
        }
        Found::Nothing
    }

    /// The letters that make a difference here, and one that stands for all others.
    fn letters(&self, state: &State) -> BTreeSet<char> {
        let mut letters = BTreeSet::from([self.other]);
        let mut add = |glob: &Glob, place: usize| match glob.tokens.get(place) {
            Some(Token::Char(letter)) => {
                letters.insert(*letter);
            }
            Some(token) if token.is_in_field() => {
                letters.insert(':');
            }
            _ => {}
        };
        for (glob, &place) in self.by_place.iter().zip(&state.by_place) {
            add(glob, place);
            if is_run(glob, place) {
                add(glob, place + 1);
            }
        }
        for ((glob, _), places) in self.by_set.iter().zip(&state.by_set) {
            places.iter().for_each(|&place| add(glob, place));
        }
        letters
    }

    fn successors(&self, state: &State, letter: char) -> Vec<State> {
        let by_set: Vec<_> = self
            .by_set
            .iter()
            .zip(&state.by_set)
            .map(|((glob, _), places)| step(glob, places, letter))
            .collect();
        let mut ways = vec![Vec::with_capacity(self.by_place.len())];
        for (glob, &place) in self.by_place.iter().zip(&state.by_place) {
            let mut next = Vec::with_capacity(2);
            let stay = glob.tokens.get(place).filter(|token| token.is_run());
            if stay.is_some_and(|token| token.takes(letter)) {
                next.push(place);
            }
            let at = place + usize::from(stay.is_some());
            if glob.tokens.get(at).is_some_and(|token| token.takes(letter) && !token.is_run()) {
                next.push(at + 1);
            }
            ways = ways
                .iter()
                .flat_map(|way: &Vec<usize>| {
                    next.iter().map(move |&place| {
                        let mut way = way.clone();
                        way.push(place);
                        way
                    })
                })
                .collect();
        }
        ways.into_iter().map(|by_place| State { by_place, by_set: by_set.clone() }).collect()
    }

    /// Whether no text that goes on from here can be looked for.
    fn is_dead(&self, state: &State) -> bool {
        self.by_set.iter().zip(&state.by_set).any(|((glob, wanted), places)| {
            let takes_all = glob.tokens.last() == Some(&Token::Run) && accepts(glob, places);
            if *wanted { places.is_empty() } else { takes_all }
        })
    }

    fn is_found(&self, state: &State) -> bool {
        let ends = |glob: &Glob, place: usize| {
            let end = glob.tokens.len();
            place == end || (place + 1 == end && is_run(glob, place))
        };
        self.by_place.iter().zip(&state.by_place).all(|(glob, &place)| ends(glob, place))
            && self
                .by_set
                .iter()
                .zip(&state.by_set)
                .all(|((glob, wanted), places)| accepts(glob, places) == *wanted)
    }
}

fn text_to(parents: &BTreeMap<State, Option<(State, char)>>, state: &State) -> String {
    let mut letters = Vec::new();
    let mut at = state;
    while let Some(Some((parent, letter))) = parents.get(at) {
        letters.push(*letter);
        at = parent;
    }
    letters.into_iter().rev().collect()
}
