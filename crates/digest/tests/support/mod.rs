//! A bucket in memory, walked to the end.
#![allow(dead_code)]

use std::collections::BTreeMap;

use trailproof_digest::{
    FetchRequest, Fetched, Folder, KeyRing, Limits, Metadata, Next, Options, Place, PlaceReport,
    Trail, examine,
};

pub mod forge;

/// An object, or why it cannot be read.
#[derive(Clone, Debug)]
pub enum Object {
    There { bytes: Vec<u8>, metadata: Metadata },
    Refused(String),
}

/// Objects by key.
#[derive(Clone, Debug, Default)]
pub struct Bucket {
    pub name: String,
    pub objects: BTreeMap<String, Object>,
}

impl Bucket {
    pub fn put(&mut self, key: &str, bytes: Vec<u8>, metadata: Metadata) {
        self.objects.insert(key.to_owned(), Object::There { bytes, metadata });
    }

    /// As `aws s3 sync` leaves it.
    pub fn without_metadata(mut self) -> Self {
        for object in self.objects.values_mut() {
            if let Object::There { metadata, .. } = object {
                *metadata = Metadata::Lost;
            }
        }
        self
    }

    /// What an answer to it is.
    pub fn fetched(&self, request: &FetchRequest) -> Fetched<'_> {
        if request.bucket != self.name {
            return Fetched::Refused("another bucket");
        }
        match self.objects.get(&request.key) {
            None => Fetched::Missing,
            Some(Object::Refused(why)) => Fetched::Refused(why),
            Some(Object::There { bytes, metadata }) => Fetched::Object { bytes, metadata },
        }
    }

    /// Answers everything that a place asks for; `pick` chooses which open request is answered next.
    pub fn walk(
        &self,
        mut place: Place,
        keys: &KeyRing,
        mut pick: impl FnMut(usize) -> usize,
    ) -> PlaceReport {
        let mut open: Vec<FetchRequest> = Vec::new();
        loop {
            match place.step() {
                Next::List(request) => {
                    let prefixes: Vec<String> = request.day_prefixes().collect();
                    for key in self.objects.keys() {
                        if prefixes.iter().any(|prefix| key.starts_with(prefix)) {
                            place.listed(key);
                        }
                    }
                    place.listing_done(&request, Ok(()));
                }
                Next::Fetch(request) => open.push(request),
                Next::Wait => {
                    assert!(!open.is_empty(), "it waits for nothing");
                    let request = open.swap_remove(pick(open.len()) % open.len());
                    let evidence = examine(&request, self.fetched(&request), &Limits::default());
                    place.take(evidence, keys);
                }
                Next::Done => break,
            }
        }
        assert!(open.is_empty());
        place.finish()
    }
}

pub fn folder(account: &str, region: &str) -> Folder {
    Folder {
        prefix: String::new(),
        organization: None,
        account: account.to_owned(),
        region: region.to_owned(),
    }
}

pub fn trail(name: &str) -> Trail {
    Trail { name: name.to_owned(), home_region: "us-east-1".to_owned(), ..Trail::default() }
}

/// One trail `t` of us-east-1.
pub fn place(bucket: &Bucket, options: Options) -> Place {
    Place::new(&bucket.name, folder("111122223333", "us-east-1"), vec![trail("t")], options)
}
