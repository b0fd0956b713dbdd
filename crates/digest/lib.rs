//! CloudTrail digest chains: proves log files complete and unmodified, hour by hour.
//!
//! CloudTrail writes an hourly *digest* for each account, region and trail: the hashes of the log files it delivered,
//! the hash and signature of the digest before, signed with a key of that region. [`Place`] walks these chains over one
//! account's and region's folder of a bucket. It does no I/O: it asks for listings and objects ([`Next`]), the caller
//! brings them from S3, a mirror on disk or anywhere, [`examine`]d in as many threads as it likes, and in any order. In
//! the end every hour of the span is proved, missing, in a gap, unverified or broken, and each defect is a [`Finding`].
//!
//! Public keys come from [`KeyRing`], never from the bucket that they are to vouch for.
//!
//! Four things show nowhere in a bucket, and are not claimed: a backfill digest that is gone together with all its log
//! files; an hour without log files at the end of a chain's segment, before a gap, that is gone; a segment between two
//! gaps that is gone together with its log files; and what AWS never delivered.
//!
//! ```
//! use trailproof_digest::{Fetched, Folder, KeyRing, Limits, Next, Options, Place, Span, Verdict, examine};
//!
//! # let instant = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
//! let span = Span::new(instant("2026-07-01T00:00:00Z"), instant("2026-07-01T03:00:00Z")).unwrap();
//! let folder = Folder {
//!     prefix: String::new(),
//!     organization: None,
//!     account: "111122223333".to_owned(),
//!     region: "eu-west-1".to_owned(),
//! };
//! let keys = KeyRing::default();
//! let mut place = Place::new("logs", folder, Vec::new(), Options::new(span));
//! loop {
//!     match place.step() {
//!         Next::List(request) => place.listing_done(&request, Ok(())), // an empty bucket
//!         Next::Fetch(request) => {
//!             place.take(examine(&request, Fetched::Missing, &Limits::default()), &keys);
//!         }
//!         Next::Wait => unreachable!("everything was answered at once"),
//!         Next::Done => break,
//!     }
//! }
//! assert_eq!(Verdict::of([&place.finish()]), Verdict::NothingFound);
//! ```
#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)
)]

mod account;
mod chain;
pub mod checkpoint;
pub mod detail;
pub mod digest;
pub mod evidence;
pub mod finding;
pub mod hash;
pub mod inflate;
pub mod key;
pub mod key_ring;
mod ledger;
pub mod log;
pub mod place;
mod record;
pub mod report;
mod standing;
pub mod time;
mod windows;

pub use checkpoint::Checkpoint;
pub use detail::Detail;
pub use digest::{Digest, DigestError, LogEntry, Previous};
pub use evidence::{Evidence, Fetched, Limits, Metadata, examine, examine_into};
pub use finding::{Call, Finding, Kind, Severity};
pub use hash::Sha256;
pub use key::{DigestKey, Folder, LogKey, ObjectKey};
pub use key_ring::{KeyRing, KeyRingError};
pub use place::{FetchRequest, KeyRange, ListRequest, Next, Options, Place, Trail};
pub use report::{ChainReport, HourState, PlaceReport, Stretch, Verdict};
pub use time::Span;
