//! Events say what was done; AWS Config says what it looked like before and after.

use trailproof_core::answer::{DeliveryChannel, Recorder, Recorders};
use trailproof_core::monitoring::region_of_globals;
use trailproof_core::prelude::*;

/// The check.
pub const CHECK: Check = Check {
    id: "config-recorder-all-regions",
    title: "AWS Config records and delivers every type of resource in every enabled region",
    group: Group::Monitoring,
    severity: Severity::Medium,
    weight: Severity::Medium.weight(),
    rationale: "An event names the call; without the state beside it nobody knows what the call changed, nor what was \
                changed by a call that no trail recorded.",
    remediation: Remediation {
        summary: "Let a recorder of your own record all types of resources, those of IAM in one region, and give it a \
                  delivery channel whose bucket takes what it writes.",
        command: "aws configservice start-configuration-recorder --configuration-recorder-name default --region {region}",
        link: "https://docs.aws.amazon.com/config/latest/developerguide/stop-start-recorder.html",
    },
    japanese: Japanese {
        title: "AWS Config がすべての有効なリージョンで全リソースタイプを記録し、配信している",
        rationale: "イベントは呼び出しの名前を示すにとどまる。その時点の設定がなければ、何が変更されたかも、記録されなかった呼び出しによる変更も分からない。",
        remediation: "利用者のレコーダーで全リソースタイプを記録し、IAM のタイプは 1 つのリージョンで記録する。書き込み可能なバケットへの配信チャネルを設定する。",
    },
    controls: &[
        Cis1_4.prowler("3.5"),
        Cis3_0.prowler("3.3"),
        Cis5_0.prowler("3.3"),
        Cis6_0.prowler("4.3"),
        Cis7_0.prowler("4.3"),
        Fsbp.seen("Config.1"),
        Pci4_0_1.related("11.5.2"),
        Nist800_53R5.seen("CM-3"),
        Nist800_53R5.seen("CM-6(1)"),
        Nist800_53R5.seen("CM-8"),
        Nist800_53R5.seen("CM-8(2)"),
        Soc2.prowler("CC8.1"),
        Soc2.related("CC7.1"),
        Iso27001_2022.related("A.8.9"),
        Hipaa164.prowler("164.308(a)(1)(ii)(A)"),
    ],
    reads: &[Fact::Regions, Fact::Trails, Fact::Recorders],
    judge: Judge::Region(judge),
};

/// What one recorder lacks: the code, and in words.
fn lacks(recorder: &Recorder) -> Option<(Reason, String)> {
    let name = &recorder.name;
    match recorder.last_status.as_deref() {
        _ if recorder.recording != Some(true) => {
            Some((Reason::NOT_RECORDING, format!("the recorder {name} does not record")))
        }
        Some("Failure") => Some((Reason::RECORDER_FAILING, format!("the recorder {name} fails"))),
        _ if !recorder.records_all_types() => {
            Some((Reason::NOT_ALL_TYPES, format!("the recorder {name} records some types only")))
        }
        _ => None,
    }
}

/// What keeps AWS Config from recording a region: the code, and in words.
fn fault(config: &Recorders) -> Option<(Reason, String)> {
    let own: Vec<&Recorder> =
        config.configuration_recorders.iter().filter(|recorder| recorder.is_own()).collect();
    let faults: Vec<_> = own.iter().map(|recorder| lacks(recorder)).collect();
    match faults.as_slice() {
        [] => {
            let message = match config.configuration_recorders.first() {
                None => "AWS Config has no recorder".to_owned(),
                Some(one) => format!("the recorder {} is a service's own", one.name),
            };
            return Some((Reason::NO_RECORDER, message));
        }
        faults if faults.iter().any(Option::is_none) => {}
        faults => return faults.iter().flatten().next().cloned(),
    }
    let fails = |channel: &&DeliveryChannel| {
        let parts = [&channel.history_status, &channel.snapshot_status, &channel.stream_status];
        parts.into_iter().any(|status| status.as_deref() == Some("Failure"))
    };
    match (config.delivery_channels.as_slice(), config.delivery_channels.iter().find(fails)) {
        ([], _) => Some((Reason::NO_CHANNEL, "AWS Config has no delivery channel".to_owned())),
        (_, Some(failing)) => {
            Some((Reason::DELIVERY_FAILING, format!("the delivery channel {} fails", failing.name)))
        }
        (_, None) => None,
    }
}

/// Whether the types of IAM, which are the same in all regions, are recorded in one of them.
fn records_global_types(account: &AccountView<'_>) -> Observed<bool> {
    any(account.regions().map(|region| match account.recorders(region) {
        Ok(Ok((config, _))) => {
            let mut recorders = config.configuration_recorders.iter();
            Ok(recorders.any(|one| {
                one.is_own() && one.recording == Some(true) && one.records_global_types()
            }))
        }
        Ok(Err(_)) => Ok(false),
        Err(gap) if account.is_closed(&gap) => Ok(false),
        Err(gap) => Err(gap),
    }))
}

