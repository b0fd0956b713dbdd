//! GuardDuty's detectors of an account, as what somebody may switch off.

use trailproof_iam::Known;

use super::actions;
use super::targets::Target;
use crate::account::AccountView;
use crate::aws::Region;
use crate::evidence::{Cause, Gap, Observed};
use crate::fact::Fact;

/// Who may change an account's GuardDuty in a region.
enum Rule {
    /// Whoever the account lets: it belongs to no administrator.
    Own,
    /// Those of the account, which administers the organization's GuardDuty.
    Administrator,
    /// Its administrator alone: GuardDuty refuses a member that would switch off what the organization switches on.
    Administered,
}

/// The detectors of an account that are on, each with the actions that switch it off, put its findings away or, where it
/// administers others, end theirs; and why there may be more. A detector that an administrator of the organization has on
/// in all accounts is none: nobody in a member can end it. Where it is not known whether one has, having an action
/// decides nothing.
#[must_use]
pub fn detectors(account: &AccountView<'_>) -> (Vec<Target>, Option<Gap>) {
    let mut unread = account.region_scope().err();
    let mut targets = Vec::new();
    for region in account.regions() {
        let rule = rule(account, region);
        if matches!(rule, Ok(Rule::Administered)) {
            continue;
        }
        match account.detectors(region) {
            Err(gap) => unread = unread.or(Some(gap)),
            // GuardDuty is not offered there.
            Ok(Err(_)) => {}
            Ok(Ok((detectors, _))) => {
                let on = detectors.iter().filter(|one| one.status.as_deref() != Some("DISABLED"));
                targets.extend(on.map(|one| target(account, region, (&one.detector_id, &rule))));
            }
        }
    }
    (targets, unread)
}

fn target(
    account: &AccountView<'_>,
    region: &Region,
    (id, rule): (&str, &Observed<Rule>),
) -> Target {
    let partition = account.organization.partition();
    let arn = format!("arn:{partition}:guardduty:{region}:{}:detector/{id}", account.id());
    let administers = rule.as_ref().ok().map(|rule| matches!(rule, Rule::Administrator));
    let all = actions::on_detector(administers);
    let mut target = Target::detector(&arn, &all);
    // An action on no resource in particular is sent to the region all the same.
    let region = Known::Values(vec![region.to_string()]);
    target.known.push(("aws:RequestedRegion".to_owned(), region));
    match rule {
        Ok(_) => target,
        Err(gap) => target.moot(&all, gap),
    }
}

/// # Errors
/// Why it is not known.
fn rule(account: &AccountView<'_>, region: &Region) -> Observed<Rule> {
    let all = account.organization;
    let Some(management) = all.management()? else { return Ok(Rule::Own) };
    let administrators = match all.detector_administrators(management, region) {
        Ok((administrators, _)) => administrators.as_slice(),
        // Where a region is off in the management account, that one has named nobody there.
        Err(_) if all.is_off(management, region) => &[],
        Err(gap) => return Err(gap),
    };
    let Some(administrator) = administrators.first().map(|one| one.admin_account_id) else {
        return Ok(Rule::Own);
    };
    if administrator == account.id() {
        return Ok(Rule::Administrator);
    }
    let (organization, _) = all.detector_organization(administrator, region)?;
    // The management account too, once it has a detector: with it comes the role that the administrator needs there.
    if organization.auto_enable_organization_members.as_deref() == Some("ALL") {
        return Ok(Rule::Administered);
    }
    let detail = format!(
        "it is not read whether {administrator} administers the GuardDuty of {} in {region}, which it then cannot end",
        account.id()
    );
    Err(Gap {
        account: Some(account.id()),
        region: Some(region.clone()),
        ..Gap::new(Fact::DetectorOrganization, Cause::Undecidable, detail)
    })
}
