//! A package as a zip archive. Its comment is the hash of all that stands before it, so that no byte of the archive
//! itself, which the hashes of its files do not cover, changes unseen.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

use super::super::names;
use super::super::staging::FileEntry;
use super::{Trouble, below_root, lay_out, misplaced, unreadable};
use crate::exit::Stop;
use crate::files::folder_of;

/// A hash in hexadecimal digits.
const DIGITS: usize = 64;
/// What stands before it.
const LABEL: &str = "sha256 of all before: ";
/// Level and method never change, or the same run would be another archive.
const LEVEL: i64 = 6;

/// Writes the archive.
pub fn pack(
    folder: &Path,
    files: &BTreeMap<String, FileEntry>,
    (root, time): (&str, Timestamp),
    target: &Path,
) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder_of(target))?;
    let mut archive = ZipWriter::new(BufWriter::new(file.as_file_mut()));
    for (name, entry) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .compression_level(Some(LEVEL))
            .last_modified_time(moment(time))
            .unix_permissions(0o600)
            .large_file(entry.size > u64::from(u32::MAX) / 2);
        archive.start_file(format!("{root}/{name}"), options)?;
        io::copy(&mut fs::File::open(folder.join(name))?, &mut archive)?;
    }
    archive.set_comment(format!("{LABEL}{}", "0".repeat(DIGITS)))?;
    archive.finish()?.flush()?;
    let (hash, _) = sealed(file.as_file_mut())?;
    file.seek(SeekFrom::End(-(DIGITS as i64)))?;
    file.write_all(hash.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(target).map(drop).map_err(|error| error.error)
}

/// The time as zip keeps it: in steps of two seconds.
fn moment(time: Timestamp) -> DateTime {
    let at = time.to_zoned(TimeZone::UTC).datetime();
    let part = |number: i8| u8::try_from(number).unwrap_or_default();
    let (year, second) = (u16::try_from(at.year()).unwrap_or_default(), part(at.second()) & !1);
    DateTime::from_date_and_time(
        year,
        part(at.month()),
        part(at.day()),
        part(at.hour()),
        part(at.minute()),
        second,
    )
    .unwrap_or_default()
}

/// The hash of all but the last digits of a file, and those.
fn sealed(file: &mut fs::File) -> io::Result<(String, String)> {
    let whole = file.seek(SeekFrom::End(0))?;
    let before = whole.saturating_sub(DIGITS as u64);
    file.seek(SeekFrom::Start(0))?;
    let mut hash = Sha256::new();
    let mut reader = BufReader::with_capacity(1 << 16, &mut *file).take(before);
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = reader.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hash.update(buffer.get(..read).unwrap_or_default());
    }
    file.seek(SeekFrom::Start(before))?;
    let mut digits = Vec::new();
    file.take(DIGITS as u64).read_to_end(&mut digits)?;
    Ok((hex::encode(hash.finalize()), String::from_utf8_lossy(&digits).into_owned()))
}

/// Lays the archive out.
pub fn unpack(path: &Path, folder: &Path) -> Result<Vec<String>, Stop> {
    let mut problems = Vec::new();
    let mut file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    match sealed(&mut file) {
        Ok((hash, said)) if hash == said => {}
        Ok((hash, said)) => problems.push(format!(
            "the archive was changed: the hash of all but its end is {hash}, and it says {said:?}"
        )),
        Err(error) => return Err(unreadable(path, &error)),
    }
    let mut archive = match ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => {
            problems.push(format!("the archive's list of files cannot be read: {error}"));
            return Ok(problems);
        }
    };
    let mut before: Option<String> = None;
    for at in 0..archive.len() {
        let listed = below_root(archive.name_for_index(at).unwrap_or_default()).to_owned();
        let mut entry = match archive.by_index(at) {
            Ok(entry) => entry,
            Err(error) => {
                problems.push(format!("{listed} is damaged in the archive: {error}"));
                continue;
            }
        };
        let whole = entry.name().to_owned();
        let name = below_root(&whole).to_owned();
        problems.extend(misplaced(&whole, before.as_deref()));
        if !names::is_safe(&name) || !entry.is_file() {
            continue;
        }
        match lay_out(folder, &name, &mut entry) {
            Ok(()) => {}
            Err(Trouble::Damaged(why)) => {
                problems.push(format!("{name} is damaged in the archive: {why}"));
            }
            Err(Trouble::Unwritable(stop)) => return Err(stop),
        }
        before = Some(name);
    }
    Ok(problems)
}

/// One file of it.
pub fn file_of(path: &Path, wanted: &str) -> io::Result<Option<Vec<u8>>> {
    let Ok(mut archive) = ZipArchive::new(BufReader::new(fs::File::open(path)?)) else {
        return Ok(None);
    };
    let named = |name: &str| name.starts_with(names::ROOT) && below_root(name) == wanted;
    let found = archive.file_names().find(|name| named(name)).map(str::to_owned);
    let Some(name) = found else { return Ok(None) };
    let mut bytes = Vec::new();
    archive.by_name(&name)?.take(super::LARGEST).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
