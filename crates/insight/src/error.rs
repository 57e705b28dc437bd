use opcx_store::StoreError;

/// Why a question has no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InsightError {
    /// What was asked about does not exist.
    #[error("there is no {what} `{name}`; {mend}")]
    Unknown {
        /// What kind of thing.
        what: &'static str,
        /// The name asked for, shortened.
        name: String,
        /// What there is instead, or how to write it.
        mend: String,
    },
    /// The question cannot be read.
    #[error("{field} is `{value}`; {mend}")]
    Unreadable {
        /// The field of the question.
        field: &'static str,
        /// What it says, shortened.
        value: String,
        /// How to write it.
        mend: String,
    },
    /// What the question needs is not counted yet.
    #[error(
        "opcx is still counting what it holds, since it started a moment ago; ask again in a few seconds"
    )]
    Counting,
    /// The store cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Longest piece of a question that is quoted back, in characters.
const QUOTED_CHARS_MAX: usize = 64;
/// Most names that are offered instead of an unknown one.
const OFFERED_MAX: usize = 20;

impl InsightError {
    pub(crate) fn unknown(what: &'static str, name: &str, mend: impl Into<String>) -> InsightError {
        InsightError::Unknown { what, name: name.chars().take(QUOTED_CHARS_MAX).collect(), mend: mend.into() }
    }

    /// An unknown name, with those that there are.
    pub(crate) fn unknown_of<'a>(
        what: &'static str,
        name: &str,
        known: impl Iterator<Item = &'a str>,
    ) -> InsightError {
        let mut known: Vec<&str> = known.collect();
        known.sort_unstable();
        let more = if known.len() > OFFERED_MAX { " ..." } else { "" };
        known.truncate(OFFERED_MAX);
        let mend = if known.is_empty() {
            format!("the folder defines no {what}")
        } else {
            format!("there are {}{more}", known.join(", "))
        };
        InsightError::unknown(what, name, mend)
    }

    /// An `after` with which no page ends.
    pub(crate) fn no_page_after(text: &str) -> InsightError {
        InsightError::unreadable("after", text, "write the `next` of an earlier page")
    }

    pub(crate) fn unreadable(field: &'static str, value: &str, mend: impl Into<String>) -> InsightError {
        InsightError::Unreadable {
            field,
            value: value.chars().take(QUOTED_CHARS_MAX).collect(),
            mend: mend.into(),
        }
    }
}
