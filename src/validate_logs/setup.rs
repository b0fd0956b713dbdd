//! What a run is asked to prove, as it is kept to go on with it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use trailproof_core::answer::TrailDescription;
use trailproof_core::aws::{Arn, Region};
use trailproof_digest::{Folder, Span, Trail};

use super::checkpoint::{CheckpointFile, Start};
use super::expected::Chosen;
use super::past::{Known, Members};
use super::period::{instant, period};
use crate::cli::LogsArgs;
use crate::collect::Objects;
use crate::exit::Stop;
use crate::scope;

/// The name of its JSON form, with its version.
pub const SCHEMA: &str = "trailproof.logs-run/1";

/// What is to be proved, and from what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Setup {
    /// [`SCHEMA`].
    pub schema: String,
    /// The bucket that the objects were written to.
    pub bucket: String,
    /// Where in it, up to the slash before `AWSLogs`; anywhere where it is not said.
    pub prefix: Option<String>,
    /// The trail that is to answer for the time; every one that is found where none is named.
    pub trail: Option<TrailAsked>,
    /// The accounts and regions.
    pub chosen: Chosen,
    /// The time.
    pub period: Span,
    /// When the objects were looked at, where some could still be on their way.
    pub as_of: Option<Timestamp>,
    /// The copy that is read in place of the bucket.
    pub mirror: Option<MirrorPlace>,
    /// The file of pinned keys.
    pub keys: Option<PathBuf>,
    /// The heads that an earlier run proved.
    #[serde(default)]
    pub checkpoint: Option<Start>,
    /// Whether each chain begins at its head.
    #[serde(default)]
    pub from_checkpoint: bool,
    /// Buckets whose objects lie in another one now.
    #[serde(default)]
    pub moved: BTreeMap<String, String>,
    /// What a snapshot tells of the trails.
    #[serde(default)]
    pub past: Option<Known>,
    /// Who must have a chain.
    #[serde(default)]
    pub members: Option<Members>,
    /// Why that is not known although it was asked for.
    #[serde(default)]
    pub members_unread: Option<String>,
}

/// What a run is told beside what it is to prove.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside<'a> {
    /// The checkpoint of an earlier run.
    pub checkpoint: Option<&'a Path>,
    /// A snapshot of the organization.
    pub snapshot: Option<&'a Path>,
}

/// Where a copy lies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MirrorPlace {
    /// The objects.
    pub root: PathBuf,
    /// Their metadata.
    pub metadata: Option<PathBuf>,
}

/// A trail that the user named, and where its chains can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrailAsked {
    /// Its name.
    pub name: String,
    /// The region that it was made in.
    pub home_region: String,
    /// The account that owns it.
    pub account: String,
    /// Whether it records one region alone, as far as is known.
    pub one_region: bool,
    /// Whether it records an organization, as far as is known.
    pub organization: Option<bool>,
}

impl TrailAsked {
    fn read(text: &str) -> Result<Self, Stop> {
        let wrong = || {
            let expected = "arn:aws:cloudtrail:REGION:ACCOUNT:trail/NAME is expected";
            Stop::usage(format!("--trail: {text:?} is not the ARN of a trail; {expected}"))
        };
        let arn = Arn::parse(text).map_err(|_| wrong())?;
        let name = arn.resource.strip_prefix("trail/").filter(|name| !name.is_empty());
        let name = name.filter(|_| arn.service == "cloudtrail").ok_or_else(wrong)?;
        Ok(Self {
            name: name.to_owned(),
            home_region: arn.region.to_string(),
            account: arn.account.to_string(),
            one_region: false,
            organization: None,
        })
    }

    fn described(trail: &TrailDescription) -> Result<Self, Stop> {
        Ok(Self {
            home_region: trail.home_region.to_string(),
            one_region: trail.is_multi_region_trail == Some(false),
            organization: trail.is_organization_trail,
            ..Self::read(&trail.trail_arn)?
        })
    }

    /// Whether that is its name.
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Whether a chain of it can lie there.
    fn holds(&self, folder: &Folder) -> bool {
        let organization = folder.organization.is_some();
        let account = organization || folder.account == self.account;
        let kind = self.organization.is_none_or(|asked| asked == organization);
        account && kind && (!self.one_region || folder.region == self.home_region)
    }

