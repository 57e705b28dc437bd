//! The whole engine in this process, behind a door of its own: for measures that send and wait.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use opcx_company::Files;
use opcx_core::definitions::Definitions;
use opcx_core::delivery::Policy;
use opcx_core::event::Name;
use opcx_engine::{Budget, Intake, Memory, Node, NodeSettings, WallClock};
use opcx_store::{Embedded, Store};
use tokio::net::TcpListener;

use super::load::WRITE_KEY;
use crate::channel::{self, Surroundings};
use crate::http::{ConnectionLimits, Door, Key, KeyHash, Keys, Role, router, serve};
use crate::senses::{self, Sense};

/// A secret as endpoints have it.
const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYqrTwjU";

/// What a folder's files define.
///
/// # Errors
/// They have faults.
pub fn definitions(files: &Files) -> anyhow::Result<Arc<Definitions>> {
    let loaded = opcx_company::parse(files);
    Ok(Arc::new(loaded.definitions.with_context(|| format!("{:?}", loaded.faults))?))
}

/// A running engine.
pub struct Engine {
    node: Node,
    address: SocketAddr,
    door: Opened,
}

impl Engine {
    /// Starts an engine on the data in `data`, with a webhook to each of `receivers`, by endpoint.
    ///
    /// # Errors
    /// The files have faults, or the store or the network of this machine refuses.
    pub async fn start(
        data: &Path,
        files: &Files,
        receivers: &BTreeMap<Name, String>,
    ) -> anyhow::Result<Engine> {
        let store: Arc<dyn Store> = Arc::new(Embedded::open(data, &opcx_store::Settings::default())?);
        let settings = receivers
            .iter()
            .map(|(endpoint, url)| {
                let secrets = vec!["OPCX_BENCH_SECRET".to_owned()];
                (endpoint.clone(), channel::Settings::Webhook { url: url.clone(), secrets })
            })
            .collect();
        let surroundings = Surroundings {
            folder: data,
            environment: &|_| Some(SECRET.to_owned()),
            allow: vec!["127.0.0.0/8".parse()?],
        };
        let outbox =
            channel::open(&settings, &surroundings).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
        let senses = senses::live();
        let node = Node::start(
            NodeSettings {
                store,
                definitions: definitions(files)?,
                second_look: Some((senses.again, senses.waiting)),
                clock: Arc::new(WallClock),
                policy: Policy::default(),
                budget: Budget::default(),
                memory: Arc::new(Memory::unlimited()),
                erased: Arc::new(|_| Ok(())),
            },
            outbox,
        )?;
        let (address, door) = Opened::new(node.intake(), senses.first).await?;
        Ok(Engine { node, address, door })
    }

    /// Where it takes events in.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops in order.
    ///
    /// # Errors
    /// The door broke off.
    pub async fn end(self) -> anyhow::Result<()> {
        self.door.close().await?;
        self.node.shutdown().await;
        Ok(())
    }
}

/// A door on loopback.
pub struct Opened {
    end: tokio::sync::oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Opened {
    /// Opens a door to `intake`, at which `sense` reads texts; returns where.
    ///
    /// # Errors
    /// The network of this machine refuses.
    pub async fn new(intake: Intake, sense: Sense) -> anyhow::Result<(SocketAddr, Opened)> {
        let key = Key { name: "bench".into(), role: Role::Write, hash: KeyHash::of(WRITE_KEY)? };
        let mut door = Door::new(intake, Keys::new(vec![key]), Arc::new(WallClock));
        door.sense = sense;
        let door = Arc::new(door);
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.context("listening on loopback")?;
        let address = listener.local_addr()?;
        let (end, ended) = tokio::sync::oneshot::channel::<()>();
        let serving = tokio::spawn(serve(listener, router(&door), ConnectionLimits::default(), async {
            let _ = ended.await;
        }));
        Ok((address, Opened { end, serving }))
    }

    /// Closes it; what is being answered is answered first.
    ///
    /// # Errors
    /// Serving broke off.
    pub async fn close(self) -> anyhow::Result<()> {
        let _ = self.end.send(());
        self.serving.await??;
        Ok(())
    }
}
