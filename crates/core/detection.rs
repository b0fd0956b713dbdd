//! What checks ask of GuardDuty, Security Hub, AWS Config and IAM Access Analyzer, and of who administers them.

use crate::account::AccountView;
use crate::answer::{
    Analyzer, ChannelEntry, Detector, DetectorAdministrator, DetectorOrganization, Reading,
    Recorder, Recorders, SecurityHub,
};
use crate::aws::{AccountId, Region};
use crate::evidence::{Evidence, Gap, Observed, find};
use crate::fact::Fact;
use crate::finding::{Verdict, not_applicable};
use crate::organization::{Organization, of_region};
use crate::reason::Reason;
use crate::snapshot::{Probe, Source};

/// The IAM types, which AWS Config records in one region for all.
const GLOBAL_TYPES: [&str; 4] =
    ["AWS::IAM::Group", "AWS::IAM::Policy", "AWS::IAM::Role", "AWS::IAM::User"];

/// What a service answered in a region, or the verdict where it is not offered there.
pub type Offered<'a, T> = Result<(&'a T, Source), Verdict>;

impl<'a> AccountView<'a> {
    /// What a service answered here. That it has no endpoint is believed where the region itself answers: otherwise it may
    /// be the network that has no way to any.
    fn offered<T>(&self, fact: Fact, region: &Region, name: &str) -> Observed<Offered<'a, T>>
    where
        Option<T>: Reading,
    {
        let probe = Probe::regional(fact, region);
        let (answer, source) = self.document.read::<Option<T>>(&probe)?;
        if let Some(answer) = answer {
            return Ok(Ok((answer, source)));
        }
        self.trails_in(region)?;
        let message = format!("{name} has no endpoint in {region}");
        let cited = [source.cite("error", "no endpoint"), self.cite_trails_in(region)];
        Ok(Err(not_applicable(message).reason(Reason::SERVICE_NOT_IN_REGION).cite(cited)))
    }

    /// GuardDuty's detectors in a region.
    ///
    /// # Errors
    /// The call's gap, or that of the region where the service seems to have no endpoint in it.
    pub fn detectors(&self, region: &Region) -> Observed<Offered<'a, Vec<Detector>>> {
        self.offered(Fact::Detectors, region, "GuardDuty")
    }

    /// Security Hub in a region.
    ///
    /// # Errors
    /// As [`Self::detectors`].
    pub fn security_hub(&self, region: &Region) -> Observed<Offered<'a, SecurityHub>> {
        self.offered(Fact::SecurityHub, region, "Security Hub")
    }

    /// AWS Config in a region.
    ///
    /// # Errors
    /// As [`Self::detectors`].
    pub fn recorders(&self, region: &Region) -> Observed<Offered<'a, Recorders>> {
        self.offered(Fact::Recorders, region, "AWS Config")
    }

    /// IAM Access Analyzer in a region.
    ///
    /// # Errors
    /// As [`Self::detectors`].
    pub fn analyzers(&self, region: &Region) -> Observed<Offered<'a, Vec<Analyzer>>> {
        self.offered(Fact::Analyzers, region, "IAM Access Analyzer")
    }
}

impl Recorder {
    /// Whether it is the customer's own: a service's records for that service alone.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.service_principal.is_none() && self.recording_scope.as_deref() != Some("INTERNAL")
    }

    /// Whether it records all types but those that are left out by name.
    #[must_use]
    pub fn records_all_types(&self) -> bool {
        let excludes = self.recording_strategy.as_deref() == Some("EXCLUSION_BY_RESOURCE_TYPES");
        self.all_supported == Some(true) || excludes
    }

    /// Whether it records the types of IAM, which AWS Config records in one region for all.
    #[must_use]
    pub fn records_global_types(&self) -> bool {
        let leaves_out = |kind: &&str| self.excluded_resource_types.iter().any(|out| out == kind);
        match self.recording_strategy.as_deref() {
            Some("EXCLUSION_BY_RESOURCE_TYPES") => !GLOBAL_TYPES.iter().any(leaves_out),
            _ => {
                self.all_supported == Some(true) && self.include_global_resource_types == Some(true)
            }
        }
    }
}

impl Organization {
    /// The channels of a region, those of AWS services that are sent events among them.
    ///
    /// # Errors
    /// The call's gap, or why nobody could be asked.
    pub fn channels(
        &self,
        account: AccountId,
        region: &Region,
    ) -> Observed<(&Vec<ChannelEntry>, &Source)> {
        self.resource(Fact::Channels, &of_region(account, region), account)
    }

    /// Who administers GuardDuty in a region, as the management account was told.
    ///
    /// # Errors
    /// The call's gap, or why nobody could be asked.
    pub fn detector_administrators(
        &self,
        management: AccountId,
        region: &Region,
    ) -> Observed<(&Vec<DetectorAdministrator>, &Source)> {
        self.resource(Fact::DetectorAdministrators, &of_region(management, region), management)
    }

    /// What GuardDuty does with the accounts of the organization in a region, as its administrator was told.
    ///
    /// # Errors
    /// As [`Self::detector_administrators`].
    pub fn detector_organization(
        &self,
        administrator: AccountId,
        region: &Region,
    ) -> Observed<(&DetectorOrganization, &Source)> {
        self.resource(Fact::DetectorOrganization, &of_region(administrator, region), administrator)
    }

    /// The analyzer of a region that looks at every account of the organization, as proof. Only the management account and
    /// the delegated administrators of IAM Access Analyzer can have one.
    ///
    /// # Errors
    /// Where none is known, and one of those was not read, or is not known.
    pub fn organization_analyzer(&self, region: &Region) -> Observed<Option<Evidence>> {
        let Some(management) = self.management()? else { return Ok(None) };
        let analyzers = |account: &AccountId| {
            let place = of_region(*account, region);
            match self.resource::<Option<Vec<Analyzer>>>(Fact::Analyzers, &place, *account) {
                // A region that is off in that account has no analyzer of it.
                Err(_) if self.is_off(*account, region) => Ok(None),
                read => read.map(|(read, source)| {
                    let all = read.iter().flatten();
                    let found = all.into_iter().find(|one| one.watches("ORGANIZATION"));
                    found.map(|one| source.cite("analyzers[].arn", one.arn.as_str()))
                }),
            }
        };
        let delegates = match &self.analyzer_administrators {
            Ok(delegates) => delegates.iter().map(|id| Ok(*id)).collect(),
            Err(gap) => vec![Err::<AccountId, Gap>(gap.clone())],
        };
        let candidates = [Ok(management)].into_iter().chain(delegates);
        let candidates: Vec<Observed<Option<Evidence>>> =
            candidates.map(|account| account.and_then(|account| analyzers(&account))).collect();
        Ok(find(candidates, |found| Ok(found.is_some()))?.flatten())
    }

    /// Whether a region is surely off in an account: that one told which are on, and this is none of them.
    pub(crate) fn is_off(&self, account: AccountId, region: &Region) -> bool {
        let on = |member| self.regions_in_scope(member).any(|one| one == region);
        self.knows_regions(account) && self.members.get(&account).is_some_and(|member| !on(member))
    }

    /// Whether an account told which of its regions are on.
    fn knows_regions(&self, account: AccountId) -> bool {
        let member = self.members.get(&account);
        member.is_some_and(|member| member.session.is_ok() && member.region_scope.is_none())
    }
}
