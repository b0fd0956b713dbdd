//! The bucket itself: its folders, listings and objects, read from S3.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock};

use futures::StreamExt;
use trailproof_digest::{
    Evidence, FetchRequest, Fetched, Folder, Limits, ListRequest, ObjectKey, examine, examine_into,
};
use trailproof_reports::UnreadPlace;

use super::expected::Chosen;
use super::keys::Keys;
use super::mirror::Found;
use crate::collect::{ListedPage, Listing, Objects};

/// How many accounts are looked for at once.
const ACCOUNTS: usize = 32;

/// How deep a prefix may be that was not named.
const DEPTH: usize = 4;

/// A bucket that CloudTrail writes to.
#[derive(Debug)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    objects: Arc<Objects>,
    keys: Arc<Keys>,
    /// Buckets whose objects were moved to another one.
    moved: BTreeMap<String, String>,
    /// The folders of each kind that are there: no other has to be listed.
    there: OnceLock<BTreeSet<String>>,
}

impl Bucket {
    /// A bucket, and who reads it.
    pub fn new(
        name: &str,
        objects: Arc<Objects>,
        keys: Arc<Keys>,
        moved: BTreeMap<String, String>,
    ) -> Self {
        Self { name: name.to_owned(), objects, keys, moved, there: OnceLock::new() }
    }

    /// The bucket in which the objects lie now that were written to that one.
    fn now<'a>(&'a self, bucket: &'a str) -> &'a str {
        self.moved.get(bucket).map_or(bucket, String::as_str)
    }

    /// What lies right below a prefix; nothing where that cannot be said, which is kept in mind.
    async fn below(&self, prefix: &str, found: &mut Found) -> Vec<String> {
        let listing = Listing { prefix: prefix.to_owned(), folders: true, ..Listing::default() };
        let mut names = Vec::new();
        let pages = self.pages(listing, |page| {
            names.extend(page.folders);
            true
        });
        if let Err(reason) = pages.await {
            found.unread.insert(UnreadPlace { prefix: prefix.to_owned(), reason });
        }
        names
    }

    /// Page by page, until the listing ends or `take` has enough.
    async fn pages(
        &self,
        mut listing: Listing,
        mut take: impl FnMut(ListedPage) -> bool,
    ) -> Result<(), String> {
        loop {
            let page = self.objects.list(self.now(&self.name), &listing).await;
            let mut page = page.map_err(|failure| failure.to_string())?;
            listing.token = page.next.take();
            if !take(page) || listing.token.is_none() {
                return Ok(());
            }
        }
    }

