//! The flags that say whom to ask, read into what the collector takes.

use std::time::Duration;

use trailproof_core::aws::AccountId;
use trailproof_core::check::Check;
use trailproof_core::fact::Fact;
use trailproof_core::plan::Demand;
use trailproof_core::scope_file::parse_account_list;

use crate::cli::{ConnectArgs, ScopeArgs};
use crate::collect::{
    Clock, Endpoint, Exclusion, Filter, Pace, Plan, Rates, Request, Role, is_url,
};
use crate::config::terms;
use crate::exit::Stop;

/// Which accounts and regions.
///
/// # Errors
/// An account id or region that is none, a file that cannot be read.
pub fn filter(args: &ScopeArgs) -> Result<Filter, Stop> {
    for glob in args.regions.iter().chain(&args.exclude_regions) {
        region_glob("--regions", glob)?;
    }
    Ok(Filter {
        organization: args.org,
        accounts: accounts("--accounts", &args.accounts)?,
        exclude_accounts: accounts("--exclude-accounts", &args.exclude_accounts)?,
        units: args.ou.clone(),
        exclude_units: args.exclude_ou.clone(),
        regions: args.regions.clone(),
        exclude_regions: args
            .exclude_regions
            .iter()
            .chain(&terms().policies.base.excluded_regions)
            .cloned()
            .collect(),
        exclusion: exclusion(args)?,
    })
}

/// Why what is left out is, and who approved it: neither of them says enough alone.
fn exclusion(args: &ScopeArgs) -> Result<Option<Exclusion>, Stop> {
    let said = |flag: &str, text: &Option<String>| match text.as_deref().map(str::trim) {
        Some("") => Err(Stop::usage(format!("{flag}: a text is expected"))),
        text => Ok(text.map(str::to_owned)),
    };
    let reason = said("--exclude-reason", &args.exclude_reason)?;
    let approved_by = said("--exclude-approved-by", &args.exclude_approved_by)?;
    match (reason, approved_by) {
        (None, None) => Ok(None),
        (Some(reason), Some(approved_by)) => Ok(Some(Exclusion { reason, approved_by })),
        (Some(_), None) => Err(Stop::usage(
            "--exclude-reason: who approved it is expected too, as --exclude-approved-by",
        )),
        (None, Some(_)) => {
            Err(Stop::usage("--exclude-approved-by: why is expected too, as --exclude-reason"))
        }
    }
}

/// A name or glob that can match some region.
pub fn region_glob(flag: &str, glob: &str) -> Result<(), Stop> {
    let letters =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-*?".contains(&byte);
    let wild = glob.contains(['*', '?']);
    // AWS opens regions faster than programs are released: a well-formed name that is not known yet is taken.
    let wellformed = glob.bytes().all(letters)
        && (wild || glob.parse::<trailproof_core::aws::Region>().is_ok() && region_form(glob));
    if wellformed && !glob.is_empty() {
        return Ok(());
    }
    Err(Stop::usage(format!(
        "{flag}: {glob:?} is no region; a name such as eu-west-1 or a glob such as eu-* is expected"
    )))
}

/// `xx-yyyy-1`, with any number of words between.
fn region_form(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    parts.len() >= 3
        && parts.iter().all(|part| !part.is_empty())
        && parts.last().is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Account ids as a flag lists them.
///
/// # Errors
/// An id that is none, a file that cannot be read.
pub fn accounts(flag: &str, values: &[String]) -> Result<Vec<AccountId>, Stop> {
    let mut found = Vec::new();
    for value in values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()) {
        let Some(path) = value.strip_prefix('@') else {
            found.push(value.parse().map_err(|error| Stop::usage(format!("{flag}: {error}")))?);
            continue;
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| Stop::usage(format!("{flag}: cannot read {path}: {error}")))?;
        let listed = parse_account_list(&text)
            .map_err(|error| Stop::usage(format!("{flag}: {path}, {error}")))?;
        found.extend(listed);
    }
    found.sort();
    found.dedup();
    Ok(found)
}

/// How members are entered.
///
/// # Errors
/// A path or chain that IAM would not have.
pub fn role(args: &ScopeArgs) -> Result<Role, Stop> {
    let path = &args.role_path;
    if !path.starts_with('/') || !path.ends_with('/') {
        return Err(Stop::usage(format!("--role-path: {path:?} does not begin and end with /")));
    }
    for arn in &args.role_chain {
        let parsed = trailproof_core::aws::Arn::parse(arn);
        if !parsed.is_ok_and(|arn| arn.service == "iam" && arn.resource.starts_with("role/")) {
            return Err(Stop::usage(format!("--role-chain: {arn:?} is not the ARN of a role")));
        }
    }
    Ok(Role {
        name: args.role_name.clone(),
        path: path.clone(),
        external_id: args.external_id.clone(),
        duration: args.session_duration,
        chain: args.role_chain.clone(),
    })
}

/// Where the first calls go.
///
/// # Errors
/// A URL that is none.
pub fn endpoint(args: &ConnectArgs) -> Result<Endpoint, Stop> {
    if let Some(url) = args.endpoint_url.as_ref().filter(|url| !is_url(url)) {
        let message = format!("--endpoint-url: {url:?} is not an http:// or https:// URL");
        return Err(Stop::usage(message));
    }
    Ok(Endpoint {
        profile: args.profile.clone(),
        region: args.region.clone(),
        url: args.endpoint_url.clone(),
        attempt_timeout: Duration::from_secs(args.attempt_timeout.into()),
    })
}

/// How fast the run calls.
pub fn pace(args: &ConnectArgs) -> Pace {
    Pace::new(usize::from(args.concurrency), Rates { cloudtrail: args.max_rps })
}

/// What a run is to read, and for which checks.
pub struct Asked {
    /// The kinds of evidence.
    pub facts: Vec<Fact>,
    /// The ids of the checks; none where it is not for checks.
    pub checks: Vec<String>,
}

impl Asked {
    /// What these checks read under the user's policy.
    pub fn by(checks: &[&Check]) -> Self {
        Self {
            facts: Demand::under(checks, &terms().policies).wanted().collect(),
            checks: checks.iter().map(|check| check.id.to_owned()).collect(),
        }
    }
}

/// The accounts that the user's policy trusts with logs, in any of its overrides.
pub fn trusted() -> Vec<AccountId> {
    terms().policies.trusted_log_accounts().into_iter().collect()
}

/// What a run is asked for.
///
/// # Errors
/// As [`filter`] and [`role`].
pub fn request(scope_args: &ScopeArgs, asked: &Asked) -> Result<Request, Stop> {
    Ok(Request {
        plan: Plan {
            facts: asked.facts.clone(),
            checks: asked.checks.clone(),
            filter: filter(scope_args)?,
            expected_owners: trusted(),
            lookup_max_pages: terms().policies.lookup_max_pages(),
        },
        role: role(scope_args)?,
        management_role: scope_args.role_name_management.clone(),
        clock: Clock::System,
    })
}
