//! Cases of an evaluation as JSON: a request, the policies of each layer, and perhaps what is expected.

use serde_json::{Map, Value};
use trailproof_iam::{
    Caller, Context, Known, Layers, Level, NamedPolicy, PolicyDocument, Request, Unnamed,
};

/// One case, with the policies that its layers borrow.
pub struct Case {
    /// Its name.
    pub id: String,
    /// What is asked.
    pub request: Request,
    identity: Vec<NamedPolicy>,
    groups: Vec<NamedPolicy>,
    boundary: Option<NamedPolicy>,
    session: Option<Vec<NamedPolicy>>,
    resource: Option<Vec<NamedPolicy>>,
    scps: Vec<Level>,
    rcps: Vec<Level>,
    caller_in_management_account: bool,
    resource_in_management_account: bool,
    /// What could not be read: statements that were left out, which can then neither grant nor protect.
    pub broken: Vec<String>,
}

/// Reads the cases of a text: an array, an object that has them as `cases`, or one object a line. An error names the
/// line.
pub fn read(text: &str) -> Result<Vec<Case>, String> {
    let values = match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(cases)) => cases,
        Ok(Value::Object(mut whole)) => match whole.remove("cases") {
            Some(Value::Array(cases)) => cases,
            Some(_) => return Err("1: \"cases\" is not a list".to_owned()),
            None => vec![Value::Object(whole)],
        },
        Ok(_) => return Err("1: a list of cases is expected".to_owned()),
        Err(error) => {
            return lines(text).unwrap_or_else(|| Err(format!("{}: {error}", error.line())));
        }
    };
    values
        .iter()
        .enumerate()
        .map(|(at, value)| {
            Case::from_value(value).map_err(|error| match line_of(text, value) {
                Some(line) => format!("{line}: {error}"),
                None => format!("case {}: {error}", at + 1),
            })
        })
        .collect()
}

/// One case a line; `None` where not even the first line is one.
fn lines(text: &str) -> Option<Result<Vec<Case>, String>> {
    let mut lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()).peekable();
    serde_json::from_str::<Map<String, Value>>(lines.peek()?.1).ok()?;
    let read = |(at, line): (usize, &str)| {
        let value = serde_json::from_str(line).map_err(|error| format!("{}: {error}", at + 1))?;
        Case::from_value(&value).map_err(|error| format!("{}: {error}", at + 1))
    };
    Some(lines.map(read).collect())
}

/// The line on which a case gives its name.
fn line_of(text: &str, case: &Value) -> Option<usize> {
    let id = Value::from(case.get("id")?.as_str()?).to_string();
    Some(text.lines().position(|line| line.contains(&id))? + 1)
}

/// A member that is there and not null.
fn member<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !value.is_null())
}

fn text<'v>(object: &'v Value, name: &str) -> Result<&'v str, String> {
    match member(object, name) {
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(format!("{name:?} is not a text")),
        None => Err(format!("{name:?} is missing")),
    }
}

fn flag(object: &Value, name: &str) -> Result<bool, String> {
    match member(object, name) {
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(_) => Err(format!("{name:?} is neither true nor false")),
        None => Ok(false),
    }
}

fn list<'v>(object: &'v Value, name: &str) -> Result<&'v [Value], String> {
    match member(object, name) {
        Some(Value::Array(items)) => Ok(items),
        Some(_) => Err(format!("{name:?} is not a list")),
        None => Ok(&[]),
    }
}

