//! The last words of a scan, in one paragraph: what was read, what was not and why, and what to do about it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};
use trailproof_core::assessment::{Assessment, Unread};
use trailproof_core::evidence::Cause;
use trailproof_core::fact::Fact;
use trailproof_core::finding::GLOBAL;

/// Names are listed up to so many; a number says how many more there are.
const NAMED: usize = 3;

/// What could not be read for one cause.
#[derive(Debug)]
struct Loss<'a> {
    cause: Cause,
    rows: Vec<&'a Unread>,
}

/// The paragraph, and the same for machines.
pub fn closing<R>(assessment: &Assessment<R>, run: &Path) -> (String, Value) {
    let counts = assessment.coverage.accounts;
    let (asked, read) = (counts.assessed + counts.unread, counts.assessed);
    let mut sentences = vec![match (asked, read) {
        (1, 1) => "The account was read".to_owned(),
        _ if asked == read => format!("All {asked} accounts were read"),
        _ => format!("{read} of {asked} accounts were read"),
    }];
    let losses = losses(&assessment.coverage.unread);
    if losses.is_empty() {
        sentences.push("Nothing in them was left unread".to_owned());
    }
    sentences.extend(losses.iter().map(Loss::sentence));
    if losses.iter().any(|loss| passes(loss.cause)) {
        let resume = format!("trailproof scan --resume {}", run.display());
        sentences.push(format!("`{resume}` asks again what failed for the moment only"));
    }
    let machines: Vec<Value> = losses.iter().map(Loss::for_machines).collect();
    let more = json!({ "accounts_asked": asked, "accounts_read": read, "not_read": machines });
    (format!("{}.", sentences.join(". ")), more)
}

fn losses(unread: &[Unread]) -> Vec<Loss<'_>> {
    let mut by_cause: BTreeMap<Cause, Vec<&Unread>> = BTreeMap::new();
    for row in unread {
        by_cause.entry(row.reason).or_default().push(row);
    }
    let mut losses: Vec<_> =
        by_cause.into_iter().map(|(cause, rows)| Loss { cause, rows }).collect();
    losses.sort_by_key(|loss| (std::cmp::Reverse(loss.accounts().len()), loss.cause));
    losses
}

/// Whether asking again may help without anybody's doing.
fn passes(cause: Cause) -> bool {
    matches!(
        cause,
        Cause::Throttled
            | Cause::Timeout
            | Cause::ServiceError
            | Cause::RegionUnreachable
            | Cause::CredentialsExpired
            | Cause::NotAttempted
    )
}

