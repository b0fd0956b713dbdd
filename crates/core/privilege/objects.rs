//! Which objects of a log bucket have to be asked about, so that the answers hold for all of its logs.

use std::collections::BTreeSet;
use std::sync::Arc;

use trailproof_iam::glob::{Found, Glob, find};
use trailproof_iam::{PolicyDocument, Resources};

use crate::bucket::Bucket;
use crate::evidence::{Cause, Gap};
use crate::fact::Fact;
use crate::organization::Organization;
use crate::trail::Trail;

/// So many parts of the logs are told apart at most.
const PIECES: usize = 32;
/// So much work one cut may be.
const STEPS: usize = 1 << 14;

/// ARNs of objects, one at least of each part that policies tell apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Samples {
    pub(super) objects: Vec<String>,
    /// Why some part may be missing.
    pub(super) incomplete: Option<Gap>,
}

/// The logs and digests of a bucket's trails as they are named, and one object more for each part of them that some
/// statement about objects sets apart.
pub(super) fn samples<'d>(
    (bucket, organization): (&Bucket, &Organization),
    documents: impl Iterator<Item = &'d Arc<PolicyDocument>>,
) -> Samples {
    let arn = bucket.arn();
    let entries = entries(&arn, documents);
    let trails = bucket.trails.iter().filter_map(|arn| organization.trail(arn));
    let mut objects: Vec<String> =
        trails.flat_map(|trail| usual(trail, &arn, organization)).collect();
    let mut complete = true;
    for space in &bucket.key_spaces {
        let mut cuts = Cuts::of(&format!("{arn}/{space}*"));
        for (entry, exact) in &entries {
            cuts.cut(entry, *exact);
        }
        complete &= cuts.complete;
        objects.extend(cuts.pieces.into_iter().map(|piece| piece.text));
    }
    let mut seen = BTreeSet::new();
    objects.retain(|object| seen.insert(object.clone()));
    let incomplete = (!complete).then(|| Gap {
        account: bucket.owner,
        region: bucket.region.clone(),
        ..Gap::new(
            Fact::AuthorizationDetails,
            Cause::Undecidable,
            format!("policies tell more parts of {} apart than could be looked at", bucket.name),
        )
    });
    Samples { objects, incomplete }
}

/// How a trail names what it delivers: a log and a digest.
fn usual(trail: &Trail, arn: &str, organization: &Organization) -> Vec<String> {
    let (space, home) = (trail.key_space(), trail.home());
    let id = organization.id().ok().flatten();
    let within = id.filter(|_| trail.is_organization_trail());
    let within = within.map(|id| format!("{id}/")).unwrap_or_default();
    let day = organization.manifest.started.strftime("%Y/%m/%d").to_string();
    ["CloudTrail", "CloudTrail-Digest"]
        .map(|kind| {
            let owner = trail.owner;
            format!(
                "{arn}/{space}{within}{owner}/{kind}/{home}/{day}/{owner}_{kind}_{home}.json.gz"
            )
        })
        .to_vec()
}

/// What statements about objects say of resources, as far as it may be the bucket's; whether it is as written, or stands
/// for something that depends on who asks.
fn entries<'d>(
    arn: &str,
    documents: impl Iterator<Item = &'d Arc<PolicyDocument>>,
) -> BTreeSet<(String, bool)> {
    let mut entries = BTreeSet::new();
    let mut looked = BTreeSet::new();
    for document in documents.filter(|document| looked.insert(Arc::as_ptr(document).addr())) {
        let of_s3 = document.statements.iter().filter(|statement| {
            let speaks = |entry: &String| {
                let service = entry.split(':').next().unwrap_or_default();
                entry == "*" || service.eq_ignore_ascii_case("s3")
            };
            let negated = matches!(statement.actions, trailproof_iam::Actions::NotAction(_));
            negated || statement.actions.entries().iter().any(speaks)
        });
        for entry in of_s3.flat_map(|s| s.resources.as_ref().map_or(&[][..], Resources::entries)) {
            let fixed = entry.find(['*', '?', '$']).unwrap_or(entry.len());
            let head = entry.get(..fixed).unwrap_or_default();
            let other = !arn.starts_with(head) && !head.starts_with(&format!("{arn}/"));
            if entry == "*" || other {
                continue;
            }
            let variables = document.version.has_variables() && entry.contains("${");
            let text = if variables { widened(entry) } else { entry.clone() };
            entries.insert((text, !variables));
        }
    }
    entries
}

/// An entry with a star for each variable.
fn widened(entry: &str) -> String {
    let mut parts = entry.split("${");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('*');
        text.push_str(part.split_once('}').map_or("", |(_, rest)| rest));
    }
    text
}

/// A part of a set of names, and one name in it.
struct Piece {
    within: Vec<Glob>,
    without: Vec<Glob>,
    text: String,
}

/// A set of names in parts.
struct Cuts {
    pieces: Vec<Piece>,
    complete: bool,
}

impl Cuts {
    fn of(pattern: &str) -> Self {
        let text = pattern.replace('*', "");
        let whole = Piece { within: vec![Glob::new(pattern)], without: Vec::new(), text };
        Self { pieces: vec![whole], complete: true }
    }

    /// Cuts each part by what an entry matches.
    fn cut(&mut self, entry: &str, exact: bool) {
        let glob = Glob::new(entry);
        let mut more = Vec::new();
        for piece in &mut self.pieces {
            let inside = glob.matches(&piece.text);
            // The part keeps the name that it has; the other half gets one of its own.
            let (mut within, mut without) = (piece.within.clone(), piece.without.clone());
            if inside {
                without.push(glob.clone())
            } else {
                within.push(glob.clone())
            }
            let (all, none): (Vec<&Glob>, Vec<&Glob>) =
                (within.iter().collect(), without.iter().collect());
            match find(&all, &none, STEPS) {
                Found::Text(text) => {
                    self.complete &= exact;
                    more.push(Piece { within, without, text });
                    let half = if inside { &mut piece.within } else { &mut piece.without };
                    half.push(glob.clone());
                }
                Found::Nothing => self.complete &= exact || !inside,
                Found::TooLarge => self.complete = false,
            }
        }
        if self.pieces.len() + more.len() > PIECES {
            self.complete = false;
            more.truncate(PIECES.saturating_sub(self.pieces.len()));
        }
        self.pieces.append(&mut more);
    }
}
