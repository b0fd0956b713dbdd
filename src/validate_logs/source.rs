//! Where the objects are: one way to ask for them, whatever they lie in.

use trailproof_digest::{Evidence, FetchRequest, Folder, ListRequest, ObjectKey};

use super::bucket::Bucket;
use super::expected::Chosen;
use super::mirror::{Found, Mirror};

/// Takes an object's uncompressed bytes, piece by piece.
pub type Sink<'a> = dyn FnMut(&[u8]) + Send + 'a;

/// Where the objects are.
#[derive(Debug)]
pub enum Source {
    /// A copy of a bucket, in a folder.
    Mirror(Mirror),
    /// The bucket itself.
    Bucket(Bucket),
}

impl Source {
    /// The bucket that the objects were written to.
    pub fn bucket(&self) -> &str {
        match self {
            Self::Mirror(mirror) => &mirror.bucket,
            Self::Bucket(bucket) => &bucket.name,
        }
    }

    /// Every folder with digests or log files, below this trail's prefix or below any; of what is not
    /// chosen, some may be left out.
    pub async fn folders(&self, prefix: Option<&str>, chosen: &Chosen) -> Found {
        match self {
            Self::Mirror(mirror) => mirror.folders(prefix),
            Self::Bucket(bucket) => bucket.folders(prefix, chosen).await,
        }
    }

    /// Every key of the folders and days that are asked for.
    ///
    /// # Errors
    /// Why not.
    pub async fn list(&self, request: &ListRequest) -> Result<Vec<String>, String> {
        match self {
            Self::Mirror(mirror) => mirror.list(request),
            Self::Bucket(bucket) => bucket.list(request).await,
        }
    }

    /// The first digest that lies in a folder, whatever its time.
    pub async fn first_digest(&self, folder: &Folder) -> Option<ObjectKey> {
        match self {
            Self::Mirror(mirror) => mirror.first_digest(folder),
            Self::Bucket(bucket) => bucket.first_digest(folder).await,
        }
    }

    /// Reads an object and, once it may, looks at it, handing on its uncompressed bytes.
    pub async fn look_at(
        &self,
        request: &FetchRequest,
        may: impl Future<Output = ()> + Send,
        sink: &mut Sink<'_>,
    ) -> Evidence {
        match self {
            Self::Mirror(mirror) => {
                may.await;
                mirror.look_at(request, sink)
            }
            Self::Bucket(bucket) => bucket.look_at(request, may, sink).await,
        }
    }
}
