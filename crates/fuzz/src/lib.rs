//! Fuzzing: inputs from outside, made up by the million, and what must hold for each.
//!
//! * **A target** is a function that takes any bytes and panics where a property does not hold; not to
//!   crash, hang or take memory without bound is part of each. The properties stand in [`TARGETS`].
//! * **Seeds** – `seeds/TARGET/` holds a few inputs to start from, and every input that once broke
//!   something. `cargo test` tries all of them, without libFuzzer.
//! * **Running** – `make fuzz` (`cargo xtask fuzz`). Only our own crates tell libFuzzer which code an
//!   input reached; what we depend on is run, and not explored.

mod target;

/// One kind of input.
pub struct Target {
    /// Its name, which is also its folder among the seeds.
    pub name: &'static str,
    /// What must hold for every input.
    pub promise: &'static str,
    /// Tries one input; panics where the promise is broken.
    pub check: fn(&[u8]),
}

/// Every target.
pub const TARGETS: &[Target] = &[
    Target {
        name: "segment",
        promise: "a body is refused with a reason or read; a message is an event that the log can hold, or a refusal that reads the same when it is sent again",
        check: target::segment::check,
    },
    Target {
        name: "request",
        promise: "a request of the tracking API, packed or not, is answered with 200, or with 4xx and a code; never with 5xx",
        check: target::request::check,
    },
    Target {
        name: "csv",
        promise: "every row is events or a refusal with a reason, and a refused row reads the same when it is sent again",
        check: target::rows::check_csv,
    },
    Target {
        name: "json-lines",
        promise: "every line is events or a refusal with a reason, and a refused line reads the same when it is sent again",
        check: target::rows::check_json_lines,
    },
    Target {
        name: "journey",
        promise: "a file is taken, or every fault says where in the file, what, and nothing is half taken",
        check: target::folder::check_journey,
    },
    Target { name: "playbook", promise: "as for journeys", check: target::folder::check_playbook },
    Target { name: "mapping", promise: "as for journeys", check: target::folder::check_mapping },
    Target { name: "calendar", promise: "as for journeys", check: target::folder::check_calendar },
    Target { name: "vocabulary", promise: "as for journeys", check: target::folder::check_vocabulary },
    Target { name: "template", promise: "as for journeys", check: target::folder::check_template },
    Target { name: "settings", promise: "as for journeys", check: target::folder::check_settings },
    Target {
        name: "condition",
        promise: "a condition is refused where it is wrong, or taken; then it says the same twice",
        check: target::folder::check_condition,
    },
    Target {
        name: "holidays",
        promise: "an iCalendar file is refused with its line, or gives days of the years asked for, the same whatever its line ends",
        check: target::holidays::check,
    },
    Target {
        name: "words",
        promise: "a date, time, span, due time or id that is understood is understood as the same when written out",
        check: target::words::check,
    },
    Target {
        name: "log",
        promise: "a damaged log never gives a record that was not written, nor any in another place",
        check: target::log::check,
    },
    Target {
        name: "entry",
        promise: "bytes are refused or are an entry that reads back the same once written",
        check: target::log::check_entry,
    },
    Target {
        name: "manifest",
        promise: "a backup's manifest is refused, or reads the same once written, and names no file outside the backup",
        check: target::manifest::check,
    },
    Target {
        name: "reply",
        promise: "2xx alone is delivered, 410 alone is gone, and nobody is asked to wait for less than no time",
        check: target::reply::check,
    },
    Target {
        name: "url",
        promise: "an endpoint's address is refused without quoting it, or leads to no forbidden address and reads the same once written",
        check: target::reply::check_url,
    },
    Target {
        name: "api",
        promise: "a question or an order is answered with 2xx, or with 4xx and a detail; never with 5xx",
        check: target::api::check,
    },
    Target {
        name: "text",
        promise: "a text reads the same twice, as unknown or with confidences of 0 to 1000",
        check: target::text::check,
    },
];

impl Target {
    /// The target of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Target> {
        TARGETS.iter().find(|target| target.name == name)
    }
}
