//! Chores of this repository: `cargo xtask CHORE`.
//!
//! | chore | what it does |
//! |---|---|
//! | `crash [--kills N] [--seed N]` | kills engines, a thousand of them if not told otherwise, and checks what is left |
//! | `damage [--flips N]` | turns every bit of a small store and N of a larger one, a hundred thousand if not told otherwise |
//! | `fuzz [--seconds N] [TARGET ...]` | makes inputs up, ten minutes for each target if not told otherwise |
//! | `powercut [--cuts N] [--seed N]` | cuts the power under engines, two hundred times if not told otherwise |
//! | `release` | builds the program twice, the second time guided by what the first was seen to do |
//! | `sim-texts` | measures whether the simulated company's texts are a giveaway |
//! | `simulate [--seeds N] [--from SEED] [--planted]` | runs the engine under seeds with everything that can go wrong |
//! | `train-emotion` | learns emotion's fast tier and calibrates both, as step 4 of `train/README.md`; writes `crates/emotion/model/` |

mod damage;
mod fuzz;
mod macro_f1;
mod release;
mod sim_texts;
mod train_emotion;
mod trial;
mod workspace;

use anyhow::bail;

fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["train-emotion"] => train_emotion::run(),
        ["fuzz", arguments @ ..] => fuzz::run(arguments),
        ["release"] => release::run(),
        ["sim-texts"] => sim_texts::run(),
        ["damage"] => damage::run(None),
        ["damage", "--flips", flips] => damage::run(Some(flips)),
        ["crash" | "powercut", ..] => trial::run(&arguments),
        ["simulate", orders @ ..] => trial::simulate(orders),
        _ => bail!(
            "no such chore; there are `crash`, `damage`, `fuzz`, `powercut`, `release`, `sim-texts`, `simulate` and `train-emotion`"
        ),
    }
}
