//! Questions about a set of resources: may some, all or none of a bucket's objects be deleted?
//!
//! The resource of the request is then a pattern, such as `arn:aws:s3:::logs/*`. Each entry of each policy cuts the set in
//! two, what it matches and what it does not; between these cuts one name is as good as any other. One name of each
//! piece is therefore found, exactly, and asked about.

#[cfg(test)]
mod tests;

use crate::answer::{Answer, Decision};
use crate::document::{PolicyDocument, Resources};
use crate::evaluate::evaluate;
use crate::evaluate::facts::Facts;
use crate::evaluate::template::{Wildcards, fill};
use crate::glob::{Found, Glob, STEPS, find_with};
use crate::layers::{Layers, Level, NamedPolicy};
use crate::request::Request;

/// So many pieces are told apart at most. Real policies cut a bucket into a handful.
pub const PIECES: usize = 256;

/// How many of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Each.
    All,
    /// At least one; where every piece could be looked at, not each.
    Some,
    /// None.
    None,
}

/// The answers for one resource of each piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SetAnswer {
    /// A resource of each piece that the policies tell apart, with the answer for it: that of the whole piece. Those that
    /// were given as samples come first.
    pub pieces: Vec<(String, Answer)>,
    /// Whether every piece is there: the policies were not too many or too odd for it, and nothing else than its name
    /// sets one resource of the set apart from another.
    pub complete: bool,
}

impl SetAnswer {
    /// To how much of the set a test of the answer applies; `None` where a piece that was not looked at may differ.
    #[must_use]
    pub fn extent(&self, test: impl Fn(Decision) -> bool) -> Option<Extent> {
        let passing = self.pieces.iter().filter(|(_, answer)| test(answer.decision)).count();
        match (passing, self.complete) {
            (0, true) => Some(Extent::None),
            (0, false) => None,
            (count, true) if count == self.pieces.len() => Some(Extent::All),
            _ => Some(Extent::Some),
        }
    }

    /// How much of the set is allowed at all, perhaps in some circumstances only.
    #[must_use]
    pub fn possible(&self) -> Option<Extent> {
        self.extent(Decision::is_possible)
    }

    /// How much of the set is allowed whatever the circumstances.
    #[must_use]
    pub fn allowed(&self) -> Option<Extent> {
        self.extent(|decision| decision == Decision::Allowed)
    }

    /// The first resource that is allowed at all, and the answer for it; one that surely is before one that may be.
    #[must_use]
    pub fn witness(&self) -> Option<&(String, Answer)> {
        let of = |wanted: Decision| self.pieces.iter().find(|(_, a)| a.decision == wanted);
        of(Decision::Allowed).or_else(|| of(Decision::Conditional))
    }
}

/// Asks about all resources that the request's resource, a pattern, stands for. Samples are resources of the set that are
/// known to exist, and are asked about first.
///
/// ```
/// use trailproof_iam::set::{Extent, evaluate_set};
/// use trailproof_iam::{Layers, NamedPolicy, PolicyDocument, Request};
///
/// let policy = r#"{"Version":"2012-10-17","Statement":[
///     {"Effect":"Allow","Action":"s3:DeleteObject","Resource":"arn:aws:s3:::logs/*"},
///     {"Effect":"Deny","Action":"s3:*","Resource":"arn:aws:s3:::logs/AWSLogs/*"}]}"#;
/// let identity = [NamedPolicy::new("own", PolicyDocument::parse(policy)?)];
/// let alice = "arn:aws:iam::111111111111:user/alice".parse()?;
/// let request = Request::new(alice, "s3:DeleteObject", "arn:aws:s3:::logs/*");
/// let answer = evaluate_set(&request, &Layers { identity: &identity, ..Layers::default() }, &[]);
/// assert_eq!(answer.possible(), Some(Extent::Some));
/// assert_eq!(answer.witness().map(|(name, _)| name.as_str()), Some("arn:aws:s3:::logs/"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn evaluate_set(request: &Request, layers: &Layers<'_>, samples: &[String]) -> SetAnswer {
    let pattern = Glob::new(&request.resource);
    let complete = is_fixed(&request.resource);
    let mut cuts = Cuts { pattern, globs: Vec::new(), complete, left: 2 * STEPS };
    for policy in policies(layers) {
        cuts.policy(&policy.document, request);
    }
    let (names, complete) = cuts.pieces();
    let known = samples.iter().filter(|sample| cuts.pattern.matches(sample)).cloned();
    let ask = |resource: String| {
        let one = Request { resource: resource.clone(), ..request.clone() };
        (resource, evaluate(&one, layers))
    };
    let pieces: Vec<_> = known.chain(names).map(ask).collect();
    let asked = !pieces.is_empty();
    SetAnswer { pieces, complete: complete && asked }
}