fn judge(view: &RegionView<'_>, _: &Audit<'_>) -> Observed<Verdict> {
    let expected = "an own recorder of all types that records, and a channel that delivers; the types of IAM in one region";
    let (config, source) = match view.account.recorders(view.region)? {
        Ok(offered) => offered,
        Err(verdict) => return Ok(verdict),
    };
    let names: Vec<&str> =
        config.configuration_recorders.iter().map(|recorder| recorder.name.as_str()).collect();
    let cited = source.cite("ConfigurationRecorders[].name", names);
    if let Some((code, message)) = fault(config) {
        return Ok(fail(message).reason(code).expected(expected).cite([cited]));
    }
    // Said once: where global services are, or where that region is left out, in the first.
    let global = region_of_globals(view.account).or_else(|| view.account.regions().next());
    if global == Some(view.region) && !records_global_types(view.account)? {
        let message = "the types of IAM are recorded in no region";
        return Ok(fail(message).reason(Reason::NO_GLOBAL_TYPES).expected(expected).cite([cited]));
    }
    Ok(pass("AWS Config records and delivers every type").expected(expected).cite([cited]))
}

#[cfg(test)]
mod tests {
    use super::CHECK;
    use trailproof_core::answer::{Recorder, Recorders};
    use trailproof_core::evidence::Cause;
    use trailproof_core::fact::Fact;
    use trailproof_core::fixture::*;

    fn with(config: Option<Recorders>) -> World {
        let place = (id(MEMBER), "us-east-1".parse().unwrap());
        organization().but(|world| drop(world.watching.recorders.insert(place, config)))
    }

    fn changed(change: impl FnOnce(&mut Recorder)) -> World {
        let mut one = recorder();
        change(&mut one);
        with(Some(recording(&[one])))
    }

    /// Of all types but those of IAM, in every region.
    fn without_iam() -> World {
        organization().but(|world| {
            for region in world.partition.default_regions() {
                let mut one = recorder();
                one.include_global_resource_types = Some(false);
                world.watching.recorders.insert((id(MEMBER), region), Some(recording(&[one])));
            }
        })
    }

    #[test]
    fn an_own_recorder_records_everything_and_its_channel_delivers() {
        let service = |one: &mut Recorder| {
            one.name = "AWSConfigurationRecorderForSecurityHub".into();
            one.service_principal = Some("securityhub.amazonaws.com".into());
            one.recording_scope = Some("INTERNAL".into());
        };
        let excluding = |kinds: &[&str]| {
            let kinds: Vec<String> = kinds.iter().map(|kind| (*kind).to_owned()).collect();
            changed(move |one| {
                one.all_supported = Some(false);
                one.include_global_resource_types = Some(false);
                one.recording_strategy = Some("EXCLUSION_BY_RESOURCE_TYPES".into());
                one.excluded_resource_types = kinds;
            })
        };
        let channel = |status: Option<&str>| {
            let mut config = recording(&[recorder()]);
            match status {
                None => config.delivery_channels.clear(),
                Some(status) => config.delivery_channels[0].stream_status = Some(status.into()),
            }
            with(Some(config))
        };
        let _ = expect(&CHECK)
            .in_account(MEMBER)
            .passes(organization())
            .passes(excluding(&["AWS::EC2::Volume"]))
            .passes(channel(Some("Not_Applicable")))
            .fails("no_recorder", with(Some(Recorders::default())))
            .fails("no_recorder", changed(service)) // edge 137
            .fails("not_recording", changed(|one| one.recording = Some(false)))
            .fails("recorder_failing", changed(|one| one.last_status = Some("Failure".into())))
            .fails("not_all_types", changed(|one| one.all_supported = Some(false)))
            .fails("no_channel", channel(None))
            .fails("delivery_failing", channel(Some("Failure")))
            .is_unknown(Cause::AccessDenied, organization().deny(Fact::Recorders))
            .is_unknown(Cause::AccessDenied, with(None).deny(Fact::Trails))
            .is_unknown(Cause::RegionScopeUnproven, organization().deny(Fact::Regions))
            .in_region("us-east-1")
            .fails("no_global_types", without_iam())
            .is_unknown(
                Cause::AccessDenied,
                without_iam().deny_in(
                    Some(MEMBER),
                    Fact::Recorders,
                    Some("eu-west-1"),
                    Cause::AccessDenied,
                ),
            )
            .does_not_apply("service_not_in_region", with(None))
            .in_region("eu-west-1")
            .passes(without_iam());
    }
}
