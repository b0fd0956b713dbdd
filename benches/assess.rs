//! What it costs to judge large organizations and to report on them: processor seconds and peak memory, by format.
//!
//! `cargo bench --bench assess -- 1000 10000` measures organizations of that many accounts, each format in a process
//! of its own. The snapshot is made while it is read, as JSON that must be parsed, so that what is measured is what
//! `assess` costs, and not what it takes to hold the snapshot.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]
#![allow(clippy::print_stdout, missing_docs, reason = "a measurement is printed")]

use std::convert::Infallible;
use std::io::{self, Write};
use std::process::Command;

use trailproof_checks::CATALOGUE;
use trailproof_core::answer::{
    Answer, OrganizationalTree, OrganizationalUnit, PrincipalEntry, PrincipalKind,
};
use trailproof_core::assess::assess_watched;
use trailproof_core::aws::AccountId;
use trailproof_core::fact::Fact;
use trailproof_core::fixture::{self, ARCHIVE, MANAGEMENT, MEMBER, bucket, id, trail};
use trailproof_core::gate::{GateRequest, Gates};
use trailproof_core::plan::Demand;
use trailproof_core::roster::{AccountEntry, AccountState};
use trailproof_core::snapshot::{
    Bundle, Document, DocumentVisitor, Manifest, ManifestAccount, Outcome, Probe, Snapshot,
};
use trailproof_core::terms::Terms;
use trailproof_reports::{Format, Options};

/// A member with a trail and a bucket of its own; one account in so many is like it.
const OWNER: &str = "222233334444";
const OWNERS: usize = 20;
const ROLES: usize = 40;

/// An organization of any size whose documents are made from two patterns.
struct Crowd {
    manifest: Manifest,
    organization: Document,
    fixed: Vec<Document>,
    plain: String,
    owner: String,
}

fn roles(account: &str) -> Vec<PrincipalEntry> {
    (0..ROLES)
        .map(|number| PrincipalEntry {
            kind: PrincipalKind::Role,
            arn: format!("arn:aws:iam::{account}:role/team/some-workload-role-{number}"),
            attached_managed_policies: vec![
                "arn:aws:iam::aws:policy/ReadOnlyAccess".to_owned(),
                format!("arn:aws:iam::{account}:policy/workload-{number}"),
            ],
            details: None,
        })
        .collect()
}

/// The world from which the patterns are taken.
fn pattern() -> Bundle {
    let mut world = fixture::organization().with(trail("organization-trail").for_organization());
    let mut owner = world.members[0].clone();
    owner.id = id(OWNER);
    world.members.push(owner);
    for member in &mut world.members {
        member.principals = roles(member.id.as_str());
    }
    let own = format!("trail-logs-{OWNER}");
    let world = world
        .with(trail("own").but(|trail| {
            trail.owner = id(OWNER);
            trail.description.s3_bucket_name = Some(own.clone());
            trail.description.kms_key_id = None;
        }))
        .with_bucket(bucket(&own).owner(OWNER));
    world.snapshot(&Demand::of(CATALOGUE))
}

impl Crowd {
    fn new(accounts: usize) -> Self {
        let Bundle { mut manifest, mut organization, accounts: patterns } = pattern();
        let of = |account: &str| {
            let document = patterns.iter().find(|document| document.account == id(account));
            serde_json::to_string(document.unwrap()).unwrap()
        };
        let (plain, owner) = (of(MEMBER), of(OWNER));
        let fixed: Vec<Document> = patterns
            .iter()
            .filter(|document| [id(MANAGEMENT), id(ARCHIVE)].contains(&document.account))
            .cloned()
            .collect();
        let mut ids: Vec<AccountId> = fixed.iter().map(|document| document.account).collect();
        ids.extend((fixed.len()..accounts).map(|number| id(&format!("1{number:011}"))));
        ids.sort();
        manifest.accounts = ids
            .iter()
            .map(|id| ManifestAccount { id: *id, in_scope: true, collected: true })
            .collect();
        let units = (0..200).map(|number| OrganizationalUnit {
            id: format!("ou-{number}"),
            name: format!("unit-{number}"),
            parent: Some("r-1".to_owned()),
            policy_types: None,
        });
        let root = OrganizationalUnit {
            id: "r-1".into(),
            name: "Root".into(),
            parent: None,
            policy_types: None,
        };
        let tree = OrganizationalTree {
            units: [root].into_iter().chain(units).collect(),
            accounts: ids
                .iter()
                .enumerate()
                .map(|(number, id)| (*id, format!("ou-{}", number % 200)))
                .collect(),
        };
        let entries = ids.iter().map(|id| AccountEntry {
            id: *id,
            name: format!("workload-{id}"),
            state: AccountState::Active,
            joined_timestamp: None,
        });
        for (fact, answer) in [
            (Fact::Accounts, Answer::Accounts(entries.collect())),
            (Fact::OrganizationalUnits, Answer::OrganizationalUnits(tree)),
        ] {
            let observation = organization.observations.get_mut(&Probe::global(fact)).unwrap();
            observation.outcome = Outcome::Answer(answer);
        }
        Self { manifest, organization, fixed, plain, owner }
    }

