//! The policies of the graph's buckets and keys, as read.

use super::ResourcePolicy;
use crate::answer::PolicyText;
use crate::bucket::Bucket;
use crate::evidence::{Cause, Evidence, Gap, Observed};
use crate::fact::Fact;
use crate::key::Key;
use crate::organization::Organization;
use crate::snapshot::Source;

/// A resource's policy with the answer that it came from.
#[derive(Debug, Clone)]
pub struct Read<'a> {
    /// The policy; none where the resource has none.
    pub policy: Option<ResourcePolicy>,
    source: &'a Source,
}

impl Read<'_> {
    /// A statement as proof.
    #[must_use]
    pub fn cite(&self, statement: &str) -> Evidence {
        self.source.cite("Policy", statement)
    }

    /// The policy as a whole as proof: how many statements it has, or that there is none.
    #[must_use]
    pub fn cite_all(&self) -> Evidence {
        let statements = self.policy.as_ref().map(|policy| policy.document.statements.len());
        self.source.cite("Policy", statements.map(|number| format!("{number} statements")))
    }

    /// A gap that the policy leaves, with its place.
    #[must_use]
    pub fn locate(&self, gap: Gap) -> Gap {
        locate(self.source, gap)
    }
}

fn locate(source: &Source, gap: Gap) -> Gap {
    if gap.account.is_some() || gap.cause != Cause::Undecidable {
        return gap;
    }
    Gap { account: Some(source.account), region: source.probe.region.clone(), ..gap }
}

fn parsed<'a>((text, source): (&PolicyText, &'a Source), fact: Fact) -> Observed<Read<'a>> {
    let policy = text.policy.as_deref().map(|text| ResourcePolicy::parse(text, fact)).transpose();
    Ok(Read { policy: policy.map_err(|gap| locate(source, gap))?, source })
}

impl Bucket {
    /// Its policy.
    ///
    /// # Errors
    /// The call's gap; `undecidable` where the text cannot be understood.
    pub fn resource_policy(&self) -> Observed<Read<'_>> {
        parsed(self.read::<PolicyText>(Fact::BucketPolicy)?, Fact::BucketPolicy)
    }
}

/// What there is to say of a key's policy.
#[derive(Debug, Clone)]
pub enum KeyPolicy<'a> {
    /// It was read.
    Read(Read<'a>),
    /// AWS manages the key, and nobody can change its policy.
    Aws(Evidence),
    /// There is no such key.
    NoKey(Evidence),
}

impl Organization {
    /// The policy of a key.
    ///
    /// # Errors
    /// The call's gap; `undecidable` where the text cannot be understood.
    pub fn key_policy(&self, key: &Key) -> Observed<KeyPolicy<'_>> {
        if key.target.guessed {
            let detail =
                format!("which key {} is, is not known without the bucket's region", key.target.id);
            return Err(Gap::new(Fact::KeyPolicy, Cause::CrossAccountUnreadable, detail));
        }
        let read = key.metadata()?;
        let Some(metadata) = &read.value else {
            return Ok(KeyPolicy::NoKey(read.source.cite("error", "NotFoundException")));
        };
        if metadata.key_manager.as_deref() == Some("AWS") {
            return Ok(KeyPolicy::Aws(read.source.cite("KeyManager", "AWS")));
        }
        let answer =
            self.resource::<PolicyText>(Fact::KeyPolicy, &metadata.arn, key.target.account)?;
        parsed(answer, Fact::KeyPolicy).map(KeyPolicy::Read)
    }
}
