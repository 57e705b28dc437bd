//! What must hold of business time in every zone, through every change of the clocks.

use opcx_core::calendar::{
    Calendar, Calendars, Date, Days, Definition, LocalTime, Opening, QuietHours, Weekday, Zone,
};
use opcx_core::due::Due;
use opcx_core::time::{Span, Timestamp, parse_rfc3339};
use proptest::prelude::*;
use std::collections::BTreeMap;

/// Half hours of daylight saving, 45 minutes of offset, changes at midnight, a skipped day, a
/// changed side of the date line, changes around Ramadan, and none at all.
const ZONES: [&str; 13] = [
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "America/St_Johns",
    "America/Havana",
    "America/Sao_Paulo",
    "Australia/Lord_Howe",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Pacific/Apia",
    "Pacific/Kwajalein",
];

/// Nights on which clocks were changed, or days were skipped, in some of the zones.
const CHANGES: [&str; 10] = [
    "2026-03-29T01:00Z",
    "2026-10-25T01:00Z",
    "2026-03-08T07:00Z",
    "2026-11-01T06:00Z",
    "2026-04-04T15:00Z",
    "2026-10-03T15:30Z",
    "2011-12-30T10:00Z",
    "1993-08-21T12:00Z",
    "2018-11-04T03:00Z",
    "2006-10-29T02:31Z",
];

fn at(text: &str) -> Timestamp {
    parse_rfc3339(text).expect("the tests write moments as RFC 3339")
}

fn zones() -> impl Strategy<Value = Zone> {
    prop::sample::select(&ZONES[..]).prop_map(|name| Zone::new(name).expect("the zones are IANA names"))
}

/// Moments of 1970 to 2099, every other one within two days of changed clocks.
fn moments() -> impl Strategy<Value = Timestamp> {
    let near = (prop::sample::select(&CHANGES[..]), -172_800_000..172_800_000_i64)
        .prop_map(|(change, millis)| at(change) + Span::from_millis(millis));
    prop_oneof![near, (0..4_102_444_800_000_i64).prop_map(Timestamp::from_millis)]
}

fn spans(days: i64) -> impl Strategy<Value = Span> {
    prop_oneof![
        (0..=days * 24).prop_map(|hours| Span::HOUR.times(hours)),
        (0..=days * 86_400_000).prop_map(Span::from_millis),
    ]
}

/// Up to three openings a day, between distinct quarter hours.
fn openings() -> impl Strategy<Value = Vec<Opening>> {
    prop::collection::btree_set(0..=96_u16, 0..=6).prop_map(|quarters| {
        let times: Vec<LocalTime> = quarters
            .into_iter()
            .map(|quarter| LocalTime::from_minutes(quarter * 15).expect("a day has 96 quarter hours"))
            .collect();
        times
            .chunks_exact(2)
            .map(|pair| Opening::new(pair[0], pair[1]).expect("the quarter hours differ"))
            .collect()
    })
}

