//! Which log files lie in a folder and which of them digests list; what matches is forgotten, so the books stay small.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::hash::Sha256;

/// A log file that lies in the folder, and that no digest has listed so far.
#[derive(Clone, Debug)]
pub(crate) struct Listed {
    pub key: String,
    pub kind: String,
    pub delivered: Timestamp,
}

enum Half {
    Listed(Listed),
    Referenced,
}

/// Both sides' open entries, by a hash of the key.
#[derive(Default)]
pub(crate) struct Ledger {
    open: BTreeMap<[u8; 16], Half>,
}

impl Ledger {
    /// A listing holds a log file. A key comes once in one folder's listings.
    pub fn listed(&mut self, file: Listed) {
        let id = Sha256::of(file.key.as_bytes()).half();
        match self.open.remove(&id) {
            Some(Half::Referenced) => {}
            _ => drop(self.open.insert(id, Half::Listed(file))),
        }
    }

    /// A digest lists a log file. Where two do (two trails share a bucket, say), the second opens an entry that nothing
    /// asks for.
    pub fn referenced(&mut self, key: &str) {
        let id = Sha256::of(key.as_bytes()).half();
        match self.open.remove(&id) {
            Some(Half::Listed(_)) => {}
            _ => drop(self.open.insert(id, Half::Referenced)),
        }
    }

    /// The log files that no digest lists, by key.
    pub fn unreferenced(&mut self) -> Vec<Listed> {
        let open = std::mem::take(&mut self.open).into_values();
        let mut files: Vec<Listed> = open
            .filter_map(|half| match half {
                Half::Listed(file) => Some(file),
                Half::Referenced => None,
            })
            .collect();
        files.sort_by(|one, other| one.key.cmp(&other.key));
        files
    }
}
