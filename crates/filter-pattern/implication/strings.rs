//! The classes of texts that a set of constants and patterns tells apart, each with its shortest member.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use regex_automata::Input;
use regex_automata::dfa::{Automaton, dense};
use regex_automata::util::primitives::StateID;

use crate::bridge::{Leaf, Scalar};
use crate::operand::{Operand, Text};
use crate::test::Test;

/// The most memory that one automaton may take, in bytes.
const SIZE: usize = 1 << 18;
/// The most patterns on one field.
const PATTERNS: usize = 24;
/// The most states of automata that are visited for one question.
pub(super) const STATES: usize = 20_000;

const NUMBER: &str = r"\A[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?\z";
const ADDRESS: &str = r"\A[0-9A-Fa-f:.]+\z";

pub(super) fn looks_like_address(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|letter| letter.is_ascii_hexdigit() || ":.".contains(letter))
}

/// The texts and sets of texts that tests on one field name.
#[derive(Debug, Default)]
pub(super) struct Sets {
    pub(super) constants: BTreeSet<String>,
    /// As regular expressions, which are searched for.
    patterns: BTreeSet<String>,
    letters: BTreeSet<char>,
    /// Whether a pattern tells letters apart that it does not name.
    any_letter: bool,
}

impl Sets {
    /// Whether a test asks for nothing but constants, so that all other texts are the same to it.
    pub(super) fn are_constants(test: &Test) -> bool {
        let mut sets = Self::default();
        sets.add(test);
        sets.patterns.is_empty()
    }

    pub(super) fn add(&mut self, test: &Test) {
        match test {
            Test::Compare(_, Operand::Text(text)) => self.text(text),
            Test::Compare(_, Operand::Number(number)) => {
                self.constants.insert(number.as_str().to_owned());
                self.regular(NUMBER);
            }
            Test::Compare(_, Operand::Regular(regular)) => self.regular(regular.translated()),
            Test::Leaf(leaf) => self.leaf(leaf),
            Test::Null | Test::Is(_) | Test::Exists => {}
        }
    }

    fn text(&mut self, text: &Text) {
        if text.is_anything() {
            return;
        }
        let (front, core, back) = text.parts();
        match (front, back) {
            (false, false) => {
                self.constants.insert(core.to_owned());
            }
            (true, true) => self.pattern("", &[core], ""),
            (true, false) => self.pattern("", &[core], r"\z"),
            (false, true) => self.pattern(r"\A", &[core], ""),
        }
        if text.has_inner_star() {
            let pieces: Vec<&str> = text.text.split('*').collect();
            self.pattern(r"\A", &pieces, r"\z");
        }
    }

    fn leaf(&mut self, leaf: &Leaf) {
        match leaf {
            Leaf::Literal(Scalar::Text(text)) => {
                self.constants.insert(text.clone());
            }
            Leaf::Prefix { text, fold: false } => self.pattern(r"\A", &[text.as_str()], ""),
            Leaf::Suffix { text, fold: false } => self.pattern("", &[text.as_str()], r"\z"),
            Leaf::Prefix { text, fold: true } => self.folded(r"\A", text, ""),
            Leaf::Suffix { text, fold: true } => self.folded("", text, r"\z"),
            Leaf::EqualsIgnoreCase(text) => self.folded(r"\A", text, r"\z"),
            Leaf::Wildcard(pieces) => {
                let pieces: Vec<&str> = pieces.iter().map(String::as_str).collect();
                self.pattern(r"\A", &pieces, r"\z");
            }
            Leaf::AnythingBut(others) => others.iter().for_each(|other| self.leaf(other)),
            Leaf::Cidr(block) => {
                self.constants.insert(block.address().to_string());
                self.regular(ADDRESS);
            }
            Leaf::Literal(_) | Leaf::Numeric(_) | Leaf::Exists(_) => {}
        }
    }

    fn regular(&mut self, source: &str) {
        self.any_letter = true;
        self.patterns.insert(source.to_owned());
    }

