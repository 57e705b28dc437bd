//! What opcx signs is accepted by the packages that receivers use, in Rust, Python and JavaScript.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use opcx::channel::client::Limits;
use opcx::channel::resolver::system_lookup;
use opcx::channel::{Channel, Target, Webhook};
use opcx_core::time::Timestamp;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::json;

use crate::receiver::{Receiver, Request};
use crate::{SECRET, client, egress, parcel, secrets};

const NEW_SECRET: &str =
    "whsec_AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg==";
const FOREIGN_SECRET: &str = "whsec_AwMDAwMDAwMDAwMDAwMDAwMDAwMDAwMD";

/// A request as it reaches a receiver while its secret is being changed. The packages compare its
/// time with the wall's clock, so it is sent now.
async fn received() -> Request {
    let receiver = Receiver::answering("200 OK", "", "").await;
    let url = format!("http://{}/hook", receiver.address);
    let target = Target::parse(&url, &egress()).expect("loopback is allowed here");
    let client = client(system_lookup(), Limits::default());
    let webhook = Webhook::new(client, target, secrets(&[SECRET, NEW_SECRET]));
    let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    let now = Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).expect("before the year 9999"));
    webhook.send(&parcel("Grüße 🙂"), now).await;
    receiver.requests().remove(0)
}

/// What a package must accept, and what it must not: (what it is, secret, body, accepted).
fn cases(request: &Request) -> Vec<(&'static str, &'static str, Vec<u8>, bool)> {
    let mut tampered = request.body.clone();
    tampered.push(b' ');
    vec![
        ("old secret", SECRET, request.body.clone(), true),
        ("new secret", NEW_SECRET, request.body.clone(), true),
        ("foreign secret", FOREIGN_SECRET, request.body.clone(), false),
        ("tampered body", SECRET, tampered, false),
    ]
}

#[tokio::test]
async fn the_rust_package_accepts_it() {
    let request = received().await;
    let mut headers = HeaderMap::new();
    for (name, value) in &request.headers {
        let name: HeaderName = name.parse().expect("a header that arrived has a name");
        headers.insert(name, HeaderValue::from_str(value).expect("a header that arrived has a value"));
    }
    for (what, secret, body, accepted) in cases(&request) {
        let verified =
            standardwebhooks::Webhook::new(secret).expect("the secret is one").verify(&body, &headers);
        assert_eq!(verified.is_ok(), accepted, "{what}: {verified:?}");
    }
}

#[tokio::test]
async fn the_python_package_accepts_it() {
    let request = received().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("standardwebhooks-python-1.1.0");
    let python = folder.join("bin/python");
    let install = || {
        run(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
        run(Command::new(&python).args(["-m", "pip", "install", "--quiet", "standardwebhooks==1.1.0"]))
    };
    if installed(&folder, install) {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/channel/verify.py");
        check(Command::new(&python).arg(script), &request);
    }
}

#[tokio::test]
async fn the_javascript_package_accepts_it() {
    let request = received().await;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("standardwebhooks-node-1.1.1");
    let install = || {
        std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
        let options = ["install", "--loglevel=error", "--no-audit", "--no-fund", "--prefix"];
        run(Command::new("npm").args(options).arg(&folder).arg("standardwebhooks@1.1.1"))
    };
    if installed(&folder, install) {
        // Node looks for packages beside the script, so the script goes to the packages.
        let script = folder.join("verify.mjs");
        std::fs::write(&script, include_str!("verify.mjs")).expect("the folder was just made");
        check(Command::new("node").arg(script), &request);
    }
}

/// Installs a package once. Says so and tells `false` where it cannot be had, which is a failure
/// where everything must be there: in CI.
fn installed(folder: &Path, install: impl Fn() -> Result<(), String>) -> bool {
    let done: PathBuf = folder.join("installed");
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
            // Straight to the terminal: what `eprintln!` says in a test that passes is not shown.
            let _ = std::io::stderr()
                .write_all(format!("SKIPPED: {} cannot be had here: {error}\n", folder.display()).as_bytes());
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

/// Lets a script judge every case; it prints `accepted` or `refused` for each.
fn check(script: &mut Command, request: &Request) {
    for (what, secret, body, accepted) in cases(request) {
        let headers: serde_json::Map<_, _> =
            request.headers.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        let body = String::from_utf8(body).expect("JSON is UTF-8");
        let case = json!({ "secret": secret, "headers": headers, "body": body }).to_string();
        let mut running =
            script.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it was just installed");
        let mut input = running.stdin.take().expect("it is piped");
        input.write_all(case.as_bytes()).expect("the script reads its input");
        drop(input);
        let output = running.wait_with_output().expect("the script comes to its end");
        let verdict = String::from_utf8_lossy(&output.stdout);
        assert_eq!(verdict.trim(), if accepted { "accepted" } else { "refused" }, "{what}");
    }
}
