//! How the sessions of some time began, by their access keys: on disk beyond a bound, so that memory stays small.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::sync::{Mutex, PoisonError};

use sha2::{Digest, Sha256};

use super::who::{Beginning, Who};

/// So many sessions are in memory at once: 12 MiB.
const IN_MEMORY: usize = 500_000;
/// So many answers are remembered: a session calls often.
const REMEMBERED: usize = 4_096;
/// The bytes of a key's hash and of the place of its text.
const ENTRY: usize = 24;
/// Set in the place of what names an account alone, so that it sorts behind what names more.
const THIN: u64 = 1 << 63;

/// A key's hash, and where its text lies.
type Entry = (u128, u64);

/// Entries in their order.
#[derive(Debug)]
enum Run {
    Memory(Vec<Entry>),
    Disk(Mutex<File>, u64),
}

/// The beginnings of sessions.
#[derive(Debug)]
pub struct Sessions {
    texts: Mutex<File>,
    runs: Vec<Run>,
    remembered: Mutex<HashMap<String, Option<Who>>>,
}

/// The same while they come in.
#[derive(Debug)]
pub struct Gathering {
    texts: io::BufWriter<File>,
    at: u64,
    open: Vec<Entry>,
    runs: Vec<Run>,
}

fn hash(kind: &str, name: &str) -> u128 {
    let digest = Sha256::digest(format!("{kind}\0{name}").as_bytes());
    digest.iter().take(16).fold(0, |hash, byte| hash << 8 | u128::from(*byte))
}

impl Gathering {
    /// None so far.
    ///
    /// # Errors
    /// Where the system gives no temporary file.
    pub fn begin() -> io::Result<Self> {
        let texts = io::BufWriter::new(tempfile::tempfile()?);
        Ok(Self { texts, at: 0, open: Vec::new(), runs: Vec::new() })
    }

    /// A session began.
    ///
    /// # Errors
    /// A full disk.
    pub fn add(&mut self, key: &str, beginning: &Beginning) -> io::Result<()> {
        let text = serde_json::to_vec(beginning)?;
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        self.texts.write_all(&length.to_be_bytes())?;
        self.texts.write_all(&text)?;
        let thin = if beginning.is_thin() { THIN } else { 0 };
        self.open.push((hash("key", key), self.at | thin));
        if let (Some(id), false) = (&beginning.shared, beginning.is_thin()) {
            self.open.push((hash("shared", id), self.at));
        }
        self.at += 4 + u64::from(length);
        if self.open.len() >= IN_MEMORY {
            self.set_down()?;
        }
        Ok(())
    }

    fn set_down(&mut self) -> io::Result<()> {
        self.open.sort_unstable();
        let mut out = io::BufWriter::new(tempfile::tempfile()?);
        for (hash, place) in &self.open {
            out.write_all(&hash.to_be_bytes())?;
            out.write_all(&place.to_be_bytes())?;
        }
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        self.runs.push(Run::Disk(Mutex::new(file), self.open.len() as u64));
        self.open.clear();
        Ok(())
    }

    /// No more will come.
    ///
    /// # Errors
    /// A full disk.
    pub fn end(mut self) -> io::Result<Sessions> {
        self.open.sort_unstable();
        self.runs.push(Run::Memory(std::mem::take(&mut self.open)));
        let texts = self.texts.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(Sessions { texts: Mutex::new(texts), runs: self.runs, remembered: Mutex::default() })
    }
}

fn read_at(file: &Mutex<File>, at: u64, into: &mut [u8]) -> io::Result<()> {
    let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(into)
}

impl Run {
    fn len(&self) -> u64 {
        match self {
            Self::Memory(entries) => entries.len() as u64,
            Self::Disk(_, length) => *length,
        }
    }

