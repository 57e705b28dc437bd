//! `opcx demo`: a simulated company, to be looked at.

use std::collections::BTreeMap;
use std::env;
use std::ffi::OsStr;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context as _;
use opcx_core::time::Span;
use opcx_sim::Simulation;
use opcx_sim::scenario::DAYS_MAX;
use tokio::net::TcpListener;

use super::End;
use super::keys::fresh_key;
use super::serve::{keys, live, open_channels};
use super::sim::scenario;
use crate::demo::{Desks, FastClock, House, Staff, feed, past, work, write_company};
use crate::house::Company;
use crate::http::{Key, KeyHash, Role};
use crate::senses;

/// The mapping of the company's bus.
const MAPPING: &str = "bus";

/// What `opcx demo` can be told.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// How many customers the company has.
    #[arg(long, default_value_t = 1_500)]
    customers: u32,
    /// How many days have passed already. After a month it is a Wednesday: what the weekend left is done.
    #[arg(long, default_value_t = 30)]
    days: u16,
    /// How much faster than life it goes on: 60 makes an hour of a minute.
    #[arg(long, default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    speed: u32,
    /// What goes wrong: the name of a built-in scenario, or a file.
    #[arg(long, default_value = "default", value_name = "NAME|FILE")]
    scenario: String,
    /// Another number gives another company, the same one the same.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The address to listen on.
    #[arg(long, default_value = "127.0.0.1:7700", value_name = "ADDRESS:PORT")]
    listen: SocketAddr,
    /// Keep the company's folder here, in place of a temporary one.
    #[arg(long, value_name = "FOLDER")]
    keep: Option<PathBuf>,
}

/// Plays the demo until it is told to stop.
///
/// # Errors
/// The address is taken, a folder cannot be written, or the scenario cannot be played.
pub fn run(arguments: &Arguments) -> anyhow::Result<End> {
    let began = Instant::now();
    let temporary = tempfile::Builder::new().prefix("opcx-demo-").tempdir().context("making a folder")?;
    let folder = arguments.keep.clone().unwrap_or_else(|| temporary.path().join("copper-and-bean"));
    if folder.read_dir().is_ok_and(|mut entries| entries.next().is_some()) {
        anyhow::bail!("`{}` holds something already; choose a new folder", folder.display());
    }
    write_company(&folder)?;
    let company = Company::load(&folder)?;

    // Before anything that takes long: whoever has the address already should be told at once.
    let listener = std::net::TcpListener::bind(arguments.listen).with_context(|| {
        format!("listening on {}; choose another address with --listen", arguments.listen)
    })?;
    listener.set_nonblocking(true).context("listening")?;

    let scenario = scenario(&arguments.scenario)?;
    // In the early afternoon, when what is to arrive that day comes at risk.
    let of_day = Span::HOUR.times(12) + Span::MINUTE.times(30);
    let now = scenario.start.0 + Span::DAY.times(i64::from(arguments.days)) + of_day;
    let mut simulation = Simulation::new(scenario, arguments.seed, arguments.customers, DAYS_MAX);
    let store = company.open_store()?;
    let house = House {
        store: &store,
        definitions: &company.definitions,
        sense: senses::hurried(),
        mapping: company.mapping(MAPPING)?,
        letters: company.settings.house.message_channel.clone(),
    };
    let mut staff = Staff::new(arguments.seed);
    let (told, next) = past(&mut simulation, &mut staff, now, &house)?;

    let secrets: Vec<(&str, String)> = ["WRITE", "VIEWER", "AGENT", "OPERATOR", "ADMIN"]
        .into_iter()
        .map(|role| anyhow::Ok((role, fresh_key()?)))
        .collect::<anyhow::Result<_>>()?;
    let secret = |role: &str| {
        let found = secrets.iter().find(|(known, _)| *known == role);
        found.map(|(_, key)| key.clone())
    };
    let environment = |variable: &str| secret(variable.strip_prefix("OPCX_")?.strip_suffix("_KEY")?);
    let desk_keys: BTreeMap<&'static str, String> =
        Staff::names().map(|name| Ok((name, fresh_key()?))).collect::<anyhow::Result<_>>()?;
    let of_staff = desk_keys.iter().map(|(name, key)| {
        let hash = KeyHash::of(key).context("a fresh key")?;
        Ok(Key { name: (*name).into(), role: Role::Agent, hash })
    });
    let keys = keys(&company.settings, &environment)?.and(of_staff.collect::<anyhow::Result<Vec<Key>>>()?);
    let outbox = open_channels(&company, &environment)?;
    let write_key = secret("WRITE").context("a key to write with")?;
    let words = Words {
        listen: listener.local_addr().unwrap_or(arguments.listen),
        operator: secret("OPERATOR").context("a key to look with")?,
        folder: &folder,
        speed: arguments.speed,
    };

    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting")?;
    runtime.block_on(async {
        let listener = TcpListener::from_std(listener).context("listening")?;
        let address = listener.local_addr().context("listening")?;
        let clock = FastClock::new(told.end, arguments.speed);
        let sending = tokio::spawn(async move {
            if let Err(error) = feed(simulation, next, clock, address, &write_key).await {
                eprintln!("opcx: the simulated company fell silent: {error:#}");
            }
        });
        let calendars = company.definitions.calendars.clone();
        let desks = Desks { door: address, keys: desk_keys, calendars };
        let working = tokio::spawn(async move {
            if let Err(error) = work(staff, clock, desks).await {
                eprintln!("opcx: the simulated company's staff went home: {error:#}");
            }
        });
        let ended = live(&company, Arc::new(clock), listener, keys, store, outbox, || {
            let said = words.text(told.events, arguments.days, began.elapsed().as_secs_f64());
            // Whoever closed the terminal has seen enough.
            let _ = super::print(&said);
        })
        .await;
        sending.abort();
        working.abort();
        ended
    })?;
    Ok(End::Fine)
}

