//! A copy of a bucket in a folder: object keys are paths below it.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use trailproof_digest::{
    Evidence, FetchRequest, Fetched, Folder, Limits, ListRequest, Metadata, ObjectKey, examine,
    examine_into,
};
use trailproof_reports::UnreadPlace;

/// No log file that AWS writes is nearly as long; a copy may hold anything.
const LONGEST_OBJECT: u64 = 256 << 20;

/// A copy of a bucket.
#[derive(Debug)]
pub struct Mirror {
    /// The folder.
    pub root: PathBuf,
    /// The bucket that was copied.
    pub bucket: String,
    /// Where the objects' metadata lies, if it was kept.
    pub metadata: Option<PathBuf>,
    /// Buckets whose objects were moved to another one.
    pub moved: BTreeMap<String, String>,
}

/// Which folders of a bucket hold digests or log files.
#[derive(Debug, Default)]
pub struct Found {
    /// Those that do.
    pub folders: BTreeSet<Folder>,
    /// Those that could not be looked into.
    pub unread: BTreeSet<UnreadPlace>,
}

/// The names below a folder, in their order; those of folders alone where asked.
fn names(path: &Path, folders: bool) -> std::io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if folders && !entry.file_type()?.is_dir() {
            continue;
        }
        // What is no UTF-8 is no key of S3's.
        names.extend(entry.file_name().to_str().map(str::to_owned));
    }
    names.sort();
    Ok(names)
}

impl Mirror {
    fn path(&self, prefix: &str) -> PathBuf {
        self.root.join(prefix)
    }

    /// The names of the folders right below a prefix, which ends with a slash; none where they cannot be read, which
    /// is kept in mind.
    fn below(&self, prefix: &str, found: &mut Found) -> Vec<String> {
        names(&self.path(prefix), true).unwrap_or_else(|error| {
            let reason = error.to_string();
            found.unread.insert(UnreadPlace { prefix: prefix.to_owned(), reason });
            Vec::new()
        })
    }

    /// Every folder with digests or log files, below this trail's prefix or below any.
    pub fn folders(&self, prefix: Option<&str>) -> Found {
        let mut found = Found::default();
        let mut open = vec![match prefix {
            None | Some("") => String::new(),
            Some(prefix) => format!("{prefix}/"),
        }];
        while let Some(at) = open.pop() {
            for name in self.below(&at, &mut found) {
                let inner = format!("{at}{name}/");
                if name == "AWSLogs" {
                    self.accounts((at.trim_end_matches('/'), None), &inner, &mut found);
                } else if prefix.is_none() {
                    open.push(inner);
                }
            }
        }
        found
    }

    fn accounts(&self, (prefix, organization): (&str, Option<&str>), at: &str, found: &mut Found) {
        for name in self.below(at, found) {
            let inner = format!("{at}{name}/");
            if organization.is_none() && name.starts_with("o-") {
                self.accounts((prefix, Some(&name)), &inner, found);
                continue;
            }
            if name.len() != 12 || !name.bytes().all(|byte| byte.is_ascii_digit()) {
                continue;
            }
            for kind in self.below(&inner, found) {
                if !kind.starts_with("CloudTrail") {
                    continue;
                }
                for region in self.below(&format!("{inner}{kind}/"), found) {
                    found.folders.insert(Folder {
                        prefix: prefix.to_owned(),
                        organization: organization.map(str::to_owned),
                        account: name.clone(),
                        region,
                    });
                }
            }
        }
    }

    /// Every key of the folders and days that are asked for.
    ///
    /// # Errors
    /// Where a folder that is there cannot be read.
    pub fn list(&self, request: &ListRequest) -> Result<Vec<String>, String> {
        let mut keys = Vec::new();
        for prefix in request.day_prefixes() {
            match names(&self.path(&prefix), false) {
                Ok(names) => keys.extend(names.iter().map(|name| format!("{prefix}{name}"))),
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                Err(error) => return Err(format!("{prefix}: {error}")),
            }
        }
        Ok(keys)
    }

    /// The first digest that lies in a folder, whatever its time.
    pub fn first_digest(&self, folder: &Folder) -> Option<ObjectKey> {
        self.first_below(&folder.digests(), 3)
    }

    fn first_below(&self, prefix: &str, depth: usize) -> Option<ObjectKey> {
        let names = names(&self.path(prefix), depth > 0).ok()?;
        let mut inner = names.iter().map(|name| format!("{prefix}{name}"));
        match depth {
            0 => inner.find_map(|key| ObjectKey::parse(&key)),
            _ => inner.find_map(|at| self.first_below(&format!("{at}/"), depth - 1)),
        }
    }

    /// Reads an object and looks at it; a log file's text goes into an empty buffer.
    pub fn look_at(&self, request: &FetchRequest, text: Option<&mut Vec<u8>>) -> Evidence {
        let limits = Limits::default();
        let now = self.moved.get(&request.bucket);
        if request.bucket != self.bucket && now != Some(&self.bucket) {
            let why = format!("it lies in the bucket {}, which the copy is not of", request.bucket);
            return examine(request, Fetched::Refused(&why), &limits);
        }
        // A key that leaves the copy names nothing in it.
        let plain = |part| matches!(part, Component::Normal(_));
        if !Path::new(&request.key).components().all(plain) {
            return examine(request, Fetched::Missing, &limits);
        }
        match read(&self.path(&request.key)) {
            Ok(Some(bytes)) => {
                let metadata = match request.is_digest {
                    true => self.metadata_of(&request.key),
                    false => Metadata::Lost,
                };
                let object = Fetched::Object { bytes: &bytes, metadata: &metadata };
                examine_into(request, object, &limits, text)
            }
            Ok(None) => examine(request, Fetched::Missing, &limits),
            Err(why) => examine(request, Fetched::Refused(&why), &limits),
        }
    }

    fn metadata_of(&self, key: &str) -> Metadata {
        let kept = self.metadata.as_ref().map(|root| root.join(format!("{key}.json")));
        let read = kept.and_then(|path| read(&path).ok().flatten());
        read.and_then(|bytes| Metadata::from_json(&bytes).ok()).unwrap_or(Metadata::Lost)
    }
}

/// A file's bytes, where it is there.
fn read(path: &Path) -> Result<Option<Vec<u8>>, String> {
    let told = |error: std::io::Error| match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory => Ok(None),
        _ => Err(error.to_string()),
    };
    match fs::metadata(path) {
        Err(error) => told(error),
        Ok(file) if !file.is_file() => Err("it is no file".to_owned()),
        Ok(file) if file.len() > LONGEST_OBJECT => Err("it is longer than 256 MiB".to_owned()),
        Ok(_) => fs::read(path).map(Some).or_else(told),
    }
}
