//! The HTML report: one self-contained page, and where there is too much for one page another for each account.

mod account;
mod back;
pub mod changes;
mod findings;
mod flow;
pub(crate) mod frame;
mod gathered;
mod map;
mod paths;
mod rows;
mod standing;
mod summary;
#[cfg(test)]
pub mod tests;
mod timeline;
mod trend;

use std::io::{self, Write};

use maud::Markup;
use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::diff::Diff;
use trailproof_core::language::Language;
use trailproof_core::results::Results;

use self::gathered::{Gathered, gather};
use crate::difference::{self, DiffOptions};
use crate::index::Index;
use crate::{ReportError, text, visit};

#[cfg(test)]
pub use self::frame::{SCRIPT, STYLE};

/// So many bytes of findings are shown on the first page, and the whole of them only where that is enough.
const FINDINGS_BYTES: usize = 2_500_000;

/// Of each check, where that is not enough.
const SHOWN: usize = 12;

/// Where the pages of the accounts lie, seen from the first page of that language.
#[must_use]
pub const fn accounts_folder(language: Language) -> &'static str {
    match language {
        Language::English => "accounts",
        Language::Japanese => "accounts.ja",
    }
}

/// Takes a page's bytes, piece by piece: none for the first page, else the account's. A page's pieces come one after
/// the other, and the first page comes first.
pub type Sink<'a> = dyn FnMut(Option<AccountId>, &[u8]) -> io::Result<()> + 'a;

/// A stranger's text on one line, safe to show; maud escapes it.
fn said(text: &str) -> String {
    text::line(text)
}

/// What the parts of the first page are written from.
struct Page<'a, R> {
    assessment: &'a Assessment<R>,
    index: &'a Index<'a>,
    gathered: &'a Gathered,
    /// The difference to an earlier run, where the assessment carries one.
    diff: Option<Diff>,
    /// Whether there is a page for each account.
    linked: bool,
}

/// Writes one page. Where there are too many findings for it, it holds the first of each check and the sums of all.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    language: Language,
    out: &mut dyn Write,
) -> Result<(), ReportError<R::Error>> {
    let index = Index::told(assessment, language);
    let gathered = gather(assessment, &index)?;
    let diff = difference::of(assessment);
    let page = Page { assessment, index: &index, gathered: &gathered, diff, linked: false };
    first_page(&page, &mut |bytes| out.write_all(bytes))?;
    Ok(())
}

/// Writes the same; where there are too many findings for one page, each account has a page of its own beside it, which
/// the first one links to in [`accounts_folder`] as `ID.html`.
///
/// # Errors
/// When the output cannot be written, or the results cannot be had.
pub fn write_pages<R: Results>(
    assessment: &Assessment<R>,
    language: Language,
    sink: &mut Sink<'_>,
) -> Result<(), ReportError<R::Error>> {
    let index = Index::told(assessment, language);
    let gathered = gather(assessment, &index)?;
    let linked = gathered.folded;
    let diff = difference::of(assessment);
    let page = Page { assessment, index: &index, gathered: &gathered, diff, linked };
    first_page(&page, &mut |bytes| sink(None, bytes))?;
    if linked {
        visit::accounts(assessment, &mut |id, findings| {
            let page = account::page(assessment, &index, (id, findings));
            sink(Some(id), page.as_bytes())
        })?;
    }
    Ok(())
}

/// What changed since an earlier run.
fn changed<R>(page: &Page<'_, R>) -> Markup {
    let mut options = DiffOptions { language: page.index.words.language, ..Default::default() };
    options.know(page.assessment);
    page.diff.as_ref().map(|diff| changes::section(diff, &options)).unwrap_or_default()
}

/// The first page, part by part.
fn first_page<R>(
    page: &Page<'_, R>,
    out: &mut dyn FnMut(&[u8]) -> io::Result<()>,
) -> io::Result<()> {
    let before: [fn(&Page<'_, R>) -> Markup; 9] = [
        summary::head,
        summary::summary,
        changed,
        standing::scores,
        map::map,
        flow::flow,
        paths::paths,
        timeline::timeline,
        findings::form,
    ];
    let after: [fn(&Page<'_, R>) -> Markup; 3] = [standing::accounts, back::back, back::foot];
    let w = page.index.words;
    out(frame::open(&summary::title(page.assessment, w), w).as_bytes())?;
    for part in before {
        out(part(page).into_string().as_bytes())?;
    }
    findings::cards(page, out)?;
    for part in after {
        out(part(page).into_string().as_bytes())?;
    }
    out(frame::CLOSE.as_bytes())
}
