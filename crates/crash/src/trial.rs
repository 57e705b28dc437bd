use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::anyhow;

use crate::check;
use crate::company;
use crate::customer::Customers;
use crate::fuse::Fuse;
use crate::ledger::Ledger;
use crate::receiver;
use crate::report::Report;
use crate::server::{Door, Server};

/// The outside of a company: customers that send, a receiver, and a ledger of both. Engines come and go.
pub(crate) struct Trial {
    program: PathBuf,
    folder: PathBuf,
    seed: u64,
    door: Arc<Door>,
    ledger: Arc<Ledger>,
    customers: Customers,
    /// Burns with every webhook received.
    pub(crate) deliveries: Arc<Fuse>,
    /// Burns with every acknowledgement.
    pub(crate) acknowledgements: Arc<Fuse>,
    restarts: Vec<Duration>,
}

impl Trial {
    /// Writes a company into `folder` and lets customers knock; `program` is what will serve them.
    ///
    /// # Errors
    /// The folder cannot be written, or there is no port for the receiver.
    pub(crate) fn new(program: &Path, folder: &Path, seed: u64) -> anyhow::Result<Trial> {
        let (ledger, door) = (Arc::<Ledger>::default(), Arc::<Door>::default());
        let (deliveries, acknowledgements) = (Arc::<Fuse>::default(), Arc::<Fuse>::default());
        company::write(folder, receiver::start(&ledger, &deliveries, seed)?)?;
        let customers = Customers::start(&door, &ledger, &acknowledgements, seed);
        Ok(Trial {
            program: program.to_owned(),
            folder: folder.to_owned(),
            seed,
            door,
            ledger,
            customers,
            deliveries,
            acknowledgements,
            restarts: Vec::new(),
        })
    }

    /// Starts an engine on what the last one left.
    ///
    /// # Errors
    /// It cannot be started.
    pub(crate) fn start(&self, arguments: &[String]) -> anyhow::Result<Server> {
        Server::start(&self.program, &self.folder, arguments, &self.door)
    }

    /// From now on nothing counts that is seen from outside, or again everything that begins from now on.
    pub(crate) fn turn(&self) {
        self.ledger.turn();
    }

    /// Takes down how long an engine took to listen, if it did.
    pub(crate) fn listened(&mut self, after: Option<Duration>) {
        self.restarts.extend(after);
    }

    /// Lets a last engine live until everything is acknowledged and delivered, ends it in order, and
    /// compares what it has with what was seen.
    ///
    /// # Errors
    /// The last engine does not come up or does not end well, or its data cannot be read.
    pub(crate) fn finish(mut self, arguments: &[String]) -> anyhow::Result<Report> {
        let server = self.start(arguments)?;
        let Some(ready) = server.wait_until_ready()? else {
            return Err(server.kill().err().unwrap_or_else(|| anyhow!("somebody else killed the engine")));
        };
        self.listened(Some(ready));
        self.customers.stop();
        self.ledger.wait_for_the_rest();
        server.end()?;
        let seen = self.ledger.seen();
        let mut report = Report { seed: self.seed, restarts: self.restarts, ..Report::default() };
        report.count(&seen);
        report.faults = check::faults(&self.folder, &seen)?;
        Ok(report)
    }
}
