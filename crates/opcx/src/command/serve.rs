//! `opcx serve`: the engine, live.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, anyhow, bail};
use opcx_company::settings::{Channel, PersonRole, Settings};
use opcx_core::delivery::Policy;
use opcx_core::event::Name;
use opcx_engine::{Budget, Clock, Node, NodeSettings, Outbox, Succession, WallClock};
use opcx_insight::Watched;
use opcx_store::Store;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};

use super::End;
use crate::channel::{self, Surroundings};
use crate::cli::Folder;
use crate::house::Company;
use crate::house::watch::{LOOK_EVERY, Seen, Watch};
use crate::http::read::{self, Channels, Reigning, Sight};
use crate::http::{Accept, ConnectionLimits, Door, Key, KeyHash, Keys, Role, router, serve};
use crate::keep::{Held, held, note_erased};
use crate::look::address::tell;
use crate::memory;
use crate::senses;

/// What `opcx serve` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The data directory, instead of the one in `opcx.toml`.
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// The address to listen on, instead of the one in `opcx.toml`.
    #[arg(long, value_name = "ADDRESS:PORT")]
    listen: Option<SocketAddr>,
}

/// Serves until it is told to stop (Ctrl-C or SIGTERM), then ends in order.
///
/// # Errors
/// The folder has faults, a key or secret is missing, the address is taken, the data cannot be opened.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    run_on(arguments, |company, outbox| Ok((company.open_store()?, outbox)))
}

/// As [`run`], on the store and through the channels that `open` makes of a company and its channels:
/// for trials in which these fail.
///
/// # Errors
/// Those of [`run`], and what `open` says.
pub fn run_on(
    arguments: &Arguments,
    open: impl FnOnce(&Company, Outbox) -> anyhow::Result<(Arc<dyn Store>, Outbox)>,
) -> anyhow::Result<End> {
    tracing_subscriber::fmt().with_target(false).with_writer(std::io::stderr).init();
    opcx_engine::deciding_gives_way();
    let mut company = Company::load(&arguments.folder.folder)?;
    company.keep_data_in(arguments.data.as_deref())?;
    let listen = arguments.listen.unwrap_or(company.settings.listen);
    let environment = |variable: &str| std::env::var(variable).ok();
    let keys = keys(&company.settings, &environment)?;
    let outbox = open_channels(&company, &environment)?;

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen)
            .await
            .with_context(|| format!("listening on {listen}; choose another address with --listen"))?;
        let address = listener.local_addr().unwrap_or(listen);
        let (store, outbox) = open(&company, outbox)?;
        live(&company, Arc::new(WallClock), listener, keys, store, outbox, || {
            eprintln!("opcx listens on http://{address} (stop with Ctrl-C)");
        })
        .await
    })?;
    Ok(End::Fine)
}

/// Runs the engine behind a listener until the process is told to stop.
pub(super) async fn live(
    company: &Company,
    clock: Arc<dyn Clock>,
    listener: TcpListener,
    keys: Keys,
    store: Arc<dyn Store>,
    outbox: Outbox,
    started: impl FnOnce(),
) -> anyhow::Result<()> {
    let watched = Arc::new(Watched::new(store));
    let senses = senses::live();
    let settings = NodeSettings {
        store: Arc::clone(&watched) as Arc<dyn Store>,
        definitions: Arc::clone(&company.definitions),
        second_look: Some((senses.again, senses.waiting)),
        clock: Arc::clone(&clock),
        policy: Policy::default(),
        budget: Budget::default(),
        memory: memory::keep_to(company.settings.memory_mb),
        erased: note_erased(&company.data()),
    };
    let node = match held(&company.data()) {
        None => Node::start(settings, outbox)?,
        Some(Held(why)) => {
            let command = company.release_command();
            eprintln!(
                "opcx: nothing is delivered, {why}; look whether it should be, run `{command}`, and start again"
            );
            Node::start_held(settings)?
        }
    };
    let mut door = Door::new(node.intake(), keys, clock);
    door.sense = senses.first;
    door.public = company.settings.public.clone();
    door.viewers_clock = Arc::new(WallClock);
    let door = Arc::new(door);
    let mut sight = Sight::new(Arc::clone(&door), Arc::clone(&watched), Arc::clone(&company.definitions));
    sight.reign(Reigning {
        definitions: Arc::clone(&company.definitions),
        places: Arc::clone(&company.places),
        mappings: company.mappings.clone().into(),
    });
    sight.folder = Some(company.folder.clone());
    sight.channels = Channels {
        all: company.settings.channels.keys().cloned().collect(),
        usual: company.settings.house.message_channel.clone(),
    };
    let sight = Arc::new(sight);
    // Held as long as the engine answers.
    let _told = tell(&company.data(), listener.local_addr()?)
        .with_context(|| format!("writing into `{}`", company.data().display()))?;
    let routes = router(&door).merge(read::router(&sight));
    let stop = told_to_stop();
    started();
    let following = tokio::spawn(follow(Watch::of(company), node.succession(), Arc::clone(&sight)));
    let counting = std::thread::spawn(move || {
        if let Err(error) = watched.count() {
            tracing::error!(%error, "what the store holds was not counted, so some questions have no answer");
        }
    });
    let end = async {
        stop.await;
        sight.close();
    };
    serve(listener, routes, ConnectionLimits::default(), end).await?;
    following.abort();
    let _ = following.await;
    // It reads a page at a time and would keep the store open.
    let _ = counting.join();
    drop(sight);
    door.set_ready(false);
    drop(door);
    node.shutdown().await;
    Ok(())
}

