//! Three truth values, as Kleene joins them: unknown is what may yet turn out either way.

/// The order is that of the joins: and is the lesser, or the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    False,
    Unknown,
    True,
}

impl Truth {
    pub(crate) fn and(self, other: Self) -> Self {
        self.min(other)
    }

    pub(crate) fn or(self, other: Self) -> Self {
        self.max(other)
    }

    pub(crate) const fn not(self) -> Self {
        match self {
            Self::False => Self::True,
            Self::Unknown => Self::Unknown,
            Self::True => Self::False,
        }
    }

    /// Whether all hold; no further one is asked for once one does not.
    pub(crate) fn all(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::True;
        for truth in truths {
            whole = whole.and(truth);
            if whole == Self::False {
                break;
            }
        }
        whole
    }

    /// Whether one holds; no further one is asked for once one does.
    pub(crate) fn any(truths: impl IntoIterator<Item = Self>) -> Self {
        let mut whole = Self::False;
        for truth in truths {
            whole = whole.or(truth);
            if whole == Self::True {
                break;
            }
        }
        whole
    }
}

impl From<bool> for Truth {
    fn from(value: bool) -> Self {
        if value { Self::True } else { Self::False }
    }
}
