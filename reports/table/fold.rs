//! Lines of which those that tell the same are shown once, and only the first few of them.

use trailproof_core::aws::AccountId;

use crate::words::Words;

/// Of one check: the ways to fail that are shown, and the findings of each.
const SHAPES: usize = 4;
const ALIKE: usize = 3;

/// Where something was seen, and what. No column repeats what another one says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub account: AccountId,
    pub region: String,
    pub resource: String,
    pub text: String,
    /// So many findings.
    pub findings: usize,
}

/// So many findings in so many accounts, where those of one account come one after the other.
#[derive(Debug, Clone, Copy, Default)]
pub struct Number {
    pub findings: usize,
    pub accounts: usize,
    last: Option<AccountId>,
}

impl Number {
    pub fn add(&mut self, account: AccountId, findings: usize) {
        if findings > 0 && self.last.replace(account) != Some(account) {
            self.accounts += 1;
        }
        self.findings += findings;
    }

    /// `3 findings in 2 accounts`.
    pub fn words(&self, words: &Words) -> String {
        (words.table.findings)(self.findings, self.accounts)
    }

    /// `3 more findings in 2 accounts`, or just the accounts; nothing where there are none.
    pub fn more(&self, words: &Words) -> Option<String> {
        if self.findings == 0 {
            return None;
        }
        Some(if self.accounts == self.findings {
            (words.table.more_in_accounts)(self.findings)
        } else {
            (words.table.more_findings)(self.findings, self.accounts)
        })
    }
}

/// Lines by what they tell, the first told first.
#[derive(Debug, Default)]
pub struct Folded {
    /// The texts that are shown.
    pub shapes: Vec<Shape>,
    /// The lines with other texts.
    pub rest: Number,
}

/// Lines that tell the same.
#[derive(Debug)]
pub struct Shape {
    pub text: String,
    /// Those that are shown.
    pub lines: Vec<Line>,
    /// The others.
    pub more: Number,
}

impl Folded {
    pub fn add(&mut self, line: Line) {
        if let Some(shape) = self.shapes.iter_mut().find(|shape| shape.text == line.text) {
            if shape.lines.len() < ALIKE {
                shape.lines.push(line);
            } else {
                shape.more.add(line.account, line.findings);
            }
        } else if self.shapes.len() < SHAPES {
            let (text, more) = (line.text.clone(), Number::default());
            self.shapes.push(Shape { text, lines: vec![line], more });
        } else {
            self.rest.add(line.account, line.findings);
        }
    }

    /// The lines that are shown.
    pub fn shown(&self) -> impl Iterator<Item = &Line> {
        self.shapes.iter().flat_map(|shape| &shape.lines)
    }
}
