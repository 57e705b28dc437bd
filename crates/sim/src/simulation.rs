use opcx_core::time::Timestamp;

use crate::life::World;
use crate::scenario::Scenario;
use crate::transport::{OnTheWay, Sent, Shape};
use crate::truth::{PlantedCause, Played, TrueFix, Truth};

/// A company under way: hands out what its systems send, in the order in which it arrives.
#[derive(Debug)]
pub struct Simulation {
    world: World,
    on_the_way: OnTheWay,
    end: Timestamp,
    truths: Vec<Truth>,
    is_finished: bool,
}

impl Simulation {
    /// The company of a scenario with so many customers, for so many days.
    #[must_use]
    pub fn new(scenario: Scenario, seed: u64, customers: u32, days: u16) -> Simulation {
        let (start, end) = (scenario.start.0, scenario.day(days));
        let mut truths = vec![Truth::Scenario(Played {
            scenario: scenario.scenario.clone(),
            seed,
            customers,
            start,
            end,
        })];
        truths.extend(scenario.causes.iter().map(|cause| {
            Truth::Cause(PlantedCause {
                cause: cause.cause.clone(),
                what: cause.what,
                from: scenario.day(cause.from),
                until: scenario.day(cause.until),
                strength_millionths: cause.strength.millionths(),
                fixes: cause
                    .fixes
                    .iter()
                    .map(|fix| TrueFix {
                        fix: fix.fix.clone(),
                        at: scenario.day(fix.on),
                        works_millionths: fix.works.millionths(),
                    })
                    .collect(),
            })
        }));
        let on_the_way = OnTheWay::new(scenario.transport, seed);
        Simulation {
            world: World::new(scenario, seed, customers),
            on_the_way,
            end,
            truths,
            is_finished: false,
        }
    }

    /// When it ends.
    #[must_use]
    pub fn end(&self) -> Timestamp {
        self.end
    }

    /// What turned out to be true since this was last asked. After the last event this holds the sums.
    pub fn take_truths(&mut self) -> Vec<Truth> {
        std::mem::take(&mut self.truths)
    }

    fn advance(&mut self) {
        self.world.advance();
        self.truths.append(&mut self.world.truths);
        for message in self.world.messages.drain(..) {
            self.on_the_way.send(message, &mut self.truths);
        }
    }

    fn arrive(&mut self) -> Option<Sent> {
        let sent = self.on_the_way.arrive()?;
        if sent.shape == Shape::Good {
            self.world.reached(&sent.message.who);
        }
        Some(sent)
    }
}

impl Iterator for Simulation {
    type Item = Sent;

    fn next(&mut self) -> Option<Sent> {
        loop {
            let wake = self.world.next_wake().filter(|&wake| wake < self.end);
            let arrival = self.on_the_way.next_arrival().filter(|&arrival| arrival < self.end);
            match (wake, arrival) {
                (Some(wake), Some(arrival)) if arrival <= wake => return self.arrive(),
                (Some(_), _) => self.advance(),
                (None, Some(_)) => return self.arrive(),
                (None, None) => break,
            }
        }
        if !self.is_finished {
            self.is_finished = true;
            self.world.finish(self.end);
            self.truths.append(&mut self.world.truths);
        }
        None
    }
}

#[cfg(test)]
mod tests;
