//! Segment's own SDKs, unmodified, against a server that fails in every way: what they sent is in
//! the log, each event once.

use std::collections::{BTreeMap, VecDeque};
use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use expect_test::{Expect, expect};
use opcx::http::ConnectionLimits;
use opcx_core::event::Value;
use opcx_core::time::Span;
use opcx_engine::IntakeError;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use crate::server::{Desk, KEY};
use crate::wire::Served;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_node_sdk_loses_nothing_and_counts_nothing_twice() {
    let Some((mut node, folder)) = node("3.1.0") else { return };
    let script = folder.join("send.mjs");
    std::fs::write(&script, include_str!("send.mjs")).expect("the folder was just made");
    node.arg(script);
    check(
        node,
        "plain",
        &expect![[r#"
        1 Aliased on server by user_id:u-1
        20 Counted on server by user_id:u-1
        1 Group Joined on server by user_id:u-1
        1 Identified on server by user_id:u-1
        1 Page Viewed on server by user_id:u-1
        1 Screen Viewed on server by user_id:u-1
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
    "#]],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_python_sdk_loses_nothing_and_counts_nothing_twice() {
    let Some(mut python) = python("2.4.0") else { return };
    python.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/segment/send.py"));
    check(
        python,
        "plain",
        &expect![[r#"
        1 Aliased on server by user_id:u-1
        20 Counted on server by user_id:u-1
        1 Group Joined on server by user_id:u-1
        1 Identified on server by user_id:u-1
        1 Page Viewed on server by user_id:u-1
        1 Screen Viewed on server by user_id:u-1
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
    "#]],
    )
    .await;
}

/// The older one sends the key in the body only, and here packs it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_older_python_sdk_loses_nothing_and_counts_nothing_twice() {
    let Some(mut python) = python("2.3.4") else { return };
    python.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/segment/send.py"));
    check(
        python,
        "gzip",
        &expect![[r#"
        1 Aliased on server by user_id:u-1
        20 Counted on server by user_id:u-1
        1 Group Joined on server by user_id:u-1
        1 Identified on server by user_id:u-1
        1 Page Viewed on server by user_id:u-1
        1 Screen Viewed on server by user_id:u-1
        0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19
    "#]],
    )
    .await;
}

/// Lets an SDK send 25 events through every kind of failure, and looks at what arrived.
async fn check(mut sdk: Command, encoding: &'static str, expected: &Expect) {
    let restarting = Err(IntakeError::Stopped { why: "restarting".into() });
    let overloaded = Err(IntakeError::Overloaded { retry_after: Span::SECOND });
    let desk = Desk::first([Ok(()), Ok(()), Ok(()), Ok(()), restarting, overloaded]);
    let served = Served::start(desk, ConnectionLimits::default()).await;
    let proxy = failing_proxy(served.address, [Cut::AfterTheServer, Cut::BeforeTheServer]).await;

    let sending = tokio::task::spawn_blocking(move || {
        sdk.args([&format!("http://{proxy}"), KEY, encoding]).output().expect("it was just installed")
    });
    let output = sending.await.expect("it does not panic");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));

    assert!(served.metrics.repeats.get() >= 5, "what was taken before the cut came again");
    let desk = served.end().await;
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut numbers = Vec::new();
    for event in desk.events() {
        *kinds.entry(format!("{} on {} by {}", event.kind, event.channel, event.who[0])).or_default() += 1;
        if let Some(Value::Number(number)) = event.facts.get("n") {
            assert_eq!(event.said.as_deref(), Some("Grüße 🙂"));
            numbers.push(number.to_string());
        }
    }
    numbers.sort_by_key(|number| number.parse::<u32>().ok());
    let kinds: String = kinds.iter().map(|(kind, count)| format!("{count} {kind}\n")).collect();
    expected.assert_eq(&format!("{kinds}{}\n", numbers.join(" ")));
    assert_eq!(desk.rejected(), []);
}

/// How a connection breaks.
#[derive(Debug, Clone, Copy)]
enum Cut {
    /// Before the server saw anything.
    BeforeTheServer,
    /// After the server took everything, before its sender hears of it: it will send it again.
    AfterTheServer,
}

/// Passes bytes on to the server; the first connections break.
async fn failing_proxy(server: SocketAddr, cuts: impl IntoIterator<Item = Cut>) -> SocketAddr {
    let mut cuts: VecDeque<Cut> = cuts.into_iter().collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
    let address = listener.local_addr().expect("it is bound");
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass(client, server, cuts.pop_front()));
        }
    });
    address
}

async fn pass(mut client: TcpStream, server: SocketAddr, cut: Option<Cut>) {
    match cut {
        Some(Cut::BeforeTheServer) => {
            // Something must have been sent, else clients take it for an old connection.
            let _ = client.read(&mut [0; 1]).await;
        }
        Some(Cut::AfterTheServer) => {
            let mut server = TcpStream::connect(server).await.expect("it listens");
            let (mut from_client, _to_client) = client.split();
            let (mut from_server, mut to_server) = server.split();
            let forth = tokio::io::copy(&mut from_client, &mut to_server);
            let mut reply = [0; 1];
            tokio::select! {
                _ = forth => {}
                // The server has answered, so what was sent is durable or refused. Nobody hears of it.
                _ = from_server.read(&mut reply) => {}
            }
        }
        None => {
            let mut server = TcpStream::connect(server).await.expect("it listens");
            // Either side may close when it likes.
            let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        }
    }
}

fn node(version: &str) -> Option<(Command, PathBuf)> {
    let folder = cache().join(format!("segment-node-{version}"));
    let install = || {
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let options = ["install", "--silent", "--no-audit", "--no-fund", "--prefix"];
        let package = format!("@segment/analytics-node@{version}");
        run(Command::new("npm").args(options).arg(&folder).arg(package))
    };
    installed(&folder, install).then(|| (Command::new("node"), folder))
}

fn python(version: &str) -> Option<Command> {
    let folder = cache().join(format!("segment-python-{version}"));
    let python = folder.join("bin/python");
    let install = || {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        let package = format!("segment-analytics-python=={version}");
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).arg(package))
    };
    installed(&folder, install).then(|| Command::new(python))
}

/// Where packages are kept between runs.
fn cache() -> PathBuf {
    std::env::var_os("OPCX_TEST_CACHE").map_or_else(|| env!("CARGO_TARGET_TMPDIR").into(), PathBuf::from)
}

/// Installs a package once. Says so and tells `false` where it cannot be had, which is a failure
/// where everything must be there: in CI.
fn installed(folder: &Path, install: impl Fn() -> Result<(), String>) -> bool {
    let done = folder.join("installed");
    if done.exists() {
        return true;
    }
    match install() {
        Ok(()) => {
            std::fs::write(&done, "").expect("the folder was just made");
            true
        }
        Err(error) => {
            assert!(std::env::var_os("CI").is_none(), "{error}");
            // Past the test runner, which keeps to itself what a passing test prints; whole, as tests run side by side.
            let _ = std::io::stderr().write_all(
                format!("SKIPPED: {} cannot be installed here: {error}\n", folder.display()).as_bytes(),
            );
            false
        }
    }
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?}: {}", String::from_utf8_lossy(&output.stderr)))
}