    /// As the walk takes it.
    pub fn trail(&self) -> Trail {
        let (name, home_region) = (self.name.clone(), self.home_region.clone());
        Trail { name, home_region, ..Trail::default() }
    }
}

impl Setup {
    /// As the flags say it; the bucket may still have to be asked for.
    ///
    /// # Errors
    /// Flags that cannot be used.
    pub fn of(args: &LogsArgs, beside: Beside<'_>, now: Timestamp) -> Result<Self, Stop> {
        let checkpoint = beside.checkpoint.map(CheckpointFile::read).transpose()?;
        if args.trail.is_none() && !args.org && args.bucket.is_none() {
            return Err(Stop::usage("--trail, --org, --bucket or --dir is expected"));
        }
        let from_checkpoint = args.start.is_none() && args.period.is_none();
        if from_checkpoint && checkpoint.is_none() {
            return Err(Stop::usage(
                "--start or --period is expected, or a --checkpoint to go on from",
            ));
        }
        for glob in &args.regions {
            scope::region_glob("--regions", glob)?;
        }
        let accounts = scope::accounts("--accounts", &args.accounts)?;
        let as_of = args.as_of.as_deref().map(|text| instant("--as-of", text)).transpose()?;
        let mut setup = Self {
            schema: SCHEMA.to_owned(),
            bucket: args.bucket.clone().unwrap_or_default(),
            prefix: args.prefix.as_ref().map(|prefix| prefix.trim_end_matches('/').to_owned()),
            trail: args.trail.as_deref().map(TrailAsked::read).transpose()?,
            chosen: Chosen {
                accounts: accounts.iter().map(ToString::to_string).collect(),
                regions: args.regions.clone(),
            },
            period: match &checkpoint {
                Some(start) if from_checkpoint => since(start, args, now)?,
                _ => period(args, now)?,
            },
            as_of,
            mirror: None,
            keys: args.keys.clone(),
            checkpoint,
            from_checkpoint,
            moved: args.map_bucket.iter().map(|text| moved(text)).collect::<Result<_, _>>()?,
            past: None,
            members: None,
            members_unread: None,
        };
        match &args.dir {
            Some(root) => {
                let metadata = args.metadata.as_deref();
                let metadata = metadata.map(|path| folder("--metadata", path)).transpose()?;
                setup.mirror = Some(MirrorPlace { root: folder("--dir", root)?, metadata });
            }
            None => setup.live(as_of.unwrap_or(now))?,
        }
        if !setup.bucket.is_empty() {
            setup.place_known(beside)?;
        }
        Ok(setup)
    }

    /// Once the bucket is known: a checkpoint must be of it, and a snapshot tells who writes to it.
    ///
    /// # Errors
    /// A checkpoint of another bucket, a snapshot that cannot be read (2).
    pub fn place_known(&mut self, beside: Beside<'_>) -> Result<(), Stop> {
        if let Some(start) = self.checkpoint.as_ref().filter(|one| one.file.bucket != self.bucket) {
            let (theirs, ours) = (&start.file.bucket, &self.bucket);
            return Err(Stop::usage(format!(
                "--checkpoint: it is of the bucket {theirs}, and {ours} is to be proved"
            )));
        }
        if let Some(path) = beside.snapshot.filter(|_| self.past.is_none()) {
            let known = Known::of(path, &self.bucket)?;
            self.members = known.members.clone().or(self.members.take());
            self.past = Some(known);
        }
        Ok(())
    }

    /// What lies in the future has not been delivered, and what is young may be on its way.
    fn live(&mut self, now: Timestamp) -> Result<(), Stop> {
        let from = self.period.from;
        self.period = Span::new(from, self.period.to.min(now)).ok_or_else(|| {
            Stop::usage(format!("the time begins at {from}, which lies ahead: it is {now}"))
        })?;
        self.as_of = self.as_of.or(Some(now));
        Ok(())
    }

    /// Is to prove, in place of what was asked, the time of that length before it.
    pub fn before(&mut self, length: SignedDuration) {
        let begin = self.period.from;
        let from = begin.checked_sub(length).unwrap_or(Timestamp::MIN);
        self.period = Span::new(from, begin).unwrap_or(self.period);
    }

