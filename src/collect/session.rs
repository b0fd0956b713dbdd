//! One account's clients, at the run's pace and on a retry budget of the account's own.

use std::sync::OnceLock;

use aws_config::SdkConfig;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_types::region::Region as SdkRegion;
use trailproof_core::aws::{AccountId, Partition, Region};

use super::aws::Aws;
use super::credentials::{Kept, RoleCredentials, budget};
use super::gap::Failure;
use super::patience::Patience;
use super::recorder::{KeepHost, Recorder};

/// One account's clients, made when first needed.
#[derive(Debug)]
pub struct Session {
    /// The account.
    pub account: AccountId,
    /// Its partition.
    pub partition: Partition,
    config: SdkConfig,
    credentials: Option<RoleCredentials>,
    path_style: bool,
    keep_host: Option<KeepHost>,
    cloudtrail: OnceLock<aws_sdk_cloudtrail::Client>,
    s3: OnceLock<aws_sdk_s3::Client>,
    kms: OnceLock<aws_sdk_kms::Client>,
    #[cfg(feature = "detection-services")]
    detection: super::detection::Clients,
}

/// A service's configuration: recorded, patient with throttling, and with a retry budget of its own, since by default
/// one failing account would use up the budget of all others.
macro_rules! service {
    ($session:expr, $service:ident) => {
        $service::config::Builder::from(&$session.config)
            .interceptor(Recorder)
            .retry_classifier(Patience::of(&$session.config))
            .retry_partition(budget())
    };
}

impl Session {
    pub(super) fn new(
        aws: &Aws,
        account: AccountId,
        partition: Partition,
        (config, credentials): (SdkConfig, Option<RoleCredentials>),
    ) -> Self {
        Self {
            account,
            partition,
            config,
            credentials,
            path_style: aws.path_style,
            keep_host: aws.keep_host.clone(),
            cloudtrail: OnceLock::new(),
            s3: OnceLock::new(),
            kms: OnceLock::new(),
            #[cfg(feature = "detection-services")]
            detection: super::detection::Clients::default(),
        }
    }

    /// What it takes to ask this account again later, without the clients' weight; nothing for the caller's own.
    pub fn into_credentials(self) -> Option<Kept> {
        self.credentials?.lay_aside()
    }

    /// The credentials of a role that the next call is signed with, to name them when AWS refuses them.
    pub async fn lent(&self) -> Option<Credentials> {
        self.credentials.as_ref()?.provide_credentials().await.ok()
    }

    /// Enters the role again where these credentials are refused for having ended.
    ///
    /// # Errors
    /// The refusal; of the caller's own account always, whose credentials are not ours to renew.
    pub async fn replace(&self, refused: Option<Credentials>) -> Result<(), Failure> {
        match (&self.credentials, refused) {
            (Some(credentials), Some(refused)) => credentials.replace(&refused).await,
            _ => Err(Failure::new(
                trailproof_core::evidence::Cause::CredentialsExpired,
                "the caller's own credentials have ended",
            )),
        }
    }

    /// The region of global services as the SDK knows it.
    fn global(&self) -> SdkRegion {
        sdk_region(&self.partition.global_region())
    }

    pub(super) fn cloudtrail(&self) -> &aws_sdk_cloudtrail::Client {
        self.cloudtrail.get_or_init(|| {
            aws_sdk_cloudtrail::Client::from_conf(service!(self, aws_sdk_cloudtrail).build())
        })
    }

    pub(super) fn s3(&self) -> &aws_sdk_s3::Client {
        self.s3.get_or_init(|| {
            let config =
                service!(self, aws_sdk_s3).force_path_style(self.path_style).region(self.global());
            aws_sdk_s3::Client::from_conf(config.build())
        })
    }

    /// A client of its own for a region, set up further by the caller.
    pub(super) fn s3_in(
        &self,
        region: &Region,
        more: impl FnOnce(aws_sdk_s3::config::Builder) -> aws_sdk_s3::config::Builder,
    ) -> aws_sdk_s3::Client {
        let config =
            service!(self, aws_sdk_s3).force_path_style(self.path_style).region(sdk_region(region));
        aws_sdk_s3::Client::from_conf(more(config).build())
    }

