//! The whole set of reports in one folder, under names that stay, with an index that is written last.

use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};
use trailproof_core::assessment::Assessment;
use trailproof_core::language::Language;
use trailproof_core::results::Results;
use trailproof_reports::{Format, Options, asff};

use super::target::Place;
use super::{in_languages, pages, stopped};
use crate::exit::Stop;
use crate::files::{AtomicFile, sha256_of, stream_atomically, unwritable};

/// The schema of the index.
const SCHEMA: &str = "trailproof.set/1";

/// The index's name.
const INDEX: &str = "index.json";

/// A table in a file is as wide as this.
const WIDTH: u16 = 120;

/// Writes every format that has a name in the set. Whoever finds the index finds all that it names.
///
/// # Errors
/// The first that cannot be written (5), or why there are no results to be written.
pub fn write<R: Results>(
    assessment: &Assessment<R>,
    folder: &Path,
    (options, languages): (&Options, &[Language]),
) -> Result<(), Stop>
where
    Stop: From<R::Error>,
{
    make(folder)?;
    // Of the set that is overwritten nothing may vouch for half of this one.
    match std::fs::remove_file(folder.join(INDEX)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(unwritable(&folder.join(INDEX), &error));
        }
        _ => {}
    }
    let options =
        Options { width: Some(WIDTH), color: false, ocsf_array: false, ..options.clone() };
    let mut listed = Vec::new();
    for format in Format::ALL {
        let Some(name) = format.file_name() else { continue };
        let path = folder.join(name);
        if format == Format::Asff {
            let files = write_asff(assessment, &path)?;
            listed.extend(files.iter().map(|file| (format, format!("{name}/{file}"))));
            continue;
        }
        if format == Format::Html {
            for (language, place) in in_languages(format, &Place::File(path), languages) {
                let Some(path) = place.path() else { continue };
                let pages = pages::write(assessment, path, language)?;
                listed.extend(pages.into_iter().map(|page| (format, page)));
            }
            continue;
        }
        for (language, place) in in_languages(format, &Place::File(path), languages) {
            let Some(path) = place.path() else { continue };
            let options = Options { language, ..options.clone() };
            stream_atomically(path, |out| {
                trailproof_reports::write(format, assessment, &options, out)
                    .map_err(|error| stopped(format, &path.display().to_string(), error))
            })?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            listed.push((format, name));
        }
    }
    let files: Vec<Value> = listed
        .iter()
        .map(|(format, name)| entry(folder, *format, name))
        .collect::<io::Result<_>>()
        .map_err(|error| unwritable(&folder.join(INDEX), &error))?;
    let index = json!({ "schema": SCHEMA, "run_id": assessment.run.id, "files": files });
    stream_atomically(&folder.join(INDEX), |out| {
        let text = format!("{index:#}\n");
        out.write_all(text.as_bytes()).map_err(|error| unwritable(&folder.join(INDEX), &error))
    })
}

/// Security Hub's requests, `<account>/<region>.json`; gives their names.
///
/// # Errors
/// The first that cannot be written (5), or why there are no results to be written.
pub fn write_asff<R: Results>(
    assessment: &Assessment<R>,
    folder: &Path,
) -> Result<Vec<String>, Stop>
where
    Stop: From<R::Error>,
{
    make(folder)?;
    let mut names = Vec::new();
    let written = asff::write_files(assessment, &mut |name, bytes| {
        let path = folder.join(name);
        if let Some(account) = path.parent() {
            std::fs::create_dir_all(account)?;
        }
        let mut file = AtomicFile::create(&path)?;
        file.write_all(bytes)?;
        names.push(name.to_owned());
        file.finish_one_of_many()
    });
    written.map_err(|error| stopped(Format::Asff, &folder.display().to_string(), error))?;
    Ok(names)
}

fn make(folder: &Path) -> Result<(), Stop> {
    std::fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))
}

fn entry(folder: &Path, format: Format, name: &str) -> io::Result<Value> {
    let (bytes, digest) = sha256_of(&folder.join(name))?;
    Ok(json!({ "path": name, "format": format.code(), "bytes": bytes, "sha256": digest }))
}
