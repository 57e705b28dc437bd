//! The measures, with intervals.
//!
//! Posts of one customer hang together, so customers are drawn for the intervals, not posts.

use std::collections::BTreeMap;

use opcx_core::reading::Valence;
use opcx_insight::{Figure, Share};

use crate::judged::{Post, Sight};

/// How often the customers are drawn anew.
const DRAWS: usize = 1_000;

/// A row per judgement of people, a column per judgement of the engine: negative, neutral, positive.
type Counts = [[u32; 3]; 3];

/// A measure's name and how it is worked out.
type Measure = (&'static str, fn(&Counts) -> f64);

const MEASURES: [Measure; 5] = [
    ("accuracy", |counts| ratio((0..3).map(|at| counts[at][at]).sum(), total(counts))),
    ("accuracy of always negative", |counts| ratio(counts[0].iter().sum(), total(counts))),
    ("macro-F1", |counts| (0..3).map(|at| f1(counts, at)).sum::<f64>() / 3.0),
    ("negative: precision", |counts| ratio(counts[0][0], column(counts, 0))),
    ("negative: recall", |counts| ratio(counts[0][0], counts[0].iter().sum())),
];

/// How the engine's judgement compares with that of people.
pub(crate) fn table(posts: &[Post], sight: Sight) -> String {
    let mut customers: BTreeMap<&str, Counts> = BTreeMap::new();
    for post in posts {
        let counts = customers.entry(&post.customer).or_default();
        counts[place(post.seen)][place(post.judged(sight))] += 1;
    }
    let customers: Vec<Counts> = customers.into_values().collect();
    let all = sum(customers.iter());
    let mut random = Random(1);
    let draws: Vec<Counts> = (0..DRAWS)
        .map(|_| sum((0..customers.len()).map(|_| &customers[random.below(customers.len())])))
        .collect();

    let mut told = format!("n {} posts of {} customers\n", total(&all), customers.len());
    for (word, row) in ["negative", "neutral", "positive"].iter().zip(&all) {
        told += &format!(
            "seen {word:<9} judged negative {:>5}, neutral {:>5}, positive {:>5}\n",
            row[0], row[1], row[2]
        );
    }
    for (name, measure) in MEASURES {
        let mut values: Vec<f64> = draws.iter().map(measure).collect();
        values.sort_by(f64::total_cmp);
        let (low, high) = (values[DRAWS * 25 / 1000], values[DRAWS * 975 / 1000 - 1]);
        told += &format!("{name:<28}{:.3} ({low:.3} to {high:.3})\n", measure(&all));
    }
    told
}

/// A share in percent with its interval and n.
pub(crate) fn share(figure: &Figure<Share>) -> String {
    let share = figure.shown().expect("there are enough posts");
    let percent = |share: f64| share * 100.0;
    format!(
        "{:.1} % ({:.1}–{:.1}, n {})",
        percent(share.share),
        percent(share.low),
        percent(share.high),
        share.n
    )
}

/// How many pairs have both parts in the same order.
pub(crate) fn in_the_same_order(pairs: &[(f64, f64)]) -> usize {
    let later = |at: usize| pairs[at + 1..].iter().map(move |other| (pairs[at], *other));
    (0..pairs.len())
        .flat_map(later)
        .filter(|(one, other)| one.0.total_cmp(&other.0) == one.1.total_cmp(&other.1))
        .count()
}

fn sum<'a>(parts: impl Iterator<Item = &'a Counts>) -> Counts {
    let mut sum = Counts::default();
    for part in parts {
        for (row, add) in sum.as_flattened_mut().iter_mut().zip(part.as_flattened()) {
            *row += add;
        }
    }
    sum
}

fn total(counts: &Counts) -> u32 {
    counts.as_flattened().iter().sum()
}

fn column(counts: &Counts, at: usize) -> u32 {
    counts.iter().map(|row| row[at]).sum()
}

fn f1(counts: &Counts, at: usize) -> f64 {
    ratio(2 * counts[at][at], counts[at].iter().sum::<u32>() + column(counts, at))
}

fn ratio(part: u32, whole: u32) -> f64 {
    f64::from(part) / f64::from(whole.max(1))
}

fn place(valence: Valence) -> usize {
    match valence {
        Valence::Negative => 0,
        Valence::Neutral => 1,
        Valence::Positive => 2,
    }
}

/// Numbers that are the same on every run (SplitMix64).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).expect("less than a usize")
    }
}
