//! A package as a tar archive under zstd, whose checksum covers every byte but the first.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Seek};
use std::path::Path;

use jiff::Timestamp;

use super::super::names;
use super::super::staging::FileEntry;
use super::{Trouble, below_root, lay_out, misplaced, unreadable};
use crate::exit::Stop;
use crate::files::{stream_atomically, unwritable};

/// zstd's own default.
const LEVEL: i32 = 3;
/// How the archive begins: zstd's mark, and a frame of this level with a checksum. Its own checksum does not cover it.
const HEAD: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58];
/// Writes the files of a folder, sorted by name, below one root, of one time and of no owner.
///
/// # Errors
/// Where a file cannot be read or the archive not be written (5).
pub fn pack(
    folder: &Path,
    files: &BTreeMap<String, FileEntry>,
    (root, time): (&str, Timestamp),
    target: &Path,
) -> Result<(), Stop> {
    let time = u64::try_from(time.as_second()).unwrap_or_default();
    stream_atomically(target, |out| {
        let failed = |error: io::Error| unwritable(target, &error);
        let mut encoder = zstd::Encoder::new(out, LEVEL).map_err(failed)?;
        encoder.include_checksum(true).map_err(failed)?;
        let mut archive = tar::Builder::new(encoder);
        for (name, entry) in files {
            let file = fs::File::open(folder.join(name)).map_err(failed)?;
            let mut header = tar::Header::new_gnu();
            header.set_size(entry.size);
            header.set_mode(0o600);
            header.set_mtime(time);
            header.set_uid(0);
            header.set_gid(0);
            archive.append_data(&mut header, format!("{root}/{name}"), file).map_err(failed)?;
        }
        archive.into_inner().and_then(zstd::Encoder::finish).map(drop).map_err(failed)
    })
}

/// Lays an archive out below a folder. What is wrong with it is told line by line, and what is whole is laid out all
/// the same.
///
/// # Errors
/// Where the archive cannot be opened (2) or the folder not be written (5).
pub fn unpack(path: &Path, folder: &Path) -> Result<Vec<String>, Stop> {
    let mut problems = Vec::new();
    let mut file = fs::File::open(path).map_err(|error| unreadable(path, &error))?;
    let mut head = [0; HEAD.len()];
    if file.read_exact(&mut head).is_err() || head != HEAD {
        problems.push("the first bytes of the archive are not as they were written".to_owned());
    }
    file.rewind().map_err(|error| unreadable(path, &error))?;
    let mut last = "its beginning".to_owned();
    if let Err(why) = lay_all_out(file, folder, (&mut last, &mut problems)) {
        match why {
            Trouble::Damaged(why) => {
                problems.push(format!("the archive is damaged behind {last}: {why}"))
            }
            Trouble::Unwritable(stop) => return Err(stop),
        }
    }
    Ok(problems)
}

fn lay_all_out(
    file: fs::File,
    folder: &Path,
    (last, problems): (&mut String, &mut Vec<String>),
) -> Result<(), Trouble> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(file)?.single_frame());
    let mut before: Option<String> = None;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let whole = entry.path()?.to_string_lossy().into_owned();
        let name = below_root(&whole).to_owned();
        problems.extend(misplaced(&whole, before.as_deref()));
        if !names::is_safe(&name) {
            continue;
        }
        if entry.header().entry_type() != tar::EntryType::Regular {
            problems.push(format!("the archive holds {whole:?}, which no package does"));
            continue;
        }
        name.clone_into(last);
        lay_out(folder, &name, &mut entry)?;
        before = Some(name);
    }
    // The checksum stands at the very end.
    let mut rest = archive.into_inner();
    let mut behind = Vec::new();
    rest.by_ref().take(1 << 20).read_to_end(&mut behind)?;
    if behind.iter().any(|byte| *byte != 0) {
        problems.push(format!("the archive goes on behind {last}"));
    }
    let mut file = rest.finish();
    let mut more = [0];
    if file.read(&mut more)? != 0 {
        problems.push(format!("the archive file goes on behind its end, which follows {last}"));
    }
    Ok(())
}

/// One file of it.
pub fn file_of(path: &Path, wanted: &str) -> io::Result<Option<Vec<u8>>> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(fs::File::open(path)?)?);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let whole = entry.path()?.to_string_lossy().into_owned();
        if !whole.starts_with(names::ROOT) {
            return Ok(None);
        }
        if below_root(&whole) == wanted {
            let mut bytes = Vec::new();
            entry.by_ref().take(super::LARGEST).read_to_end(&mut bytes)?;
            return Ok(Some(bytes));
        }
    }
    Ok(None)
}