/// Whether the pattern's wildcards stand in the last field only: a region or account left open would bear on conditions.
fn is_fixed(pattern: &str) -> bool {
    let mut fields = pattern.splitn(6, ':');
    let head = fields.by_ref().take(5).all(|field| !field.contains(['*', '?']));
    head && fields.next().is_some()
}

fn policies<'a>(layers: &Layers<'a>) -> impl Iterator<Item = &'a NamedPolicy> {
    let of = |levels: &'a [Level]| levels.iter().flat_map(|level| &level.policies);
    let several = [layers.identity, layers.groups]
        .into_iter()
        .chain([layers.session, layers.resource].into_iter().flatten());
    several.flatten().chain(layers.boundary).chain(of(layers.scps)).chain(of(layers.rcps))
}

struct Cuts {
    pattern: Glob,
    /// Each matches a part of the set, not all of it and not nothing.
    globs: Vec<Glob>,
    complete: bool,
    /// Steps that the searches may still take.
    left: usize,
}

impl Cuts {
    fn policy(&mut self, document: &PolicyDocument, request: &Request) {
        let variables = document.version.has_variables();
        let about = |s: &&crate::Statement| s.actions.matches(&request.action);
        for statement in document.statements.iter().filter(about) {
            let entries = statement.resources.as_ref().map_or(&[][..], Resources::entries);
            for entry in entries {
                self.entry(entry, variables, request);
            }
        }
    }

    fn entry(&mut self, entry: &str, variables: bool, request: &Request) {
        let mut readings = vec![Glob::new(entry), Glob::arn(entry)];
        if entry.splitn(6, ':').count() < 6 {
            readings.push(Glob::arn(&format!("{entry}:*")));
        }
        if variables && crate::evaluate::template::has_variable(entry) {
            let Some(filled) = fill(entry, &Facts::of(request), Wildcards::Whole) else { return };
            readings.push(Glob::from(filled.tokens.as_slice()));
        }
        readings.into_iter().for_each(|glob| self.cut(glob));
    }

    fn cut(&mut self, glob: Glob) {
        if self.globs.contains(&glob) {
            return;
        }
        let inside = find_with(&[&self.pattern, &glob], &[], &mut self.left);
        let outside = find_with(&[&self.pattern], &[&glob], &mut self.left);
        match (inside, outside) {
            (Found::Nothing, _) | (_, Found::Nothing) => {}
            (Found::Text(_), Found::Text(_)) => self.globs.push(glob),
            _ => self.complete = false,
        }
    }

    /// One name of each piece, and whether these are all.
    fn pieces(&self) -> (Vec<String>, bool) {
        let mut complete = self.complete;
        let mut left = STEPS;
        let Found::Text(first) = find_with(&[&self.pattern], &[], &mut left) else {
            return (Vec::new(), false);
        };
        let mut pieces = vec![Piece { name: first, inside: vec![&self.pattern], outside: vec![] }];
        for glob in &self.globs {
            let mut more = Vec::new();
            for piece in &mut pieces {
                let (inside, outside) = piece.split(glob);
                match find_with(&inside, &outside, &mut left) {
                    Found::Text(name) => more.push(Piece { name, inside, outside }),
                    Found::Nothing => {}
                    Found::TooLarge => complete = false,
                }
            }
            pieces.append(&mut more);
            if pieces.len() > PIECES {
                pieces.truncate(PIECES);
                complete = false;
            }
        }
        (pieces.into_iter().map(|piece| piece.name).collect(), complete)
    }
}

/// A part of the set that no glob so far cuts, and a name in it.
struct Piece<'g> {
    name: String,
    inside: Vec<&'g Glob>,
    outside: Vec<&'g Glob>,
}

impl<'g> Piece<'g> {
    /// Keeps the side of a glob on which its name is; the other side is returned.
    fn split(&mut self, glob: &'g Glob) -> (Vec<&'g Glob>, Vec<&'g Glob>) {
        let mut other = (self.inside.clone(), self.outside.clone());
        if glob.matches(&self.name) {
            self.inside.push(glob);
            other.1.push(glob);
        } else {
            self.outside.push(glob);
            other.0.push(glob);
        }
        other
    }
}