    /// The region of the first calls, or the partition's first where that is none.
    pub(super) fn first_region(&self) -> Region {
        let configured = self.config.region().and_then(|region| region.as_ref().parse().ok());
        configured.unwrap_or_else(|| self.partition.global_region())
    }

    pub(super) fn kms(&self) -> &aws_sdk_kms::Client {
        self.kms.get_or_init(|| aws_sdk_kms::Client::from_conf(service!(self, aws_sdk_kms).build()))
    }

    pub(super) fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::from_conf(service!(self, aws_sdk_cloudwatch).build())
    }

    pub(super) fn events(&self) -> aws_sdk_eventbridge::Client {
        aws_sdk_eventbridge::Client::from_conf(service!(self, aws_sdk_eventbridge).build())
    }

    pub(super) fn sns(&self) -> aws_sdk_sns::Client {
        aws_sdk_sns::Client::from_conf(service!(self, aws_sdk_sns).build())
    }

    pub(super) fn logs(&self) -> aws_sdk_cloudwatchlogs::Client {
        aws_sdk_cloudwatchlogs::Client::from_conf(service!(self, aws_sdk_cloudwatchlogs).build())
    }

    pub(super) fn iam(&self) -> aws_sdk_iam::Client {
        aws_sdk_iam::Client::from_conf(service!(self, aws_sdk_iam).region(self.global()).build())
    }

    pub(super) fn account_management(&self) -> aws_sdk_account::Client {
        // Account Management is signed in a region of its own in China.
        let region = match self.partition.as_str() {
            "aws-cn" => SdkRegion::from_static("cn-northwest-1"),
            _ => self.global(),
        };
        aws_sdk_account::Client::from_conf(service!(self, aws_sdk_account).region(region).build())
    }

    pub(super) fn organizations(&self) -> aws_sdk_organizations::Client {
        let region = match self.partition.as_str() {
            "aws-cn" => SdkRegion::from_static("cn-northwest-1"),
            _ => self.global(),
        };
        let config = service!(self, aws_sdk_organizations).region(region);
        aws_sdk_organizations::Client::from_conf(config.build())
    }

    pub(super) fn s3control(&self) -> aws_sdk_s3control::Client {
        let mut config = service!(self, aws_sdk_s3control).region(self.global());
        if let Some(keep) = &self.keep_host {
            config = config.interceptor(keep.clone());
        }
        aws_sdk_s3control::Client::from_conf(config.build())
    }
}

#[cfg(feature = "detection-services")]
impl Session {
    pub(super) fn guardduty(&self) -> &aws_sdk_guardduty::Client {
        let build =
            || aws_sdk_guardduty::Client::from_conf(service!(self, aws_sdk_guardduty).build());
        self.detection.guardduty.get_or_init(build)
    }

    pub(super) fn securityhub(&self) -> &aws_sdk_securityhub::Client {
        let build =
            || aws_sdk_securityhub::Client::from_conf(service!(self, aws_sdk_securityhub).build());
        self.detection.securityhub.get_or_init(build)
    }

    pub(super) fn config_service(&self) -> &aws_sdk_config::Client {
        let build = || aws_sdk_config::Client::from_conf(service!(self, aws_sdk_config).build());
        self.detection.config.get_or_init(build)
    }

    pub(super) fn access_analyzer(&self) -> &aws_sdk_accessanalyzer::Client {
        let build = || {
            let config = service!(self, aws_sdk_accessanalyzer).build();
            aws_sdk_accessanalyzer::Client::from_conf(config)
        };
        self.detection.access_analyzer.get_or_init(build)
    }
}

/// A region in the SDK's type.
pub fn sdk_region(region: &Region) -> SdkRegion {
    SdkRegion::new(region.as_str().to_owned())
}
