//! Values that are made of a text once, however many accounts hold that text: policy documents above all.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use trailproof_iam::{ParseError, PolicyDocument};

/// A policy's document, or where it is broken. Whoever evaluates it shares the document.
pub type ParsedPolicy = Result<Arc<PolicyDocument>, ParseError>;

/// The documents of all accounts of a run: what AWS manages, and what a landing zone rolls out, is parsed once.
pub type PolicyPool = Pool<ParsedPolicy>;

/// What a text is taken to cost once it is parsed, as a multiple of its length: a tree of short texts.
const WEIGHT: usize = 8;
/// What a value costs beside that, in bytes.
const OVERHEAD: usize = 256;
/// The memory of a usual pool in bytes, as far as lengths of texts foretell it.
const LIMIT: usize = 64 << 20;

/// Values by the text that they were made of, within bounds: of two generations the older one is forgotten when the
/// younger one fills half of the memory. What is asked for again and again stays.
#[derive(Debug)]
pub struct Pool<T> {
    generations: Mutex<Generations<T>>,
    limit: usize,
}

/// A bucket holds the texts of one hash; each is compared as a whole, so that no forged hash leads to another's value.
type Buckets<T> = BTreeMap<u64, Vec<(Arc<str>, Arc<T>)>>;

#[derive(Debug)]
struct Generations<T> {
    young: Buckets<T>,
    old: Buckets<T>,
    /// What the younger one weighs.
    weight: usize,
}

impl<T> Default for Pool<T> {
    fn default() -> Self {
        Self::within(LIMIT)
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}

fn weight(text: &str) -> usize {
    text.len().saturating_mul(WEIGHT).saturating_add(OVERHEAD)
}

fn find<'a, T>(buckets: &'a Buckets<T>, hash: u64, text: &str) -> Option<&'a (Arc<str>, Arc<T>)> {
    buckets.get(&hash)?.iter().find(|(known, _)| **known == *text)
}

impl<T> Pool<T> {
    /// A pool that takes about so many bytes. A single value that is larger is still made, and forgotten soon.
    #[must_use]
    pub fn within(limit: usize) -> Self {
        let generations = Generations { young: BTreeMap::new(), old: BTreeMap::new(), weight: 0 };
        Self { generations: Mutex::new(generations), limit }
    }

    /// The value of a text: the one that is known, or else a new one.
    pub fn get(&self, text: &str, make: impl FnOnce(&str) -> T) -> Arc<T> {
        let hash = hash(text);
        if let Some(known) = self.known(hash, text) {
            return known;
        }
        // Made without the lock: others go on meanwhile. Whoever comes second takes what the first one made.
        let made = Arc::new(make(text));
        let mut generations = self.lock();
        if let Some((_, known)) = find(&generations.young, hash, text) {
            return Arc::clone(known);
        }
        generations.keep(hash, (Arc::from(text), Arc::clone(&made)), self.limit);
        made
    }

    fn known(&self, hash: u64, text: &str) -> Option<Arc<T>> {
        let mut generations = self.lock();
        if let Some((_, known)) = find(&generations.young, hash, text) {
            return Some(Arc::clone(known));
        }
        let (text, known) = find(&generations.old, hash, text)?;
        let (text, known) = (Arc::clone(text), Arc::clone(known));
        generations.keep(hash, (text, Arc::clone(&known)), self.limit);
        Some(known)
    }

    fn lock(&self) -> MutexGuard<'_, Generations<T>> {
        // A panic while holding it leaves whole entries behind: each change is one push.
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Generations<T> {
    fn keep(&mut self, hash: u64, entry: (Arc<str>, Arc<T>), limit: usize) {
        self.weight = self.weight.saturating_add(weight(&entry.0));
        self.young.entry(hash).or_default().push(entry);
        if self.weight > limit / 2 {
            self.old = std::mem::take(&mut self.young);
            self.weight = 0;
        }
    }
}

impl PolicyPool {
    /// The document of a text.
    #[must_use]
    pub fn policy(&self, text: &str) -> Arc<ParsedPolicy> {
        self.get(text, |text| PolicyDocument::parse(text).map(Arc::new))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn held<T>(pool: &Pool<T>) -> usize {
        let generations = pool.lock();
        generations.young.values().chain(generations.old.values()).map(Vec::len).sum()
    }

    #[test]
    fn a_text_is_parsed_once_whoever_asks() {
        let pool = PolicyPool::default();
        let text = r#"{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
        let first = pool.policy(text);
        assert!(first.is_ok());
        assert!(Arc::ptr_eq(&first, &pool.policy(text)));
        assert!(!Arc::ptr_eq(&first, &pool.policy(&format!("{text} "))), "the text is the key");
        assert!(pool.policy("no document").is_err());
        assert_eq!(held(&pool), 3);
    }

    #[test]
    fn memory_is_bounded_and_what_is_in_use_stays() {
        let pool: Pool<usize> = Pool::within(64 * weight("0000"));
        let usual = pool.get("used", |_| 7);
        for number in 0..10_000 {
            assert_eq!(*pool.get(&format!("{number:04}"), |text| text.len()), 4);
            assert!(Arc::ptr_eq(&usual, &pool.get("used", |_| 8)), "{number}");
            assert!(held(&pool) <= 66);
        }
    }

    #[test]
    fn one_text_that_is_larger_than_the_pool_is_still_answered() {
        let pool: Pool<usize> = Pool::within(16);
        assert_eq!(*pool.get(&"x".repeat(1000), str::len), 1000);
        assert_eq!(*pool.get("y", str::len), 1);
        assert!(held(&pool) <= 2);
    }

    #[test]
    fn threads_share_what_one_of_them_made() {
        let pool: Pool<String> = Pool::default();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for number in 0..200 {
                        let text = format!("text {number}");
                        assert_eq!(*pool.get(&text, str::to_owned), text);
                    }
                });
            }
        });
        assert_eq!(held(&pool), 200);
    }
}
