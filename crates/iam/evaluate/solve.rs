//! What unknown keys decide: one value of each class is tried, in all combinations that still make a difference.

use std::collections::BTreeSet;

use super::Options;
use super::clues::{Clues, is_open};
use super::domain::Domain;
use super::facts::{Facts, Sample};
use super::keys::{is_chosen, shown};
use super::rule::{Rule, Ruling};
use super::table::{Row, Table};
use super::truth::Truth;
use crate::answer::Decision;
use crate::request::Request;

/// How many combinations are tried before a question is left open.
pub(crate) const COMBINATIONS: usize = 4_096;

/// How often a statement is looked at again before a question is left open: with dozens that are open, fewer
/// combinations are tried.
const LOOKS: usize = 100_000;

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Solved {
    pub(crate) decision: Decision,
    pub(crate) depends_on: Vec<String>,
    pub(crate) witness: Vec<(String, Option<Vec<String>>)>,
    /// The keys that whoever asks must choose well.
    pub(crate) chosen: Vec<String>,
    pub(crate) resolved: bool,
}

impl Solved {
    pub(crate) const fn known(decision: Decision) -> Self {
        Self {
            decision,
            depends_on: Vec::new(),
            witness: Vec::new(),
            chosen: Vec::new(),
            resolved: true,
        }
    }
}

/// Decides what Kleene's values leave open.
///
/// Keys that restrict come first. For each combination of theirs the caller picks the best of the keys that he chooses,
/// so that the answer depends on the former only.
pub(crate) fn solve(table: &Table<'_>, rule: &Rule, request: &Request, options: Options) -> Solved {
    let facts = Facts::of(request);
    let (open, closed): (Vec<Row<'_>>, Vec<Row<'_>>) =
        table.rows.iter().copied().partition(is_open);
    let clues = Clues::of(&open, &facts);
    if clues.are_too_many() {
        let depends_on: BTreeSet<String> = clues.keys().map(|key| shown(key).to_owned()).collect();
        let depends_on = depends_on.into_iter().collect();
        return Solved { depends_on, resolved: false, ..Solved::known(Decision::Conditional) };
    }
    let hangs = clues.hangs.clone();
    let mut keys: Vec<Key> =
        clues.domains(&facts).iter().map(|domain| Key::of(domain, options)).collect();
    keys.sort_by_key(|key| key.chosen);
    let mut search = Search {
        keys: &keys,
        closed: &closed,
        hangs: &hangs,
        rule,
        request,
        bounded: table.bounded,
        left: combinations(open.len()),
        witness: None,
        mixed: BTreeSet::new(),
    };
    let tree = search.tree(&open, &mut Vec::new());
    let (witness, mixed) = (search.witness.take(), std::mem::take(&mut search.mixed));
    let exact = keys.iter().all(|key| key.exact);
    let witness = witness.unwrap_or_default();
    let names = |chosen: bool| keys.iter().filter(move |key| key.chosen == chosen);
    let all = |chosen: bool| names(chosen).map(|key| key.shown()).collect::<BTreeSet<_>>();
    let list = |names: BTreeSet<String>| names.into_iter().collect::<Vec<_>>();
    match tree {
        Some(Tree::Leaf(false)) if exact => Solved::known(search.denial(&open)),
        Some(Tree::Leaf(true)) if exact || names(false).next().is_none() => {
            let witness = if mixed.is_empty() { Vec::new() } else { witness };
            Solved { witness, chosen: list(mixed), ..Solved::known(Decision::Allowed) }
        }
        // Both ways were seen with values that are there to be seen, whatever others there are.
        Some(tree @ Tree::Branch(..)) => {
            let mut depends_on = BTreeSet::new();
            tree.keys(&keys, &mut depends_on);
            let depends_on = list(depends_on);
            let chosen = list(mixed);
            Solved { depends_on, witness, chosen, ..Solved::known(Decision::Conditional) }
        }
        unproven => {
            let found = unproven == Some(Tree::Leaf(true)) || !witness.is_empty();
            if found && names(false).next().is_none() {
                let chosen = list(all(true));
                return Solved { witness, chosen, ..Solved::known(Decision::Allowed) };
            }
            let mut depends_on = all(false);
            if depends_on.is_empty() {
                depends_on = all(true);
            }
            Solved {
                depends_on: list(depends_on),
                witness,
                resolved: false,
                ..Solved::known(Decision::Conditional)
            }
        }
    }
}