/// The command after which `opcx` is this program in a shell, unless with this `PATH` it is already.
fn alias(program: &Path, path: &OsStr) -> Option<String> {
    let program = program.canonicalize().ok()?;
    let found = env::split_paths(path).map(|folder| folder.join("opcx")).find(|found| found.is_file());
    let is_this = found.and_then(|found| found.canonicalize().ok()).is_some_and(|found| found == program);
    (!is_this).then(|| format!("alias opcx='{}'", program.display().to_string().replace('\'', r"'\''")))
}

/// Where to look.
struct Words<'a> {
    listen: SocketAddr,
    operator: String,
    folder: &'a Path,
    speed: u32,
}

impl Words<'_> {
    fn text(&self, events: u64, days: u16, seconds: f64) -> String {
        let Words { listen, operator, folder, speed } = self;
        let folder = folder.display();
        let key = format!("OPCX_VIEWER_KEY={operator}");
        let path = env::var_os("PATH").unwrap_or_default();
        let alias = env::current_exe().ok().and_then(|program| alias(&program, &path));
        let alias = alias.map_or(String::new(), |alias| format!("  {alias}\n"));
        format!(
            "Copper & Bean sells coffee: {days} days and {events} events of it were taken in, after {seconds:.1} s.\n\
             It goes on live, {speed} times as fast as life, and stops with Ctrl-C.\n\n\
             In a browser\n  http://{listen}/     sign in with {operator}\n\n\
             In another terminal\n\
             {alias}\
             \x20 export {key}\n\
             \x20 opcx show {folder} pulse                 how customers fare, the worst moment first\n\
             \x20 opcx show {folder} moment at-the-door    who brings parcels late, and where\n\
             \x20 opcx show {folder} promises              what we owe, what is at risk, what we broke\n\
             \x20 opcx show {folder} trust --most 8        whose trust broke\n\
             \x20 opcx show {folder} cases                 what people have to do now\n\
             \x20 opcx show {folder} decisions --most 12   what was decided, what was refused, and why\n\
             \x20 curl -H 'Authorization: Bearer {operator}' http://{listen}/v1/pulse\n"
        )
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn who_is_told_to_call_opcx_can() {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let place = |name: &str| folder.path().canonicalize().expect("it is there").join(name);
        for name in ["built", "other", "links", "none"] {
            fs::create_dir(place(name)).expect("a folder can be made");
        }
        let program = place("built/opcx");
        fs::write(&program, "this").expect("a file can be written");
        fs::write(place("other/opcx"), "another").expect("a file can be written");
        std::os::unix::fs::symlink(&program, place("links/opcx")).expect("a link can be made");
        let alias = |folders: &[&str]| {
            let path = env::join_paths(folders.iter().map(|name| place(name))).expect("no colon in them");
            super::alias(&program, &path)
        };

        let told = Some(format!("alias opcx='{}'", program.display()));
        assert_eq!(alias(&["none", "links", "other"]), None, "it is found, through a link");
        assert_eq!(alias(&["none"]), told);
        assert_eq!(alias(&["other", "built"]), told, "another one is found first");
    }
}