/// Calendars whose holidays and special days often fall where the clocks change.
fn calendars() -> impl Strategy<Value = Calendar> {
    let week = prop::collection::vec(openings(), 7);
    let any_date = (2_000..2_040_i16, 1..=12_u8, 1..=28_u8)
        .prop_map(|(year, month, day)| Date::new(year, month, day).expect("every month has 28 days"));
    let near = prop::sample::select(&CHANGES[..]).prop_map(|change| Zone::UTC.date(at(change)));
    let date = prop_oneof![any_date, near];
    let special = prop::collection::btree_map(date.clone(), openings(), 0..8);
    let holidays = prop::collection::btree_set(date, 0..8);
    (zones(), week, special, holidays).prop_filter_map("never open", |(zone, week, special, holidays)| {
        let special = special
            .into_iter()
            .filter(|(date, openings)| !openings.is_empty() && !holidays.contains(date))
            .collect();
        let week = Weekday::ALL.into_iter().map(Days::from).zip(week).collect();
        Calendar::new(Definition { zone, week, holidays, special }).ok()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn as_much_business_time_passes_as_was_added(
        calendar in calendars(), start in moments(), span in spans(60), back: bool,
    ) {
        let span = if back { -span } else { span };
        if let Some(end) = calendar.add(start, span) {
            prop_assert_eq!(calendar.between(start, end), span);
            prop_assert_eq!(calendar.between(end, start), -span);
        }
    }

    #[test]
    fn adding_adds_up(calendar in calendars(), start in moments(), first in spans(20), second in spans(20)) {
        let in_steps = calendar.add(start, first).and_then(|middle| calendar.add(middle, second));
        let at_once = calendar.add(start, first + second);
        if let (Some(in_steps), Some(at_once)) = (in_steps, at_once) {
            prop_assert_eq!(in_steps, at_once);
        }
    }

    #[test]
    fn what_starts_later_and_takes_longer_ends_no_earlier(
        calendar in calendars(), start in moments(), later in spans(10), span in spans(20), more in spans(20),
    ) {
        if let (Some(end), Some(after)) = (calendar.add(start, span), calendar.add(start + later, span + more)) {
            prop_assert!(end <= after);
            prop_assert!(start + span <= end);
        }
    }

    #[test]
    fn business_time_ends_at_the_first_moment_by_which_it_has_passed(
        calendar in calendars(), start in moments(), span in spans(20),
    ) {
        if let Some(end) = calendar.add(start, span)
            && span > Span::ZERO
        {
            prop_assert!(calendar.is_open(end - Span::from_millis(1)));
        }
    }

    #[test]
    fn the_next_opening_is_open_and_nothing_before_it_is(calendar in calendars(), at in moments()) {
        if let Some(opening) = calendar.next_opening(at) {
            prop_assert!(at <= opening && calendar.is_open(opening));
            prop_assert_eq!(calendar.between(at, opening), Span::ZERO);
            prop_assert_eq!(opening == at, calendar.is_open(at));
        }
    }

    #[test]
    fn business_time_is_the_minutes_at_which_it_is_open(
        calendar in calendars(), at in moments(), hours in 0..72_i64,
    ) {
        // Openings, and the changes of clocks since 1972, fall on whole minutes.
        let start = Timestamp::from_millis(at.as_millis().max(63_072_000_000) / 60_000 * 60_000);
        let minutes = hours * 60;
        let open = (0..minutes).filter(|&minute| calendar.is_open(start + Span::MINUTE.times(minute))).count();
        let between = calendar.between(start, start + Span::MINUTE.times(minutes));
        prop_assert_eq!(between, Span::MINUTE.times(i64::try_from(open).unwrap()));
    }

    #[test]
    fn a_calendar_that_is_always_open_counts_elapsed_time_in_every_zone(
        zone in zones(), start in moments(), span in spans(1_000), back: bool,
    ) {
        let span = if back { -span } else { span };
        let calendar = Calendar::new(Definition { zone, ..Definition::always() }).unwrap();
        prop_assert_eq!(calendar.add(start, span), Some(start + span));
        prop_assert_eq!(calendar.between(start, start + span), span);
        prop_assert!(calendar.is_open(start));
    }

    #[test]
    fn a_closing_is_where_its_date_is_last_open(calendar in calendars(), at in moments()) {
        let date = calendar.zone().date(at);
        match calendar.closing(date) {
            Some(closing) => {
                let before = closing - Span::from_millis(1);
                prop_assert!(calendar.is_open(before));
                prop_assert_eq!(calendar.zone().date(before), date);
            }
            None => prop_assert!(!calendar.is_open(at)),
        }
    }

    #[test]
    fn business_days_end_one_after_the_other(calendar in calendars(), at in moments(), days in 0..30_u16) {
        let ends = (calendar.business_day_end(at, days), calendar.business_day_end(at, days + 1));
        if let (Some(end), Some(next)) = ends {
            // The first closing to come may be that of the first business day after today.
            prop_assert!(at < end && (end < next || days == 0 && end == next));
        }
    }

    #[test]
    fn a_calendar_is_read_back_from_how_it_is_written(calendar in calendars()) {
        let written = postcard::to_allocvec(&calendar).unwrap();
        prop_assert_eq!(postcard::from_bytes::<Calendar>(&written).unwrap(), calendar);
    }

    #[test]
    fn a_day_begins_with_its_first_moment(zone in zones(), at in moments()) {
        let start = zone.day_start(at);
        prop_assert!(start <= at);
        prop_assert_eq!(zone.date(start), zone.date(at));
        prop_assert_ne!(zone.date(start - Span::from_millis(1)), zone.date(at));
        prop_assert_eq!(zone.day_start(start), start);
        // A day of 23 to 25 hours, or two of the same date where a zone repeated one.
        prop_assert!(at.since(start) < Span::HOUR.times(49));
    }

    #[test]
    fn the_next_allowed_moment_is_the_first_that_is_not_quiet(
        zone in zones(), at in moments(), from in 0..1_440_u16, length in 1..1_440_u16,
    ) {
        let time = |minutes| LocalTime::from_minutes(minutes).unwrap();
        let quiet = QuietHours::new(Opening::new(time(from), time((from + length) % 1_440)).unwrap()).unwrap();
        let allowed = quiet.next_allowed(at, &zone);
        prop_assert!(at <= allowed && !quiet.is_quiet(allowed, &zone));
        let mut before = at;
        while before < allowed {
            prop_assert!(quiet.is_quiet(before, &zone));
            before = before + Span::MINUTE;
        }
        prop_assert!(allowed == at || quiet.is_quiet(allowed - Span::from_millis(1), &zone));
    }

    #[test]
    fn days_later_the_clock_shows_the_same_time(zone in zones(), start in moments(), days in 1..400_u16) {
        let phrase = format!("{days} days");
        let calendars = Calendars::one(Calendar::always());
        let due = Due::parse(&phrase).unwrap().resolve(start, &calendars, &zone, |_| None).unwrap();
        prop_assert!(start < due);

        let day_length = |at: Timestamp| {
            let day = zone.day_start(at);
            zone.day_start(day + Span::HOUR.times(36)).since(day)
        };
        let promised_day = zone.date(start).plus_days(i64::from(days));
        // The clocks may have skipped that time, or the zone that date.
        prop_assert!(zone.time(due) == zone.time(start) || day_length(due) < Span::DAY);
        prop_assert!((0..=1).contains(&zone.date(due).days_since(promised_day)));
    }
}

#[test]
fn a_skipped_hour_counts_nothing_and_a_repeated_one_twice() {
    let calendar = berlin("01:00-05:00");
    let open_on = |date: &str| {
        let evening_before = at(date) - Span::HOUR.times(2);
        calendar.between(evening_before, evening_before + Span::HOUR.times(12))
    };
    assert_eq!(open_on("2026-03-28"), Span::HOUR.times(4));
    assert_eq!(open_on("2026-03-29"), Span::HOUR.times(3));
    assert_eq!(open_on("2026-10-25"), Span::HOUR.times(5));
}

/// Berlin, every day, open from the one time to the other.
fn berlin(hours: &str) -> Calendar {
    let definition = Definition {
        zone: Zone::new("Europe/Berlin").expect("an IANA name"),
        week: BTreeMap::from([(Days::ALL, vec![hours.parse().expect("the tests write two times of day")])]),
        ..Definition::always()
    };
    Calendar::new(definition).expect("one opening a day overlaps with no other")
}

#[test]
fn openings_and_closings_at_the_hour_of_the_change_are_where_the_clock_shows_them() {
    // In autumn 02:00 to 03:00 is shown twice: from 00:00 UTC and from 01:00 UTC.
    let midnight = at("2026-10-24T22:00Z");
    assert_eq!(berlin("03:00-05:00").next_opening(midnight), Some(at("2026-10-25T02:00Z")));
    let date = "2026-10-25".parse().unwrap();
    assert_eq!(berlin("00:00-02:30").closing(date), Some(at("2026-10-25T01:30Z")));
    assert_eq!(berlin("00:00-02:30").add(midnight, Span::HOUR.times(3)), Some(at("2026-10-25T01:30Z")));
    // In spring 02:00 becomes 03:00 at 01:00 UTC.
    let calendar = berlin("03:00-05:00");
    assert_eq!(calendar.add(at("2026-03-29T03:00Z"), -Span::HOUR.times(2)), Some(at("2026-03-29T01:00Z")));
    assert_eq!(calendar.next_opening(at("2026-03-28T12:00Z")), Some(at("2026-03-29T01:00Z")));
    assert_eq!(berlin("02:00-03:00").next_opening(at("2026-03-28T12:00Z")), Some(at("2026-03-30T00:00Z")));
    assert_eq!(berlin("00:00-02:30").closing("2026-03-29".parse().unwrap()), Some(at("2026-03-29T01:00Z")));
}

#[test]
fn a_closing_time_is_due_then_and_over() {
    let calendar = berlin("09:00-17:00");
    let (opening, closing) = (at("2026-07-01T07:00Z"), at("2026-07-01T15:00Z"));
    assert!(calendar.is_open(opening) && !calendar.is_open(closing));
    assert_eq!(calendar.add(opening, Span::HOUR.times(8)), Some(closing));
    assert_eq!(calendar.add(closing, Span::ZERO), Some(closing));
    assert_eq!(calendar.add(opening, Span::ZERO), Some(opening));
    assert_eq!(calendar.add(closing, Span::MINUTE), Some(at("2026-07-02T07:01Z")));
    assert_eq!(calendar.add(closing, -Span::HOUR.times(8)), Some(opening));
    assert_eq!(calendar.business_day_end(opening, 0), Some(closing));
    assert_eq!(calendar.business_day_end(closing, 0), Some(at("2026-07-02T15:00Z")));
}

#[test]
fn a_day_that_a_zone_skipped_has_no_business_time() {
    let shop = Definition {
        zone: Zone::new("Pacific/Apia").unwrap(),
        week: BTreeMap::from([(Days::ALL, vec!["09:00-17:00".parse().unwrap()])]),
        ..Definition::always()
    };
    let calendar = Calendar::new(shop).unwrap();
    // After Thursday the 29th comes Saturday the 31st.
    let start = at("2011-12-29T16:00:00-10:00");
    assert_eq!(calendar.add(start, Span::HOUR.times(2)), Some(at("2011-12-31T10:00:00+14:00")));
    assert_eq!(calendar.business_day_end(start, 1), Some(at("2011-12-31T17:00:00+14:00")));
    assert_eq!(calendar.closing("2011-12-30".parse().unwrap()), None);
}

#[test]
fn nothing_is_sought_beyond_the_horizon() {
    let one_day = Definition {
        week: BTreeMap::new(),
        special: BTreeMap::from([("2026-06-01".parse().unwrap(), vec!["09:00-17:00".parse().unwrap()])]),
        ..Definition::always()
    };
    let calendar = Calendar::new(one_day).unwrap();
    let start = at("2026-01-01");
    assert_eq!(calendar.next_opening(start), Some(at("2026-06-01T09:00Z")));
    assert_eq!(calendar.add(start, Span::HOUR.times(8)), Some(at("2026-06-01T17:00Z")));
    assert_eq!(calendar.add(start, Span::HOUR.times(9)), None);
    assert_eq!(calendar.add(start, -Span::HOUR), None);
    assert_eq!(calendar.next_opening(at("2026-06-01T17:00Z")), None);
    assert_eq!(calendar.next_opening(at("2010-01-01")), None);
}

#[test]
fn the_ends_of_time_do_not_make_it_panic_or_run_on() {
    for zone in ZONES.map(|name| Zone::new(name).unwrap()) {
        let calendar = Calendar::new(Definition { zone, ..Definition::always() }).unwrap();
        for end in [Timestamp::MIN, Timestamp::MAX] {
            let _ = (calendar.add(end, Span::DAY), calendar.add(end, -Span::DAY), calendar.next_opening(end));
            let _ = (calendar.business_day_end(end, 3), calendar.closing(calendar.zone().date(end)));
        }
        assert!(calendar.between(Timestamp::MIN, Timestamp::MAX) > Span::ZERO);
    }
}
