//! Every way of the table by itself: whoever is allowed its steps and nothing else takes it.

use super::*;

/// A stage on which one way leads to the power: who takes it, and which power.
struct Stage {
    lab: Lab,
    actor: usize,
    /// The actor, or whom it becomes.
    holder: usize,
    power: usize,
}

fn open_trust(principal: &str, action: &str) -> String {
    format!(r#"{{"Effect":"Allow","Principal":{principal},"Action":"{action}"}}"#)
}

/// Sets a way's stage. The actor's policy is added later.
fn stage(way: &Way) -> Stage {
    let mut lab = Lab::new();
    // Whoever makes a user shall not be one, lest it give itself what it gives the other.
    let of_role = way.target == Some(Target::Role) && way.yields.is_change();
    let as_role = of_role || way.yields == Yields::NewUser;
    let actor = match as_role {
        true => lab.role("actor", "", &trust(r#"{"Service":"ec2.amazonaws.com"}"#)),
        false => lab.add("user/alice", ""),
    };
    let stops = allow(&[STOP]);
    let holder = match (way.yields, way.target) {
        (Yields::Become, Some(Target::User)) => lab.add("user/target", &stops),
        (Yields::Become, _) => {
            let trusted = match &way.through {
                Some(Through::Service(service)) => trust(&format!(r#"{{"Service":"{service}"}}"#)),
                Some(Through::SamlProvider | Through::MissingSamlProvider) => open_trust(
                    &format!(r#"{{"Federated":"{}"}}"#, lab.arn("saml-provider/idp")),
                    "sts:AssumeRoleWithSAML",
                ),
                Some(Through::OidcProvider | Through::MissingOidcProvider) => {
                    let principal =
                        format!(r#"{{"Federated":"{}"}}"#, lab.arn("oidc-provider/id.example"));
                    open_trust(&principal, "sts:AssumeRoleWithWebIdentity")
                        .trim_end_matches('}')
                        .to_owned()
                        + r#","Condition":{"StringEquals":{"id.example:sub":"x"}}}"#
                }
                Some(Through::OpenWebIdentity) => open_trust(
                    r#"{"Federated":"accounts.google.com"}"#,
                    "sts:AssumeRoleWithWebIdentity",
                ),
                _ if way.id == "assume-role" => trust(&format!(r#"{{"AWS":"{ACCOUNT}"}}"#)),
                _ => trust(r#"{"Service":"nobody.amazonaws.com"}"#),
            };
            lab.role("target", &stops, &trusted)
        }
        _ => actor,
    };
    let exists = matches!(way.through, Some(Through::SamlProvider | Through::OidcProvider));
    if exists {
        lab.facts
            .providers
            .extend([lab.arn("saml-provider/idp"), lab.arn("oidc-provider/id.example")]);
    }
    if let Some(Through::Runs(kind)) = &way.through {
        let role = lab.arn("role/target");
        let resource = "arn:aws:lambda:us-east-1:111111111111:function:x".to_owned();
        lab.facts.running.push(Running { kind: kind.clone(), resource, role });
    }
    let group = |lab: &mut Lab, statements: &str, member: bool| {
        let policies = if statements.is_empty() { vec![] } else { vec![lab.policy(statements)] };
        let arn = lab.arn("group/staff");
        lab.facts.groups.push(Group { arn, policies, managed: Vec::new() });
        if member {
            lab.facts.entities[actor].groups.push(0);
        }
    };
    match way.through {
        Some(Through::Group) => group(&mut lab, "", true),
        Some(Through::OtherGroup) => group(&mut lab, &stops, false),
        Some(Through::DenyingGroup) => group(&mut lab, &deny(STOP), true),
        _ => {}
    }
    let entity = |lab: &mut Lab| lab.facts.entities[actor].clone();
    let mut own = entity(&mut lab);
    match (way.yields, &way.through) {
        (_, Some(Through::Policy)) => {
            let nothing = lab.policy(&allow(&["sts:GetCallerIdentity"]));
            own.attached.push((lab.arn("policy/own"), nothing));
        }
        (_, Some(Through::PolicyVersion)) => {
            let nothing = lab.policy(&allow(&["sts:GetCallerIdentity"]));
            let older = lab.policy(&stops);
            own.attached.push((lab.arn("policy/own"), nothing));
            lab.facts.versions.push(Versions { arn: lab.arn("policy/own"), others: vec![older] });
        }
        (Yields::NoInlineDenies, _) => own.inline.push(lab.policy(&deny(STOP))),
        (Yields::NoAttachedDenies, _) => {
            let denies = lab.policy(&deny(STOP));
            own.attached.push((lab.arn("policy/denies"), denies));
        }
        _ => {}
    }
    let condition = match way.yields {
        Yields::AnyTags => r#","Condition":{"StringEquals":{"aws:PrincipalTag/team":"audit"}}"#,
        Yields::Mfa => r#","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}"#,
        _ => "",
    };
    if way.yields.is_change() && way.yields != Yields::AllRights && way.through.is_none()
        || matches!(way.through, Some(Through::DenyingGroup | Through::Boundary))
    {
        // Everything but what the change is to bring is there already.
        let stops = stops.replace(r#""Resource":"*""#, &format!(r#""Resource":"*"{condition}"#));
        own.inline.push(lab.policy(&stops));
    }
    if way.yields == Yields::AnyTags {
        own.tags.push(("team".to_owned(), "sales".to_owned()));
    }
    if way.yields == Yields::Mfa {
        lab.facts.context = lab.facts.context.clone().with("aws:MultiFactorAuthPresent", ["false"]);
    }
    lab.facts.entities[actor] = own;
    if way.yields == Yields::NoBoundary {
        let steps: Vec<_> = way.steps.iter().map(|step| step.action.as_str()).collect();
        lab.bound(actor, &allow(&steps));
    }
    let mut power = 0;
    if way.yields == Yields::Door {
        let (action, resource) = match way.id.as_str() {
            "put-bucket-policy" => ("s3:DeleteObject", "arn:aws:s3:::logs/x"),
            "put-key-policy" => ("kms:DisableKey", "arn:aws:kms:eu-west-1:111111111111:key/1"),
            "create-grant" => ("kms:RetireGrant", "arn:aws:kms:eu-west-1:111111111111:key/1"),
            "set-queue-attributes" => ("sqs:DeleteQueue", "arn:aws:sqs:eu-west-1:111111111111:q"),
            "set-topic-attributes" => ("sns:DeleteTopic", "arn:aws:sns:eu-west-1:111111111111:t"),
            "add-function-permission" => {
                ("lambda:DeleteFunction", "arn:aws:lambda:eu-west-1:111111111111:function:f")
            }
            _ => ("events:PutTargets", "arn:aws:events:eu-west-1:111111111111:rule/r"),
        };
        power = lab.power(action, resource);
        if resource.contains(":key/") {
            // The key leaves access to the account's own policies.
            let own = named(
                "key",
                r#"{"Effect":"Allow","Principal":{"AWS":"111111111111"},"Action":"kms:*","Resource":"*"}"#,
            );
            lab.facts.powers[power].policies = Some(vec![own].into());
        }
    }
    lab.facts.identity_center = true;
    lab.facts.roots = vec!["222222222222".to_owned()];
    Stage { lab, actor, holder, power }
}

fn steps(way: &Way) -> Vec<&str> {
    way.steps.iter().map(|step| step.action.as_str()).collect()
}

impl Stage {
    fn grant(&mut self, way: &Way, condition: &str) {
        if way.steps.is_empty() {
            return;
        }
        let granted = allow(&steps(way))
            .replace(r#""Resource":"*""#, &format!(r#""Resource":"*"{condition}"#));
        let id = self.lab.policy(&granted);
        self.lab.facts.entities[self.actor].inline.push(id);
        // Its own denies are what another way is for.
        if way.yields == Yields::NoInlineDenies {
            self.lab.facts.entities[self.actor].inline.sort_unstable();
        }
    }

    /// The hops that lead to what the way is for.
    fn taken(&self, way: &Way) -> Option<Vec<Told>> {
        let goal = match way.yields {
            Yields::Anywhere => What::Anywhere,
            Yields::RootSession => What::Root(0),
            _ => What::Power(self.power),
        };
        let found = self.lab.from(self.actor);
        found.into_iter().find(|(what, _)| *what == goal).map(|(_, path)| path)
    }
}

impl Stage {
    /// Whether it cannot be taken; that some of its steps are a way of their own does not count.
    fn is_barred(&self, way: &Way) -> bool {
        self.taken(way).is_none_or(|path| path.iter().all(|hop| hop.way != way.id))
    }
}

#[test]
fn whoever_may_take_a_way_takes_it() {
    for way in ways() {
        let mut stage = stage(way);
        if !way.steps.is_empty() {
            assert_eq!(stage.taken(way), None, "{} without a right", way.id);
        }
        stage.grant(way, "");
        let path = stage.taken(way).unwrap_or_else(|| panic!("{} leads nowhere", way.id));
        let [hop] = path.as_slice() else { panic!("{}: {path:?}", way.id) };
        // Two ways may have the same steps; either will do.
        let of_hop = ways().iter().find(|one| one.id == hop.way).unwrap();
        let known = steps(way);
        assert!(steps(of_hop).iter().all(|step| known.contains(step)), "{}: {hop:?}", way.id);
        assert!(hop.is_sure() || way.yields == Yields::Door || !hop.steps.is_empty(), "{}", way.id);
        for step in &hop.steps {
            assert!(
                step.decision.is_possible() && !step.statements.is_empty(),
                "{}: {step:?}",
                way.id
            );
        }
    }
}

#[test]
fn a_limit_on_any_step_bars_it() {
    for way in ways() {
        for step in steps(way) {
            let mut barred = stage(way);
            barred.grant(way, "");
            barred.lab.scp(&deny(step));
            assert!(barred.is_barred(way), "{}: SCP against {step}", way.id);
            let mut barred = stage(way);
            barred.grant(way, "");
            let id = barred.lab.policy(&allow(&["s3:ListAllMyBuckets"]));
            let arn = "arn:aws:iam::aws:policy/limit".to_owned();
            barred.lab.facts.entities[barred.actor].boundary = Some((arn, id));
            assert!(barred.is_barred(way), "{}: boundary against {step}", way.id);
        }
        if !way.steps.is_empty() {
            let mut barred = stage(way);
            barred.grant(way, r#","Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-other"}}"#);
            assert!(barred.is_barred(way), "{}: condition", way.id);
        }
    }
}

#[test]
fn limits_hold_in_what_is_come_by() {
    for way in ways() {
        let mut capped = stage(way);
        capped.grant(way, "");
        if matches!(way.yields, Yields::Become | Yields::AllRights) {
            let id = capped.lab.policy(&allow(&steps(way)));
            let arn = "arn:aws:iam::aws:policy/limit".to_owned();
            capped.lab.facts.entities[capped.holder].boundary = Some((arn, id));
            assert_eq!(capped.taken(way), None, "{}: boundary", way.id);
        }
        if !matches!(way.yields, Yields::Anywhere | Yields::RootSession | Yields::Door) {
            let mut capped = stage(way);
            capped.grant(way, "");
            capped.lab.scp(&deny(STOP));
            assert_eq!(capped.taken(way), None, "{}: SCP", way.id);
        }
    }
}

#[test]
fn what_aws_keeps_is_not_changed() {
    for way in ways() {
        let is_role = way.target == Some(Target::Role) && way.yields == Yields::Become;
        let enters = way.id == "assume-role"
            || way.id.contains("provider")
            || way.id.contains("web-identity")
            || way.id.contains("oidc");
        if !is_role || enters {
            continue;
        }
        for kept in ["role/aws-reserved/sso.amazonaws.com/target", "role/aws-service-role/x/target"]
        {
            let mut stage = stage(way);
            stage.grant(way, "");
            let arn = stage.lab.arn(kept);
            stage.lab.facts.entities[stage.holder].caller = arn.parse().unwrap();
            stage.lab.facts.running.iter_mut().for_each(|one| one.role.clone_from(&arn));
            assert_eq!(stage.taken(way), None, "{} {kept}", way.id);
        }
    }
}
