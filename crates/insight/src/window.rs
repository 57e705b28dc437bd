use std::ops::Range;

use opcx_core::rollup::hour;
use opcx_core::time::{Span, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{At, InsightError};

/// From when to when a view looks, by the events' own times.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Window {
    /// From when on; from the beginning if null. Counted by whole hours: the hour that holds it is in.
    pub since: Option<At>,
    /// Before when; to the end if null. Counted by whole hours: the hour that holds it is in.
    pub until: Option<At>,
}

impl Window {
    /// The window between two times, either of which may be left open.
    ///
    /// # Errors
    /// It ends before it begins.
    pub fn new(since: Option<At>, until: Option<At>) -> Result<Window, InsightError> {
        match (since, until) {
            (Some(since), Some(until)) if until <= since => Err(InsightError::unreadable(
                "until",
                &until.to_string(),
                format!("write a time after `since`, which is {since}"),
            )),
            _ => Ok(Window { since, until }),
        }
    }

    /// The hours that the window touches.
    pub(crate) fn hours(&self) -> Range<Timestamp> {
        let start = self.since.map_or(Timestamp::MIN, |At(since)| hour(since));
        let end = self.until.map_or(Timestamp::MAX, |At(until)| {
            let floor = hour(until);
            if floor == until { floor } else { floor + Span::HOUR }
        });
        start..end
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Option<At> {
        Some(text.parse().expect("a time"))
    }

    #[test]
    fn hours_that_the_window_touches_are_in_it() {
        let hours = Window::new(at("2015-02-20T10:20:00Z"), at("2015-02-20T12:01:00Z")).unwrap().hours();
        assert_eq!(
            (hours.start.to_string(), hours.end.to_string()),
            ("2015-02-20T10:00:00Z".into(), "2015-02-20T13:00:00Z".into())
        );
        let whole = Window::new(None, at("2015-02-20T12:00:00Z")).unwrap().hours();
        assert_eq!((whole.start, whole.end.to_string()), (Timestamp::MIN, "2015-02-20T12:00:00Z".into()));
    }

    #[test]
    fn a_window_that_ends_before_it_begins_is_refused_with_the_mend() {
        let refused = Window::new(at("2015-02-21"), at("2015-02-20")).map_err(|error| error.to_string());
        let mend =
            "until is `2015-02-20T00:00:00Z`; write a time after `since`, which is 2015-02-21T00:00:00Z";
        assert_eq!(refused, Err(mend.into()));
    }
}
