//! A package as one archive, byte for byte the same for the same files; and such an archive laid out again.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read, Seek, Write};
use std::path::Path;

use super::names;
use super::staging::FileEntry;
use crate::exit::Stop;
use crate::files::{stream_atomically, unwritable};

/// zstd's own default.
const LEVEL: i32 = 3;
/// How the archive begins: zstd's mark, and a frame of this level with a checksum. Its own checksum does not cover it.
const HEAD: [u8; 6] = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x58];
/// The largest file that is taken: a report of a very large organization.
const LARGEST: u64 = 16 << 30;

/// Writes the files of a folder, sorted by name, below one root, of one time and of no owner.
///
/// # Errors
/// Where a file cannot be read or the archive not be written (5).
pub fn pack(
    folder: &Path,
    files: &BTreeMap<String, FileEntry>,
    (root, time): (&str, u64),
    target: &Path,
) -> Result<(), Stop> {
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
    let mut file = fs::File::open(path)
        .map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?;
    let mut head = [0; HEAD.len()];
    if file.read_exact(&mut head).is_err() || head != HEAD {
        problems.push("the first bytes of the archive are not as they were written".to_owned());
    }
    file.rewind()
        .map_err(|error| Stop::usage(format!("cannot read {}: {error}", path.display())))?;
    let mut last = "its beginning".to_owned();
    if let Err(why) = lay_out(file, folder, (&mut last, &mut problems)) {
        match why {
            Trouble::Damaged(why) => {
                problems.push(format!("the archive is damaged behind {last}: {why}"))
            }
            Trouble::Unwritable(stop) => return Err(stop),
        }
    }
    Ok(problems)
}

/// Why an archive is not laid out.
enum Trouble {
    Damaged(String),
    Unwritable(Stop),
}

impl From<io::Error> for Trouble {
    fn from(error: io::Error) -> Self {
        Self::Damaged(error.to_string())
    }
}

fn lay_out(
    file: fs::File,
    folder: &Path,
    (last, problems): (&mut String, &mut Vec<String>),
) -> Result<(), Trouble> {
    let mut archive = tar::Archive::new(zstd::Decoder::new(file)?.single_frame());
    let mut before: Option<String> = None;
    for entry in archive.entries()? {
        let mut entry = entry?;
        let whole = entry.path()?.to_string_lossy().into_owned();
        let name = whole.split_once('/').map_or("", |(_, name)| name).to_owned();
        if !names::is_safe(&name) || entry.header().entry_type() != tar::EntryType::Regular {
            problems.push(format!("the archive holds {:?}, which no package does", whole));
            continue;
        }
        if before.as_ref().is_some_and(|before| *before >= name) {
            problems.push(format!("{name} does not stand in order in the archive"));
        }
        let target = folder.join(&name);
        let laid = target
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::OpenOptions::new().write(true).create_new(true).open(&target));
        let mut out = laid.map_err(|error| Trouble::Unwritable(unwritable(&target, &error)))?;
        name.clone_into(last);
        io::copy(&mut entry.by_ref().take(LARGEST), &mut out)?;
        out.flush()?;
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
