//! Where the objects are: one way to ask for them, whatever they lie in.

use trailproof_digest::{Evidence, FetchRequest, Folder, Limits, ListRequest, ObjectKey};

use super::mirror::{Found, Mirror};

/// Where the objects are.
#[derive(Debug)]
pub enum Source {
    /// A copy of a bucket, in a folder.
    Mirror(Mirror),
}

impl Source {
    /// The bucket that the objects were written to.
    pub fn bucket(&self) -> &str {
        match self {
            Self::Mirror(mirror) => &mirror.bucket,
        }
    }

    /// Every folder with digests or log files, below this trail's prefix or below any.
    pub async fn folders(&self, prefix: Option<&str>) -> Found {
        match self {
            Self::Mirror(mirror) => mirror.folders(prefix),
        }
    }

    /// Every key of the folders and days that are asked for.
    ///
    /// # Errors
    /// Why not.
    pub async fn list(&self, request: &ListRequest) -> Result<Vec<String>, String> {
        match self {
            Self::Mirror(mirror) => mirror.list(request),
        }
    }

    /// The first digest that lies in a folder, whatever its time.
    pub async fn first_digest(&self, folder: &Folder) -> Option<ObjectKey> {
        match self {
            Self::Mirror(mirror) => mirror.first_digest(folder),
        }
    }

    /// Reads an object and looks at it.
    pub async fn look_at(&self, request: &FetchRequest, limits: &Limits) -> Evidence {
        match self {
            Self::Mirror(mirror) => mirror.look_at(request, limits),
        }
    }
}