    fn document(&self, number: usize, account: AccountId) -> Document {
        if let Some(fixed) = self.fixed.iter().find(|document| document.account == account) {
            return fixed.clone();
        }
        let (pattern, name) = if number.is_multiple_of(OWNERS) {
            (&self.owner, OWNER)
        } else {
            (&self.plain, MEMBER)
        };
        serde_json::from_str(&pattern.replace(name, account.as_str())).unwrap()
    }
}

impl Snapshot for Crowd {
    type Error = Infallible;

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn organization(&self) -> &Document {
        &self.organization
    }

    fn visit(&self, visitor: &mut DocumentVisitor<'_>) -> Result<(), Infallible> {
        for (number, account) in self.manifest.accounts.iter().enumerate() {
            if visitor(&self.document(number, account.id)).is_break() {
                break;
            }
        }
        Ok(())
    }
}

/// Takes everything and keeps nothing.
struct Counting(u64);

impl Write for Counting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Does what `assess` does, and tells how many bytes the report has.
fn run(accounts: usize, format: Option<Format>) -> u64 {
    let crowd = Crowd::new(accounts);
    let request = GateRequest {
        fail_on: Some(trailproof_core::check::Severity::High),
        ..GateRequest::default()
    };
    let (mut gates, terms, mut findings) = (Gates::new(request), Terms::default(), 0);
    let mut assessment = assess_watched(&crowd, CATALOGUE, &terms, &mut |seen| {
        findings += seen.len();
        gates.see(seen);
    })
    .unwrap();
    assessment.gates = gates.outcomes(&assessment);
    let mut out = Counting(0);
    match format {
        Some(format) => {
            trailproof_reports::write(format, &assessment, &Options::default(), &mut out).unwrap();
            out.0
        }
        None => findings as u64,
    }
}

/// The processor seconds of this process, and its peak memory in MiB.
fn cost() -> (f64, f64) {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after = stat.rsplit(')').next().unwrap_or_default();
    let ticks: f64 = after
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum();
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = peak.and_then(|peak| peak.trim().trim_end_matches(" kB").parse::<f64>().ok());
    // A tick is a hundredth of a second on every Linux that is about.
    (ticks / 100.0, kib.unwrap_or_default() / 1024.0)
}

fn main() {
    let arguments: Vec<String> =
        std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [child, accounts, format] = arguments.as_slice()
        && child == "child"
    {
        let amount = run(accounts.parse().unwrap(), format.parse().ok());
        let (seconds, memory) = cost();
        println!("{accounts:>8} {format:>8} {seconds:>9.2} {memory:>9.1} {amount:>13}");
        return;
    }
    let sizes: Vec<usize> = arguments.iter().filter_map(|size| size.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![1000] } else { sizes };
    println!("{:>8} {:>8} {:>9} {:>9} {:>13}", "accounts", "report", "cpu s", "peak MiB", "amount");
    for accounts in sizes {
        // `none` judges and writes nothing: its amount is the number of findings, the others' that of bytes.
        let formats = ["none".to_owned()].into_iter().chain(Format::ALL.map(|one| one.to_string()));
        for format in formats {
            let this = std::env::current_exe().unwrap();
            let child = Command::new(this).args(["child", &accounts.to_string(), &format]).status();
            assert!(child.unwrap().success(), "{format} of {accounts} accounts");
        }
    }
}