    fn pattern(&mut self, front: &str, pieces: &[&str], back: &str) {
        let escaped: Vec<String> = pieces.iter().map(|piece| escaped(piece)).collect();
        self.letters.extend(pieces.iter().flat_map(|piece| piece.chars()));
        self.patterns.insert(format!("{front}{}{back}", escaped.join("(?s:.*)")));
    }

    fn folded(&mut self, front: &str, text: &str, back: &str) {
        let both = |letter: char| {
            let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
            if lower == upper { escaped(&letter.to_string()) } else { format!("[{lower}{upper}]") }
        };
        let letters = text.chars();
        self.letters.extend(
            letters.flat_map(|letter| [letter.to_ascii_lowercase(), letter.to_ascii_uppercase()]),
        );
        let folded: String = text.chars().map(both).collect();
        self.patterns.insert(format!("{front}{folded}{back}"));
    }

    /// One letter for each kind that is told apart, ordinary ones first.
    fn alphabet(&self) -> Vec<char> {
        let mut named: BTreeSet<char> = self.letters.clone();
        named.extend(self.constants.iter().flat_map(|text| text.chars()));
        let fresh = ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['-', '_', ' ']);
        let fresh = fresh.rev().find(|letter| !named.contains(letter) && letter.is_alphanumeric());
        if self.any_letter {
            named.extend((0..=127_u8).map(char::from));
        }
        let beyond = ('\u{e0}'..='\u{fff}').find(|letter| !named.contains(letter));
        let mut letters: Vec<char> = named.into_iter().collect();
        letters.sort_by_key(|letter| (!letter.is_ascii_alphanumeric(), letter.is_control()));
        fresh.into_iter().chain(letters).chain(beyond).collect()
    }
}

/// A text as a regular expression that matches it.
fn escaped(text: &str) -> String {
    let escape = |letter: char| match letter {
        letter if letter.is_alphanumeric() || !letter.is_ascii() => letter.to_string(),
        letter => format!("\\x{{{:x}}}", u32::from(letter)),
    };
    text.chars().map(escape).collect()
}

/// The constants, each a class of its own.
pub(super) fn constants(sets: &Sets) -> impl Iterator<Item = (String, bool)> {
    sets.constants.iter().map(|text| (text.clone(), true))
}

/// A text that is no constant: the ordinary one, if it is none, or one like it.
pub(super) fn fresh(sets: &Sets, ordinary: &str) -> String {
    let mut fresh = ordinary.to_owned();
    while sets.constants.contains(&fresh) {
        fresh.push('1');
    }
    fresh
}

/// The classes beside the constants, each with a member. The ordinary text is taken where it is a member. None where
/// they are too many, or too hard to find with the states that are left.
pub(super) fn others(sets: &Sets, ordinary: &str, states: &mut usize) -> Option<Vec<String>> {
    if sets.patterns.is_empty() {
        return Some(vec![fresh(sets, ordinary)]);
    }
    let product = Product::new(sets)?;
    let mut members = product.members(&sets.alphabet(), states)?;
    let (tree, reached) = product.run(ordinary);
    if !product.is_constant(tree) {
        members.insert(product.signature(&reached), ordinary.to_owned());
    }
    Some(members.into_values().map(|member| product.lengthened(member, ordinary)).collect())
}

/// The constants as a tree of letters, and the patterns as automata, walked side by side.
struct Product {
    tree: Vec<Node>,
    automata: Vec<dense::DFA<Vec<u32>>>,
}

#[derive(Default)]
struct Node {
    next: BTreeMap<char, usize>,
    ends: bool,
}

/// Where in the tree, if still in it; and for each automaton its state, or none once it has matched.
type State = (Option<usize>, Vec<Option<StateID>>);

