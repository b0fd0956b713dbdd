//! What the page needs of the results, gathered in one visit.

use std::collections::BTreeMap;

use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::check::{Group, Severity};
use trailproof_core::finding::{Finding, Status};
use trailproof_core::results::Results;

use super::flow::Seen;
use super::map::Map;
use super::paths::Paths;
use super::{FINDINGS_BYTES, SHOWN, rows};
use crate::index::Index;
use crate::{ReportError, visit};

/// All that the first page shows of findings. Beside the findings themselves, of which a large organization's page
/// keeps the first of each check, it grows with the checks, and by a few numbers with the accounts.
#[derive(Default)]
pub struct Gathered {
    /// By status.
    pub counts: BTreeMap<Status, usize>,
    /// Those that failed, by severity.
    pub severities: BTreeMap<Severity, usize>,
    /// Of each account in which something failed or is not decided.
    pub accounts: BTreeMap<AccountId, Tally>,
    /// Of each check, by status.
    pub checks: BTreeMap<String, BTreeMap<Status, usize>>,
    /// What failed, is waived or is not decided, by status and check.
    pub cards: BTreeMap<(Order, String), Card>,
    /// The accounts of which nothing is known, and of how many findings.
    pub unassessed: BTreeMap<AccountId, usize>,
    /// What is recorded where.
    pub map: Map,
    /// What was found of the places that evidence passes.
    pub seen: Seen,
    /// Who could tamper with the evidence.
    pub paths: Paths,
    /// Whether findings were left out.
    pub folded: bool,
    bytes: usize,
}

/// How an account went.
#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    /// Failed findings, of critical, of high and of lower severity.
    pub failed: [usize; 3],
    /// What is not decided.
    pub unknown: usize,
}

/// The order in which the statuses are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Order {
    /// What failed.
    Failed,
    /// What is not decided.
    Undecided,
    /// What would fail but for a waiver.
    Waived,
}

impl Order {
    /// None for what is not shown finding by finding.
    pub fn of(status: Status) -> Option<Self> {
        match status {
            Status::Fail => Some(Self::Failed),
            Status::Unknown => Some(Self::Undecided),
            Status::Waived => Some(Self::Waived),
            Status::Pass | Status::NotApplicable => None,
        }
    }
}

/// The findings of one check that have one status.
pub struct Card {
    /// The first one's.
    pub severity: Severity,
    /// The first one's.
    pub weight: u32,
    /// The first one's.
    pub group: Group,
    /// The first one's.
    pub title: String,
    /// How many.
    pub findings: usize,
    /// In how many accounts.
    pub accounts: usize,
    /// Those that are shown: how many findings a row stands for, and the row.
    pub rows: Vec<(usize, String)>,
}

impl Card {
    /// How many findings are shown.
    pub fn shown(&self) -> usize {
        self.rows.iter().map(|(findings, _)| findings).sum()
    }
}

impl Gathered {
    /// How many findings have that status.
    pub fn count(&self, status: Status) -> usize {
        self.counts.get(&status).copied().unwrap_or_default()
    }

    /// The cards of one status, the worst first.
    pub fn worst_first(&self, order: Order) -> Vec<(&str, &Card)> {
        let cards = self.cards.iter().filter(|((of, _), _)| *of == order);
        let mut cards: Vec<_> = cards.map(|((_, id), card)| (id.as_str(), card)).collect();
        cards.sort_by_key(|(id, card)| {
            use std::cmp::Reverse;
            (Reverse(card.severity), Reverse(card.weight), Reverse(card.findings), *id)
        });
        cards
    }

    /// Where a check's failures stand on the page.
    pub fn anchor(&self, order: Order, check: &str) -> Option<String> {
        let at = self.worst_first(order).iter().position(|(id, _)| *id == check)?;
        Some(anchor(order, at))
    }

    fn add(&mut self, (account, findings): (AccountId, &[Finding]), index: &Index<'_>) {
        for finding in findings {
            *self.counts.entry(finding.status).or_default() += 1;
            let of_check = self.checks.entry(finding.check.clone()).or_default();
            *of_check.entry(finding.status).or_default() += 1;
            let tally = match finding.status {
                Status::Fail => {
                    *self.severities.entry(finding.severity).or_default() += 1;
                    let [critical, high, lower] =
                        &mut self.accounts.entry(account).or_default().failed;
                    match finding.severity {
                        Severity::Critical => critical,
                        Severity::High => high,
                        _ => lower,
                    }
                }
                Status::Unknown => &mut self.accounts.entry(account).or_default().unknown,
                _ => continue,
            };
            *tally += 1;
        }
        let mut shown: BTreeMap<(Order, &str), Vec<&Finding>> = BTreeMap::new();
        for finding in findings {
            let Some(order) = Order::of(finding.status) else { continue };
            if crate::table::is_of_unread_account(finding, index) && order == Order::Undecided {
                *self.unassessed.entry(account).or_default() += 1;
            } else {
                shown.entry((order, &finding.check)).or_default().push(finding);
            }
        }
        for ((order, check), findings) in shown {
            self.card((order, check), &findings, index);
        }
    }

    /// Adds an account's findings of one check and status.
    fn card(&mut self, (order, check): (Order, &str), findings: &[&Finding], index: &Index<'_>) {
        let Some(first) = findings.first() else { return };
        let card = self.cards.entry((order, check.to_owned())).or_insert_with(|| Card {
            severity: first.severity,
            weight: first.weight,
            group: first.group,
            title: index.title(first).to_owned(),
            findings: 0,
            accounts: 0,
            rows: Vec::new(),
        });
        card.findings += findings.len();
        card.accounts += 1;
        for same in rows::alike(findings) {
            if self.folded && card.rows.len() >= SHOWN {
                break;
            }
            let row = rows::row(&same, index).into_string();
            self.bytes += row.len();
            card.rows.push((same.len(), row));
        }
        self.folded |= self.bytes > FINDINGS_BYTES;
    }

    /// Where there are too many findings, only the first of each check stay.
    fn fold(&mut self) {
        if !self.folded {
            return;
        }
        let cards = self.cards.len().max(1);
        for card in self.cards.values_mut() {
            let mut room = FINDINGS_BYTES / cards;
            card.rows.truncate(SHOWN);
            card.rows.retain(|(_, row)| match room.checked_sub(row.len()) {
                Some(left) => {
                    room = left;
                    true
                }
                None => false,
            });
        }
    }
}

/// The anchor of a card, by its place among those of its status.
pub fn anchor(order: Order, at: usize) -> String {
    let word = match order {
        Order::Failed => "failed",
        Order::Undecided => "undecided",
        Order::Waived => "waived",
    };
    format!("{word}-{}", at + 1)
}

/// Visits the results.
pub fn gather<R: Results>(
    assessment: &Assessment<R>,
    index: &Index<'_>,
) -> Result<Gathered, ReportError<R::Error>> {
    let mut gathered = Gathered {
        map: Map::new(assessment),
        seen: Seen::new(&assessment.routes),
        ..Gathered::default()
    };
    visit::findings(assessment, &mut |account, findings| {
        gathered.add((account, findings), index);
        gathered.map.add(findings, index);
        for finding in findings {
            gathered.seen.add(finding);
            gathered.paths.add(finding);
        }
    })?;
    gathered.fold();
    Ok(gathered)
}