fn combinations(open: usize) -> usize {
    COMBINATIONS.min(LOOKS / open.max(1))
}

/// An unknown key with the values that are tried.
struct Key {
    name: String,
    folded: String,
    samples: Vec<Sample>,
    exact: bool,
    chosen: bool,
}

impl Key {
    fn of(domain: &Domain, options: Options) -> Self {
        let (samples, exact) = domain.samples();
        Self {
            name: domain.key.clone(),
            folded: domain.key.to_ascii_lowercase(),
            samples,
            exact,
            chosen: is_chosen(&domain.key) && !options.chosen_keys_restrict,
        }
    }

    fn shown(&self) -> String {
        shown(&self.name).to_owned()
    }
}

/// What restricting keys decide: nothing further, or the value of the key at this place. Branches that are all alike are
/// none, so that a key stands in the tree exactly if the answer depends on it.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Tree {
    Leaf(bool),
    Branch(usize, Vec<Tree>),
}

impl Tree {
    fn keys(&self, keys: &[Key], into: &mut BTreeSet<String>) {
        if let Self::Branch(at, branches) = self {
            into.extend(keys.get(*at).map(Key::shown));
            for branch in branches {
                branch.keys(keys, into);
            }
        }
    }
}

/// What has been assumed on the way: which key, by its place, and which value.
type Assumed<'k> = Vec<(&'k str, &'k Sample)>;

struct Search<'s> {
    keys: &'s [Key],
    /// The rows that are decided.
    closed: &'s [Row<'s>],
    hangs: &'s [BTreeSet<String>],
    rule: &'s Rule,
    request: &'s Request,
    bounded: bool,
    /// How many combinations may still be tried.
    left: usize,
    /// The first combination that is allowed.
    witness: Option<Vec<(String, Option<Vec<String>>)>>,
    /// The chosen keys on which it hung.
    mixed: BTreeSet<String>,
}

impl<'s> Search<'s> {
    fn ruling(&self, open: &[Row<'_>]) -> Ruling {
        let rows: Vec<Row<'_>> = self.closed.iter().chain(open).copied().collect();
        self.rule.apply(&rows)
    }

    /// The rows with one more assumption.
    fn assume<'r>(&self, open: &[Row<'r>], assumed: &Assumed<'_>) -> Vec<Row<'r>> {
        let facts = Facts { request: self.request, assumed };
        open.iter().map(|row| row.again(self.bounded, &facts)).collect()
    }