impl Case {
    /// Reads one case.
    fn from_value(value: &Value) -> Result<Self, String> {
        let id = text(value, "id")?.to_owned();
        let said = member(value, "request").ok_or("\"request\" is missing")?;
        let unnamed = match member(value, "mode").and_then(Value::as_str) {
            Some("strict") => Unnamed::Absent,
            Some("discovery") => Unnamed::DerivedOrUnknown,
            None if value.get("mode").is_none() => Unnamed::Absent,
            _ => return Err(format!("{id}: \"mode\" is neither \"strict\" nor \"discovery\"")),
        };
        let request = request(said, unnamed).map_err(|error| format!("{id}: request: {error}"))?;
        let mut broken = Vec::new();
        let mut policies = |name: &str| -> Result<Vec<NamedPolicy>, String> {
            let documents = list(value, name).map_err(|error| format!("{id}: {error}"))?;
            Ok(named(name, documents, &mut broken))
        };
        let (identity, groups) = (policies("identityPolicies")?, policies("groupPolicies")?);
        let mut single = |name: &str| {
            let documents = match member(value, name)? {
                // Session policies may be several; they count as one.
                Value::Array(documents) => documents.as_slice(),
                document => std::slice::from_ref(document),
            };
            Some(named(name, documents, &mut broken))
        };
        let boundary =
            single("permissionBoundary").and_then(|policies| policies.into_iter().next());
        let (session, resource) = (single("sessionPolicy"), single("resourcePolicy"));
        let mut levels = |name: &str| -> Result<Vec<Level>, String> {
            let at = |error: String| format!("{id}: {name}: {error}");
            let levels = list(value, name).map_err(at)?;
            levels
                .iter()
                .map(|level| {
                    let name = text(level, "level").map_err(at)?;
                    let documents = list(level, "policies").map_err(at)?;
                    Ok(Level { name: name.into(), policies: named(name, documents, &mut broken) })
                })
                .collect()
        };
        let (scps, rcps) = (levels("scps")?, levels("rcps")?);
        let caller_in_management_account = flag(value, "principalInManagementAccount")?;
        let resource_in_management_account = flag(value, "resourceInManagementAccount")?;
        Ok(Self {
            id,
            request,
            identity,
            groups,
            boundary,
            session,
            resource,
            scps,
            rcps,
            caller_in_management_account,
            resource_in_management_account,
            broken,
        })
    }

    /// The layers of the case.
    pub fn layers(&self) -> Layers<'_> {
        Layers {
            identity: &self.identity,
            groups: &self.groups,
            boundary: self.boundary.as_ref(),
            session: self.session.as_deref(),
            scps: &self.scps,
            rcps: &self.rcps,
            resource: self.resource.as_deref(),
            caller_in_management_account: self.caller_in_management_account,
            resource_in_management_account: self.resource_in_management_account,
            aws_managed_key: false,
        }
    }
}

fn request(said: &Value, unnamed: Unnamed) -> Result<Request, String> {
    let caller: Caller =
        text(said, "principal")?.parse().map_err(|error| format!("\"principal\": {error}"))?;
    let mut request = Request::new(caller, text(said, "action")?, text(said, "resource")?);
    if let Some(account) = member(said, "resourceAccount") {
        let account = account.as_str().ok_or("\"resourceAccount\" is not a text")?;
        request.resource_account = Some(account.to_owned());
    }
    request.wildcard_only |= flag(said, "wildcardOnlyAction")?;
    request.context = context(member(said, "context"), unnamed)?;
    Ok(request)
}

fn context(said: Option<&Value>, unnamed: Unnamed) -> Result<Context, String> {
    let mut context = Context::new(unnamed);
    let Some(said) = said else { return Ok(context) };
    let keys = said.as_object().ok_or("\"context\" is not an object")?;
    for (key, value) in keys {
        let values = match value {
            Value::Null => None,
            Value::Array(items) => items.iter().map(scalar).collect(),
            one => scalar(one).map(|one| vec![one]),
        };
        let known = match (values, value) {
            (Some(values), _) => Known::Values(values),
            (None, Value::Null) => Known::Absent,
            _ => return Err(format!("\"context\": {key:?} holds neither texts nor numbers")),
        };
        context.set(key, known);
    }
    Ok(context)
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn named(place: &str, documents: &[Value], broken: &mut Vec<String>) -> Vec<NamedPolicy> {
    let each = documents.iter().enumerate().map(|(at, value)| {
        let (document, errors) = PolicyDocument::readable(value);
        let name = format!("{place} {at}");
        broken.extend(errors.iter().map(|error| format!("{name}: {error}")));
        NamedPolicy::new(name, document)
    });
    each.collect()
}