    fn entry(&self, number: u64) -> Option<Entry> {
        match self {
            Self::Memory(entries) => entries.get(usize::try_from(number).ok()?).copied(),
            Self::Disk(file, _) => {
                let mut bytes = [0; ENTRY];
                read_at(file, number * ENTRY as u64, &mut bytes).ok()?;
                let (hash, place) = bytes.split_at(16);
                Some((
                    u128::from_be_bytes(hash.try_into().ok()?),
                    u64::from_be_bytes(place.try_into().ok()?),
                ))
            }
        }
    }

    /// The place of the first entry of that hash.
    fn find(&self, hash: u128) -> Option<u64> {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match self.entry(middle)?.0 < hash {
                true => low = middle + 1,
                false => high = middle,
            }
        }
        self.entry(low).filter(|entry| entry.0 == hash).map(|(_, place)| place)
    }
}

impl Sessions {
    fn find(&self, hash: u128) -> Option<Beginning> {
        // The one that names more comes before the one that names an account alone.
        let place = self.runs.iter().filter_map(|run| run.find(hash)).min()? & !THIN;
        let mut length = [0; 4];
        read_at(&self.texts, place, &mut length).ok()?;
        let mut text = vec![0; usize::try_from(u32::from_be_bytes(length)).ok()?];
        read_at(&self.texts, place + 4, &mut text).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// How the session with that access key began.
    pub fn beginning(&self, key: &str) -> Option<Beginning> {
        self.find(hash("key", key))
    }

    /// The copy of an event that names who called, by the id that all copies share.
    pub fn shared(&self, id: &str) -> Option<Beginning> {
        self.find(hash("shared", id))
    }

    /// What was found for a key before, else what is found now.
    pub fn remembered(&self, key: &str, find: impl FnOnce() -> Option<Who>) -> Option<Who> {
        let lock = || self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(key) {
            return known.clone();
        }
        let found = find();
        let mut all = lock();
        if all.len() >= REMEMBERED {
            all.clear();
        }
        all.insert(key.to_owned(), found.clone());
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn beginning(name: &str, shared: Option<&str>, thin: bool) -> Beginning {
        Beginning {
            name: name.to_owned(),
            time: String::new(),
            event_id: String::new(),
            account: String::new(),
            shared: shared.map(str::to_owned),
            who: None,
            key: (!thin).then(|| "ASIANEXT".to_owned()),
            caller: String::new(),
        }
    }

    #[test]
    fn what_is_on_disk_is_found_like_what_is_in_memory() {
        let mut gathering = Gathering::begin().unwrap();
        for number in 0..1_000 {
            let (key, name) = (format!("ASIA{number}"), format!("n{number}"));
            gathering.add(&key, &beginning(&name, Some(&name), number % 3 == 0)).unwrap();
            if number % 300 == 299 {
                gathering.set_down().unwrap();
            }
        }
        // Another account's copy, in another run, names more.
        gathering.add("ASIA3", &beginning("rich", Some("n3"), false)).unwrap();
        let sessions = gathering.end().unwrap();
        for number in (0..1_000).filter(|number| *number != 3) {
            let found = sessions.beginning(&format!("ASIA{number}")).unwrap();
            assert_eq!(found.name, format!("n{number}"));
        }
        assert_eq!(sessions.beginning("ASIA3").unwrap().name, "rich");
        assert_eq!(sessions.shared("n3").unwrap().name, "rich");
        assert_eq!(sessions.shared("n4").unwrap().name, "n4");
        assert_eq!(sessions.shared("n6"), None, "it names an account alone");
        assert_eq!(sessions.beginning("AKIA"), None);
    }

    #[test]
    fn answers_are_remembered_and_few() {
        let sessions = Gathering::begin().unwrap().end().unwrap();
        for number in 0..REMEMBERED + 10 {
            assert_eq!(sessions.remembered(&number.to_string(), || None), None);
        }
        assert!(sessions.remembered.lock().unwrap().len() <= REMEMBERED);
        assert_eq!(sessions.remembered(&(REMEMBERED + 9).to_string(), || unreachable!()), None);
    }
}
