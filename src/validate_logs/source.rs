//! Where the objects are: one way to ask for them, whatever they lie in.

use trailproof_digest::{Evidence, FetchRequest, Folder, ListRequest, ObjectKey};

use super::bucket::Bucket;
use super::expected::Chosen;
use super::mirror::{Found, Mirror};

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

    /// Reads an object and, once there is room, looks at it. Where that is a buffer, it has a log file's text then.
    pub async fn look_at(
        &self,
        request: &FetchRequest,
        room: impl Future<Output = Option<Vec<u8>>> + Send,
    ) -> (Evidence, Option<Vec<u8>>) {
        match self {
            Self::Mirror(mirror) => {
                let mut text = room.await;
                (mirror.look_at(request, text.as_mut()), text)
            }
            Self::Bucket(bucket) => bucket.look_at(request, room).await,
        }
    }
}
