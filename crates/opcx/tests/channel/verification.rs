//! What opcx signs is accepted by the packages that receivers use, in Rust, Python and JavaScript.

use std::collections::BTreeMap;
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

pub(crate) const NEW_SECRET: &str =
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

/// A request as a receiver may get it, and whether a package must accept it.
struct Case {
    what: &'static str,
    secret: &'static str,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
    accepted: bool,
}

/// What the packages' own tests, published with the specification, ask of a receiver, done to a
/// request of ours. That the bad ones are refused shows that the good ones are looked at.
fn cases(request: &Request) -> Vec<Case> {
    const OTHER: &str = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc=";
    let sent = |name: &str| request.header(name).expect("each request is signed").to_owned();
    let (signatures, seconds) = (sent("webhook-signature"), sent("webhook-timestamp"));
    let seconds: i64 = seconds.parse().expect("a time in seconds");
    let among_others = format!("{OTHER} v2,{} {signatures} {OTHER}", &OTHER[3..]);
    let cut: Vec<&str> = signatures.split(' ').map(|signature| &signature[..11]).collect();

    let mut cases = Vec::new();
    let mut case = |what, secret, change: &[(&str, &str)], body: &[u8], accepted| {
        let mut headers: BTreeMap<String, String> = request.headers.iter().cloned().collect();
        for (name, value) in change {
            headers.insert((*name).to_owned(), (*value).to_owned());
        }
        headers.retain(|_, value| !value.is_empty());
        cases.push(Case { what, secret, headers, body: body.to_vec(), accepted });
    };
    let body = &request.body[..];
    case("old secret", SECRET, &[], body, true);
    case("new secret", NEW_SECRET, &[], body, true);
    case("no mark before the secret", &SECRET["whsec_".len()..], &[], body, true);
    case("among other signatures", SECRET, &[("webhook-signature", &among_others)], body, true);
    case("foreign secret", FOREIGN_SECRET, &[], body, false);
    case("tampered body", SECRET, &[], &[body, b" "].concat(), false);
    case("no id", SECRET, &[("webhook-id", "")], body, false);
    case("another id", SECRET, &[("webhook-id", "msg_c42_2")], body, false);
    case("no time", SECRET, &[("webhook-timestamp", "")], body, false);
    case("no number for a time", SECRET, &[("webhook-timestamp", "hello")], body, false);
    case("another time", SECRET, &[("webhook-timestamp", &(seconds + 1).to_string())], body, false);
    case("an old time", SECRET, &[("webhook-timestamp", &(seconds - 301).to_string())], body, false);
    case("no signature", SECRET, &[("webhook-signature", "")], body, false);
    case("another signature", SECRET, &[("webhook-signature", OTHER)], body, false);
    case("half a signature", SECRET, &[("webhook-signature", &cut.join(" "))], body, false);
    case("no more than a version", SECRET, &[("webhook-signature", "v1,")], body, false);
    cases
}

#[tokio::test]
async fn the_rust_package_accepts_it() {
    let request = received().await;
    for Case { what, secret, headers, body, accepted } in cases(&request) {
        let verified = verified(secret, &headers, &body);
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

/// What the Rust package says of a request.
pub(crate) fn verified(
    secret: &str,
    headers: &BTreeMap<String, String>,
    body: &[u8],
) -> Result<(), standardwebhooks::WebhookError> {
    let headers = headers.iter().map(|(name, value)| {
        let name: HeaderName = name.parse().expect("a header that arrived has a name");
        (name, HeaderValue::from_str(value).expect("a header that arrived has a value"))
    });
    let webhook = standardwebhooks::Webhook::new(secret).expect("the secret is one");
    webhook.verify(body, &HeaderMap::from_iter(headers))
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
    for Case { what, secret, headers, body, accepted } in cases(request) {
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
