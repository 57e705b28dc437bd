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
        promises made 9945
        open 4785
        at risk 704
        kept 842
        broken 3614
    "#]]
    .assert_eq(&format!("{}\n", counted.join("\n")));
}

#[test]
fn what_was_read_beside_what_people_saw() {
    let Some((_, posts)) = &*POSTS else { return };
    expect![[r#"
        n 14485 posts of 7701 customers
        seen negative  judged negative  7343, neutral  1356, positive   383
        seen neutral   judged negative   909, neutral  1836, positive   324
        seen positive  judged negative   321, neutral   362, positive  1651
        accuracy                    0.748 (0.740 to 0.755)
        accuracy of always negative 0.627 (0.615 to 0.640)
        macro-F1                    0.697 (0.687 to 0.705)
        negative: precision         0.857 (0.848 to 0.865)
        negative: recall            0.809 (0.800 to 0.817)
    "#]]
    .assert_eq(&table(posts, Sight::Reading));
}

#[test]
fn how_it_went_beside_what_people_saw() {
    let Some((_, posts)) = &*POSTS else { return };
    expect![[r#"
        n 14485 posts of 7701 customers
        seen negative  judged negative  7871, neutral   867, positive   344
        seen neutral   judged negative  1054, neutral  1695, positive   320
        seen positive  judged negative   359, neutral   339, positive  1636
        accuracy                    0.773 (0.766 to 0.781)
        accuracy of always negative 0.627 (0.615 to 0.640)
        macro-F1                    0.710 (0.701 to 0.720)
        negative: precision         0.848 (0.839 to 0.856)
        negative: recall            0.867 (0.860 to 0.874)
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
        US Airways     seen 77.7 % (76.1–79.2, n 2913)  went 76.1 % (74.5–77.6, n 2913)  read 70.5 % (68.8–72.1, n 2913)
        American       seen 71.6 % (69.8–73.3, n 2604)  went 70.5 % (68.7–72.2, n 2604)  read 64.7 % (62.8–66.5, n 2604)
        United         seen 68.9 % (67.4–70.3, n 3822)  went 68.3 % (66.8–69.8, n 3822)  read 64.0 % (62.5–65.6, n 3822)
        Southwest      seen 49.0 % (47.0–51.0, n 2420)  went 54.4 % (52.4–56.4, n 2420)  read 49.8 % (47.8–51.7, n 2420)
        Delta          seen 43.0 % (40.9–45.1, n 2222)  went 49.0 % (46.9–51.1, n 2222)  read 44.4 % (42.3–46.5, n 2222)
        Virgin America seen 35.9 % (31.9–40.2, n 504)  went 42.7 % (38.4–47.0, n 504)  read 38.9 % (34.7–43.2, n 504)
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
        Customer Service Issue      read 85.7 % (84.4–87.0, n 2885)  went 89.6 % (88.4–90.7, n 2885)  at reaching-us 55.5 % (53.7–57.3, n 2885)
        Late Flight                 read 77.1 % (75.1–79.1, n 1650)  went 88.4 % (86.7–89.8, n 1650)  at plans-change 61.1 % (58.7–63.4, n 1650)
        Cancelled Flight            read 80.9 % (78.1–83.5, n 829)  went 94.1 % (92.3–95.5, n 829)  at plans-change 81.3 % (78.5–83.8, n 829)
        Lost Luggage                read 87.1 % (84.4–89.3, n 719)  went 89.0 % (86.5–91.1, n 719)  at bags 78.4 % (75.3–81.3, n 719)
        Damaged Luggage             read 89.0 % (79.8–94.3, n 73)  went 90.4 % (81.5–95.3, n 73)  at bags 65.8 % (54.3–75.6, n 73)
        Bad Flight                  read 77.9 % (74.3–81.1, n 575)  went 80.0 % (76.5–83.1, n 575)  at on-board 43.0 % (39.0–47.0, n 575)
        Flight Attendant Complaints read 84.0 % (80.4–87.0, n 475)  went 87.6 % (84.3–90.2, n 475)  at on-board 32.8 % (28.8–37.2, n 475)
        Flight Booking Problems     read 76.5 % (72.7–79.9, n 523)  went 82.4 % (78.9–85.4, n 523)  at booking 58.1 % (53.8–62.3, n 523)
        longlines                   read 87.6 % (81.9–91.6, n 177)  went 89.8 % (84.5–93.5, n 177)  at checking-in 14.7 % (10.2–20.6, n 177)
        Can't Tell                  read 70.8 % (68.2–73.4, n 1176)  went 74.5 % (71.9–76.9, n 1176)  at in-public 100.0 % (99.7–100.0, n 1176)
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
