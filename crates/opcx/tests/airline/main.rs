//! The example airline on what its passengers really said: taken in by the program itself, and
//! compared afterwards with what people saw in the same posts.
//!
//! The data are no part of the repository. Without them every test says so and passes.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should stop where it stands")]

mod air;
mod judged;
mod measure;

use std::fmt::Write as _;
use std::sync::LazyLock;

use expect_test::expect;
use opcx_insight::Share;
use opcx_store::digest;
use serde_json::Value;

use air::{Air, data};
use judged::{Post, Sight, judged};
use measure::{in_the_same_order, share, table};

/// The posts, taken in once for all tests.
static POSTS: LazyLock<Option<(Air, Vec<Post>)>> = LazyLock::new(|| {
    let tweets = data("airline-tweets/Tweets.csv")?;
    let air = Air::open();
    air.import(&tweets, "tweets");
    let posts = judged(&*air.store(), &tweets);
    Some((air, posts))
});

/// What a post went through beside what is wrong with it, by the judges.
const REASONS: [(&str, &str); 10] = [
    ("Customer Service Issue", "reaching-us"),
    ("Late Flight", "plans-change"),
    ("Cancelled Flight", "plans-change"),
    ("Lost Luggage", "bags"),
    ("Damaged Luggage", "bags"),
    ("Bad Flight", "on-board"),
    ("Flight Attendant Complaints", "on-board"),
    ("Flight Booking Problems", "booking"),
    ("longlines", "checking-in"),
    ("Can't Tell", "in-public"),
];

