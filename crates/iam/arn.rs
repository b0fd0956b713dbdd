//! An ARN taken apart at its first five colons.

/// The fields of an ARN, or of a pattern with as many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Arn<'a> {
    pub(crate) partition: &'a str,
    pub(crate) service: &'a str,
    pub(crate) region: &'a str,
    pub(crate) account: &'a str,
    pub(crate) resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Takes apart what begins with `arn:` and has six fields; the last runs to the end.
    pub(crate) fn split(text: &'a str) -> Option<Self> {
        let mut fields = text.strip_prefix("arn:")?.splitn(5, ':');
        let mut next = || fields.next();
        Some(Self {
            partition: next()?,
            service: next()?,
            region: next()?,
            account: next()?,
            resource: next()?,
        })
    }

    /// What stands before the first slash or colon of the resource.
    pub(crate) fn kind(&self) -> &'a str {
        self.resource.split(['/', ':']).next().unwrap_or_default()
    }

    /// What stands behind the first slash of the resource.
    pub(crate) fn name(&self) -> &'a str {
        self.resource.split_once('/').map_or("", |(_, name)| name)
    }
}