    /// Whether a folder is of what was asked for.
    pub fn holds(&self, folder: &Folder) -> bool {
        self.chosen.holds(folder) && self.trail.as_ref().is_none_or(|trail| trail.holds(folder))
    }

    /// Learns from AWS where the trail writes to: the one that was named, or the organization's where `org`.
    ///
    /// # Errors
    /// Where that cannot be learnt, and the flags do not say it either.
    pub async fn resolve(&mut self, objects: &Objects, org: bool) -> Result<(), Stop> {
        let home: Option<Region> =
            self.trail.as_ref().and_then(|trail| trail.home_region.parse().ok());
        if self.trail.is_none() && !org {
            return Ok(());
        }
        let listed = objects.trails(&home.unwrap_or_else(|| objects.first_region())).await;
        let listed = match listed {
            Ok(listed) => listed,
            // The flags are enough.
            Err(_) if !self.bucket.is_empty() && !org => return Ok(()),
            Err(failure) => {
                let mend = "name it with --bucket and --prefix";
                return Err(Stop::start(format!(
                    "cannot learn which bucket the trail writes to: {failure}; {mend}"
                )));
            }
        };
        let is_it = |one: &&TrailDescription| match &self.trail {
            Some(trail) => Self::is(trail, one),
            None => one.is_organization_trail == Some(true),
        };
        let found: Vec<&TrailDescription> = listed.iter().filter(is_it).collect();
        let trail = match found.as_slice() {
            [trail] => *trail,
            [] if !self.bucket.is_empty() && !org => return Ok(()),
            [] => {
                let why = if org {
                    "no organization trail is seen here"
                } else {
                    "no such trail is seen here"
                };
                return Err(Stop::start(format!("{why}; name its bucket with --bucket")));
            }
            several => {
                let arns: Vec<&str> = several.iter().map(|one| one.trail_arn.as_str()).collect();
                let arns = arns.join(", ");
                return Err(Stop::usage(format!(
                    "--org: there are several organization trails; name one with --trail: {arns}"
                )));
            }
        };
        if self.bucket.is_empty() {
            self.bucket = trail.s3_bucket_name.clone().unwrap_or_default();
            self.prefix.get_or_insert(trail.s3_key_prefix.clone().unwrap_or_default());
        }
        self.trail = Some(TrailAsked::described(trail)?);
        if org {
            match objects.organization().await {
                Ok((organization, accounts, regions)) => {
                    let regions = |_: &_| regions.clone();
                    let members = Members::of(&organization.id, trail, &accounts, &regions);
                    self.members = Some(members);
                }
                Err(failure) => self.members_unread = Some(failure.to_string()),
            }
        }
        Ok(())
    }

    fn is(asked: &TrailAsked, one: &TrailDescription) -> bool {
        TrailAsked::described(one).is_ok_and(|one| {
            (&one.name, &one.home_region, &one.account)
                == (&asked.name, &asked.home_region, &asked.account)
        })
    }
}

/// The time from the oldest head of a checkpoint to the end that the flags name.
fn since(start: &Start, args: &LogsArgs, now: Timestamp) -> Result<Span, Stop> {
    let heads = start.file.heads.iter().map(|head| head.digest.end);
    let from = heads.min().unwrap_or(start.file.period.to).min(start.file.period.to);
    let to = args.end.as_deref().map_or(Ok(now), |text| instant("--end", text))?;
    Span::new(from, to).ok_or_else(|| {
        Stop::usage(format!("--end: {to} is not after {from}, where the checkpoint ends"))
    })
}

/// The buckets of `OLD=NEW`.
fn moved(text: &str) -> Result<(String, String), Stop> {
    match text.split_once('=') {
        Some((old, new)) if !old.is_empty() && !new.is_empty() => {
            Ok((old.to_owned(), new.to_owned()))
        }
        _ => Err(Stop::usage(format!("--map-bucket: {text:?} is not OLD=NEW"))),
    }
}

fn folder(flag: &str, path: &Path) -> Result<PathBuf, Stop> {
    match std::fs::read_dir(path) {
        Ok(_) => Ok(path.to_owned()),
        Err(error) => Err(Stop::usage(format!("{flag}: cannot read {}: {error}", path.display()))),
    }
}