impl Product {
    fn new(sets: &Sets) -> Option<Self> {
        if sets.patterns.len() > PATTERNS {
            return None;
        }
        let mut automata = Vec::new();
        for pattern in &sets.patterns {
            let limits =
                dense::Config::new().dfa_size_limit(Some(SIZE)).determinize_size_limit(Some(SIZE));
            automata.push(dense::Builder::new().configure(limits).build(pattern).ok()?);
        }
        let mut tree = vec![Node::default()];
        for constant in &sets.constants {
            let mut at = 0;
            for letter in constant.chars() {
                let new = tree.len();
                let next = *tree.get_mut(at)?.next.entry(letter).or_insert(new);
                if next == new {
                    tree.push(Node::default());
                }
                at = next;
            }
            tree.get_mut(at)?.ends = true;
        }
        Some(Self { tree, automata })
    }

    fn start(&self) -> State {
        let input = Input::new("");
        let start = |dfa: &dense::DFA<Vec<u32>>| dfa.start_state_forward(&input).ok();
        (Some(0), self.automata.iter().map(start).collect())
    }

    fn step(&self, (tree, states): &State, letter: char) -> State {
        let node = tree.and_then(|at| self.tree.get(at));
        let mut bytes = [0; 4];
        let bytes = letter.encode_utf8(&mut bytes).as_bytes();
        let walk = |(dfa, state): (&dense::DFA<Vec<u32>>, &Option<StateID>)| {
            let mut state = (*state)?;
            for byte in bytes {
                state = dfa.next_state(state, *byte);
                if dfa.is_match_state(state) {
                    return None;
                }
            }
            Some(state)
        };
        let next = node.and_then(|node| node.next.get(&letter).copied());
        (next, self.automata.iter().zip(states).map(walk).collect())
    }

    fn run(&self, text: &str) -> State {
        text.chars().fold(self.start(), |state, letter| self.step(&state, letter))
    }

    /// Which patterns match a text that ends here.
    fn signature(&self, states: &[Option<StateID>]) -> Vec<bool> {
        let ends = |(dfa, state): (&dense::DFA<Vec<u32>>, &Option<StateID>)| {
            state.is_none_or(|state| dfa.is_match_state(dfa.next_eoi_state(state)))
        };
        self.automata.iter().zip(states).map(ends).collect()
    }

    /// A member that ends in a separator, with the end of an ordinary text where the answers stay the same: an address
    /// that begins with `10.` is read more easily when it is one.
    fn lengthened(&self, member: String, ordinary: &str) -> String {
        if !member.ends_with(['.', '-', '/', ':']) {
            return member;
        }
        let answers = |text: &str| {
            let (tree, states) = self.run(text);
            (self.is_constant(tree), self.signature(&states))
        };
        let own = answers(&member);
        let ends = ordinary.match_indices(['.', '-', '/', ':']);
        let mut longer =
            ends.filter_map(|(at, _)| ordinary.get(at + 1..)).map(|end| format!("{member}{end}"));
        longer.find(|text| answers(text) == own).unwrap_or(member)
    }

    fn is_constant(&self, tree: Option<usize>) -> bool {
        tree.and_then(|at| self.tree.get(at)).is_some_and(|node| node.ends)
    }

    /// For each combination of answers the shortest text, constants apart, that gives it; one that is not empty where
    /// there is one.
    fn members(
        &self,
        alphabet: &[char],
        states: &mut usize,
    ) -> Option<BTreeMap<Vec<bool>, String>> {
        let mut found: BTreeMap<Vec<bool>, String> = BTreeMap::new();
        let start = self.start();
        let mut seen = BTreeSet::from([start.clone()]);
        let mut open = VecDeque::from([(start, String::new())]);
        while let Some((state, text)) = open.pop_front() {
            *states = states.checked_sub(self.automata.len())?;
            if !self.is_constant(state.0) {
                let member = found.entry(self.signature(&state.1)).or_insert_with(|| text.clone());
                if member.is_empty() {
                    member.clone_from(&text);
                }
            }
            for letter in alphabet {
                let next = self.step(&state, *letter);
                if !seen.contains(&next) {
                    seen.insert(next.clone());
                    open.push_back((next, format!("{text}{letter}")));
                }
            }
        }
        Some(found)
    }
}
