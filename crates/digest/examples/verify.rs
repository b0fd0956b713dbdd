//! Verifies a mirror on disk: object keys are paths below DIR.
//!
//! `cargo run --release -p trailproof-digest --example verify -- DIR --bucket NAME --keys FILE --start T --end T
//! [--metadata DIR]`
//!
//! FILE is JSON: region → what `aws cloudtrail list-public-keys` prints for it as `PublicKeyList`, fetched from AWS and
//! never from the bucket. The other DIR holds `<key>.json` files with the objects' user metadata. Prints each folder's
//! report as a line of JSON; exits 0 where every hour of every chain is proved, 1 where something is wrong or nothing
//! was found, 3 where something is not proved.
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;

use trailproof_digest::{
    Evidence, FetchRequest, Fetched, Folder, KeyRing, Limits, ListRequest, Metadata, Next,
    ObjectKey, Options, Place, Span, Verdict, examine,
};

/// How many objects are read before they are looked at together.
const AT_ONCE: usize = 256;

struct Mirror {
    root: PathBuf,
    bucket: String,
    metadata: Option<PathBuf>,
}

impl Mirror {
    /// Every folder that holds a digest.
    fn folders(&self) -> Result<BTreeSet<Folder>, std::io::Error> {
        let (mut found, mut open) = (BTreeSet::new(), vec![self.root.clone()]);
        while let Some(path) = open.pop() {
            for entry in fs::read_dir(path)? {
                let entry = entry?;
                if entry.file_type()?.is_dir() {
                    open.push(entry.path());
                } else if let Some(ObjectKey::Digest(key)) = self.key(&entry.path()) {
                    found.insert(key.folder);
                }
            }
        }
        Ok(found)
    }

    fn key(&self, path: &Path) -> Option<ObjectKey> {
        ObjectKey::parse(path.strip_prefix(&self.root).ok()?.to_str()?)
    }

    fn list(&self, request: &ListRequest, place: &mut Place) {
        for prefix in request.day_prefixes() {
            let Ok(entries) = fs::read_dir(self.root.join(&prefix)) else { continue };
            for entry in entries.flatten() {
                if let Some(name) = entry.file_name().to_str() {
                    place.listed(&format!("{prefix}{name}"));
                }
            }
        }
    }

    fn look_at(&self, request: &FetchRequest) -> Evidence {
        let limits = Limits::default();
        if request.bucket != self.bucket {
            return examine(request, Fetched::Refused("another bucket"), &limits);
        }
        let metadata = self.metadata.as_ref().filter(|_| request.is_digest);
        let metadata = metadata
            .and_then(|dir| fs::read(dir.join(format!("{}.json", request.key))).ok())
            .and_then(|bytes| Metadata::from_json(&bytes).ok())
            .unwrap_or(Metadata::Lost);
        match fs::read(self.root.join(&request.key)) {
            Ok(bytes) => {
                examine(request, Fetched::Object { bytes: &bytes, metadata: &metadata }, &limits)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                examine(request, Fetched::Missing, &limits)
            }
            Err(error) => examine(request, Fetched::Refused(&error.to_string()), &limits),
        }
    }

    fn look_at_all(&self, requests: &[FetchRequest]) -> Vec<Evidence> {
        let workers = thread::available_parallelism().map_or(1, usize::from);
        let share = requests.len().div_ceil(workers).max(1);
        thread::scope(|scope| {
            let shares: Vec<_> = requests
                .chunks(share)
                .map(|share| {
                    scope.spawn(move || share.iter().map(|one| self.look_at(one)).collect())
                })
                .collect();
            shares
                .into_iter()
                .flat_map(|share| share.join().unwrap_or_else(|_| Vec::new()))
                .collect()
        })
    }
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let root = PathBuf::from(arguments.next().ok_or("DIR is missing")?);
    let mut options = std::collections::BTreeMap::new();
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
        options.insert(name, value);
    }
    let option = |name: &str| options.get(name).ok_or_else(|| format!("{name} is missing"));
    let keys = KeyRing::from_json(&fs::read(option("--keys")?)?)?;
    let span = Span::new(option("--start")?.parse()?, option("--end")?.parse()?);
    let span = span.ok_or("--end is not after --start")?;
    let metadata = options.get("--metadata").map(PathBuf::from);
    let mirror = Mirror { root, bucket: option("--bucket")?.clone(), metadata };

    let mut verdict = Verdict::NothingFound;
    for folder in mirror.folders()? {
        let mut place = Place::new(&mirror.bucket, folder, Vec::new(), Options::new(span));
        let mut requests = Vec::new();
        loop {
            let next = place.step();
            let enough = requests.len() + 1 >= AT_ONCE || next == Next::Wait;
            match next {
                Next::List(request) => {
                    mirror.list(&request, &mut place);
                    place.listing_done(&request, Ok(()));
                }
                Next::Fetch(request) => requests.push(request),
                Next::Wait => {}
                Next::Done => break,
            }
            if enough {
                for evidence in mirror.look_at_all(&std::mem::take(&mut requests)) {
                    place.take(evidence, &keys);
                }
            }
        }
        let report = place.finish();
        println!("{}", serde_json::to_string(&report)?);
        verdict = verdict.and(&report);
    }
    println!("{}", serde_json::to_string(&verdict)?);
    Ok(ExitCode::from(match verdict {
        Verdict::Intact => 0,
        Verdict::NotProved => 3,
        Verdict::Broken | Verdict::NothingFound => 1,
    }))
}
