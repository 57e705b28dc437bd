//! Long runs of the simulation: `cargo xtask simulate`.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use opcx_simulation::{Bug, Many, find, identity, many, run};

#[global_allocator]
static ALLOCATOR: opcx_allocator::Allocator = opcx_allocator::Allocator;

/// How often progress is told.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// Runs the whole engine under many seeds, with everything that can go wrong, and checks every law.
#[derive(Debug, Parser)]
#[command(name = "simulate")]
struct Orders {
    /// How many seeds: one if not told otherwise, with `--planted` a thousand.
    #[arg(long)]
    seeds: Option<u64>,
    /// The first one.
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Plant every bug, one after the other, and tell what it takes to find it: at most `--seeds` each.
    #[arg(long)]
    planted: bool,
    /// With `--planted`: this bug alone.
    #[arg(long)]
    bug: Option<String>,
}

fn main() -> ExitCode {
    opcx_allocator::keep_what_is_freed();
    let orders = Orders::parse();
    let all_well = if orders.planted { plant(&orders) } else { simulate(&orders) };
    if all_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn simulate(orders: &Orders) -> bool {
    let expected = identity::EXPECTED.trim();
    match run(identity::SEED, None).map(|finished| identity::hex(&finished.digest)) {
        Ok(digest) if digest == expected => {}
        Ok(digest) => {
            println!("seed {} gives {digest} here, expected is {expected}", identity::SEED);
            return false;
        }
        Err(broken) => {
            println!("seed {} broke a law. {broken}", identity::SEED);
            return false;
        }
    }
    let count = orders.seeds.unwrap_or(1);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let began = Instant::now();
    let told = std::sync::Mutex::new(began);
    let seeds = orders.from..orders.from.saturating_add(count);
    let many = many(seeds, threads, &|so_far| {
        let mut told = told.lock().expect("nothing panics while it is held");
        if told.elapsed() >= TELL_EVERY {
            *told = Instant::now();
            tell(so_far, count, began.elapsed());
        }
    });
    tell(&many, count, began.elapsed());
    match &many.failure {
        None => println!("every law held under every seed"),
        Some(failure) => {
            println!("seed {} broke a law. {}", failure.seed, failure.broken);
            println!("repeat it: cargo xtask simulate --from {}", failure.seed);
        }
    }
    many.failure.is_none()
}

fn tell(many: &Many, of: u64, took: Duration) {
    let seconds = took.as_secs_f64().max(0.001);
    #[allow(clippy::cast_precision_loss, reason = "for people to read")]
    let (seeds, simulated) = (many.seeds as f64, many.simulated.as_millis() as f64 / 1_000.0);
    println!(
        "{} of {of} seeds in {seconds:.0} s, {:.0} a second; {:.0} days simulated, {:.0} times real time; \
         {} records, {} crashes, {} faults, {} requests refused",
        many.seeds,
        seeds / seconds,
        simulated / 86_400.0,
        simulated / seconds,
        many.records,
        many.crashes,
        many.faults,
        many.refused,
    );
}

fn plant(orders: &Orders) -> bool {
    let is_asked = |bug: &Bug| orders.bug.as_deref().is_none_or(|word| word == bug.word());
    let mut all_found = true;
    println!("| bug | what it does | seeds | the law that found it |\n|---|---|---|---|");
    for bug in Bug::ALL.iter().copied().filter(is_asked) {
        let found = find(bug, orders.seeds.unwrap_or(1_000));
        all_found &= found.is_some();
        match &found {
            Some(found) => println!("{}", found.row(bug)),
            None => println!("| `{}` | {} | not found | |", bug.word(), bug.what()),
        }
        if let (Some(found), Some(_)) = (found, &orders.bug) {
            println!("{}", found.broken);
        }
    }
    all_found
}