impl Loss<'_> {
    fn accounts(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row.account_id.as_str()).collect()
    }

    fn regions(&self) -> BTreeSet<&str> {
        self.rows.iter().map(|row| row.region.as_str()).filter(|name| *name != GLOBAL).collect()
    }

    /// The operations that failed: each message begins with its own.
    fn operations(&self) -> BTreeSet<&str> {
        let known = |name: &&str| Fact::ALL.iter().any(|fact| fact.operation() == *name);
        let first = self.rows.iter().filter_map(|row| row.message.split(": ").next());
        first.filter(known).collect()
    }

    /// The IAM actions that those operations need.
    fn actions(&self) -> BTreeSet<&'static str> {
        let operations = self.operations();
        Fact::ALL
            .iter()
            .filter(|fact| operations.contains(fact.operation()))
            .flat_map(|fact| fact.iam_actions().iter().copied())
            .collect()
    }

    fn sentence(&self) -> String {
        let accounts = self.accounts();
        let regions = self.regions();
        let place = match (accounts.len(), regions.is_empty()) {
            (_, true) => named(&accounts, "account"),
            (_, false) => {
                format!("{} of {}", named(&regions, "region"), named(&accounts, "account"))
            }
        };
        let what = match self.operations().len() {
            0 => String::new(),
            _ => format!(" ({})", listed(&self.operations())),
        };
        format!("Not read in {place}: {}{what}; {}", self.cause, self.mend())
    }

    /// What to do about it.
    fn mend(&self) -> String {
        let actions = self.actions();
        match self.cause {
            Cause::AssumeRoleDenied => {
                "create the reader role there and let it trust the caller, or name the one that exists with \
                 --role-name; `trailproof policy --for reader` prints what it may do"
                    .to_owned()
            }
            Cause::AccessDenied if !actions.is_empty() => {
                format!("allow the reader role {}", listed(&actions))
            }
            Cause::AccessDenied => "allow the reader role what `trailproof policy` prints".to_owned(),
            Cause::ScpDenied => {
                "a service control policy closes it: exempt the reader role from it, or leave the regions out with \
                 --exclude-regions"
                    .to_owned()
            }
            Cause::RegionDisabled => "the region was switched off during the run: scan again".to_owned(),
            Cause::RegionUnreachable => {
                "check the network's way to that region's endpoint, or leave it out with --exclude-regions".to_owned()
            }
            Cause::RegionScopeUnproven => {
                format!("allow the reader role {}", listed(&BTreeSet::from(["account:ListRegions"])))
            }
            Cause::TokenNotValidInRegion => {
                "let STS issue tokens that hold in all regions (version 2), in the account's settings".to_owned()
            }
            Cause::AccountNotActive => "the account was closed or suspended during the run".to_owned(),
            Cause::CrossAccountUnreadable => {
                "include the account that owns it in the scan, with a reader role".to_owned()
            }
            Cause::Throttled => {
                "others use up AWS's quota: scan at a quieter hour, or with a lower --max-rps".to_owned()
            }
            Cause::Timeout => "no answer came in time".to_owned(),
            Cause::ServiceError => "AWS failed, or something between us and AWS answered in its place".to_owned(),
            Cause::Unsupported => "AWS does not offer it there".to_owned(),
            Cause::CredentialsExpired => "sign in again".to_owned(),
            Cause::NotAttempted => "the run ended before it".to_owned(),
            Cause::NotBuiltIn => {
                "build trailproof with its default features, then --resume the run".to_owned()
            }
            Cause::Undecidable => "nothing is left to read".to_owned(),
            Cause::NotSupplied => "hand it over".to_owned(),
            Cause::InternalError => "this is a fault of trailproof's: please report it".to_owned(),
        }
    }

    fn for_machines(&self) -> Value {
        json!({
            "cause": self.cause.code(),
            "accounts": self.accounts().len(),
            "regions": self.regions(),
            "operations": self.operations(),
            "mend": self.mend(),
        })
    }
}

/// `3 accounts (a, b, c)` or `12 accounts (a, b, c and 9 more)`.
fn named(names: &BTreeSet<&str>, what: &str) -> String {
    let plural = if names.len() == 1 { "" } else { "s" };
    let first: Vec<&str> = names.iter().take(NAMED).copied().collect();
    let more = names.len().saturating_sub(NAMED);
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    format!("{} {what}{plural} ({}{more})", names.len(), first.join(", "))
}

fn listed(names: &BTreeSet<&str>) -> String {
    names.iter().copied().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(account: &str, region: &str, reason: Cause, message: &str) -> Unread {
        Unread {
            account_id: account.parse().unwrap(),
            region: region.to_owned(),
            reason,
            message: message.to_owned(),
        }
    }

    #[test]
    fn a_denied_call_names_the_action_that_is_missing() {
        let unread = [
            row("111111111111", GLOBAL, Cause::AccessDenied, "s3:ListBuckets: AccessDenied: no"),
            row("222222222222", GLOBAL, Cause::AccessDenied, "s3:ListBuckets: AccessDenied: no"),
        ];
        let said = losses(&unread)[0].sentence();
        assert!(said.contains("2 accounts (111111111111, 222222222222)"), "{said}");
        assert!(said.contains("allow the reader role s3:ListAllMyBuckets"), "{said}");
    }

    #[test]
    fn what_most_accounts_lack_is_said_first_and_many_names_are_cut() {
        let mut unread: Vec<Unread> = (0..5)
            .map(|number| row(&format!("55555555555{number}"), "eu-west-1", Cause::ScpDenied, "x"))
            .collect();
        unread.push(row("111111111111", GLOBAL, Cause::AssumeRoleDenied, "sts:AssumeRole: no"));
        let losses = losses(&unread);
        let said: Vec<String> = losses.iter().map(Loss::sentence).collect();
        assert!(said[0].contains("1 region (eu-west-1) of 5 accounts"), "{said:?}");
        assert!(said[0].contains("and 2 more") && said[0].contains("service control"), "{said:?}");
        assert!(said[1].contains("--role-name"), "{said:?}");
    }
}