    /// Every folder with digests or log files, below this trail's prefix or below any, of the accounts chosen.
    pub async fn folders(&self, prefix: Option<&str>, chosen: &Chosen) -> Found {
        let mut found = Found::default();
        let roots = self.roots(prefix, &mut found).await;
        let mut accounts: Vec<(String, Option<String>, String)> = Vec::new();
        for root in roots {
            let prefix = root.strip_suffix("AWSLogs/").unwrap_or(&root).trim_end_matches('/');
            for inner in self.below(&root, &mut found).await {
                let name = last(&inner).to_owned();
                if name.starts_with("o-") {
                    for inner in self.below(&inner, &mut found).await {
                        accounts.push((prefix.to_owned(), Some(name.clone()), inner));
                    }
                } else {
                    accounts.push((prefix.to_owned(), None, inner));
                }
            }
        }
        let is_account =
            |name: &str| name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit());
        let accounts = accounts
            .into_iter()
            .filter(|(_, _, at)| is_account(last(at)) && chosen.holds_account(last(at)))
            .map(|account| self.account(account));
        let mut there = BTreeSet::new();
        let mut each = futures::stream::iter(accounts).buffer_unordered(ACCOUNTS);
        while let Some((of_account, kinds)) = each.next().await {
            found.folders.extend(of_account.folders);
            found.unread.extend(of_account.unread);
            there.extend(kinds);
        }
        let _ = self.there.set(there);
        found
    }

    /// Where `AWSLogs/` lies.
    async fn roots(&self, prefix: Option<&str>, found: &mut Found) -> Vec<String> {
        if let Some(prefix) = prefix {
            let slash = if prefix.is_empty() { "" } else { "/" };
            return vec![format!("{prefix}{slash}AWSLogs/")];
        }
        let (mut roots, mut open) = (Vec::new(), vec![(String::new(), 0)]);
        while let Some((at, depth)) = open.pop() {
            for inner in self.below(&at, found).await {
                if last(&inner) == "AWSLogs" {
                    roots.push(inner);
                } else if depth < DEPTH {
                    open.push((inner, depth + 1));
                }
            }
        }
        roots
    }

    /// The folders of an account, and of each kind there.
    async fn account(
        &self,
        (prefix, organization, at): (String, Option<String>, String),
    ) -> (Found, Vec<String>) {
        let (mut found, mut there) = (Found::default(), Vec::new());
        let kinds = self.below(&at, &mut found).await;
        let kinds = kinds.iter().filter(|kind| last(kind).starts_with("CloudTrail"));
        let regions = kinds.map(|kind| async {
            let mut found = Found::default();
            (self.below(kind, &mut found).await, found.unread)
        });
        for (regions, unread) in futures::future::join_all(regions).await {
            found.unread.extend(unread);
            for region in regions {
                found.folders.insert(Folder {
                    prefix: prefix.clone(),
                    organization: organization.clone(),
                    account: last(&at).to_owned(),
                    region: last(&region).to_owned(),
                });
                there.push(region);
            }
        }
        (found, there)
    }

    /// Whether anything can lie below a folder of some kind.
    fn is_there(&self, folder: &str) -> bool {
        self.there.get().is_none_or(|there| there.contains(folder))
    }

    /// Every key of the folders and days that are asked for.
    ///
    /// # Errors
    /// What S3 answered.
    pub async fn list(&self, request: &ListRequest) -> Result<Vec<String>, String> {
        let ranges = request.ranges().filter(|range| self.is_there(&range.prefix));
        let listings = ranges.map(|range| async move {
            let mut keys = Vec::new();
            let listing = Listing {
                prefix: range.prefix,
                start_after: Some(range.start_after),
                ..Listing::default()
            };
            self.pages(listing, |page| {
                let all = page.keys.len();
                let before = page.keys.into_iter().take_while(|key| *key < range.before);
                let count = keys.len();
                keys.extend(before);
                keys.len() - count == all
            })
            .await
            .map(|()| keys)
        });
        let listed = futures::future::try_join_all(listings).await?;
        Ok(listed.into_iter().flatten().collect())
    }

    /// The first digest that lies in a folder, whatever its time.
    pub async fn first_digest(&self, folder: &Folder) -> Option<ObjectKey> {
        let prefix = folder.digests();
        let listing = Listing { prefix, most: Some(1), ..Listing::default() };
        let page = self.objects.list(self.now(&self.name), &listing).await.ok()?;
        page.keys.first().and_then(|key| ObjectKey::parse(key))
    }

    /// Reads an object and, once there is room, looks at it; of a digest also learns the key that it is signed with.
    pub async fn look_at(
        &self,
        request: &FetchRequest,
        room: impl Future<Output = Option<Vec<u8>>> + Send,
    ) -> (Evidence, Option<Vec<u8>>) {
        let limits = &Limits::default();
        let object = match self.objects.get(self.now(&request.bucket), &request.key).await {
            Ok(Some(object)) => object,
            Ok(None) => return (examine(request, Fetched::Missing, limits), None),
            Err(failure) => {
                let why = failure.to_string();
                return (examine(request, Fetched::Refused(&why), limits), None);
            }
        };
        let mut text = room.await;
        let fetched = Fetched::Object { bytes: &object.bytes, metadata: &object.metadata };
        let evidence = examine_into(request, fetched, limits, text.as_mut());
        let Some(ObjectKey::Digest(named)) = ObjectKey::parse(&request.key) else {
            return (evidence, text);
        };
        match self.keys.ready(&named.folder.region, &evidence).await {
            Ok(()) => (evidence, text),
            Err(why) => (examine(request, Fetched::Refused(&why), limits), text),
        }
    }
}

/// The last name of a prefix that ends with a slash.
fn last(prefix: &str) -> &str {
    prefix.trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}
