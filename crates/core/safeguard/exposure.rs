//! Whether a bucket is open to the public, by its policy or by its ACL, in effect.

use crate::answer::{Acl, OwnershipControls, PolicyStatus};
use crate::bucket::Bucket;
use crate::evidence::{Evidence, Observed, all, any};
use crate::fact::Fact;

/// The groups that mean "anybody", and "anybody with some AWS account".
pub const PUBLIC_GROUPS: [&str; 2] = [
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
];

/// By what a bucket is public.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Exposure {
    /// By nothing that is in force.
    None,
    /// By its policy.
    Policy,
    /// By these grants of its ACL.
    Acl(Vec<String>),
}

impl Bucket {
    /// By what it is public, once Block Public Access of the bucket and of its account, and ownership without ACLs,
    /// have undone what they undo.
    ///
    /// # Errors
    /// The gap of what was not read, where that decides.
    pub fn exposure(&self) -> Observed<Exposure> {
        let public_policy = self
            .read::<PolicyStatus>(Fact::BucketPolicyStatus)
            .map(|(status, _)| status.is_public == Some(true));
        let policy_safe = any([
            public_policy.map(|public| !public),
            self.blocks(|block| block.restrict_public_buckets),
        ]);
        let grants = self.read::<Acl>(Fact::BucketAcl).map(|(acl, _)| public_grants(acl));
        let enforced = self.read::<OwnershipControls>(Fact::BucketOwnershipControls);
        let enforced = enforced.map(|(controls, _)| {
            controls.object_ownership.as_deref() == Some("BucketOwnerEnforced")
        });
        let acl_safe = any([
            grants.clone().map(|grants| grants.is_empty()),
            self.blocks(|block| block.ignore_public_acls),
            enforced,
        ]);
        if all([policy_safe.clone(), acl_safe])? {
            return Ok(Exposure::None);
        }
        if policy_safe == Ok(false) {
            return Ok(Exposure::Policy);
        }
        grants.map(Exposure::Acl)
    }

    /// What [`Self::exposure`] rests on, as far as it was read.
    #[must_use]
    pub fn cite_exposure(&self) -> Vec<Evidence> {
        let mut evidence = Vec::new();
        if let Ok((status, source)) = self.read::<PolicyStatus>(Fact::BucketPolicyStatus) {
            evidence.push(source.cite("PolicyStatus.IsPublic", status.is_public));
        }
        if let Ok((acl, source)) = self.read::<Acl>(Fact::BucketAcl) {
            let told =
                |grant: &crate::answer::Grant| format!("{} {}", grant.grantee, grant.permission);
            let grants: Vec<String> = acl.grants.iter().map(told).collect();
            evidence.push(source.cite("Grants", grants));
        }
        evidence.extend(self.cite_blocks());
        let controls = self.read::<OwnershipControls>(Fact::BucketOwnershipControls);
        if let Ok((controls, source)) = controls {
            evidence.push(source.cite("ObjectOwnership", controls.object_ownership.as_deref()));
        }
        evidence
    }
}

fn public_grants(acl: &Acl) -> Vec<String> {
    acl.grants
        .iter()
        .filter(|grant| PUBLIC_GROUPS.contains(&grant.grantee.as_str()))
        .map(|grant| {
            let group = grant.grantee.rsplit('/').next().unwrap_or_default();
            format!("{} to {group}", grant.permission)
        })
        .collect()
}