    /// Whether a key makes a difference to a row that is still open.
    fn matters(&self, key: &Key, open: &[Row<'_>]) -> bool {
        let mut rows = open.iter().zip(self.hangs);
        rows.any(|(row, hangs)| is_open(row) && hangs.contains(&key.folded))
    }

    /// The next key from a place on that makes a difference.
    fn next(&self, from: usize, open: &[Row<'_>]) -> Option<(usize, &'s Key)> {
        let mut keys = self.keys.iter().enumerate().skip(from);
        keys.find(|(_, key)| self.matters(key, open))
    }

    fn spend(&mut self) -> Option<()> {
        self.left = self.left.checked_sub(1)?;
        Some(())
    }

    /// What the restricting keys decide; `None` where that would take too many combinations.
    fn tree(&mut self, open: &[Row<'_>], assumed: &mut Assumed<'s>) -> Option<Tree> {
        self.branch(0, open, assumed)
    }

    fn branch(&mut self, from: usize, open: &[Row<'_>], assumed: &mut Assumed<'s>) -> Option<Tree> {
        let settled = self.ruling(open).allowed();
        let next = match settled {
            Truth::Unknown => self.next(from, open),
            _ => None,
        };
        let Some((at, key)) = next.filter(|(_, key)| !key.chosen) else {
            let end = self.choose(from, open, assumed)?;
            return Some(Tree::Leaf(end.possible));
        };
        let mut branches = Vec::with_capacity(key.samples.len());
        for sample in &key.samples {
            assumed.push((&key.name, sample));
            let rows = self.assume(open, assumed);
            let branch = self.branch(at + 1, &rows, assumed);
            assumed.pop();
            branches.push(branch?);
        }
        match branches.split_first() {
            Some((first, rest)) if rest.iter().all(|branch| branch == first) => Some(first.clone()),
            _ => Some(Tree::Branch(at, branches)),
        }
    }

    /// Whether the caller finds values of the keys that he chooses, and whether all would do.
    fn choose(&mut self, from: usize, open: &[Row<'_>], assumed: &mut Assumed<'s>) -> Option<End> {
        let settled = self.ruling(open).allowed();
        let next = match settled {
            Truth::Unknown => Some(self.next(from, open)?),
            _ => None,
        };
        let Some((at, key)) = next else {
            self.spend()?;
            let allowed = settled == Truth::True;
            if allowed && self.witness.is_none() {
                self.witness = Some(told(assumed));
            }
            return Some(End { possible: allowed, certain: allowed });
        };
        let mut ends: Vec<End> = Vec::with_capacity(key.samples.len());
        for sample in &key.samples {
            assumed.push((&key.name, sample));
            let rows = self.assume(open, assumed);
            let end = self.choose(at + 1, &rows, assumed);
            assumed.pop();
            ends.push(end?);
        }
        let end = End {
            possible: ends.iter().any(|end| end.possible),
            certain: ends.iter().all(|end| end.certain),
        };
        if end.possible && ends.windows(2).any(|pair| pair.first() != pair.last()) {
            self.mixed.insert(key.shown());
        }
        Some(end)
    }

    /// Which denial it is, of what is denied in every context. Explicit, if the grant could hold – then a Deny is in its
    /// way – or if a Deny matches everywhere.
    fn denial(&mut self, open: &[Row<'_>]) -> Decision {
        self.left = combinations(open.len());
        if self.some(0, open, &mut Vec::new(), |ruling| ruling.granted) == Some(true) {
            return Decision::ExplicitlyDenied;
        }
        self.left = combinations(open.len());
        match self.some(0, open, &mut Vec::new(), |ruling| ruling.denied.not()) {
            Some(false) => Decision::ExplicitlyDenied,
            _ => Decision::ImplicitlyDenied,
        }
    }

    /// Whether something holds for some combination.
    fn some(
        &mut self,
        from: usize,
        open: &[Row<'_>],
        assumed: &mut Assumed<'s>,
        what: fn(Ruling) -> Truth,
    ) -> Option<bool> {
        let settled = what(self.ruling(open));
        if settled != Truth::Unknown {
            self.spend()?;
            return Some(settled == Truth::True);
        }
        let (at, key) = self.next(from, open)?;
        for sample in &key.samples {
            assumed.push((&key.name, sample));
            let rows = self.assume(open, assumed);
            let found = self.some(at + 1, &rows, assumed, what);
            assumed.pop();
            if found? {
                return Some(true);
            }
        }
        Some(false)
    }
}

/// What comes of the keys that the caller chooses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct End {
    possible: bool,
    certain: bool,
}

fn told(assumed: &Assumed<'_>) -> Vec<(String, Option<Vec<String>>)> {
    let mut told: Vec<_> =
        assumed.iter().map(|(key, sample)| (shown(key).to_owned(), (*sample).clone())).collect();
    told.sort_unstable();
    told
}
