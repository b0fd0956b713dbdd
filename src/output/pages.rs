//! The report for browsers: one page, and one more for each account where there is too much for one.

use std::io::{self, Write};
use std::path::Path;

use trailproof_core::assessment::Assessment;
use trailproof_core::aws::AccountId;
use trailproof_core::language::Language;
use trailproof_core::results::Results;
use trailproof_reports::{Format, html};

use super::stopped;
use crate::exit::Stop;
use crate::files::{AtomicFile, folder_of, unwritable};

/// Writes it; gives the names of the pages, below the folder that the first is in.
///
/// # Errors
/// The first page that cannot be written (5), or why there are no results to be written.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    path: &Path,
    language: Language,
) -> Result<Vec<String>, Stop>
where
    Stop: From<R::Error>,
{
    let folder = html::accounts_folder(language);
    let mut pages = Pages { path, folder, current: None, names: Vec::new() };
    let mut take = |account: Option<AccountId>, bytes: &[u8]| pages.take(account, bytes);
    let written = html::write_pages(assessment, language, &mut take);
    written.map_err(|error| stopped(Format::Html, &path.display().to_string(), error))?;
    pages.finish().map_err(|error| unwritable(path, &error))?;
    Ok(pages.names)
}

struct Pages<'a> {
    path: &'a Path,
    /// Where the accounts' pages lie.
    folder: &'static str,
    current: Option<(Option<AccountId>, AtomicFile)>,
    names: Vec<String>,
}

impl Pages<'_> {
    fn take(&mut self, account: Option<AccountId>, bytes: &[u8]) -> io::Result<()> {
        if self.current.as_ref().is_some_and(|(current, _)| *current != account) {
            self.finish()?;
        }
        if self.current.is_none() {
            self.current = Some((account, self.create(account)?));
        }
        self.current.as_mut().map_or(Ok(()), |(_, file)| file.write_all(bytes))
    }

    fn create(&mut self, account: Option<AccountId>) -> io::Result<AtomicFile> {
        let Some(id) = account else {
            let name = self.path.file_name().unwrap_or_default();
            self.names.push(name.to_string_lossy().into_owned());
            return AtomicFile::create(self.path);
        };
        let folder = folder_of(self.path).join(self.folder);
        std::fs::create_dir_all(&folder)?;
        self.names.push(format!("{}/{id}.html", self.folder));
        AtomicFile::create(&folder.join(format!("{id}.html")))
    }

    fn finish(&mut self) -> io::Result<()> {
        match self.current.take() {
            Some((Some(_), page)) => page.finish_one_of_many(),
            Some((None, first)) => first.finish(),
            None => Ok(()),
        }
    }
}