#[test]
fn the_posts_and_the_conversations_come_in_whole_and_once() {
    let (Some(tweets), Some(care)) =
        (data("airline-tweets/Tweets.csv"), data("twitter-care-ibm/conversations.jsonl.gz"))
    else {
        return;
    };
    let air = Air::open();
    let mut said = String::new();
    for (file, mapping) in [(&tweets, "tweets"), (&care, "care"), (&tweets, "tweets"), (&care, "care")] {
        writeln!(said, "{mapping}\n{}", air.import(file, mapping)).unwrap();
    }
    expect![[r#"
        tweets
        14,640  rows read
        14,485  events counted
        155  repeats, counted before

        care
        1,025  rows read
        2,316  events counted
        34  passed over, as the mapping says

        tweets
        14,640  rows read
        0  events counted
        14,640  repeats, counted before

        care
        1,025  rows read
        0  events counted
        2,316  repeats, counted before
        34  passed over, as the mapping says

    "#]]
    .assert_eq(&said);

    let pulse: Value = serde_json::from_str(&air.run(&["show", "", "pulse", "--json"])).unwrap();
    let promises = &pulse["promises"];
    let counted: Vec<String> = [
        ("events", &pulse["history"]["events"]),
        ("customers", &pulse["history"]["customers"]),
        ("rejected", &pulse["history"]["rejected"]),
        ("promises made", &promises["made"]),
        ("open", &promises["open"]),
        ("at risk", &promises["at_risk"]),
        ("kept", &promises["kept"]),
        ("broken", &promises["broken"]),
    ]
    .iter()
    .map(|(name, count)| format!("{name} {count}"))
    .collect();
    expect![[r#"
        events 16801
        customers 8715
        rejected 0
        promises made 4885
        open 2513
        at risk 420
        kept 233
        broken 1719
    "#]]
    .assert_eq(&format!("{}\n", counted.join("\n")));
}

#[test]
fn what_was_read_beside_what_people_saw() {
    let Some((_, posts)) = &*POSTS else { return };
    expect![[r#"
        n 14485 posts of 7701 customers
        seen negative  judged negative  1704, neutral  6331, positive  1047
        seen neutral   judged negative   112, neutral  2354, positive   603
        seen positive  judged negative    31, neutral   547, positive  1756
        accuracy                    0.401 (0.391 to 0.411)
        accuracy of always negative 0.627 (0.615 to 0.640)
        macro-F1                    0.435 (0.426 to 0.444)
        negative: precision         0.923 (0.909 to 0.935)
        negative: recall            0.188 (0.179 to 0.196)
    "#]]
    .assert_eq(&table(posts, Sight::Reading));
}

#[test]
fn how_it_went_beside_what_people_saw() {
    let Some((_, posts)) = &*POSTS else { return };
    expect![[r#"
        n 14485 posts of 7701 customers
        seen negative  judged negative  5452, neutral  2739, positive   891
        seen neutral   judged negative   390, neutral  2083, positive   596
        seen positive  judged negative   125, neutral   468, positive  1741
        accuracy                    0.640 (0.632 to 0.650)
        accuracy of always negative 0.627 (0.615 to 0.640)
        macro-F1                    0.616 (0.607 to 0.627)
        negative: precision         0.914 (0.906 to 0.922)
        negative: recall            0.600 (0.589 to 0.612)
    "#]]
    .assert_eq(&table(posts, Sight::Outcome));
}

#[test]
fn airlines_stand_in_the_order_in_which_people_saw_them() {
    let Some((air, posts)) = &*POSTS else { return };
    let mut airlines: Vec<(f64, f64, String)> = Vec::new();
    for airline in ["American", "Delta", "Southwest", "US Airways", "United", "Virgin America"] {
        let of = |is: fn(&Post) -> bool| {
            let of_airline = posts.iter().filter(|post| post.airline == airline);
            let count = of_airline.clone().filter(|post| is(post)).count();
            Share::of(count as u64, of_airline.count() as u64)
        };
        let [seen, went, read] = [of(Post::seen_badly), of(Post::went_badly), of(Post::read_badly)];
        let line =
            format!("{airline:<15}seen {}  went {}  read {}\n", share(&seen), share(&went), share(&read));
        airlines.push((seen.shown().unwrap().share, went.shown().unwrap().share, line));
    }
    airlines.sort_by(|a, b| b.0.total_cmp(&a.0));
    let mut told: String = airlines.iter().map(|(_, _, line)| line.as_str()).collect();
    let pairs: Vec<(f64, f64)> = airlines.iter().map(|&(seen, went, _)| (seen, went)).collect();
    writeln!(told, "pairs in the same order: {} of {}", in_the_same_order(&pairs), pairs.len() * 5 / 2)
        .unwrap();

    let pulse = air.run(&["show", "", "pulse", "--by", "airline", "--json"]);
    let pulse: Value = serde_json::from_str(&pulse).unwrap();
    let values = pulse["split"]["values"].as_array().unwrap();
    let order: Vec<&str> = values.iter().map(|value| value["value"].as_str().unwrap()).collect();
    writeln!(told, "on the page: {}", order.join(", ")).unwrap();
    expect![[r#"
        US Airways     seen 77.7 % (76.1–79.2, n 2913)  went 52.7 % (50.8–54.5, n 2913)  read 15.7 % (14.4–17.0, n 2913)
        American       seen 71.6 % (69.8–73.3, n 2604)  went 47.0 % (45.1–48.9, n 2604)  read 13.7 % (12.4–15.0, n 2604)
        United         seen 68.9 % (67.4–70.3, n 3822)  went 42.9 % (41.4–44.5, n 3822)  read 14.0 % (12.9–15.1, n 3822)
        Southwest      seen 49.0 % (47.0–51.0, n 2420)  went 34.4 % (32.6–36.3, n 2420)  read 10.1 % (9.0–11.4, n 2420)
        Delta          seen 43.0 % (40.9–45.1, n 2222)  went 27.2 % (25.4–29.1, n 2222)  read 9.7 % (8.5–11.0, n 2222)
        Virgin America seen 35.9 % (31.9–40.2, n 504)  went 26.0 % (22.4–30.0, n 504)  read 7.9 % (5.9–10.6, n 504)
        pairs in the same order: 15 of 15
        on the page: US Airways, American, United, Southwest, Delta, Virgin America
    "#]].assert_eq(&told);
}

#[test]
fn complaints_are_heard_and_placed_by_what_they_are_about() {
    let Some((_, posts)) = &*POSTS else { return };
    let mut told = String::new();
    for (reason, moment) in REASONS {
        let of: Vec<&Post> = posts.iter().filter(|post| post.reason == reason).collect();
        let count = |is: &dyn Fn(&&&Post) -> bool| {
            share(&Share::of(of.iter().filter(is).count() as u64, of.len() as u64))
        };
        writeln!(
            told,
            "{reason:<28}read {}  went {}  at {moment} {}",
            count(&|post| post.read_badly()),
            count(&|post| post.went_badly()),
            count(&|post| post.moments.iter().any(|passed| passed == moment)),
        )
        .unwrap();
    }
    expect![[r#"
        Customer Service Issue      read 21.3 % (19.9–22.9, n 2885)  went 61.8 % (60.0–63.5, n 2885)  at reaching-us 55.5 % (53.7–57.3, n 2885)
        Late Flight                 read 15.1 % (13.4–16.9, n 1650)  went 70.0 % (67.7–72.2, n 1650)  at plans-change 61.1 % (58.7–63.4, n 1650)
        Cancelled Flight            read 8.6 % (6.9–10.7, n 829)  went 76.6 % (73.6–79.3, n 829)  at plans-change 81.3 % (78.5–83.8, n 829)
        Lost Luggage                read 20.6 % (17.8–23.7, n 719)  went 57.9 % (54.2–61.4, n 719)  at bags 78.4 % (75.3–81.3, n 719)
        Damaged Luggage             read 24.7 % (16.2–35.6, n 73)  went 50.7 % (39.5–61.8, n 73)  at bags 65.8 % (54.3–75.6, n 73)
        Bad Flight                  read 22.6 % (19.4–26.2, n 575)  went 49.0 % (45.0–53.1, n 575)  at on-board 43.0 % (39.0–47.0, n 575)
        Flight Attendant Complaints read 22.9 % (19.4–26.9, n 475)  went 52.8 % (48.4–57.3, n 475)  at on-board 32.8 % (28.8–37.2, n 475)
        Flight Booking Problems     read 12.8 % (10.2–16.0, n 523)  went 48.9 % (44.7–53.2, n 523)  at booking 58.1 % (53.8–62.3, n 523)
        longlines                   read 17.0 % (12.1–23.2, n 177)  went 56.5 % (49.1–63.6, n 177)  at checking-in 14.7 % (10.2–20.6, n 177)
        Can't Tell                  read 22.7 % (20.4–25.2, n 1176)  went 45.8 % (42.9–48.6, n 1176)  at in-public 100.0 % (99.7–100.0, n 1176)
    "#]].assert_eq(&told);
}

#[test]
fn what_people_saw_is_never_read() {
    let (Some((air, _)), Some(tweets)) = (&*POSTS, data("airline-tweets/Tweets.csv")) else { return };
    let other = Air::open();
    let mut reader = csv::Reader::from_path(&tweets).unwrap();
    let headers = reader.headers().unwrap().clone();
    let blind = other.folder().join("blind.csv");
    let mut writer = csv::Writer::from_path(&blind).unwrap();
    writer.write_record(&headers).unwrap();
    for row in reader.records() {
        let row = row.unwrap();
        let judgement =
            |name: &str| name.starts_with("airline_sentiment") || name.starts_with("negativereason");
        let cells = headers.iter().zip(&row);
        writer.write_record(cells.map(|(name, cell)| if judgement(name) { "x" } else { cell })).unwrap();
    }
    writer.flush().unwrap();
    other.import(&blind, "tweets");
    assert_eq!(digest(&*other.store()).unwrap(), digest(&*air.store()).unwrap());
}