/// Lets what is saved in the folder decide from then on.
async fn follow<A: Accept>(mut watch: Watch, succession: Succession, sight: Arc<Sight<A>>) {
    loop {
        let is_done = tokio::select! {
            () = sight.saved.notified() => true,
            () = tokio::time::sleep(LOOK_EVERY) => false,
        };
        let looked = tokio::task::spawn_blocking(move || {
            let seen = watch.look(is_done);
            (watch, seen)
        });
        let seen;
        (watch, seen) = match looked.await {
            Ok(looked) => looked,
            Err(error) => {
                tracing::error!(%error, "the folder is no longer watched; what is saved decides after a restart");
                return;
            }
        };
        let Seen::Next(next) = seen else { continue };
        let reigning = next.reigning.clone();
        let deciding = sight.reigning().definitions.version;
        if reigning.definitions.version != deciding {
            let (data, definitions) = (watch.data().to_owned(), Arc::clone(&reigning.definitions));
            let note = Box::new(move |from| next.note(&data, deciding, from));
            match succession.follow(definitions, note).await {
                Ok(from) => {
                    tracing::info!(%from, version = %reigning.definitions.version, "what the folder says decides from here on");
                }
                Err(error) => {
                    tracing::error!(%error, "what the folder says could not be made to decide; trying again");
                    watch.unsettle();
                    continue;
                }
            }
        } else if let Err(error) = next.hold(watch.data()) {
            tracing::error!(%error, "the history of definitions could not be looked after; trying again");
            watch.unsettle();
        }
        sight.reign(reigning);
    }
}

/// Waits until the process is told to stop; from the call on, not from the first wait, so that whoever was told that it
/// listens may stop it at once.
fn told_to_stop() -> impl Future<Output = ()> {
    let (interrupt, terminate) = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()));
    async move {
        match (interrupt, terminate) {
            (Ok(mut interrupt), Ok(mut terminate)) => tokio::select! {
                _ = interrupt.recv() => {}
                _ = terminate.recv() => {}
            },
            (Err(_), _) | (_, Err(_)) => {
                let _ = tokio::signal::ctrl_c().await;
            }
        }
    }
}

/// The keys of the HTTP API, from the environment variables that `opcx.toml` names.
pub(super) fn keys(
    settings: &Settings,
    environment: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<Keys> {
    let shared = [
        (&settings.keys.write, Role::Write, "send events"),
        (&settings.keys.viewer, Role::Viewer, "look"),
        (&settings.keys.agent, Role::Agent, "work on cases"),
        (&settings.keys.operator, Role::Operator, "give orders"),
        (&settings.keys.admin, Role::Admin, "erase and export customers"),
    ];
    let shared = shared.into_iter().filter_map(|(variable, role, may)| {
        let may = format!("nobody may {may} with it");
        Some((variable.as_deref()?, role, Name::from(role.word()), may))
    });
    let people = settings.people.iter().map(|(name, person)| {
        (person.key.as_str(), role_of(person.role), name.clone(), format!("{name} cannot sign in"))
    });
    let mut keys = Vec::new();
    let mut faults: Vec<String> = Vec::new();
    for (variable, role, name, without) in shared.chain(people) {
        match environment(variable).map(|key| KeyHash::of(key.trim())) {
            Some(Ok(hash)) => keys.push(Key { name, role, hash }),
            Some(Err(error)) => faults.push(format!("{variable}: {error}")),
            // A door whose variable is not set stays closed.
            None => eprintln!("{variable} is not set, so {without}; `opcx keys` makes keys"),
        }
    }
    if !faults.is_empty() {
        bail!("the keys of the HTTP API:\n{}", faults.join("\n"));
    }
    Ok(Keys::new(keys))
}

fn role_of(role: PersonRole) -> Role {
    match role {
        PersonRole::Viewer => Role::Viewer,
        PersonRole::Agent => Role::Agent,
        PersonRole::Operator => Role::Operator,
        PersonRole::Admin => Role::Admin,
    }
}

/// Opens every channel of the company.
pub(super) fn open_channels(
    company: &Company,
    environment: &dyn Fn(&str) -> Option<String>,
) -> anyhow::Result<Outbox> {
    let settings: BTreeMap<Name, channel::Settings> =
        company.settings.channels.iter().map(|(name, channel)| (name.clone(), opened(channel))).collect();
    let allow = company.settings.allow_private.clone();
    let surroundings = Surroundings { folder: &company.folder, environment, allow };
    channel::open(&settings, &surroundings).map_err(|faults| {
        let faults: Vec<String> =
            faults.iter().map(|(name, fault)| format!("channels.{name}: {fault}")).collect();
        anyhow!("channels cannot be opened:\n{}", faults.join("\n"))
    })
}

fn opened(channel: &Channel) -> channel::Settings {
    match channel {
        Channel::Webhook { url, secrets } => {
            channel::Settings::Webhook { url: url.clone(), secrets: secrets.clone() }
        }
        Channel::File { path } => channel::Settings::File { path: path.into() },
        Channel::Log => channel::Settings::Log,
    }
}
