//! Texts read per second of one core: `cargo bench -p opcx-emotion`.
//!
//! The texts are made up from phrases of customers' messages, about 100 characters each, the same
//! in every run. Five runs; the median and the worst are printed.

use std::hint::black_box;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use opcx_core::event::CustomersWords;
use opcx_emotion::{Choice, Reader, Scratch};

const TEXTS: usize = 100_000;
const RUNS: usize = 5;

fn main() {
    let texts = texts();
    let bytes: usize = texts.iter().map(String::len).sum();
    let reader = Reader::embedded();
    let mut scratch = Scratch::default();

    let mut rates: Vec<f64> = (0..RUNS)
        .map(|_| {
            let start = busy();
            for text in &texts {
                black_box(reader.read(CustomersWords::vouched(black_box(text)), Choice::Fast, &mut scratch));
            }
            TEXTS as f64 / (busy() - start).as_secs_f64()
        })
        .collect();
    rates.sort_by(f64::total_cmp);
    println!(
        "{TEXTS} texts of {} bytes on average: median {:.0} texts per CPU-second, worst {:.0}",
        bytes / TEXTS,
        rates[RUNS / 2],
        rates[0]
    );
}

/// How long this thread has had a core to itself. Where the system does not say (it does on
/// Linux), the clock on the wall.
fn busy() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let nanoseconds = std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|figures| figures.split_whitespace().next()?.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

fn texts() -> Vec<String> {
    let mut state = 0x0bc0_5eed_u64;
    let mut phrase = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        PHRASES[usize::try_from(state >> 33).expect("31 bits fit") % PHRASES.len()]
    };
    (0..TEXTS).map(|number| format!("@shop {} {} {}, case {number}", phrase(), phrase(), phrase())).collect()
}

const PHRASES: [&str; 32] = [
    "thank you so much for the quick help!",
    "my parcel still has not arrived",
    "WHERE IS MY REFUND???",
    "I love the new app \u{1f60d}",
    "the driver left it in the rain",
    "could you tell me when the branch opens?",
    "I've been on hold for 45 minutes",
    "so disappointed with this",
    "the agent was very kind and patient",
    "it's broken again",
    "this is ridiculous",
    "please cancel my order",
    "we had a wonderful flight",
    "why was I charged twice?",
    "sorry, I don't understand the letter",
    "never again",
    "see https://example.org/ticket/1234",
    "I'm worried that I'll miss the connection",
    "best service in years :)",
    "the invoice shows the wrong address",
    "nobody answers the phone",
    "wow, that was fast",
    "I feel ignored",
    "the seats were dirty and the toilet closed",
    "works as described",
    "hope it gets here before Friday",
    "you said Tuesday, now it's Thursday",
    "I was so scared when the brakes failed",
    "good job everyone",
    "is there a student discount?",
    "that made me laugh lol",
    "my grandmother cried with joy",
];
