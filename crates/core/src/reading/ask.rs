use core::fmt;
use serde::{Deserialize, Serialize};

/// What a text asks for. Of several the first of this order that fits: a failure told is a complaint even if a
/// request or a question comes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum Ask {
    /// Nothing.
    #[default]
    None,
    /// It tells of something that the company failed at, or of displeasure with it.
    Complaint,
    /// It wants something done.
    Request,
    /// It wants to know something.
    Question,
    /// It says that something is good.
    Praise,
    /// It proposes a change for everybody.
    Suggestion,
    /// It thanks.
    Thanks,
}

impl Ask {
    /// Every one, in the order in which the models answer.
    pub const ALL: [Ask; 7] =
        [Ask::None, Ask::Complaint, Ask::Request, Ask::Question, Ask::Praise, Ask::Suggestion, Ask::Thanks];

    /// The word used in files, messages and the API.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Ask::None => "none",
            Ask::Complaint => "complaint",
            Ask::Request => "request",
            Ask::Question => "question",
            Ask::Praise => "praise",
            Ask::Suggestion => "suggestion",
            Ask::Thanks => "thanks",
        }
    }
}

impl fmt::Display for Ask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
